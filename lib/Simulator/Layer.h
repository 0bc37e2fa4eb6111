//===- Layer.h - Array layers as the executors run them ---------*- C++ -*-===//

#ifndef BNN_LIB_SIMULATOR_LAYER_H
#define BNN_LIB_SIMULATOR_LAYER_H

#include "Batch.h"
#include "Geometry.h"
#include "UnsteadyCells.h"
#include "bnn/Simulator/Noise.h"
#include <memory>

namespace bnn::sim {

/// What one call of `LayerExecutor::run` adds to the caller's knowledge.
struct LayerRecord {
  uint64_t rowReads = 0, cycles = 0;
  /// Where wanted: [sample][output element], in the output's element order.
  std::vector<int64_t> *counts = nullptr;
  /// The data set's number of the first sample, for the keys of draws.
  int64_t firstSample = 0;
};

/// A cell of a layer that does not answer as it should. `lane` is one of the
/// neuron's, or behind them a padding column that is counted.
struct WrongLane {
  uint32_t neuron, lane;
  int8_t stored, toOne, toZero;
};

/// A cell of a layer that answers anew at each read.
struct MarginalLane {
  uint32_t neuron, lane;
  float flipOne, flipZero;
  int8_t toOne, toZero; ///< the weights it acts as otherwise
};

/// A cell of a threshold in array rows, by its number in the neuron's word,
/// that does not answer as it should. It is read with 1.
struct WrongThreshold {
  uint32_t neuron, cell;
  bool one; ///< the bit it answers
};

/// One that answers anew at each read: the bit `one`, or with the probability
/// `flip` the other.
struct MarginalThreshold {
  uint32_t neuron, cell;
  bool one;
  float flip;
};

/// What a programmed chip and its reads are to one layer.
struct LayerNoise {
  uint32_t layer = 0; ///< the layer's number, for the keys of draws
  std::vector<WrongLane> wrong;
  std::vector<MarginalLane> marginal;
  std::vector<UnsteadyLane> unsteady; ///< none of them in the lists above
  double dwellReads = 0;              ///< Chip.telegraphDwellReads
  std::vector<WrongThreshold> wrongThresholds;
  std::vector<MarginalThreshold> marginalThresholds;
  std::vector<UnsteadyLane> unsteadyThresholds; ///< lane: the cell's number
  device::ErrorRates rates; ///< of every sensed bit, at each read
  double thresholdRate = 0; ///< of a wrong bit of a threshold, at each read
  const ReadNoise *reads = nullptr;

  CellRead read(uint64_t image, uint64_t site, uint64_t sites,
                bool input) const {
    return {reads->seed, reads->chip, layer,      image,
            site,        sites,       dwellReads, input};
  }
};

/// Two random words of the read of a threshold's cell at one position: the
/// first for errors at equal rates, the second for a marginal cell. Both
/// executors use them. In (0, 1).
std::array<double, 2> thresholdRead(const LayerNoise &noise, uint64_t image,
                                    int64_t position, uint32_t neuron,
                                    uint32_t cell);

/// One array layer, ready to run batches of samples.
class LayerExecutor {
public:
  virtual ~LayerExecutor() = default;
  /// Reads the codes of `input`, fills `output` for the same samples.
  virtual void run(BatchValue &input, BatchValue &output,
                   LayerRecord &record) const = 0;

  /// Makes the cells those of another chip, of a layer that was made to be
  /// programmed; `noise` must live until the next one comes. Fails on what the
  /// executor has no way to do.
  virtual llvm::Error program(const LayerNoise &noise) = 0;
  /// The bits of an input that is the same for many runs, in the form that
  /// `run` takes without work; nothing where there is none.
  virtual std::optional<PackedCodes> pack(BatchValue &input) const {
    return std::nullopt;
  }
};

/// Read by read from the cells of `image`.
llvm::Expected<std::unique_ptr<LayerExecutor>>
makeReplayLayer(const image::Image &image, const image::ArrayLayer &layer);

/// Compiled to packed blocks. `programmable`: every cell keeps a place of its
/// own, also where two of them could be taken together.
llvm::Expected<std::unique_ptr<LayerExecutor>>
makeFusedLayer(const image::Image &image, const image::ArrayLayer &layer,
               bool programmable = false);

/// Maximum pool of binary codes on packed bits; false where `op`, `input` or
/// `output` do not allow it, and nothing was done.
bool runPackedPool(const image::Op &op, BatchValue &input, BatchValue &output);

} // namespace bnn::sim

#endif // BNN_LIB_SIMULATOR_LAYER_H
