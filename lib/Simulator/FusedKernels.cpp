//===- FusedKernels.cpp - Mismatch counts of packed rows ------------------===//
//
// Compiled once per instruction set by Highway, which picks the best one at
// run time. HWY_WANT_AVX3_DL is set by the build: without it the instruction
// VPOPCNTD is never reached.
//
//===----------------------------------------------------------------------===//

#include "FusedKernels.h"
#include <algorithm>
#include <cstring>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "FusedKernels.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

// Where 32-bit words have a population count of their own, it is used; else
// bytes are counted and summed up before they overflow.
#undef BNN_WORD_POPCOUNT
// (The scalar target has no bytes beside its one word.)
#if HWY_TARGET == HWY_AVX3_DL || HWY_TARGET == HWY_AVX3_ZEN4 ||                \
    HWY_TARGET == HWY_SCALAR
#define BNN_WORD_POPCOUNT 1
#else
#define BNN_WORD_POPCOUNT 0
#endif

HWY_BEFORE_NAMESPACE();
namespace bnn::sim::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// Vectors of at most one block; every N divides it.
using D32 = hn::CappedTag<uint32_t, 16>;
using DS32 = hn::RebindToSigned<D32>;
using V32 = hn::Vec<D32>;

/// Bit by bit, that of `yes` where `x` has a 1. (IfVecThenElse is it with
/// AVX-512, where it is one instruction; before, it looks at the top bit of
/// each byte only.)
HWY_INLINE V32 select(V32 x, V32 yes, V32 no) {
#if HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX3_DL ||                     \
    HWY_TARGET == HWY_AVX3_ZEN4
  return hn::IfVecThenElse(x, yes, no);
#else
  return hn::Or(hn::And(x, yes), hn::AndNot(x, no));
#endif
}

/// Mismatches of one input word (in all lanes) with the weights. Split: `w` are
/// the mismatches of a 1 and `z` those of a 0.
template <bool Masked, bool Split>
HWY_INLINE V32 differ(V32 x, V32 w, V32 z, V32 m) {
  V32 different;
  if constexpr (Split)
    different = select(x, w, z);
  else
    different = hn::Xor(x, w);
  if constexpr (Masked)
    return hn::And(different, m);
  return different;
}

/// The eight running counts of a tile of 4 rows by 2 vectors of neurons; as
/// named variables, since arrays of vectors end up in memory.
struct Counts {
  V32 a0, a1, a2, a3, b0, b1, b2, b3;
};

#if BNN_WORD_POPCOUNT

template <bool Masked, bool Split>
HWY_INLINE void
countTile(const uint32_t *HWY_RESTRICT w, const uint32_t *HWY_RESTRICT z,
          const uint32_t *HWY_RESTRICT m, const uint32_t *HWY_RESTRICT x0,
          const uint32_t *HWY_RESTRICT x1, const uint32_t *HWY_RESTRICT x2,
          const uint32_t *HWY_RESTRICT x3, size_t words, Counts &counts) {
  const D32 d;
  const size_t n = hn::Lanes(d);
  V32 a0 = hn::Zero(d), a1 = a0, a2 = a0, a3 = a0;
  V32 b0 = a0, b1 = a0, b2 = a0, b3 = a0;
  for (size_t k = 0; k < words; ++k) {
    const V32 wa = hn::LoadU(d, w + k * blockNeurons);
    const V32 wb = hn::LoadU(d, w + k * blockNeurons + n);
    V32 ma = wa, mb = wb, za = wa, zb = wb;
    if constexpr (Masked) {
      ma = hn::LoadU(d, m + k * blockNeurons);
      mb = hn::LoadU(d, m + k * blockNeurons + n);
    }
    if constexpr (Split) {
      za = hn::LoadU(d, z + k * blockNeurons);
      zb = hn::LoadU(d, z + k * blockNeurons + n);
    }
    const V32 v0 = hn::Set(d, x0[k]), v1 = hn::Set(d, x1[k]);
    const V32 v2 = hn::Set(d, x2[k]), v3 = hn::Set(d, x3[k]);
    a0 =
        hn::Add(a0, hn::PopulationCount(differ<Masked, Split>(v0, wa, za, ma)));
    b0 =
        hn::Add(b0, hn::PopulationCount(differ<Masked, Split>(v0, wb, zb, mb)));
    a1 =
        hn::Add(a1, hn::PopulationCount(differ<Masked, Split>(v1, wa, za, ma)));
    b1 =
        hn::Add(b1, hn::PopulationCount(differ<Masked, Split>(v1, wb, zb, mb)));
    a2 =
        hn::Add(a2, hn::PopulationCount(differ<Masked, Split>(v2, wa, za, ma)));
    b2 =
        hn::Add(b2, hn::PopulationCount(differ<Masked, Split>(v2, wb, zb, mb)));
    a3 =
        hn::Add(a3, hn::PopulationCount(differ<Masked, Split>(v3, wa, za, ma)));
    b3 =
        hn::Add(b3, hn::PopulationCount(differ<Masked, Split>(v3, wb, zb, mb)));
  }
  counts = {a0, a1, a2, a3, b0, b1, b2, b3};
}

