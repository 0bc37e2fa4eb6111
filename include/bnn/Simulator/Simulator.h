//===- Simulator.h - Executes a programming image ---------------*- C++ -*-===//
//
// Nothing but the image says what happens. Two executors of the same image:
// `Replay` reads row by row as the chip does and counts what it reads, `Fused`
// compiles each layer to packed blocks at load. Their results are identical.
//
//===----------------------------------------------------------------------===//

#ifndef BNN_SIMULATOR_SIMULATOR_H
#define BNN_SIMULATOR_SIMULATOR_H

#include "bnn/Image/image.pb.h"
#include "bnn/Support/Tensor.h"
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace bnn::sim {

enum class Executor : uint8_t { Fused, Replay };

struct RunOptions {
  unsigned threads = 0;      ///< 0: as many as the machine has
  bool trace = false;        ///< keep the tensors of Value.traces
  bool accumulators = false; ///< trace '<layer>/accumulator' of every layer
  bool boundaryTies = true;  ///< count them (costs host time)
  /// Called from any thread with the number of samples done so far.
  std::function<void(int64_t)> progress;
};

/// A tensor under a name, samples stacked along the first axis.
struct NamedTensor {
  std::string name;
  Tensor tensor;
};

struct RunResult {
  int64_t samples = 0;
  std::vector<Tensor> outputs; ///< in the image's order of outputs
  std::vector<NamedTensor> traces;
  /// Per sample the number of values whose encoding float32 rounding upstream
  /// could change.
  std::vector<int64_t> boundaryTies;
  /// Replay only: rows sensed in all samples, and precharge-and-sense cycles
  /// where the tiles of one neuron in different subarrays work at once.
  uint64_t rowReads = 0, cycles = 0;
};

class Simulator {
public:
  /// Loads `image`, which must be verified and outlive the simulator. Fails
  /// on what version 1 does not execute, naming the layer.
  static llvm::Expected<Simulator> create(const image::Image &image,
                                          Executor executor);
  Simulator(Simulator &&);
  ~Simulator();

  /// Runs all samples. `inputs`, in the image's order, are [N, shape...] where
  /// the image's leading dimension of 1 became N (see `fitSamples`). Results
  /// do not depend on the threads. Fails on a value outside its declaration,
  /// naming input, sample, index and value.
  llvm::Expected<RunResult> run(llvm::ArrayRef<Tensor> inputs,
                                const RunOptions &options) const;

private:
  struct Impl;
  explicit Simulator(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl;
};

/// Gives a file's tensor the shape [N, rest of `declared`]: accepts N samples
/// of the declared shape with its leading dimension of 1 replaced or left out,
/// also with other dimensions of 1 dropped or added, or flat. `what` begins
/// the error, which has both shapes.
llvm::Error fitSamples(Tensor &tensor, llvm::ArrayRef<int64_t> declared,
                       const llvm::Twine &what);

} // namespace bnn::sim

#endif // BNN_SIMULATOR_SIMULATOR_H
