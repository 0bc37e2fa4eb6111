//===- Batch.cpp - A value of the image for some samples ------------------===//

#include "Batch.h"

using namespace llvm;

namespace bnn::sim {

void BatchValue::init(const image::Value &value, int64_t samples) {
  info = &value;
  count = samples;
  dense.clear();
  packed.reset();
}

void BatchValue::release() {
  dense = {};
  packed.reset();
}

std::vector<Tensor> &BatchValue::tensors() {
  if (dense.empty()) {
    dense.resize(count);
    if (packed)
      unpack();
  }
  return dense;
}

void BatchValue::unpack() {
  size_t words = packed->words();
  for (int64_t sample = 0; sample < count; ++sample) {
    Tensor &tensor = dense[sample];
    tensor.type = ElementType::Int32;
    tensor.shape.assign(info->shape().begin(), info->shape().end());
    tensor.data.resize(packed->positions * packed->channels);
    int64_t stepC = packed->channelsFirst ? packed->positions : 1;
    int64_t stepP = packed->channelsFirst ? 1 : packed->channels;
    for (int64_t p = 0; p < packed->positions; ++p) {
      const uint32_t *row =
          packed->bits.data() + (sample * packed->positions + p) * words;
      for (int64_t c = 0; c < packed->channels; ++c)
        tensor.data[c * stepC + p * stepP] =
            row[c / 32] >> (c % 32) & 1 ? packed->high : packed->low;
    }
  }
}

} // namespace bnn::sim
