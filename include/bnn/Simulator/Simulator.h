//===- Simulator.h - Executes a programming image ---------------*- C++ -*-===//
//
// Nothing but the image says what happens. Two executors of the same image:
// `Replay` reads row by row as the chip does and counts what it reads, `Fused`
// compiles each layer to packed blocks at load. Their results are identical.
//
//===----------------------------------------------------------------------===//

#ifndef BNN_SIMULATOR_SIMULATOR_H
#define BNN_SIMULATOR_SIMULATOR_H

#include "bnn/Device/Chip.h"
#include "bnn/Image/image.pb.h"
#include "bnn/Simulator/Noise.h"
#include "bnn/Support/Tensor.h"
#include "bnn/Support/TensorFile.h"
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
  uint64_t seed = 1;         ///< of inputs that are presented at random
  int64_t batch = 0; ///< samples run together; 0: chosen. Results are the same
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

/// The inputs of a network, checked and encoded once for many runs: all that
/// happens before the first array layer is in it.
class PreparedInputs {
public:
  PreparedInputs(PreparedInputs &&);
  PreparedInputs &operator=(PreparedInputs &&);
  ~PreparedInputs();
  int64_t samples() const;
  struct Impl;

private:
  friend class Simulator;
  explicit PreparedInputs(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl;
};

/// The cells of one chip at a time, which are programmed again and again. Each
/// thread needs one of its own.
class ChipNetwork {
public:
  ~ChipNetwork();
  /// Makes this the chip `chip`, with the draws that `reads` says at each
  /// read. Takes time in proportion to the cells that err. Fails where the
  /// executor has no way to do it, naming the layer.
  llvm::Error program(const device::Chip &chip, const ReadNoise &reads);
  struct Impl;

private:
  friend class Simulator;
  explicit ChipNetwork(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl;
};

class Simulator {
public:
  /// Loads `image`, which must be verified and outlive the simulator. Fails
  /// on what version 2 does not execute, naming the layer.
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

  /// Checks and encodes inputs for many runs. Their batches are those of
  /// `options`.batch; traces and boundary ties before the arrays are kept where
  /// `options` asks for them.
  llvm::Expected<PreparedInputs> prepare(llvm::ArrayRef<Tensor> inputs,
                                         const RunOptions &options) const;

  /// Cells to program.
  llvm::Expected<std::unique_ptr<ChipNetwork>> makeChip() const;

  /// Runs prepared inputs, on `chip` or where it is null on the image's own
  /// cells. Several threads may run at once, with different chips.
  llvm::Expected<RunResult> run(const PreparedInputs &inputs,
                                const RunOptions &options,
                                const ChipNetwork *chip = nullptr) const;

  const image::CellMap &cellMap() const;

private:
  struct Impl;
  explicit Simulator(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl;
};

/// The instruction sets of this machine that the kernels are compiled for,
/// best first: "AVX3_DL", "AVX2", ...
std::vector<std::string> instructionSets();

/// Uses one of them only, for this process; "" for the best again. Fails on
/// another name, listing those of this machine.
llvm::Error setInstructionSet(llvm::StringRef name);

using bnn::fitSamples;

} // namespace bnn::sim

#endif // BNN_SIMULATOR_SIMULATOR_H
