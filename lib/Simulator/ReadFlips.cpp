//===- ReadFlips.cpp - Errors drawn anew at each read ---------------------===//
//
// Plain loops over 32 neurons, compiled once per instruction set: integers
// only, so that every set gives the same results.
//
//===----------------------------------------------------------------------===//

#include "ReadFlips.h"
#include <algorithm>
#include <cmath>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ReadFlips.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace bnn::sim::HWY_NAMESPACE {

/// Philox blocks of a block of neurons: each gives words for four of them.
constexpr size_t quads = blockNeurons / 4;

/// Random words of 32 neurons, of the draw `ordinal` of their output: word i %
/// 4 of Philox4x32-10's block at (neuron i / 4, site, image, ordinal). The
/// round constants are Random123's.
HWY_INLINE void randomWords(const FlipTask &task, size_t row, size_t block,
                            uint32_t ordinal, uint32_t *HWY_RESTRICT words) {
  uint32_t x0[quads], x1[quads], x2[quads], x3[quads];
  for (size_t i = 0; i < quads; ++i) {
    x0[i] = uint32_t((task.firstNeuron + block * blockNeurons) / 4 + i);
    x1[i] = task.sites[row];
    x2[i] = task.images[row];
    x3[i] = ordinal;
  }
  uint32_t key0 = task.key[0], key1 = task.key[1];
  for (int round = 0; round < 10; ++round) {
    for (size_t i = 0; i < quads; ++i) {
      const uint64_t a = uint64_t(0xD2511F53) * x0[i];
      const uint64_t b = uint64_t(0xCD9E8D57) * x2[i];
      x0[i] = uint32_t(b >> 32) ^ x1[i] ^ key0;
      x1[i] = uint32_t(b);
      x2[i] = uint32_t(a >> 32) ^ x3[i] ^ key1;
      x3[i] = uint32_t(a);
    }
    key0 += 0x9E3779B9;
    key1 += 0xBB67AE85;
  }
  for (size_t i = 0; i < quads; ++i) {
    words[4 * i] = x0[i];
    words[4 * i + 1] = x1[i];
    words[4 * i + 2] = x2[i];
    words[4 * i + 3] = x3[i];
  }
}

HWY_INLINE void flipBlock(const FlipTask &task, size_t row, size_t block) {
  uint32_t first[blockNeurons];
  randomWords(task, row, block, 0, first);
  uint32_t flips = 0;
  const auto anyAbove = [&](uint32_t limit) HWY_ATTR {
    uint32_t any = 0;
    for (size_t i = 0; i < blockNeurons; ++i)
      any |= uint32_t(first[i] > limit);
    return any != 0;
  };
  if (!anyAbove(task.table[0]))
    return;

  int32_t *HWY_RESTRICT sums =
      task.sums + (row * task.blocks + block) * blockNeurons;
  uint32_t mismatches[blockNeurons]; // that were not hit yet
  int32_t change[blockNeurons];
  for (size_t i = 0; i < blockNeurons; ++i) {
    mismatches[i] = uint32_t(
        sums[i] + (task.more ? task.more[block * blockNeurons + i] : 0));
    change[i] = 0;
  }
  for (; anyAbove(task.table[flips]); ++flips) {
    uint32_t words[blockNeurons];
    randomWords(task, row, block, flips + 1, words);
    const uint32_t limit = task.table[flips], rest = task.bits - flips;
    for (size_t i = 0; i < blockNeurons; ++i) {
      const uint32_t active = first[i] > limit;
      const uint32_t at = uint32_t(uint64_t(words[i]) * rest >> 32);
      const uint32_t hit = uint32_t(at < mismatches[i]) & active;
      mismatches[i] -= hit;
      change[i] += int32_t(active) - 2 * int32_t(hit);
    }
  }
  for (size_t i = 0; i < blockNeurons; ++i)
    sums[i] += change[i];
}

void flipOnTarget(const FlipTask &task) {
  for (size_t row = 0; row < task.numRows; ++row)
    for (size_t block = 0; block < task.blocks; ++block)
      flipBlock(task, row, block);
}

} // namespace bnn::sim::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace bnn::sim {

HWY_EXPORT(flipOnTarget);

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
