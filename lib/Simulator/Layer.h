//===- Layer.h - Array layers as the executors run them ---------*- C++ -*-===//

#ifndef BNN_LIB_SIMULATOR_LAYER_H
#define BNN_LIB_SIMULATOR_LAYER_H

#include "Batch.h"
#include "Geometry.h"
#include <atomic>
#include <memory>

namespace bnn::sim {

/// What one call of `LayerExecutor::run` adds to the caller's knowledge.
struct LayerRecord {
  uint64_t rowReads = 0, cycles = 0;
  /// Where wanted: [sample][output element], in the output's element order.
  std::vector<int64_t> *counts = nullptr;
};

/// One array layer, ready to run batches of samples.
class LayerExecutor {
public:
  virtual ~LayerExecutor() = default;
  /// Reads the codes of `input`, fills `output` for the same samples.
  virtual void run(BatchValue &input, BatchValue &output,
                   LayerRecord &record) const = 0;
};

/// Read by read from the cells of `image`.
llvm::Expected<std::unique_ptr<LayerExecutor>>
makeReplayLayer(const image::Image &image, const image::ArrayLayer &layer);

/// Compiled to packed blocks.
llvm::Expected<std::unique_ptr<LayerExecutor>>
makeFusedLayer(const image::Image &image, const image::ArrayLayer &layer);

/// Maximum pool of binary codes on packed bits; false where `op`, `input` or
/// `output` do not allow it, and nothing was done.
bool runPackedPool(const image::Op &op, BatchValue &input, BatchValue &output);

} // namespace bnn::sim

#endif // BNN_LIB_SIMULATOR_LAYER_H