/// Two planes of 8 rows: twice the weights are loaded for each word, so twice
/// the rows share them. `x` are the rows' words.
HWY_INLINE void countEight(const uint32_t *HWY_RESTRICT w,
                           const uint32_t *HWY_RESTRICT z,
                           const uint32_t *const *HWY_RESTRICT x, size_t words,
                           Counts &low, Counts &high) {
  const D32 d;
  const size_t n = hn::Lanes(d);
  const uint32_t *HWY_RESTRICT x0 = x[0], *HWY_RESTRICT x1 = x[1];
  const uint32_t *HWY_RESTRICT x2 = x[2], *HWY_RESTRICT x3 = x[3];
  const uint32_t *HWY_RESTRICT x4 = x[4], *HWY_RESTRICT x5 = x[5];
  const uint32_t *HWY_RESTRICT x6 = x[6], *HWY_RESTRICT x7 = x[7];
  V32 a0 = hn::Zero(d), a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0;
  V32 a7 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0, b4 = a0, b5 = a0, b6 = a0;
  V32 b7 = a0;
  auto count = [](V32 &sum, V32 v, V32 one, V32 zero) HWY_ATTR {
    sum = hn::Add(sum, hn::PopulationCount(select(v, one, zero)));
  };
  for (size_t k = 0; k < words; ++k) {
    const V32 wa = hn::LoadU(d, w + k * blockNeurons);
    const V32 wb = hn::LoadU(d, w + k * blockNeurons + n);
    const V32 za = hn::LoadU(d, z + k * blockNeurons);
    const V32 zb = hn::LoadU(d, z + k * blockNeurons + n);
    const V32 v0 = hn::Set(d, x0[k]), v1 = hn::Set(d, x1[k]);
    count(a0, v0, wa, za);
    count(b0, v0, wb, zb);
    count(a1, v1, wa, za);
    count(b1, v1, wb, zb);
    const V32 v2 = hn::Set(d, x2[k]), v3 = hn::Set(d, x3[k]);
    count(a2, v2, wa, za);
    count(b2, v2, wb, zb);
    count(a3, v3, wa, za);
    count(b3, v3, wb, zb);
    const V32 v4 = hn::Set(d, x4[k]), v5 = hn::Set(d, x5[k]);
    count(a4, v4, wa, za);
    count(b4, v4, wb, zb);
    count(a5, v5, wa, za);
    count(b5, v5, wb, zb);
    const V32 v6 = hn::Set(d, x6[k]), v7 = hn::Set(d, x7[k]);
    count(a6, v6, wa, za);
    count(b6, v6, wb, zb);
    count(a7, v7, wa, za);
    count(b7, v7, wb, zb);
  }
  low = {a0, a1, a2, a3, b0, b1, b2, b3};
  high = {a4, a5, a6, a7, b4, b5, b6, b7};
}

#else

using D8 = hn::Repartition<uint8_t, D32>;
using D16 = hn::Repartition<uint16_t, D32>;
using V8 = hn::Vec<D8>;

/// Sums of the four bytes of each word.
HWY_INLINE V32 sumBytes(V8 bytes) {
  const D32 d32;
  const D16 d16;
  const auto pairs = hn::BitCast(d16, bytes);
  const auto sums =
      hn::Add(hn::And(pairs, hn::Set(d16, 0x00ff)), hn::ShiftRight<8>(pairs));
  const V32 quads = hn::BitCast(d32, sums);
  return hn::Add(hn::And(quads, hn::Set(d32, 0x0000ffff)),
                 hn::ShiftRight<16>(quads));
}

