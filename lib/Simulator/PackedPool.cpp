//===- PackedPool.cpp - Operators on packed bits --------------------------===//

#include "Layer.h"

using namespace llvm;

namespace bnn::sim {

using image::Op;

namespace {

/// A pool over one position set: taps of each output position, or nothing
/// where a window lies in the padding.
bool poolTaps(const Op &op, const image::Value &in, const image::Value &out,
              std::vector<std::vector<int64_t>> &taps) {
  int rank = in.shape_size() - 2;
  if (rank < 1 || in.shape(0) != 1)
    return false;
  int64_t positions = 1, window = 1;
  for (int i = 0; i < rank; ++i) {
    positions *= out.shape(i + 2);
    window *= op.kernel(i);
  }
  taps.resize(positions);
  for (int64_t p = 0; p < positions; ++p) {
    for (int64_t t = 0; t < window; ++t) {
      int64_t index = 0, stride = 1, restP = p, restT = t;
      for (int i = rank - 1; i >= 0; --i) {
        int64_t size = in.shape(i + 2);
        int64_t x = restP % out.shape(i + 2) * op.strides(i) -
                    op.pads_begin(i) + restT % op.kernel(i) * op.dilations(i);
        restP /= out.shape(i + 2);
        restT /= op.kernel(i);
        bool inside = x >= 0 && x < size;
        index = !inside || index < 0 ? -1 : index + x * stride;
        stride *= size;
      }
      if (index >= 0)
        taps[p].push_back(index);
    }
    if (taps[p].empty())
      return false;
  }
  return true;
}

} // namespace

bool runPackedPool(const Op &op, BatchValue &input, BatchValue &output) {
  if (!input.packed || input.packed->low >= input.packed->high)
    return false;
  const PackedCodes &from = *input.packed;
  if (op.kind() == Op::IDENTITY ||
      (op.kind() == Op::RESHAPE && from.positions == 1)) {
    // One row of features stays one row of features.
    output.packed = from;
    if (op.kind() == Op::RESHAPE)
      output.packed->channelsFirst = false;
    return true;
  }
  if (op.kind() != Op::MAX_POOL || !from.channelsFirst)
    return false;
  std::vector<std::vector<int64_t>> taps;
  if (!poolTaps(op, input.value(), output.value(), taps))
    return false;

  size_t words = from.words();
  std::vector<uint32_t> minimum(words, 0);
  for (int c = 0; c < op.minimum_channels_size(); ++c)
    minimum[c / 32] |= uint32_t(op.minimum_channels(c)) << (c % 32);
  PackedCodes &to = output.packed.emplace();
  to = {int64_t(taps.size()), from.channels, true, from.low, from.high, {}};
  to.bits.resize(input.samples() * taps.size() * words);
  uint32_t *row = to.bits.data();
  for (int64_t sample = 0; sample < input.samples(); ++sample)
    for (const std::vector<int64_t> &window : taps) {
      for (size_t w = 0; w < words; ++w) {
        uint32_t any = 0, all = ~0u;
        for (int64_t tap : window) {
          uint32_t bits =
              from.bits[(sample * from.positions + tap) * words + w];
          any |= bits;
          all &= bits;
        }
        *row++ = (any & ~minimum[w]) | (all & minimum[w]);
      }
    }
  return true;
}

} // namespace bnn::sim
