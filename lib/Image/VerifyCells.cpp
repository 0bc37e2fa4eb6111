//===- VerifyCells.cpp - Contents of the subarrays ------------------------===//
//
// Subarray after subarray: tiles do not overlap, cells that a layer reads are
// programmed with a code of the target, all others are "don't care". The
// layers have been checked before, so that every tile lies in its subarray.
//
//===----------------------------------------------------------------------===//

#include "VerifierImpl.h"
#include "bnn/Image/CellArray.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>

using namespace llvm;

namespace bnn::image::verifier {

namespace {

/// A rectangle of cells that a layer reads.
struct Region {
  uint64_t subarray;
  const ArrayLayer *layer;
  int tile;
  uint32_t row, rows;
  uint32_t column, lanes;
  uint32_t columns; // lanes, and padding that is read with them
};

std::vector<Region> regionsOf(const Image &image) {
  const Target &target = image.target();
  std::vector<Region> regions;
  for (const Step &step : image.steps()) {
    if (!step.has_array())
      continue;
    const ArrayLayer &layer = step.array();
    uint64_t lanes = uint64_t(layer.weight_planes()) * layer.fan_in();
    bool padded = layer.lane_padding() == ArrayLayer::ALTERNATING;
    for (int i = 0; i < layer.placement_size(); ++i) {
      const Placement &tile = layer.placement(i);
      uint64_t t = uint64_t(i) / layer.tile_columns();
      uint64_t k = uint64_t(i) % layer.tile_columns();
      Region region;
      region.subarray = subarrayIndex(target, tile);
      region.layer = &layer;
      region.tile = i;
      region.row = tile.row();
      region.rows = uint32_t(std::min<uint64_t>(
          target.rows(), layer.neurons() - t * target.rows()));
      region.column = tile.column();
      region.lanes = uint32_t(
          std::min<uint64_t>(target.columns(), lanes - k * target.columns()));
      region.columns = padded ? target.columns() : region.lanes;
      regions.push_back(region);
    }
  }
  llvm::stable_sort(regions, [](const Region &a, const Region &b) {
    return a.subarray < b.subarray;
  });
  return regions;
}

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

  Error check(uint64_t subarray, ArrayRef<Region> regions);

private:
  Error claim(const Region &region);
  Error checkRow(uint64_t subarray, uint32_t row);
  Error checkCodes(const Region &region, uint32_t row);
  Error checkPadding(const Region &region, uint32_t row);

  const Image &image;
  CellArray cells;
  uint32_t columns;
  size_t words;
  std::vector<uint64_t> used; // a row of `words` for each row
  std::vector<uint64_t> bl, blb;
  bool programmed[4] = {};
};

std::string placeOf(const Region &region) {
  return "layer '" + region.layer->name() + "'";
}

Error SubarrayChecker::claim(const Region &region) {
  for (uint32_t row = region.row; row < region.row + region.rows; ++row) {
    uint64_t *usedRow = &used[row * words];
    for (uint32_t c = region.column; c < region.column + region.columns;) {
      unsigned count =
          std::min<uint32_t>(64 - c % 64, region.column + region.columns - c);
      uint64_t mask = maskTrailingOnes<uint64_t>(count) << (c % 64);
      if (usedRow[c / 64] & mask)
        return fail(placeOf(region),
                    "placement[" + Twine(region.tile) +
                        "] overlaps another tile in subarray " +
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

Error SubarrayChecker::checkCodes(const Region &region, uint32_t row) {
  cells.rowDevices(region.subarray, row, region.column, region.columns,
                   bl.data(), blb.data());
  for (size_t word = 0; word * 64 < region.columns; ++word) {
    uint64_t valid = maskTrailingOnes<uint64_t>(
        unsigned(std::min<size_t>(64, region.columns - word * 64)));
    uint64_t of[3] = {~(bl[word] | blb[word]) & valid, bl[word] & ~blb[word],
                      blb[word] & ~bl[word]};
    for (unsigned code = 0; code < 3; ++code) {
      // Planes are summed in halves: a 0 in one of them is half a weight.
      bool legal = programmed[code] &&
                   !(code == 0 && region.layer->weight_planes() == 2);
      if (of[code] && !legal)
        return fail(placeOf(region),
                    "subarray " + Twine(region.subarray) + ", row " +
                        Twine(row) + ", column " +
                        Twine(region.column + word * 64 +
                              unsigned(countr_zero(of[code]))) +
                        " has code " + Twine(code) +
                        (programmed[code]
                             ? ", weight 0, in a layer of two weight planes"
                             : ", which the target never programs"));
    }
  }
  return Error::success();
}

/// Columns beyond the lanes hold +1, -1, +1, ...
Error SubarrayChecker::checkPadding(const Region &region, uint32_t row) {
  for (uint32_t c = region.lanes; c < region.columns; ++c) {
    int expected = (c - region.lanes) % 2 ? -1 : 1;
    if (cells.weight(region.subarray, row, region.column + c) != expected)
      return fail(placeOf(region),
                  "subarray " + Twine(region.subarray) + ", row " + Twine(row) +
                      ", column " + Twine(region.column + c) +
                      " is padding and should hold " + Twine(expected));
  }
  return Error::success();
}

Error SubarrayChecker::check(uint64_t subarray, ArrayRef<Region> regions) {
  std::fill(used.begin(), used.end(), 0);
  for (const Region &region : regions)
    if (Error error = claim(region))
      return error;
  for (uint32_t row = 0; row < image.target().rows(); ++row)
    if (Error error = checkRow(subarray, row))
      return error;
  for (const Region &region : regions)
    for (uint32_t row = region.row; row < region.row + region.rows; ++row) {
      if (Error error = checkCodes(region, row))
        return error;
      if (Error error = checkPadding(region, row))
        return error;
    }
  return Error::success();
}

} // namespace

Error checkCells(const Image &image) {
  if (image.num_subarrays() == 0)
    return Error::success();
  std::vector<Region> regions = regionsOf(image);
  SubarrayChecker checker(image);
  size_t next = 0;
  for (uint64_t subarray = 0; subarray < image.num_subarrays(); ++subarray) {
    size_t first = next;
    while (next < regions.size() && regions[next].subarray == subarray)
      ++next;
    if (Error error = checker.check(
            subarray, ArrayRef(regions).slice(first, next - first)))
      return error;
  }
  return Error::success();
}

} // namespace bnn::image::verifier