/// Two rows by two vectors: the byte counts of more do not fit 16 registers.
template <bool Masked, bool Split>
HWY_INLINE void
countPair(const uint32_t *HWY_RESTRICT w, const uint32_t *HWY_RESTRICT z,
          const uint32_t *HWY_RESTRICT m, const uint32_t *HWY_RESTRICT x0,
          const uint32_t *HWY_RESTRICT x1, size_t words, V32 &outA0, V32 &outA1,
          V32 &outB0, V32 &outB1) {
  const D32 d;
  const D8 d8;
  const size_t n = hn::Lanes(d);
  V32 sumA0 = hn::Zero(d), sumA1 = sumA0, sumB0 = sumA0, sumB1 = sumA0;
  // A byte gains at most 8 per word: 31 words stay below 256.
  for (size_t first = 0; first < words; first += 31) {
    const size_t last = std::min(words, first + 31);
    V8 a0 = hn::Zero(d8), a1 = a0, b0 = a0, b1 = a0;
    for (size_t k = first; k < last; ++k) {
      const V32 wa = hn::LoadU(d, w + k * blockNeurons);
      const V32 wb = hn::LoadU(d, w + k * blockNeurons + n);
      V32 ma = wa, mb = wb, za = wa, zb = wb;
      if constexpr (Masked) {
        ma = hn::LoadU(d, m + k * blockNeurons);
        mb = hn::LoadU(d, m + k * blockNeurons + n);
      }
      if constexpr (Split) {
        za = hn::LoadU(d, z + k * blockNeurons);
        zb = hn::LoadU(d, z + k * blockNeurons + n);
      }
      const V32 v0 = hn::Set(d, x0[k]), v1 = hn::Set(d, x1[k]);
      auto bytes = [&](V32 x, V32 weight, V32 zero, V32 mask) HWY_ATTR {
        return hn::PopulationCount(
            hn::BitCast(d8, differ<Masked, Split>(x, weight, zero, mask)));
      };
      a0 = hn::Add(a0, bytes(v0, wa, za, ma));
      b0 = hn::Add(b0, bytes(v0, wb, zb, mb));
      a1 = hn::Add(a1, bytes(v1, wa, za, ma));
      b1 = hn::Add(b1, bytes(v1, wb, zb, mb));
    }
    sumA0 = hn::Add(sumA0, sumBytes(a0));
    sumA1 = hn::Add(sumA1, sumBytes(a1));
    sumB0 = hn::Add(sumB0, sumBytes(b0));
    sumB1 = hn::Add(sumB1, sumBytes(b1));
  }
  outA0 = sumA0;
  outA1 = sumA1;
  outB0 = sumB0;
  outB1 = sumB1;
}

template <bool Masked, bool Split>
HWY_INLINE void countTile(const uint32_t *w, const uint32_t *z,
                          const uint32_t *m, const uint32_t *x0,
                          const uint32_t *x1, const uint32_t *x2,
                          const uint32_t *x3, size_t words, Counts &counts) {
  countPair<Masked, Split>(w, z, m, x0, x1, words, counts.a0, counts.a1,
                           counts.b0, counts.b1);
  countPair<Masked, Split>(w, z, m, x2, x3, words, counts.a2, counts.a3,
                           counts.b2, counts.b3);
}

#endif

/// Where the results of neurons block * 32 + offset .. + N - 1 of a row go.
HWY_INLINE void emit(const MismatchTask &task, size_t row, size_t block,
                     size_t offset, V32 counts) {
  const DS32 d;
  const size_t first = block * blockNeurons + offset;
  auto s = hn::BitCast(d, counts);
  if (!task.bits) {
    int32_t *to = task.sums + row * task.blocks * blockNeurons + first;
    if (task.accumulate)
      s = hn::Add(s, hn::LoadU(d, to));
    hn::StoreU(s, d, to);
    return;
  }
  const size_t cls = task.rowClasses ? task.rowClasses[row] : 0;
  const auto limit =
      hn::LoadU(d, task.limits + cls * task.blocks * blockNeurons + first);
  uint8_t raw[8] = {};
  const size_t size = hn::StoreMaskBits(d, hn::Lt(s, limit), raw);
  uint32_t mask = 0;
  std::memcpy(&mask, raw, std::min<size_t>(size, 4));
  uint32_t *word = task.bits + row * task.bitStride + block;
  // The first vector of a block sets the word, with the inversion in it.
  if (offset == 0)
    *word = task.inverts[cls * task.blocks + block];
  *word ^= mask << offset;
}

/// The first `rows` of four.
HWY_INLINE void emitTile(const MismatchTask &task, size_t row, size_t rows,
                         size_t block, size_t offset, const Counts &total) {
  const size_t n = hn::Lanes(D32());
  emit(task, row, block, offset, total.a0);
  emit(task, row, block, offset + n, total.b0);
  if (rows > 1) {
    emit(task, row + 1, block, offset, total.a1);
    emit(task, row + 1, block, offset + n, total.b1);
  }
  if (rows > 2) {
    emit(task, row + 2, block, offset, total.a2);
    emit(task, row + 2, block, offset + n, total.b2);
  }
  if (rows > 3) {
    emit(task, row + 3, block, offset, total.a3);
    emit(task, row + 3, block, offset + n, total.b3);
  }
}

