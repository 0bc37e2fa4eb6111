//===- ScreenCells.cpp - The cells of a row that need a closer look -------===//
//
// Compiled once per instruction set: integers only, so that every set gives the
// same results.
//
//===----------------------------------------------------------------------===//

#include "ScreenCells.h"
#include "Screen.h"
#include <cstring>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ScreenCells.cpp"
#include "hwy/foreach_target.h"

#include "bnn/Device/Philox-inl.h"

HWY_BEFORE_NAMESPACE();
namespace bnn::device::HWY_NAMESPACE {

/// Columns whose first bits come from one batch of blocks: that of word w,
/// block b is column 16 w + b, so that vectors need no shuffle.
constexpr uint32_t group = 4 * batch;
/// The upper half of these blocks' counters; cells' own have 0 there.
constexpr uint32_t firstBitsCounter = 1;

HWY_INLINE hn::Mask<D32> bitsOf(const uint64_t *plane, uint32_t column) {
  const D32 d;
  // Vectors start at multiples of their length; masks are read 8 bits and more
  // at a time.
  uint64_t bits = plane[column / 64] >> (column % 64);
  uint8_t bytes[8];
  std::memcpy(bytes, &bits, sizeof(bytes));
  return hn::LoadMaskBits(d, bytes);
}

void screenOnTarget(const ScreenTask &task, ScreenedCells &cells) {
  const D32 d;
  const hn::RebindToSigned<D32> ds;
  const size_t n = hn::Lanes(d);
  uint32_t shift = task.firstColumn % group;
  uint32_t groups = (shift + task.count + group - 1) / group;
  cells.words.resize(size_t(groups) * group + batch);
  cells.columns.resize(task.count + batch);
  cells.bits.resize(task.count + batch);
  HWY_ALIGN uint32_t words[4][batch], counters[batch];
  for (uint32_t g = 0; g < groups; ++g) {
    for (size_t i = 0; i < batch; ++i)
      counters[i] = uint32_t((task.firstColumn / group + g) * batch + i);
    philox(task.key, counters, firstBitsCounter, uint32_t(task.row),
           uint32_t(task.row >> 32), words);
    std::memcpy(cells.words.data() + size_t(g) * group, words, sizeof(words));
  }
  const auto half = hn::Set(d, 0xffff);
  const auto lrsAbove = hn::Set(d, task.lrsAbove);
  const auto hrsBelow = hn::Set(d, task.hrsBelow);
  size_t found = 0;
  for (uint32_t column = 0; column < task.count; column += uint32_t(n)) {
    const auto both = hn::LoadU(d, cells.words.data() + shift + column);
    const auto bl = bitsOf(task.bl, column), blb = bitsOf(task.blb, column);
    const auto low = hn::And(both, half), high = hn::ShiftRight<16>(both);
    const auto lrs = hn::IfThenElse(bl, low, high);
    const auto hrs = hn::IfThenElse(bl, high, low);
    const auto start = hn::IfThenElse(bl, hn::LoadU(d, task.startBl + column),
                                      hn::LoadU(d, task.startBlb + column));
    const auto entry = hn::Add(start, hn::ShiftRight<16 - Screen::bits>(lrs));
    const auto limit = hn::GatherIndex(d, task.table, hn::BitCast(ds, entry));
    auto safe = hn::Gt(hrs, limit);
    if (task.ternary) {
      safe = hn::And(safe, hn::Lt(lrs, lrsAbove));
      const auto neither = hn::Not(hn::Or(bl, blb));
      safe = hn::Or(hn::And(hn::Not(neither), safe),
                    hn::And(neither, hn::Gt(hn::Min(low, high), hrsBelow)));
    }
    // Cells with both devices in LRS are programmed by nothing.
    auto wanted = hn::Not(hn::Or(safe, hn::And(bl, blb)));
    if (task.count - column < n)
      wanted = hn::And(wanted, hn::FirstN(d, task.count - column));
    if (hn::AllFalse(d, wanted))
      continue;
    hn::CompressStore(both, wanted, d, cells.bits.data() + found);
    found += hn::CompressStore(hn::Iota(d, column), wanted, d,
                               cells.columns.data() + found);
  }
  cells.size = found;
}

void firstWordsOnTarget(const uint32_t *key, uint64_t high, uint32_t low,
                        uint64_t *out, size_t count) {
  HWY_ALIGN uint32_t words[4][batch], counters[batch];
  for (size_t begin = 0; begin < count; begin += batch) {
    for (size_t i = 0; i < batch; ++i)
      counters[i] = low + uint32_t(begin + i);
    philox(key, counters, 0, uint32_t(high), uint32_t(high >> 32), words);
    size_t end = count - begin < batch ? count - begin : batch;
    for (size_t i = 0; i < end; ++i)
      out[begin + i] = words[0][i] | uint64_t(words[1][i]) << 32;
  }
}

} // namespace bnn::device::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace bnn::device {

HWY_EXPORT(screenOnTarget);
HWY_EXPORT(firstWordsOnTarget);

void firstWords(const Stream &stream, uint64_t high, uint32_t low,
                std::vector<uint64_t> &words, size_t count) {
  words.resize(count);
  std::array<uint32_t, 2> key = stream.philoxKey();
  HWY_DYNAMIC_DISPATCH(firstWordsOnTarget)
  (key.data(), high, low, words.data(), count);
}

void screenCells(const ScreenTask &task, ScreenedCells &cells) {
  HWY_DYNAMIC_DISPATCH(screenOnTarget)(task, cells);
}

uint32_t firstBits(const Stream &stream, uint64_t row, uint32_t column) {
  constexpr uint32_t block = 16;
  uint32_t inGroup = column % (4 * block);
  uint64_t counter =
      uint64_t(1) << 32 | (column / (4 * block) * block + inGroup % block);
  return stream.words(row, counter)[inGroup / block];
}

std::array<uint64_t, 2> deviceWords(const Stream &stream, uint64_t row,
                                    uint32_t column, uint32_t firstBits) {
  std::array<uint64_t, 2> own = stream.pair(row, column);
  return {uint64_t(firstBits & 0xffff) << 48 | own[0] >> 16,
          uint64_t(firstBits >> 16) << 48 | own[1] >> 16};
}

} // namespace bnn::device
#endif // HWY_ONCE
