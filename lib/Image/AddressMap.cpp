//===- AddressMap.cpp - Where addressed cells lie on the chip -------------===//

#include "bnn/Image/AddressMap.h"
#include "bnn/Image/CellArray.h"
#include "bnn/Image/TileGrid.h"

using namespace llvm;

namespace bnn::image {

static std::vector<uint32_t> inverse(ArrayRef<uint32_t> table, size_t size,
                                     uint32_t none) {
  std::vector<uint32_t> result(size, none);
  for (size_t i = 0; i < table.size(); ++i)
    result[table[i]] = uint32_t(i);
  return result;
}

AddressMap::AddressMap(const Image &image, const CellMap &map)
    : image(image), map(map), identity(image.addresses_size() == 0),
      numRows(image.target().rows() + image.target().spare_rows()),
      numColumns(image.target().columns() + image.target().spare_columns()),
      slotOf(size_t(image.steps_size())), rowIn(slotOf.size()) {
  for (size_t i = 0; i < slotOf.size(); ++i) {
    const auto &slots = image.steps(int(i)).array().row_slots();
    identity &= slots.empty();
    slotOf[i].assign(slots.begin(), slots.end());
    rowIn[i] = inverse(slotOf[i], slotOf[i].size(), none);
  }
  if (image.addresses_size())
    tableOf.assign(image.num_subarrays(), -1);
  for (const SubarrayAddress &from : image.addresses()) {
    tableOf[from.subarray()] = int32_t(tables.size());
    Table &to = tables.emplace_back();
    for (uint32_t i = 0; i < uint32_t(map.rows()); ++i)
      to.rows.push_back(from.rows_size() ? from.rows(int(i)) : i);
    to.rowAt = inverse(to.rows, numRows, none);
    int skipped = 0;
    for (uint32_t i = 0; i < uint32_t(map.columns()); ++i) {
      while (skipped < from.skipped_columns_size() &&
             from.skipped_columns(skipped) == i + uint32_t(skipped))
        ++skipped;
      to.columns.push_back(i + uint32_t(skipped));
    }
    to.columnAt = inverse(to.columns, numColumns, none);
    to.complemented.resize(map.rows());
    for (uint32_t row : from.complemented_rows())
      to.complemented[row] = true;
  }
}

MovedCell AddressMap::moveRow(MovedCell cell, const Slots &slots) const {
  const MappedTile *tile =
      map.tileOf(map.index(cell.subarray, cell.row, cell.column));
  // Where a row is an input, words of thresholds stand across them.
  if (!tile || slots[tile->step].empty() ||
      (!tile->rowIsNeuron && tile->thresholds))
    return cell;
  const ArrayLayer &layer = image.steps(int(tile->step)).array();
  uint64_t first = tile->rowIsNeuron ? tile->firstNeuron : tile->firstLane;
  uint64_t slot = slots[tile->step][first + cell.row - tile->row];
  uint64_t across = tile->thresholds ? TileGrid(image.target(), layer).pieces()
                                     : layer.tile_columns();
  uint64_t index = slot / map.rows() * across + uint64_t(tile->index) % across;
  const Placement &to = tile->thresholds ? layer.threshold_placement(int(index))
                                         : layer.placement(int(index));
  return {subarrayIndex(image.target(), to),
          uint32_t(to.row() + slot % map.rows()),
          to.column() + cell.column - tile->column, cell.complemented};
}

MovedCell AddressMap::onChip(uint64_t subarray, uint32_t row,
                             uint32_t column) const {
  MovedCell cell{subarray, row, column};
  if (identity)
    return cell;
  cell = moveRow(cell, slotOf);
  if (tableOf.empty() || tableOf[cell.subarray] < 0)
    return cell;
  const Table &table = tables[size_t(tableOf[cell.subarray])];
  return {cell.subarray, table.rows[cell.row], table.columns[cell.column],
          table.complemented[cell.row]};
}

std::optional<MovedCell> AddressMap::addressOf(uint64_t subarray, uint32_t row,
                                               uint32_t column) const {
  MovedCell cell{subarray, row, column};
  if (!tableOf.empty() && tableOf[subarray] >= 0) {
    const Table &table = tables[size_t(tableOf[subarray])];
    cell.row = table.rowAt[row];
    cell.column = table.columnAt[column];
    if (cell.row == none || cell.column == none)
      return std::nullopt;
    cell.complemented = table.complemented[cell.row];
  } else if (row >= map.rows() || column >= map.columns()) {
    return std::nullopt; // a spare one that nothing uses
  }
  return moveRow(cell, rowIn);
}

Target physicalTarget(const Target &target) {
  Target result = target;
  result.set_rows(target.rows() + target.spare_rows());
  result.set_columns(target.columns() + target.spare_columns());
  result.clear_spare_rows();
  result.clear_spare_columns();
  return result;
}

Expected<Image> cellsOnChip(const Image &image) {
  CellMap map(image);
  AddressMap addresses(image, map);
  Image result;
  *result.mutable_target() = physicalTarget(image.target());
  if (addresses.isIdentity() && !image.target().spare_rows() &&
      !image.target().spare_columns()) {
    result.set_cells(image.cells());
    result.set_num_subarrays(image.num_subarrays());
    return result;
  }
  Expected<CellArrayBuilder> builder =
      CellArrayBuilder::create(result.target(), image.num_subarrays());
  if (!builder)
    return builder.takeError();
  CellArray cells(image);
  for (const MappedTile &tile : map.tiles())
    for (uint32_t r = tile.row; r < tile.row + tile.rows; ++r)
      for (uint32_t c = tile.column; c < tile.column + tile.columns; ++c) {
        unsigned code = cells.code(tile.subarray, r, c);
        MovedCell to = addresses.onChip(tile.subarray, r, c);
        builder->setCode(to.subarray, to.row, to.column,
                         to.complemented ? complementOf(code) : code);
      }
  std::move(*builder).finish(result);
  return result;
}

Error cellsAtAddresses(const Image &onChip, Image &image) {
  CellMap map(image);
  AddressMap addresses(image, map);
  CellArray cells(onChip);
  Expected<CellArrayBuilder> builder =
      CellArrayBuilder::create(image.target(), image.num_subarrays());
  if (!builder)
    return builder.takeError();
  for (const MappedTile &tile : map.tiles())
    for (uint32_t r = tile.row; r < tile.row + tile.rows; ++r)
      for (uint32_t c = tile.column; c < tile.column + tile.columns; ++c) {
        MovedCell from = addresses.onChip(tile.subarray, r, c);
        unsigned code = cells.code(from.subarray, from.row, from.column);
        builder->setCode(tile.subarray, r, c,
                         from.complemented ? complementOf(code) : code);
      }
  std::move(*builder).finish(image);
  return Error::success();
}

} // namespace bnn::image
