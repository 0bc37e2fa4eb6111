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
#include <cstring>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ReadFlips.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace bnn::sim::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

/// Outputs that are worked on together.
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

/// Outputs whose flips are drawn, side by side so that vectors are full, with
/// room for a vector behind the last.
struct Queue {
  explicit Queue(size_t size) : neuron(size + batch), misses(size + batch) {
    for (std::vector<uint32_t> &word : words)
      word.resize(size + batch);
  }
  std::vector<uint32_t> neuron;   ///< of the group
  std::vector<uint32_t> misses;   ///< mismatches, padding columns included
  std::vector<uint32_t> words[4]; ///< of the output's first block
  size_t size = 0;
};

/// Counters of a stream: an output's own blocks are numbered from 0, the block
/// of the highest bytes lies beyond them.
constexpr uint32_t byteOrdinal = UINT32_MAX;
/// Outputs whose highest bytes come from one batch of blocks.
constexpr size_t byteGroup = batch * 16;

/// The highest byte of each output's word 0, so that one block decides for most
/// of 16 outputs that nothing happens: byte `firstNeuron % byteGroup` belongs
/// to neuron 0 of the task.
HWY_INLINE void drawBytes(const FlipTask &task, size_t row,
                          std::vector<uint8_t> &bytes) {
  HWY_ALIGN uint32_t words[4][batch], counters[batch];
  uint32_t block = uint32_t(task.firstNeuron / byteGroup * batch);
  for (size_t first = 0; first < bytes.size() / byteGroup; ++first) {
    for (size_t i = 0; i < batch; ++i)
      counters[i] = block++;
    philox(task.key, counters, task.sites[row], task.images[row], byteOrdinal,
           words);
    std::memcpy(bytes.data() + first * byteGroup, words, byteGroup);
  }
}

/// Distribution functions by the highest byte of a word, for the first numbers
/// of flips: what is below byte(need) has fewer than `need` flips.
class ByteTable {
public:
  explicit ByteTable(const FlipTask &task) {
    size_t entries = HWY_TARGET == HWY_SCALAR ? batch : hn::Lanes(D32());
    last = uint32_t(std::min<size_t>(entries, task.tableSize) - 1);
    for (size_t i = 0; i <= last; ++i)
      bytes[i] = task.table[i] >> 24;
  }

  HWY_INLINE V32 of(V32 need) const {
    const D32 d;
    const auto at = hn::Min(hn::Sub(need, hn::Set(d, 1)), hn::Set(d, last));
#if HWY_TARGET == HWY_SCALAR
    return hn::Set(d, bytes[hn::GetLane(at)]);
#else
    return hn::TableLookupLanes(hn::Load(d, bytes), hn::IndicesFromVec(d, at));
#endif
  }

private:
  HWY_ALIGN uint32_t bytes[batch] = {};
  uint32_t last;
};

/// Queues the outputs of a row that have enough flips to change what comes of
/// them, as far as the highest byte tells. Where bits come out, the flips must
/// reach the limit.
HWY_INLINE void queueRow(const FlipTask &task, size_t row,
                         const ByteTable &table, const uint8_t *bytes,
                         Queue &queue) {
  const D32 d;
  const hn::RebindToSigned<D32> ds;
  const hn::Rebind<uint8_t, D32> d8;
  const size_t n = hn::Lanes(d), lanes = task.blocks * blockNeurons;
  const int32_t *sums = task.sums + row * lanes;
  const int32_t *limits =
      task.limits
          ? task.limits + (task.rowClasses ? task.rowClasses[row] : 0) * lanes
          : nullptr;
  const auto always = table.of(hn::Set(d, 1));
  uint32_t *neurons = queue.neuron.data();
  for (size_t i = 0; i < lanes; i += n) {
    auto least = always;
    if (limits) {
      // From below the limit is reached, from above it is passed. Limits that
      // nothing reaches overflow to what is no small number either.
      const auto up =
          hn::Sub(hn::LoadU(ds, limits + i), hn::LoadU(ds, sums + i));
      least =
          table.of(hn::BitCast(d, hn::Max(up, hn::Sub(hn::Set(ds, 1), up))));
    }
    const auto byte = hn::PromoteTo(d, hn::LoadU(d8, bytes + i));
    const auto wanted = hn::Not(hn::Lt(byte, least));
    if (hn::AllFalse(d, wanted))
      continue;
    neurons += hn::CompressStore(hn::Iota(d, uint32_t(i)), wanted, d, neurons);
  }
  queue.size = size_t(neurons - queue.neuron.data());
}

