//===- Philox-inl.h - Counter-based random numbers in vectors ---*- C++ -*-===//
//
// Included once per instruction set, as Highway's "-inl" headers are.
//
//===----------------------------------------------------------------------===//

#if defined(BNN_DEVICE_PHILOX_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef BNN_DEVICE_PHILOX_INL_H
#undef BNN_DEVICE_PHILOX_INL_H
#else
#define BNN_DEVICE_PHILOX_INL_H
#endif

#include "hwy/highway.h"
#include <cstddef>
#include <cstdint>

HWY_BEFORE_NAMESPACE();
namespace bnn::device::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

/// Counters that are worked on together.
constexpr size_t batch = 16;

// Philox4x32-10; the constants are Random123's.
constexpr uint32_t multiplier0 = 0xD2511F53, multiplier1 = 0xCD9E8D57;
constexpr uint32_t weyl0 = 0x9E3779B9, weyl1 = 0xBB67AE85;

/// The four words of each of the `batch` Philox blocks at the counters
/// (first[i], c1, c2, c3): words[w][i].
HWY_INLINE void philox(const uint32_t *HWY_RESTRICT key,
                       const uint32_t *HWY_RESTRICT first, uint32_t c1,
                       uint32_t c2, uint32_t c3, uint32_t (*words)[batch]) {
#if HWY_TARGET == HWY_SCALAR
  for (size_t i = 0; i < batch; ++i) {
    uint32_t x0 = first[i], x1 = c1, x2 = c2, x3 = c3;
    for (uint32_t round = 0; round < 10; ++round) {
      const uint64_t a = uint64_t(multiplier0) * x0;
      const uint64_t b = uint64_t(multiplier1) * x2;
      x0 = uint32_t(b >> 32) ^ x1 ^ (key[0] + round * weyl0);
      x1 = uint32_t(b);
      x2 = uint32_t(a >> 32) ^ x3 ^ (key[1] + round * weyl1);
      x3 = uint32_t(a);
    }
    words[0][i] = x0;
    words[1][i] = x1;
    words[2][i] = x2;
    words[3][i] = x3;
  }
#else
  // A block to a 64-bit lane; what gathers in the upper halves is ignored.
  const hn::CappedTag<uint64_t, 8> d64;
  const hn::Repartition<uint32_t, decltype(d64)> d32;
  const hn::Rebind<uint32_t, decltype(d64)> half;
  const size_t n = hn::Lanes(d64);
  const auto m0 = hn::BitCast(d32, hn::Set(d64, multiplier0));
  const auto m1 = hn::BitCast(d32, hn::Set(d64, multiplier1));
  HWY_ALIGN uint64_t out[4][batch];
  for (size_t i = 0; i < batch; i += n) {
    auto x0 = hn::PromoteTo(d64, hn::LoadU(half, first + i));
    auto x1 = hn::Set(d64, c1), x2 = hn::Set(d64, c2), x3 = hn::Set(d64, c3);
    for (uint32_t round = 0; round < 10; ++round) {
      const auto a = hn::MulEven(hn::BitCast(d32, x0), m0);
      const auto b = hn::MulEven(hn::BitCast(d32, x2), m1);
      x0 = hn::Xor(hn::Xor(hn::ShiftRight<32>(b), x1),
                   hn::Set(d64, key[0] + round * weyl0));
      x2 = hn::Xor(hn::Xor(hn::ShiftRight<32>(a), x3),
                   hn::Set(d64, key[1] + round * weyl1));
      x1 = b;
      x3 = a;
    }
    hn::Store(x0, d64, out[0] + i);
    hn::Store(x1, d64, out[1] + i);
    hn::Store(x2, d64, out[2] + i);
    hn::Store(x3, d64, out[3] + i);
  }
  for (size_t w = 0; w < 4; ++w)
    for (size_t i = 0; i < batch; ++i)
      words[w][i] = uint32_t(out[w][i]);
#endif
}

using D32 = hn::CappedTag<uint32_t, batch>;
using V32 = hn::Vec<D32>;

} // namespace bnn::device::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
