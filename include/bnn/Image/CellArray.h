//===- CellArray.h - Packed cells and the weights they store ----*- C++ -*-===//
//
// The one place that knows the bit order of Image.cells. Readers see weights
// (-1, 0, +1) and bit planes, writers set weights; docs/image-format.md says
// what lies in the bytes.
//
//===----------------------------------------------------------------------===//

#ifndef BNN_IMAGE_CELLARRAY_H
#define BNN_IMAGE_CELLARRAY_H

#include "bnn/Image/image.pb.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <cstdint>
#include <string>
#include <vector>

namespace bnn::image {

/// The code of a cell that nothing reads: not programmed.
inline constexpr unsigned dontCare = 3;

/// What a cell holds instead where its row is complemented: the devices change
/// places.
inline unsigned complementOf(unsigned code) {
  return (code & 1) << 1 | code >> 1;
}

/// Bytes of one row of a subarray: two bits a cell, whole bytes.
inline uint64_t cellRowBytes(uint64_t columns) { return (columns + 3) / 4; }

/// The subarray's index in Image.cells: chips lie one after another, each
/// with Target.subarrays of them (a single chip where that is 0).
inline uint64_t subarrayIndex(const Target &target,
                              const Placement &placement) {
  return placement.chip() * target.subarrays() + placement.subarray();
}

/// A view of the cells of an image, which must outlive it. The image must be
/// verified, or at least have `cells` of the size that its target asks for.
class CellArray {
public:
  explicit CellArray(const Image &image);

  uint64_t subarrays() const { return numSubarrays; }
  uint32_t rows() const { return numRows; }
  uint32_t columns() const { return numColumns; }

  /// Two bits: bit 0 = BL device in LRS, bit 1 = BLb device in LRS.
  unsigned code(uint64_t subarray, uint32_t row, uint32_t column) const {
    const uint8_t *bytes = rowBytes(subarray, row);
    return (bytes[column / 4] >> (column % 4 * 2)) & 3;
  }

  /// -1, 0 or +1 by the target's cell-code table; 0 for codes outside it.
  int weight(uint64_t subarray, uint32_t row, uint32_t column) const {
    return weights[code(subarray, row, column)];
  }

  /// Cells column .. column + count - 1 of a row as bit planes: bit i of
  /// `plus` is set where the weight of cell column + i is +1, of `minus` where
  /// it is -1. Each plane has (count + 63) / 64 words; bits from `count` on are
  /// zero.
  void rowPlanes(uint64_t subarray, uint32_t row, uint32_t column,
                 uint32_t count, uint64_t *plus, uint64_t *minus) const;

  /// As `rowPlanes`, for the devices: BL in LRS, BLb in LRS.
  void rowDevices(uint64_t subarray, uint32_t row, uint32_t column,
                  uint32_t count, uint64_t *bl, uint64_t *blb) const;

private:
  const uint8_t *rowBytes(uint64_t subarray, uint32_t row) const {
    return data + (subarray * numRows + row) * bytesPerRow;
  }

  const uint8_t *data;
  uint64_t numSubarrays;
  uint32_t numRows, numColumns;
  uint64_t bytesPerRow;
  int weights[4] = {0, 0, 0, 0};
};

/// Fills Image.cells. Every cell is "don't care" until it is set.
class CellArrayBuilder {
public:
  /// Takes the geometry and the cell-code table from `target`. Fails where a
  /// size is zero or all cells together are beyond 2 GiB.
  static llvm::Expected<CellArrayBuilder> create(const Target &target,
                                                 uint64_t subarrays);

  /// Programs a cell to `weight`, which the cell-code table must list.
  void setWeight(uint64_t subarray, uint32_t row, uint32_t column, int weight) {
    setCode(subarray, row, column, codes[weight + 1]);
  }

  void setCode(uint64_t subarray, uint32_t row, uint32_t column,
               unsigned code) {
    char &byte = cells[(subarray * numRows + row) * bytesPerRow + column / 4];
    unsigned shift = column % 4 * 2;
    byte = char((uint8_t(byte) & ~(3u << shift)) | (code << shift));
  }

  /// Moves the cells into `image` and sets its num_subarrays.
  void finish(Image &image) &&;

private:
  CellArrayBuilder() = default;

  std::string cells;
  uint64_t numSubarrays = 0, numRows = 0, bytesPerRow = 0;
  unsigned codes[3] = {dontCare, dontCare, dontCare}; // of -1, 0, +1
};

/// Weights -1, 0, +1, a row per neuron, as two bit planes. Rows are padded to
/// whole words; bits beyond `columns` are zero.
struct PackedWeights {
  uint32_t rows = 0, columns = 0;
  size_t wordsPerRow = 0;
  std::vector<uint64_t> plus, minus;

  int at(uint32_t row, uint32_t column) const {
    size_t word = row * wordsPerRow + column / 64;
    return int((plus[word] >> (column % 64)) & 1) -
           int((minus[word] >> (column % 64)) & 1);
  }
};

/// What the cells of a layer's tiles hold: [neurons][weight_planes * fan_in],
/// lanes in the layer's order. The image must be verified.
PackedWeights laneWeights(const CellArray &cells, const Target &target,
                          const ArrayLayer &layer);

/// The thresholds that the cells of a layer with ARRAY_ROWS hold, `slots` for
/// each (class, neuron), neuron fastest; `neverReached` in slots that are not
/// used. The image must be verified up to its cells.
std::vector<int64_t> storedThresholds(const Image &image,
                                      const ArrayLayer &layer);

/// What a slot holds that no function uses: all ones.
int64_t neverReached(const ArrayLayer &layer);

/// The layer's logical weights: [neurons][fan_in]; two weight planes are
/// merged to (w1 + w2) / 2. The image must be verified.
PackedWeights recoverWeights(const Image &image, const ArrayLayer &layer);

} // namespace bnn::image

#endif // BNN_IMAGE_CELLARRAY_H
