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

/// Runs samples first .. first + count - 1 through all steps.
class BatchRun {
public:
  BatchRun(const Network &network, Collector &collector, int64_t first,
           int64_t count);
  llvm::Error run(llvm::ArrayRef<Tensor> inputs);
  uint64_t rowReads = 0, cycles = 0;

private:
  llvm::Error runOp(const image::Op &op, bool feedsEncoding);
  llvm::Error runLayer(int step);
  llvm::Error trackBounds(const image::Op &op, int64_t sample,
                          llvm::ArrayRef<const Tensor *> inputs);
  llvm::Error checkCodes(BatchValue &value, const image::Op &op);
  void collect(uint32_t value);
  const Tensor &operand(uint32_t value, int64_t sample);

  const Network &network;
  const image::Image &image;
  Collector &collector;
  int64_t first, count;
  std::vector<BatchValue> values;
  // By value, then sample; empty where a value is certain.
  std::vector<std::vector<Interval>> intervals;
};

} // namespace bnn::sim

#endif // BNN_LIB_SIMULATOR_BATCHRUN_H
