//===- AddressMap.h - Where addressed cells lie on the chip -----*- C++ -*-===//
//
// `Image.cells` and the layers speak of addresses, which the periphery turns
// into rows and columns: a layer's rows may have changed places (`row_slots`),
// a subarray may have a table of its rows, leave columns out and invert what a
// row answers (`addresses`). What knows the chip itself, programmers and files
// of a laboratory, speaks of rows and columns. docs/image-format.md has the
// rules.
//
//===----------------------------------------------------------------------===//

#ifndef BNN_IMAGE_ADDRESSMAP_H
#define BNN_IMAGE_ADDRESSMAP_H

#include "bnn/Image/CellMap.h"
#include "llvm/Support/Error.h"
#include <optional>

namespace bnn::image {

/// A cell, by address or as it lies on the chip.
struct MovedCell {
  uint64_t subarray = 0;
  uint32_t row = 0, column = 0;
  /// The cell stores the complement of its weight, its devices change places.
  bool complemented = false;
};

class AddressMap {
public:
  /// The image must be verified up to its cells and, as the map, outlive this.
  AddressMap(const Image &image, const CellMap &map);

  /// Every cell lies where its address says.
  bool isIdentity() const { return identity; }
  /// Of a subarray, with spare ones.
  uint32_t rows() const { return numRows; }
  uint32_t columns() const { return numColumns; }

  /// Where the cell of an address lies.
  MovedCell onChip(uint64_t subarray, uint32_t row, uint32_t column) const;
  /// The address of a cell of the chip; nothing if it has none.
  std::optional<MovedCell> addressOf(uint64_t subarray, uint32_t row,
                                     uint32_t column) const;

private:
  struct Table {
    std::vector<uint32_t> rows, columns;   ///< of addresses; empty: the same
    std::vector<uint32_t> rowAt, columnAt; ///< back; `none` where there is none
    std::vector<bool> complemented;        ///< by address of a row
  };
  using Slots = std::vector<std::vector<uint32_t>>; ///< of each step
  static constexpr uint32_t none = ~uint32_t(0);

  /// Moves a row of a layer to its slot, or back.
  MovedCell moveRow(MovedCell cell, const Slots &slots) const;

  const Image &image;
  const CellMap &map;
  bool identity;
  uint32_t numRows, numColumns;
  Slots slotOf, rowIn;
  std::vector<Table> tables;
  std::vector<int32_t> tableOf; ///< of each subarray, -1: none
};

/// The target with its spare rows and columns as rows and columns.
Target physicalTarget(const Target &target);

/// Target and cells as they lie on the chip, with spare rows and columns: what
/// a programmer writes, nothing else. The image must be verified. Fails where
/// all cells together are beyond 2 GiB.
llvm::Expected<Image> cellsOnChip(const Image &image);

/// The inverse: fills the cells of `image`, which must be verified up to its
/// cells, from those of `onChip` with the physical target and as many
/// subarrays. Cells of the chip that no read uses are left behind.
llvm::Error cellsAtAddresses(const Image &onChip, Image &image);

} // namespace bnn::image

#endif // BNN_IMAGE_ADDRESSMAP_H