/// Draws the numbers of flips of the queued outputs.
HWY_INLINE void drawWords(const FlipTask &task, size_t row,
                          const uint8_t *bytes, Queue &queue) {
  HWY_ALIGN uint32_t words[4][batch], counters[batch];
  const int32_t *sums = task.sums + row * task.blocks * blockNeurons;
  for (size_t first = 0; first < queue.size; first += batch) {
    const size_t size = std::min(batch, queue.size - first);
    for (size_t i = 0; i < batch; ++i)
      counters[i] = queue.neuron[first + i] + task.firstNeuron;
    philox(task.key, counters, task.sites[row], task.images[row], 0, words);
    for (size_t i = 0; i < size; ++i) {
      const uint32_t neuron = queue.neuron[first + i];
      words[0][i] = uint32_t(bytes[neuron]) << 24 | words[0][i] >> 8;
      queue.misses[first + i] =
          uint32_t(sums[neuron] + (task.more ? task.more[neuron] : 0));
    }
    for (size_t w = 0; w < 4; ++w)
      std::copy_n(words[w], size, queue.words[w].begin() + first);
  }
}

/// Lets each flip hit a mismatch or not: flip k takes word k + 1 of its output.
HWY_INLINE void walk(const FlipTask &task, size_t row, Queue &hits) {
  const D32 d;
  const size_t n = hn::Lanes(d);
  const auto one = hn::Set(d, 1), two = hn::Set(d, 2);
  int32_t *sums = task.sums + row * task.blocks * blockNeurons;
  HWY_ALIGN uint32_t words[4][batch], counters[batch], changes[batch];
  for (size_t first = 0; first < hits.size; first += batch) {
    const size_t size = std::min(batch, hits.size - first);
    for (size_t w = 0; w < 4; ++w)
      for (size_t i = 0; i < batch; ++i)
        words[w][i] = hits.words[w][first + i];
    // What lies behind the last output is drawn, too, and not used.
    for (size_t i = 0; i < batch; ++i)
      changes[i] = 0;
    for (uint32_t flips = 0;; ++flips) {
      const auto limit = hn::Set(d, task.table[flips]);
      bool any = false;
      for (size_t i = 0; i < batch; i += n)
        any |= !hn::AllFalse(
            d, hn::Gt(hn::LoadU(d, hits.words[0].data() + first + i), limit));
      if (!any)
        break;
      const uint32_t ordinal = (flips + 1) / 4;
      if ((flips + 1) % 4 == 0) {
        for (size_t i = 0; i < batch; ++i)
          counters[i] = hits.neuron[first + i] + task.firstNeuron;
        philox(task.key, counters, task.sites[row], task.images[row], ordinal,
               words);
      }
      const auto rest = hn::Set(d, task.bits - flips);
      for (size_t i = 0; i < batch; i += n) {
        uint32_t *misses = hits.misses.data() + first + i;
        const auto left = hn::LoadU(d, misses);
        const auto active = hn::VecFromMask(
            d, hn::Gt(hn::LoadU(d, hits.words[0].data() + first + i), limit));
        const auto at =
            multiplyHigh(hn::Load(d, words[(flips + 1) % 4] + i), rest);
        const auto hit = hn::And(active, hn::VecFromMask(d, hn::Lt(at, left)));
        // A mask is -1: it counts down what it is added to.
        hn::StoreU(hn::Add(left, hit), d, misses);
        const auto change = hn::Sub(hn::And(active, one), hn::And(hit, two));
        hn::Store(hn::Add(hn::Load(d, changes + i), change), d, changes + i);
      }
    }
    for (size_t i = 0; i < size; ++i)
      sums[hits.neuron[first + i]] += int32_t(changes[i]);
  }
}

void flipOnTarget(const FlipTask &task) {
  const size_t lanes = task.blocks * blockNeurons;
  const size_t shift = task.firstNeuron % byteGroup;
  Queue queue(lanes);
  std::vector<uint8_t> bytes((shift + lanes + byteGroup - 1) / byteGroup *
                             byteGroup);
  const ByteTable table(task);
  for (size_t row = 0; row < task.numRows; ++row) {
    drawBytes(task, row, bytes);
    queueRow(task, row, table, bytes.data() + shift, queue);
    drawWords(task, row, bytes.data() + shift, queue);
    walk(task, row, queue);
  }
}

size_t chooseOnTarget(const ChoiceTask &task, uint32_t *cells,
                      uint32_t *chosen) {
  const D32 d;
  const size_t n = hn::Lanes(d);
  HWY_ALIGN uint32_t blocks[batch], drawn[4][batch];
  size_t found = 0;
  // Four words of a block for four cells in a row of `batch`.
  for (size_t first = 0; first < task.count; first += 4 * batch) {
    for (size_t i = 0; i < batch; ++i)
      blocks[i] = uint32_t(first / 4 + i);
    philox(task.key, blocks, task.site, task.image, 0, drawn);
    const uint32_t *words = drawn[0];
    for (size_t i = 0; i < 4 * batch; i += n) {
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
