//===- VerifyCells.cpp - Contents of the subarrays ------------------------===//
//
// Subarray after subarray: tiles do not overlap, cells that a layer reads are
// programmed with a code of the target, all others are "don't care". The
// layers have been checked before, so that every tile lies in its subarray.
//
//===----------------------------------------------------------------------===//

#include "VerifierImpl.h"
#include "bnn/Image/CellArray.h"
#include "bnn/Image/CellMap.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>

using namespace llvm;

namespace bnn::image::verifier {

namespace {

/// Goes through one subarray at a time; memory is that of one.
class SubarrayChecker {
public:
  explicit SubarrayChecker(const Image &image)
      : image(image), cells(image), columns(image.target().columns()),
        words(divideCeil(columns, 64)), used(words * image.target().rows()),
        bl(words), blb(words) {
    for (const CellCode &entry : image.target().cell_codes())
      programmed[entry.code()] = true;
  }

  Error check(uint64_t subarray, ArrayRef<MappedTile> regions);

private:
  const ArrayLayer &layerOf(const MappedTile &region) const {
    return image.steps(int(region.step)).array();
  }
  std::string placeOf(const MappedTile &region) const {
    return "layer '" + layerOf(region).name() + "'";
  }
  Error claim(const MappedTile &region);
  Error checkRow(uint64_t subarray, uint32_t row);
  Error checkCodes(const MappedTile &region, uint32_t row);
  Error checkPadding(const MappedTile &region, uint32_t row);

