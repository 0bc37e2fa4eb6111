//===- ScreenCells.h - The cells of a row that need a closer look -*- C++ -*-=//
//
// The first 16 bits of each device's random word are drawn four cells to a
// block, and compared with a table of the cell's column: nearly all cells are
// seen to be safe by them. The other 48 bits come from a block of the cell's
// own.
//
//===----------------------------------------------------------------------===//

#ifndef BNN_LIB_DEVICE_SCREENCELLS_H
#define BNN_LIB_DEVICE_SCREENCELLS_H

#include "bnn/Device/Random.h"
#include <cstddef>
#include <cstdint>
#include <vector>

namespace bnn::device {

/// One row of a tile. All thresholds are of the first 16 bits of a word.
struct ScreenTask {
  const uint64_t *bl = nullptr, *blb = nullptr; ///< bits: devices in LRS
  uint32_t count = 0;                           ///< columns
  uint32_t firstColumn = 0;                     ///< of the subarray
  uint64_t row = 0;                             ///< subarray * rows + row
  uint32_t key[2] = {0, 0};
  /// Where the HRS device's bits are above table[start[c] + entry of the LRS
  /// device], the cell is safe; `start` for LRS at BL and at BLb of column c,
  /// readable to a multiple of 16.
  const uint32_t *table = nullptr;
  const uint32_t *startBl = nullptr, *startBlb = nullptr;
  /// Ternary sensing: LRS devices below, HRS pairs above are safe.
  bool ternary = false;
  uint32_t lrsAbove = 0, hrsBelow = 0;
};

/// The cells that are not seen to be safe, with the first bits of their words:
/// of the device at BL in the lower half, of that at BLb in the upper one.
struct ScreenedCells {
  std::vector<uint32_t> columns, bits, words;
  size_t size = 0;
};

/// Screens the cells with the best instructions of this machine; the results do
/// not depend on them.
void screenCells(const ScreenTask &task, ScreenedCells &cells);

/// stream.pair(high, low + i)[0] for each i below `count`, many at a time.
void firstWords(const Stream &stream, uint64_t high, uint32_t low,
                std::vector<uint64_t> &words, size_t count);

/// The first bits of the words of one cell.
uint32_t firstBits(const Stream &stream, uint64_t row, uint32_t column);

/// The whole words of the devices at BL and BLb of one cell.
std::array<uint64_t, 2> deviceWords(const Stream &stream, uint64_t row,
                                    uint32_t column, uint32_t firstBits);

} // namespace bnn::device

#endif // BNN_LIB_DEVICE_SCREENCELLS_H
