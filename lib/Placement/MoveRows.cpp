//===- MoveRows.cpp - Rows of layers, in lockstep or by tables ------------===//

#include "Assignment.h"
#include "Mover.h"
#include "bnn/Image/TileGrid.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Sequence.h"
#include <cmath>
#include <limits>
#include <numeric>

using namespace llvm;

namespace bnn::placement {

/// All rows of a layer, in all its tiles alike.
bool Mover::moveRowsOf(int step) {
  image::ArrayLayer &layer = *image.mutable_steps(step)->mutable_array();
  image::TileGrid grid(target, layer);
  image::CellArray cells(image);
  bool neuronRows = grid.rowIsNeuron();
  size_t height = target.rows();
  size_t count = neuronRows ? layer.neurons() : grid.lanes();
  std::vector<uint32_t> slots(count);
  std::iota(slots.begin(), slots.end(), 0);
  // What a row is cut into, of weights and where they are beside of thresholds.
  struct Piece {
    uint64_t subarray;
    uint32_t row, column, columns;
    bool thresholds;
    uint64_t firstLane, firstNeuron;
  };
  size_t across = 0;
  std::vector<Piece> pieces; // [tile row][across]
  for (uint64_t t = 0; t < grid.rows(); ++t) {
    size_t before = pieces.size();
    auto add = [&](const image::Placement &tile, image::TileBlock block,
                   bool thresholds) {
      pieces.push_back({image::subarrayIndex(target, tile), tile.row(),
                        tile.column(), uint32_t(grid.columnsOf(block)),
                        thresholds, block.firstLane, block.firstNeuron});
    };
    for (uint64_t k = 0; k < grid.columns(); ++k)
      add(layer.placement(int(t * grid.columns() + k)),
          grid.tile(t * grid.columns() + k), false);
    for (uint64_t p = 0; neuronRows && p < grid.pieces(); ++p)
      add(layer.threshold_placement(int(t * grid.pieces() + p)),
          grid.thresholdTile(t * grid.pieces() + p), true);
    across = pieces.size() - before;
  }
  auto weight = [&](const Piece &piece, size_t row, uint32_t column) -> float {
    if (!weighted)
      return 1;
    float value = neuronWeight(size_t(step),
                               neuronRows ? row : piece.firstNeuron + column);
    return piece.thresholds ? std::ldexp(value, int((piece.firstLane + column) %
                                                    layer.threshold_bits()))
                            : value;
  };
  bool complement = target.partial_complement() && options.useComplement;
  for (size_t begin = 0; begin < count; begin += largestGroup) {
    size_t size = std::min(largestGroup, count - begin);
    std::vector<float> costs(size * size), plain(size), other(size);
    for (size_t slot = begin; slot < begin + size; ++slot)
      for (size_t k = 0; k < across; ++k) {
        const Piece &to = pieces[slot / height * across + k];
        ArrayRef<Mark> found =
            marks.at(to.subarray, to.row + uint32_t(slot % height));
        if (found.empty())
          continue;
        std::fill(plain.begin(), plain.end(), 0);
        std::fill(other.begin(), other.end(), 0);
        for (const Mark &mark : found) {
          uint32_t column = mark.column - to.column;
          if (column >= to.columns)
            continue;
          for (size_t i = 0; i < size; ++i) {
            size_t row = begin + i;
            const Piece &from = pieces[row / height * across + k];
            unsigned code =
                cells.code(from.subarray, from.row + uint32_t(row % height),
                           from.column + column);
            float factor = weight(from, row, column);
            plain[i] += factor * mark.error[code];
            other[i] += factor * mark.error[image::complementOf(code)];
          }
        }
        for (size_t i = 0; i < size; ++i)
          costs[i * size + slot - begin] +=
              complement ? std::min(plain[i], other[i]) : plain[i];
      }
    std::vector<uint32_t> to = assign(costs, size, size);
    for (size_t i = 0; i < size; ++i)
      slots[begin + i] = uint32_t(begin) + to[i];
  }
  layer.clear_row_slots();
  bool moved = !llvm::equal(slots, llvm::seq<uint32_t>(0, uint32_t(count)));
  if (moved)
    layer.mutable_row_slots()->Assign(slots.begin(), slots.end());
  return moved;
}

float Mover::rowCost(const image::CellArray &cells,
                     const image::AddressMap &back, const image::CellMap &map,
                     uint64_t from, uint32_t address, ArrayRef<Mark> found,
                     bool *complemented) const {
  float plain = 0, other = 0;
  for (const Mark &mark : found) {
    unsigned code = cells.code(from, address, mark.column);
    if (code == image::dontCare)
      continue;
    float factor = 1;
    if (weighted) {
      auto at = back.addressOf(from, address, mark.column);
      factor =
          weightOf(*map.tileOf(map.index(at->subarray, at->row, at->column)),
                   at->row, at->column);
    }
    plain += factor * mark.error[code];
    other += factor * mark.error[image::complementOf(code)];
  }
  bool complement = target.partial_complement() && options.useComplement;
  if (complemented)
    *complemented = complement && other < plain;
  return complement ? std::min(plain, other) : plain;
}

/// Tables of rows, complements and columns of one subarray.
void Mover::makeTables() {
  Expected<image::Image> slots = image::cellsOnChip(marks.withoutSpares(image));
  if (!slots)
    return consumeError(slots.takeError());
  image::Image tables;
  image::CellArray cells(*slots);
  image::CellMap map(image);
  image::AddressMap back(image, map);
  bool tabled = target.row_tables() && options.moveRows;
  size_t height = target.rows();
  size_t places = height + (options.useSpares ? target.spare_rows() : 0);
  for (uint64_t s = 0; s < image.num_subarrays(); ++s) {
    if (!marks.any(s))
      continue;
    image::SubarrayAddress table;
    table.set_subarray(s);
    auto cost = [&](uint32_t address, uint32_t row, bool *complemented) {
      return rowCost(cells, back, map, s, address, marks.at(s, row),
                     complemented);
    };
    std::vector<uint32_t> rows(height);
    std::iota(rows.begin(), rows.end(), 0);
    if (tabled || places > height) {
      // No finite cost will do: a row of thresholds may cost any.
      constexpr float never = std::numeric_limits<float>::infinity();
      std::vector<float> costs(height * places);
      for (uint32_t address = 0; address < height; ++address)
        for (uint32_t row = 0; row < places; ++row)
          costs[address * places + row] =
              !tabled && row < height && row != address
                  ? never
                  : cost(address, row, nullptr) + (row == address ? 0 : 1e-4f);
      rows = assign(costs, height, places);
    }
    if (!equal(rows, seq<uint32_t>(0, uint32_t(height))))
      table.mutable_rows()->Assign(rows.begin(), rows.end());
    for (uint32_t address = 0; address < height; ++address) {
      bool complemented = false;
      cost(address, rows[address], &complemented);
      if (complemented)
        table.add_complemented_rows(address);
    }
    ArrayRef<uint32_t> skipped = marks.skippedColumns(s);
    table.mutable_skipped_columns()->Assign(skipped.begin(), skipped.end());
    if (table.rows_size() || table.complemented_rows_size() ||
        table.skipped_columns_size())
      *tables.add_addresses() = std::move(table);
  }
  image.mutable_addresses()->Swap(tables.mutable_addresses());
}

} // namespace bnn::placement
