//===- RandomNetwork.h - Random images and what they compute ----*- C++ -*-===//
//
// Builds an image layer by layer and, beside it, the network that it stands
// for in plain integers: zero padding, real weights, thresholds on the
// accumulator. Nothing of the simulator is used for that.
//
//===----------------------------------------------------------------------===//

#ifndef BNN_TEST_UNIT_SIMULATOR_RANDOMNETWORK_H
#define BNN_TEST_UNIT_SIMULATOR_RANDOMNETWORK_H

#include "bnn/Image/CellArray.h"
#include "bnn/Image/image.pb.h"
#include "bnn/Support/Tensor.h"
#include <map>
#include <random>

namespace bnn::sim::test {

struct TargetKind {
  uint32_t rows = 32, columns = 32;
  bool ternarySense = false, columnMask = true;
  /// Layers in either orientation; thresholds in cells in some of them.
  bool bothSchedules = false, thresholdRows = false;
};

/// What carries the codes of a value.
struct Codes {
  image::ArrayLayer::PlaneCoding coding = image::ArrayLayer::BIPOLAR;
  int bits = 1; ///< of UNARY: 2^bits - 1 planes
  bool isSigned = false;
  int low() const;
  int high() const;
};

enum class Outputs { Accumulator, Binary, Levels };

class RandomNetwork {
public:
  RandomNetwork(unsigned seed, TargetKind target, int samples);

  int pick(int low, int high);
  bool flip() { return pick(0, 1); }

  /// The network's input, declared as codes.
  void input(std::vector<int64_t> shape, Codes codes);
  void dense(int64_t positions, int64_t groups, int64_t neurons,
             bool ternaryWeights, Outputs outputs, Codes next);
  struct Conv {
    std::vector<int64_t> kernel, strides, dilations, padsBegin, padsEnd;
    int64_t groups = 1, neurons = 1;
  };
  void convolution(const Conv &conv, bool ternaryWeights, Outputs outputs,
                   Codes next);
  void maxPool(int64_t kernel, int64_t stride);
  void flatten();
  /// Makes the last value the output and the image complete.
  void finish();

  image::Image image;
  Tensor samples;                          // input of the simulator
  std::vector<std::vector<int64_t>> codes; // of the last value, by sample
  std::map<std::string, std::vector<int64_t>> accumulators; // all samples
  std::vector<int64_t> shape;                               // of the last value

private:
  struct Weights;
  void layer(image::ArrayLayer &layer, int64_t positions, int64_t fanIn,
             bool ternaryWeights, Outputs outputs, Codes next,
             const std::vector<std::vector<std::vector<int64_t>>> &sources,
             std::vector<int64_t> outputShape, bool channelsFirst);
  uint32_t addValue(std::vector<int64_t> shape, Codes codes, bool integer);
  /// A matrix of cells, [neuron][lane], cut into tiles and programmed.
  void place(image::ArrayLayer &layer,
             const std::vector<std::vector<int>> &lanes);
  void placeThresholds(image::ArrayLayer &layer);
  void placeBlock(image::Placement &tile, bool rowIsNeuron,
                  const std::vector<std::vector<int>> &block);

  std::mt19937 random;
  TargetKind target;
  Codes current;
  uint32_t value = 0;
  int count;
  struct Cell {
    uint64_t subarray;
    uint32_t row, column;
    int weight;
  };
  std::vector<Cell> cells;
  uint64_t subarrays = 0;
};

} // namespace bnn::sim::test

#endif // BNN_TEST_UNIT_SIMULATOR_RANDOMNETWORK_H
