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

#include "bnn/Device/Philox-inl.h"

HWY_BEFORE_NAMESPACE();
namespace bnn::sim::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using namespace bnn::device::HWY_NAMESPACE;

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
