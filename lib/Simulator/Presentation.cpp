//===- Presentation.cpp - Inputs as random bits ---------------------------===//

#include "Presentation.h"
#include "bnn/Device/Random.h"
#include "llvm/ADT/STLExtras.h"
#include <algorithm>

namespace bnn::sim {

Tensor presentCodes(const image::Op &op, const image::Value &range,
                    const Tensor &codes, uint64_t seed, uint64_t sample) {
  uint64_t most = uint64_t(int64_t(range.code_max()) - range.code_min());
  device::Stream stream(seed, /*chip=*/0, device::Draw::Input,
                        uint64_t(op.axis()));
  Tensor counts;
  counts.type = ElementType::Int32;
  counts.shape = codes.shape;
  counts.data.reserve(codes.data.size());
  for (auto [i, code] : llvm::enumerate(codes.data)) {
    auto above = uint64_t(int64_t(code) - range.code_min());
    int64_t ones = 0;
    for (int64_t block = 0; block * 4 < op.k(); ++block) {
      std::array<uint32_t, 4> words =
          stream.words(sample, uint64_t(i) << 8 | uint64_t(block));
      // A word is below above / most of all words, up to 2^-32.
      for (int64_t t = block * 4; t < std::min(op.k(), block * 4 + 4); ++t)
        ones += uint64_t(words[t % 4]) * most >> 32 < above;
    }
    counts.data.push_back(double(ones));
  }
  return counts;
}

} // namespace bnn::sim