  const Image &image;
  CellArray cells;
  uint32_t columns;
  size_t words;
  std::vector<uint64_t> used; // a row of `words` for each row
  std::vector<uint64_t> bl, blb;
  bool programmed[4] = {};
};

Error SubarrayChecker::claim(const MappedTile &region) {
  for (uint32_t row = region.row; row < region.row + region.rows; ++row) {
    uint64_t *usedRow = &used[row * words];
    for (uint32_t c = region.column; c < region.column + region.columns;) {
      unsigned count =
          std::min<uint32_t>(64 - c % 64, region.column + region.columns - c);
      uint64_t mask = maskTrailingOnes<uint64_t>(count) << (c % 64);
      if (usedRow[c / 64] & mask)
        return fail(
            placeOf(region),
            Twine(region.thresholds ? "threshold_placement[" : "placement[") +
                Twine(region.index) + "] overlaps another tile in subarray " +
                Twine(region.subarray) + ", row " + Twine(row));
      usedRow[c / 64] |= mask;
      c += count;
    }
  }
  return Error::success();
}

Error SubarrayChecker::checkRow(uint64_t subarray, uint32_t row) {
  cells.rowDevices(subarray, row, 0, columns, bl.data(), blb.data());
  for (size_t word = 0; word < words; ++word) {
    uint64_t valid = word + 1 == words && columns % 64
                         ? maskTrailingOnes<uint64_t>(columns % 64)
                         : ~uint64_t(0);
    uint64_t reads = used[row * words + word];
    uint64_t idle = bl[word] & blb[word];
    if (uint64_t missing = reads & idle)
      return fail("cells", "subarray " + Twine(subarray) + ", row " +
                               Twine(row) + ", column " +
                               Twine(word * 64 + countr_zero(missing)) +
                               " is read but not programmed (code 3)");
    if (uint64_t extra = ~reads & ~idle & valid)
      return fail("cells", "subarray " + Twine(subarray) + ", row " +
                               Twine(row) + ", column " +
                               Twine(word * 64 + countr_zero(extra)) +
                               " is programmed but no layer reads it");
  }
  if (unsigned rest = columns % 4) {
    uint64_t last =
        (subarray * image.target().rows() + row + 1) * cellRowBytes(columns) -
        1;
    if (uint8_t(image.cells()[last]) >> (2 * rest) != 0xff >> (2 * rest))
      return fail("cells", "subarray " + Twine(subarray) + ", row " +
                               Twine(row) + ": padding bits are not 1");
  }
  return Error::success();
}

Error SubarrayChecker::checkCodes(const MappedTile &region, uint32_t row) {
  cells.rowDevices(region.subarray, row, region.column, region.columns,
                   bl.data(), blb.data());
  for (size_t word = 0; word * 64 < region.columns; ++word) {
    uint64_t valid = maskTrailingOnes<uint64_t>(
        unsigned(std::min<size_t>(64, region.columns - word * 64)));
    uint64_t of[3] = {~(bl[word] | blb[word]) & valid, bl[word] & ~blb[word],
                      blb[word] & ~bl[word]};
    for (unsigned code = 0; code < 3; ++code) {
      // Planes are summed in halves: a 0 in one of them is half a weight. A
      // threshold has two kinds of bits.
      bool halves = layerOf(region).weight_planes() == 2;
      bool legal =
          programmed[code] && !(code == 0 && (halves || region.thresholds));
      if (of[code] && !legal)
        return fail(placeOf(region),
                    "subarray " + Twine(region.subarray) + ", row " +
                        Twine(row) + ", column " +
                        Twine(region.column + word * 64 +
                              unsigned(countr_zero(of[code]))) +
                        " has code " + Twine(code) +
                        (!programmed[code] ? ", which the target never programs"
                         : region.thresholds
                             ? ", weight 0, in a threshold"
                             : ", weight 0, in a layer of two weight planes"));
    }
  }
  return Error::success();
}

/// Columns beyond the lanes hold +1, -1, +1, ...
Error SubarrayChecker::checkPadding(const MappedTile &region, uint32_t row) {
  if (!region.rowIsNeuron || region.thresholds)
    return Error::success();
  for (uint32_t c = uint32_t(region.lanes); c < region.columns; ++c) {
    int expected = (c - region.lanes) % 2 ? -1 : 1;
    if (cells.weight(region.subarray, row, region.column + c) != expected)
      return fail(placeOf(region),
                  "subarray " + Twine(region.subarray) + ", row " + Twine(row) +
                      ", column " + Twine(region.column + c) +
                      " is padding and should hold " + Twine(expected));
  }
  return Error::success();
}

Error SubarrayChecker::check(uint64_t subarray, ArrayRef<MappedTile> regions) {
  std::fill(used.begin(), used.end(), 0);
  for (const MappedTile &region : regions)
    if (Error error = claim(region))
      return error;
  for (uint32_t row = 0; row < image.target().rows(); ++row)
    if (Error error = checkRow(subarray, row))
      return error;
  for (const MappedTile &region : regions)
    for (uint32_t row = region.row; row < region.row + region.rows; ++row) {
      if (Error error = checkCodes(region, row))
        return error;
      if (Error error = checkPadding(region, row))
        return error;
    }
  return Error::success();
}

/// Words of thresholds hold what `thresholds` says.
Error checkThresholdCells(const Image &image, const ArrayLayer &layer) {
  if (layer.threshold_store() != ArrayLayer::ARRAY_ROWS)
    return Error::success();
  std::vector<int64_t> found = storedThresholds(image, layer);
  size_t slots = layer.threshold_slots();
  int at = 0;
  for (auto [function, count] : enumerate(layer.thresholds().counts()))
    for (size_t slot = 0; slot < slots; ++slot) {
      int64_t expected = slot < count ? layer.thresholds().thresholds(at++)
                                      : neverReached(layer);
      if (found[function * slots + slot] != expected)
        return fail("layer '" + layer.name() + "'",
                    "the cells of threshold " + Twine(slot) + " of function " +
                        Twine(function) + " hold " +
                        Twine(found[function * slots + slot]) + ", not the " +
                        Twine(expected) + " of thresholds");
    }
  return Error::success();
}

} // namespace

Error checkCells(const Image &image) {
  if (image.num_subarrays() == 0)
    return Error::success();
  CellMap map(image);
  ArrayRef<MappedTile> regions = map.tiles();
  SubarrayChecker checker(image);
  size_t next = 0;
  for (uint64_t subarray = 0; subarray < image.num_subarrays(); ++subarray) {
    size_t first = next;
    while (next < regions.size() && regions[next].subarray == subarray)
      ++next;
    if (Error error =
            checker.check(subarray, regions.slice(first, next - first)))
      return error;
  }
  for (const Step &step : image.steps())
    if (step.has_array())
      if (Error error = checkThresholdCells(image, step.array()))
        return error;
  return Error::success();
}

} // namespace bnn::image::verifier