template <bool Masked, bool Split>
HWY_INLINE void runTask(const MismatchTask &task) {
  const D32 d;
  const size_t n = hn::Lanes(d);
  for (size_t block = 0; block < task.blocks; ++block) {
    const size_t blockAt = block * task.words * blockNeurons;
    size_t row = 0;
#if BNN_WORD_POPCOUNT
    if (Split && !Masked && task.planes == 1 && task.factors[0] == 1)
      for (; row + 8 <= task.numRows; row += 8) {
        const uint32_t *x[8];
        for (size_t r = 0; r < 8; ++r)
          x[r] = task.rows + (row + r) * task.rowStride;
        for (size_t offset = 0; offset < blockNeurons; offset += 2 * n) {
          Counts low, high;
          countEight(task.oneMisses + blockAt + offset,
                     task.zeroMisses + blockAt + offset, x, task.words, low,
                     high);
          emitTile(task, row, 4, block, offset, low);
          emitTile(task, row + 4, 4, block, offset, high);
        }
      }
#endif
    for (; row < task.numRows; row += 4) {
      // Rows behind the last one repeat it and are not emitted.
      const size_t rows = std::min<size_t>(4, task.numRows - row);
      const uint32_t *x[4];
      for (size_t r = 0; r < 4; ++r)
        x[r] = task.rows + (row + std::min(r, rows - 1)) * task.rowStride;
      for (size_t offset = 0; offset < blockNeurons; offset += 2 * n) {
        const uint32_t *w =
            (Split ? task.oneMisses : task.weights) + blockAt + offset;
        const uint32_t *m = Masked ? task.masks + blockAt + offset : nullptr;
        const uint32_t *z =
            Split ? task.zeroMisses + blockAt + offset : nullptr;
        Counts total;
        countTile<Masked, Split>(w, z, m, x[0], x[1], x[2], x[3], task.words,
                                 total);
        if (task.planes > 1 || task.factors[0] != 1) {
          const V32 factor = hn::Set(d, uint32_t(task.factors[0]));
          total = {hn::Mul(total.a0, factor), hn::Mul(total.a1, factor),
                   hn::Mul(total.a2, factor), hn::Mul(total.a3, factor),
                   hn::Mul(total.b0, factor), hn::Mul(total.b1, factor),
                   hn::Mul(total.b2, factor), hn::Mul(total.b3, factor)};
          for (size_t plane = 1; plane < task.planes; ++plane) {
            const size_t at = plane * task.planeStride;
            const V32 f = hn::Set(d, uint32_t(task.factors[plane]));
            Counts c;
            countTile<Masked, Split>(w, z, m, x[0] + at, x[1] + at, x[2] + at,
                                     x[3] + at, task.words, c);
            total = {hn::Add(hn::Mul(c.a0, f), total.a0),
                     hn::Add(hn::Mul(c.a1, f), total.a1),
                     hn::Add(hn::Mul(c.a2, f), total.a2),
                     hn::Add(hn::Mul(c.a3, f), total.a3),
                     hn::Add(hn::Mul(c.b0, f), total.b0),
                     hn::Add(hn::Mul(c.b1, f), total.b1),
                     hn::Add(hn::Mul(c.b2, f), total.b2),
                     hn::Add(hn::Mul(c.b3, f), total.b3)};
          }
        }
        emitTile(task, row, rows, block, offset, total);
      }
    }
  }
}

void runOnTarget(const MismatchTask &task) {
  if (task.masks && task.zeroMisses)
    runTask<true, true>(task);
  else if (task.masks)
    runTask<true, false>(task);
  else if (task.zeroMisses)
    runTask<false, true>(task);
  else
    runTask<false, false>(task);
}

void compareOnTarget(const MismatchTask &task) {
  const D32 d;
  for (size_t row = 0; row < task.numRows; ++row)
    for (size_t block = 0; block < task.blocks; ++block)
      for (size_t offset = 0; offset < blockNeurons; offset += hn::Lanes(d)) {
        const int32_t *from =
            task.sums + (row * task.blocks + block) * blockNeurons + offset;
        emit(task, row, block, offset, hn::BitCast(d, hn::LoadU(DS32(), from)));
      }
}

const char *targetName() { return hwy::TargetName(HWY_TARGET); }

} // namespace bnn::sim::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace bnn::sim {

HWY_EXPORT(runOnTarget);
HWY_EXPORT(compareOnTarget);
HWY_EXPORT(targetName);

void runMismatch(const MismatchTask &task) {
  HWY_DYNAMIC_DISPATCH(runOnTarget)(task);
}

void runCompare(const MismatchTask &task) {
  HWY_DYNAMIC_DISPATCH(compareOnTarget)(task);
}

const char *mismatchTargetName() { return HWY_DYNAMIC_DISPATCH(targetName)(); }

} // namespace bnn::sim
#endif // HWY_ONCE
