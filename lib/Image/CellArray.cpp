//===- CellArray.cpp - Packed cells and the weights they store ------------===//

#include "bnn/Image/CellArray.h"
#include "bnn/Image/TileGrid.h"
#include "llvm/Support/Errc.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>
#include <limits>

using namespace llvm;

namespace bnn::image {

namespace {

/// The even bits of `x`, moved together into the low half.
uint64_t evenBits(uint64_t x) {
  x &= 0x5555555555555555;
  x = (x | x >> 1) & 0x3333333333333333;
  x = (x | x >> 2) & 0x0f0f0f0f0f0f0f0f;
  x = (x | x >> 4) & 0x00ff00ff00ff00ff;
  x = (x | x >> 8) & 0x0000ffff0000ffff;
  return (x | x >> 16) & 0x00000000ffffffff;
}

/// Adds the low `count` bits of `bits` to `words` from bit `at` on. The words
/// there are zero.
void depositBits(uint64_t *words, size_t at, uint64_t bits, unsigned count) {
  bits &= maskTrailingOnes<uint64_t>(count);
  unsigned shift = at % 64;
  words[at / 64] |= bits << shift;
  if (shift + count > 64)
    words[at / 64 + 1] |= bits >> (64 - shift);
}

void appendBits(std::vector<uint64_t> &words, size_t row, size_t wordsPerRow,
                size_t at, ArrayRef<uint64_t> bits, size_t count) {
  for (size_t i = 0; i < count; i += 64)
    depositBits(&words[row * wordsPerRow], at + i, bits[i / 64],
                unsigned(std::min<size_t>(64, count - i)));
}

} // namespace

CellArray::CellArray(const Image &image)
    : data(reinterpret_cast<const uint8_t *>(image.cells().data())),
      numSubarrays(image.num_subarrays()), numRows(image.target().rows()),
      numColumns(image.target().columns()),
      bytesPerRow(cellRowBytes(image.target().columns())) {
  for (const CellCode &entry : image.target().cell_codes())
    if (entry.code() < dontCare)
      weights[entry.code()] = entry.weight();
}

void CellArray::rowDevices(uint64_t subarray, uint32_t row, uint32_t column,
                           uint32_t count, uint64_t *bl, uint64_t *blb) const {
  size_t words = (size_t(count) + 63) / 64;
  std::fill_n(bl, words, 0);
  std::fill_n(blb, words, 0);
  const uint8_t *bytes = rowBytes(subarray, row);
  // Up to 32 cells at a time: from a byte's start, eight bytes.
  for (uint32_t done = 0; done < count;) {
    uint32_t first = column + done;
    uint32_t inByte = first % 4;
    uint32_t take = std::min(count - done, 32 - inByte);
    uint32_t numBytes = (inByte + take + 3) / 4;
    uint64_t packed = 0;
    for (uint32_t i = 0; i < numBytes; ++i)
      packed |= uint64_t(bytes[first / 4 + i]) << (8 * i);
    packed >>= 2 * inByte;
    depositBits(bl, done, evenBits(packed), take);
    depositBits(blb, done, evenBits(packed >> 1), take);
    done += take;
  }
}

void CellArray::rowPlanes(uint64_t subarray, uint32_t row, uint32_t column,
                          uint32_t count, uint64_t *plus,
                          uint64_t *minus) const {
  rowDevices(subarray, row, column, count, plus, minus);
  size_t words = (size_t(count) + 63) / 64;
  for (size_t i = 0; i < words; ++i) {
    uint64_t bl = plus[i], blb = minus[i];
    uint64_t codes[3] = {~(bl | blb), bl & ~blb, blb & ~bl};
    if (i + 1 == words && count % 64)
      codes[0] &= maskTrailingOnes<uint64_t>(count % 64);
    plus[i] = minus[i] = 0;
    for (int code = 0; code < 3; ++code) {
      if (weights[code] > 0)
        plus[i] |= codes[code];
      else if (weights[code] < 0)
        minus[i] |= codes[code];
    }
  }
}

Expected<CellArrayBuilder> CellArrayBuilder::create(const Target &target,
                                                    uint64_t subarrays) {
  if (target.rows() == 0 || target.columns() == 0)
    return createStringError(errc::invalid_argument,
                             "target '" + target.name() + "': a subarray of " +
                                 Twine(target.rows()) + "x" +
                                 Twine(target.columns()) +
                                 " cells holds nothing; give sizes above 0");
  CellArrayBuilder builder;
  builder.numSubarrays = subarrays;
  builder.numRows = target.rows();
  builder.bytesPerRow = cellRowBytes(target.columns());
  uint64_t bytes = builder.numRows * builder.bytesPerRow; // below 2^62
  bool overflow = false;
  bytes = SaturatingMultiply(bytes, subarrays, &overflow);
  if (overflow || bytes > uint64_t(std::numeric_limits<int>::max()))
    return createStringError(
        errc::file_too_large,
        Twine(subarrays) + " subarrays of " + Twine(target.rows()) + "x" +
            Twine(target.columns()) +
            " cells are beyond the 2 GiB of an image; split the network");
  try {
    builder.cells.assign(bytes, char(0xff));
  } catch (const std::bad_alloc &) {
    return createStringError(errc::not_enough_memory, "not enough memory for " +
                                                          Twine(bytes) +
                                                          " bytes of cells");
  }
  for (const CellCode &entry : target.cell_codes())
    if (entry.code() < dontCare && entry.weight() >= -1 && entry.weight() <= 1)
      builder.codes[entry.weight() + 1] = entry.code();
  return builder;
}

void CellArrayBuilder::finish(Image &image) && {
  image.set_num_subarrays(numSubarrays);
  image.set_cells(std::move(cells));
}

PackedWeights laneWeights(const CellArray &cells, const Target &target,
                          const ArrayLayer &layer) {
  TileGrid grid(target, layer);
  PackedWeights result;
  result.rows = layer.neurons();
  result.columns = uint32_t(grid.lanes());
  result.wordsPerRow = (size_t(result.columns) + 63) / 64;
  result.plus.resize(result.rows * result.wordsPerRow);
  result.minus.resize(result.rows * result.wordsPerRow);
  std::vector<uint64_t> plus((size_t(target.columns()) + 63) / 64);
  std::vector<uint64_t> minus(plus.size());
  for (int i = 0; i < layer.placement_size(); ++i) {
    const Placement &tile = layer.placement(i);
    TileBlock block = grid.tile(uint64_t(i));
    uint32_t columns = uint32_t(grid.columnsOf(block));
    for (uint64_t r = 0; r < grid.rowsOf(block); ++r) {
      cells.rowPlanes(subarrayIndex(target, tile), uint32_t(tile.row() + r),
                      tile.column(), columns, plus.data(), minus.data());
      if (grid.rowIsNeuron()) {
        uint64_t n = block.firstNeuron + r;
        appendBits(result.plus, n, result.wordsPerRow, block.firstLane, plus,
                   columns);
        appendBits(result.minus, n, result.wordsPerRow, block.firstLane, minus,
                   columns);
        continue;
      }
      // A row is a lane: its bits go to as many neurons.
      uint64_t lane = block.firstLane + r;
      for (uint32_t c = 0; c < columns; ++c) {
        size_t word = (block.firstNeuron + c) * result.wordsPerRow + lane / 64;
        result.plus[word] |= (plus[c / 64] >> (c % 64) & 1) << (lane % 64);
        result.minus[word] |= (minus[c / 64] >> (c % 64) & 1) << (lane % 64);
      }
    }
  }
  return result;
}

int64_t neverReached(const ArrayLayer &layer) {
  return layer.threshold_base() +
         int64_t(maskTrailingOnes<uint64_t>(layer.threshold_bits()));
}

std::vector<int64_t> storedThresholds(const Image &image,
                                      const ArrayLayer &layer) {
  CellArray cells(image);
  TileGrid grid(image.target(), layer);
  uint64_t bits = layer.threshold_bits(), slots = layer.threshold_slots();
  std::vector<int64_t> result(layer.neurons() * layer.border_classes() * slots,
                              layer.threshold_base());
  for (int i = 0; i < layer.threshold_placement_size(); ++i) {
    const Placement &tile = layer.threshold_placement(i);
    uint64_t subarray = subarrayIndex(image.target(), tile);
    TileBlock block = grid.thresholdTile(uint64_t(i));
    for (uint64_t n = 0; n < block.neurons; ++n)
      for (uint64_t j = 0; j < block.lanes; ++j) {
        CellPlace at = cellPlace(tile, grid.rowIsNeuron(), n, j);
        if (cells.weight(subarray, uint32_t(at.row), uint32_t(at.column)) <= 0)
          continue;
        uint64_t entry = (block.firstLane + j) / bits; // class and slot
        uint64_t bit = (block.firstLane + j) % bits;
        uint64_t function =
            entry / slots * layer.neurons() + block.firstNeuron + n;
        result[function * slots + entry % slots] += int64_t(1) << bit;
      }
  }
  return result;
}

PackedWeights recoverWeights(const Image &image, const ArrayLayer &layer) {
  CellArray cells(image);
  PackedWeights lanes = laneWeights(cells, image.target(), layer);
  if (layer.weight_planes() == 1)
    return lanes;
  PackedWeights result;
  result.rows = lanes.rows;
  result.columns = layer.fan_in();
  result.wordsPerRow = (size_t(result.columns) + 63) / 64;
  result.plus.resize(result.rows * result.wordsPerRow);
  result.minus.resize(result.rows * result.wordsPerRow);
  for (uint32_t n = 0; n < result.rows; ++n) {
    for (uint32_t j = 0; j < result.columns; ++j) {
      int sum = lanes.at(n, j) + lanes.at(n, result.columns + j);
      size_t word = n * result.wordsPerRow + j / 64;
      result.plus[word] |= uint64_t(sum > 0) << (j % 64);
      result.minus[word] |= uint64_t(sum < 0) << (j % 64);
    }
  }
  return result;
}

} // namespace bnn::image
