//===- ReadFlips.cpp - Errors drawn anew at each read ---------------------===//
//
// Compiled once per instruction set: integers only, so that every set gives the
// same results.
//
//===----------------------------------------------------------------------===//

#include "ReadFlips.h"
#include <algorithm>
#include <bit>
#include <cmath>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ReadFlips.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace bnn::sim::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

/// Philox blocks of a block of neurons: each gives words for four of them.
constexpr size_t quads = blockNeurons / 4;

// Philox4x32-10; the constants are Random123's.
constexpr uint32_t multiplier0 = 0xD2511F53, multiplier1 = 0xCD9E8D57;
constexpr uint32_t weyl0 = 0x9E3779B9, weyl1 = 0xBB67AE85;

/// The 32 words of the eight Philox blocks at counters (first + i, c1, c2, c3):
/// words 2 i and 2 i + 1 are the first two of block i, words 16 + 2 i and 17 +
/// 2 i the others, so that vectors need no shuffle.
HWY_INLINE void philox(uint32_t key0, uint32_t key1, uint32_t first,
                       uint32_t c1, uint32_t c2, uint32_t c3,
                       uint32_t *HWY_RESTRICT words) {
#if HWY_TARGET == HWY_SCALAR
  for (size_t i = 0; i < quads; ++i) {
    uint32_t x0 = first + uint32_t(i), x1 = c1, x2 = c2, x3 = c3;
    for (uint32_t round = 0; round < 10; ++round) {
      const uint64_t a = uint64_t(multiplier0) * x0;
      const uint64_t b = uint64_t(multiplier1) * x2;
      x0 = uint32_t(b >> 32) ^ x1 ^ (key0 + round * weyl0);
      x1 = uint32_t(b);
      x2 = uint32_t(a >> 32) ^ x3 ^ (key1 + round * weyl1);
      x3 = uint32_t(a);
    }
    words[2 * i] = x0;
    words[2 * i + 1] = x1;
    words[16 + 2 * i] = x2;
    words[17 + 2 * i] = x3;
  }
#else
  // A block to a 64-bit lane; what gathers in the upper halves is ignored.
  const hn::CappedTag<uint64_t, quads> d64;
  const hn::Repartition<uint32_t, decltype(d64)> d32;
  const size_t n = hn::Lanes(d64);
  const auto m0 = hn::BitCast(d32, hn::Set(d64, multiplier0));
  const auto m1 = hn::BitCast(d32, hn::Set(d64, multiplier1));
  const auto low = hn::Set(d64, 0xffffffffu);
  for (size_t i = 0; i < quads; i += n) {
    auto x0 = hn::Iota(d64, first + i), x1 = hn::Set(d64, c1);
    auto x2 = hn::Set(d64, c2), x3 = hn::Set(d64, c3);
    for (uint32_t round = 0; round < 10; ++round) {
      const auto a = hn::MulEven(hn::BitCast(d32, x0), m0);
      const auto b = hn::MulEven(hn::BitCast(d32, x2), m1);
      x0 = hn::Xor(hn::Xor(hn::ShiftRight<32>(b), x1),
                   hn::Set(d64, key0 + round * weyl0));
      x2 = hn::Xor(hn::Xor(hn::ShiftRight<32>(a), x3),
                   hn::Set(d64, key1 + round * weyl1));
      x1 = b;
      x3 = a;
    }
    hn::StoreU(
        hn::BitCast(d32, hn::Or(hn::And(x0, low), hn::ShiftLeft<32>(x1))), d32,
        words + 2 * i);
    hn::StoreU(
        hn::BitCast(d32, hn::Or(hn::And(x2, low), hn::ShiftLeft<32>(x3))), d32,
        words + 16 + 2 * i);
  }
#endif
}

/// The words of 32 neurons for draw `ordinal` of their output.
HWY_INLINE void randomWords(const FlipTask &task, size_t row, size_t block,
                            uint32_t ordinal, uint32_t *HWY_RESTRICT words) {
  philox(task.key[0], task.key[1],
         uint32_t((task.firstNeuron + block * blockNeurons) / 4),
         task.sites[row], task.images[row], ordinal, words);
}

using D32 = hn::CappedTag<uint32_t, 16>;
using V32 = hn::Vec<D32>;

/// The upper halves of the products of 32-bit lanes.
HWY_INLINE V32 multiplyHigh(V32 a, V32 b) {
  const D32 d;
#if HWY_TARGET == HWY_SCALAR
  return hn::Set(d, uint32_t(uint64_t(hn::GetLane(a)) * hn::GetLane(b) >> 32));
#else
  const hn::Repartition<uint64_t, D32> d64;
  const auto even = hn::ShiftRight<32>(hn::MulEven(a, b));
  const auto odd =
      hn::MulEven(hn::BitCast(d, hn::ShiftRight<32>(hn::BitCast(d64, a))), b);
  return hn::OddEven(hn::BitCast(d, odd), hn::BitCast(d, even));
#endif
}

