//===- BatchRun.h - The steps of an image for some samples ------*- C++ -*-===//

#ifndef BNN_LIB_SIMULATOR_BATCHRUN_H
#define BNN_LIB_SIMULATOR_BATCHRUN_H

#include "Intervals.h"
#include "Network.h"

namespace bnn::sim {

/// Where the results of all batches are collected. Batches write to different
/// samples, so no lock is needed.
struct Collector {
  Collector(const Network &network, int64_t samples, const RunOptions &options);
  const RunOptions &options;
  RunResult result;
  // By value: the tensors of `result` that hold it.
  struct Target {
    Tensor *tensor;
    double scale, offset;
  };
  std::vector<std::vector<Target>> targets;
  std::vector<Tensor *> accumulators; // by step
};

/// What is known of a batch before its first array layer. Nothing in it
/// changes any more, so that threads may share it.
struct PreparedBatch {
  std::vector<BatchValue> values;
  std::vector<std::vector<Interval>> intervals;
  std::vector<int64_t> boundaryTies; ///< by sample of the batch
};

/// Runs samples first .. first + count - 1 through all steps.
class BatchRun {
public:
  /// `layers`: those of a chip, or null for the network's own.
  BatchRun(const Network &network,
           const std::vector<std::unique_ptr<LayerExecutor>> *layers,
           Collector &collector, int64_t first, int64_t count);
  llvm::Error run(llvm::ArrayRef<Tensor> inputs);
  /// Only the steps before the arrays.
  llvm::Expected<PreparedBatch> prepare(llvm::ArrayRef<Tensor> inputs);
  /// Only the steps after those.
  llvm::Error run(const PreparedBatch &prepared);
  uint64_t rowReads = 0, cycles = 0;

private:
  llvm::Error load(llvm::ArrayRef<Tensor> inputs);
  llvm::Error runSteps(llvm::function_ref<bool(int)> wanted,
                       llvm::function_ref<bool(uint32_t)> keep);
  BatchValue &valueAt(uint32_t value);
  llvm::Error runAgain(llvm::function_ref<llvm::Error()> once);
  llvm::Error runOp(const image::Op &op, bool feedsEncoding);
  void present(const image::Op &op);
  /// By which the draws of a sample are told apart.
  int64_t keyOf(int64_t sample) const;
  llvm::Error runLayer(int step);
  llvm::Error checkBipolar(const image::ArrayLayer &layer, BatchValue &input);
  llvm::Error trackBounds(const image::Op &op, int64_t sample,
                          llvm::ArrayRef<const Tensor *> inputs);
  llvm::Error checkCodes(BatchValue &value, const image::Op &op);
  void collect(uint32_t value);
  const Tensor &operand(uint32_t value, int64_t sample);

  const Network &network;
  const std::vector<std::unique_ptr<LayerExecutor>> &layers;
  const image::Image &image;
  Collector &collector;
  int64_t first, count;
  int64_t repetition = 0; ///< of the whole network
  const PreparedBatch *prepared = nullptr;
  std::vector<BatchValue> values;
  // By value, then sample; empty where a value is certain.
  std::vector<std::vector<Interval>> intervals;
};

} // namespace bnn::sim

#endif // BNN_LIB_SIMULATOR_BATCHRUN_H
