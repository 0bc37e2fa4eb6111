//===- CellArray.cpp - Packed cells and the weights they store ------------===//

#include "bnn/Image/CellArray.h"
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
  PackedWeights result;
  result.rows = layer.neurons();
  result.columns = layer.weight_planes() * layer.fan_in();
  result.wordsPerRow = (size_t(result.columns) + 63) / 64;
  result.plus.resize(result.rows * result.wordsPerRow);
  result.minus.resize(result.rows * result.wordsPerRow);
  std::vector<uint64_t> plus((size_t(target.columns()) + 63) / 64);
  std::vector<uint64_t> minus(plus.size());
  for (uint32_t n = 0; n < result.rows; ++n) {
    uint64_t tileRow = n / target.rows();
    for (uint32_t k = 0; k < layer.tile_columns(); ++k) {
      const Placement &tile =
          layer.placement(int(tileRow * layer.tile_columns() + k));
      uint32_t lane = k * target.columns();
      uint32_t count = std::min(target.columns(), result.columns - lane);
      cells.rowPlanes(subarrayIndex(target, tile),
                      tile.row() + n % target.rows(), tile.column(), count,
                      plus.data(), minus.data());
      appendBits(result.plus, n, result.wordsPerRow, lane, plus, count);
      appendBits(result.minus, n, result.wordsPerRow, lane, minus, count);
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