HWY_INLINE void flipBlock(const FlipTask &task, size_t row, size_t block) {
  const D32 d;
  const size_t n = hn::Lanes(d);
  const auto one = hn::Set(d, 1);
  HWY_ALIGN uint32_t first[blockNeurons], words[blockNeurons];
  // Of each neuron: mismatches that were not hit yet, and their change.
  HWY_ALIGN uint32_t mismatches[blockNeurons], changes[blockNeurons];
  randomWords(task, row, block, 0, first);
  int32_t *HWY_RESTRICT sums =
      task.sums + (row * task.blocks + block) * blockNeurons;
  for (size_t i = 0; i < blockNeurons; ++i) {
    mismatches[i] = uint32_t(
        sums[i] + (task.more ? task.more[block * blockNeurons + i] : 0));
    changes[i] = 0;
  }
  for (uint32_t flips = 0;; ++flips) {
    const auto limit = hn::Set(d, task.table[flips]);
    bool any = false;
    for (size_t i = 0; i < blockNeurons; i += n)
      any |= !hn::AllFalse(d, hn::Gt(hn::Load(d, first + i), limit));
    if (!any)
      break;
    randomWords(task, row, block, flips + 1, words);
    const auto rest = hn::Set(d, task.bits - flips);
    for (size_t i = 0; i < blockNeurons; i += n) {
      const auto left = hn::Load(d, mismatches + i);
      const auto active =
          hn::VecFromMask(d, hn::Gt(hn::Load(d, first + i), limit));
      const auto at = multiplyHigh(hn::Load(d, words + i), rest);
      const auto hit = hn::And(active, hn::VecFromMask(d, hn::Lt(at, left)));
      // A mask is -1: it counts down what it is added to.
      hn::Store(hn::Add(left, hit), d, mismatches + i);
      const auto change =
          hn::Sub(hn::And(active, one), hn::And(hit, hn::Set(d, 2)));
      hn::Store(hn::Add(hn::Load(d, changes + i), change), d, changes + i);
    }
  }
  for (size_t i = 0; i < blockNeurons; ++i)
    sums[i] += int32_t(changes[i]);
}

void flipOnTarget(const FlipTask &task) {
  for (size_t row = 0; row < task.numRows; ++row)
    for (size_t block = 0; block < task.blocks; ++block)
      flipBlock(task, row, block);
}

size_t chooseOnTarget(const ChoiceTask &task, uint32_t *cells,
                      uint32_t *chosen) {
  const D32 d;
  const size_t n = hn::Lanes(d);
  HWY_ALIGN uint32_t words[blockNeurons];
  size_t found = 0;
  for (size_t first = 0; first < task.count; first += blockNeurons) {
    philox(task.key[0], task.key[1], uint32_t(first / 4), task.site, task.image,
           0, words);
    for (size_t i = 0; i < blockNeurons; i += n) {
      uint8_t bits[8] = {};
      hn::StoreMaskBits(
          d,
          hn::Lt(hn::Load(d, words + i), hn::LoadU(d, task.limits + first + i)),
          bits);
      for (uint32_t mask = bits[0] | uint32_t(bits[1]) << 8; mask;
           mask &= mask - 1) {
        const size_t lane = i + size_t(std::countr_zero(mask));
        cells[found] = uint32_t(first + lane);
        chosen[found++] = words[lane];
      }
    }
  }
  return found;
}

} // namespace bnn::sim::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace bnn::sim {

HWY_EXPORT(flipOnTarget);
HWY_EXPORT(chooseOnTarget);

size_t runChoice(const ChoiceTask &task, uint32_t *cells, uint32_t *words) {
  return HWY_DYNAMIC_DISPATCH(chooseOnTarget)(task, cells, words);
}

void runFlips(const FlipTask &task) {
  HWY_DYNAMIC_DISPATCH(flipOnTarget)(task);
}

std::vector<uint32_t> binomialTable(uint64_t n, double p) {
  std::vector<uint32_t> table;
  double sum = 0;
  for (uint64_t f = 0; f < n; ++f) {
    double k = double(f), m = double(n);
    double log = std::lgamma(m + 1) - std::lgamma(k + 1) -
                 std::lgamma(m - k + 1) + k * std::log(p) +
                 (m - k) * std::log1p(-p);
    sum += std::exp(log);
    double units = std::floor(sum * 0x1p32 + 0.5);
    if (units >= 0x1p32)
      break;
    table.push_back(uint32_t(std::max(units, 1.0) - 1));
  }
  table.push_back(UINT32_MAX);
  return table;
}

} // namespace bnn::sim
#endif // HWY_ONCE
