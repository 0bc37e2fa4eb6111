//===- Batch.h - A value of the image for some samples ----------*- C++ -*-===//

#ifndef BNN_LIB_SIMULATOR_BATCH_H
#define BNN_LIB_SIMULATOR_BATCH_H

#include "bnn/Image/image.pb.h"
#include "bnn/Support/Tensor.h"
#include <optional>

namespace bnn::sim {

/// Binary codes of a batch, one bit each: 1 stands for `high`, 0 for `low`.
/// bits is [sample][position][words of 32 channels], channel 0 in bit 0, bits
/// beyond the last channel 0.
struct PackedCodes {
  int64_t positions = 1, channels = 0;
  /// The tensor is [channels, positions], else [positions, channels].
  bool channelsFirst = false;
  int32_t low = -1, high = 1;
  std::vector<uint32_t> bits;

  size_t words() const { return size_t(channels + 31) / 32; }
};

/// A value of the image for a batch of samples: a tensor for each (codes and
/// integers are exact in it), or packed bits, or both.
class BatchValue {
public:
  /// `value` must outlive this.
  void init(const image::Value &value, int64_t samples);

  /// The tensors; made from the packed bits where there are only those.
  std::vector<Tensor> &tensors();
  Tensor &tensor(int64_t sample) { return tensors()[sample]; }

  const image::Value &value() const { return *info; }
  int64_t samples() const { return count; }
  void release();
  /// Whether there is anything, packed or not.
  bool isPresent() const { return packed || !dense.empty(); }

  std::optional<PackedCodes> packed;

private:
  void unpack();
  const image::Value *info = nullptr;
  int64_t count = 0;
  std::vector<Tensor> dense;
};

} // namespace bnn::sim

#endif // BNN_LIB_SIMULATOR_BATCH_H
