//===- DiffCells.cpp - Devices to reprogram -------------------------------===//
//
// Every cell that `after` reads is compared with what `before` left at the same
// place. A cell that was "don't care" is new: both its devices are in an
// unknown state and get a pulse. A cell that nothing reads any more costs none.
//
//===----------------------------------------------------------------------===//

#include "DiffCells.h"
#include "bnn/Image/AddressMap.h"
#include "bnn/Image/CellArray.h"
#include "bnn/Image/Table.h"
#include "bnn/Image/TileGrid.h"
#include "llvm/ADT/bit.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>
#include <map>

using namespace llvm;

namespace bnn::image {

namespace {

struct Pulses {
  uint64_t changed = 0, fresh = 0; // cells
  uint64_t set = 0, reset = 0;     // devices

  Pulses &operator+=(const Pulses &other) {
    changed += other.changed;
    fresh += other.fresh;
    set += other.set;
    reset += other.reset;
    return *this;
  }
  bool any() const { return changed || fresh; }
};

class CellDiff {
public:
  CellDiff(const Image &before, const Image &after)
      : target(after.target()), old(before), cells(after),
        words(divideCeil(target.columns(), 64)), oldBl(words), oldBlb(words),
        bl(words), blb(words) {}

  /// By subarray.
  std::map<uint64_t, Pulses> layer(const ArrayLayer &layer);
  Pulses subarray(uint64_t number);

private:
  Pulses row(uint64_t subarray, uint32_t row, uint32_t column, uint32_t count);

  const Target &target;
  CellArray old, cells;
  size_t words;
  std::vector<uint64_t> oldBl, oldBlb, bl, blb;
};

Pulses CellDiff::row(uint64_t subarray, uint32_t row, uint32_t column,
                     uint32_t count) {
  cells.rowDevices(subarray, row, column, count, bl.data(), blb.data());
  if (subarray < old.subarrays()) {
    old.rowDevices(subarray, row, column, count, oldBl.data(), oldBlb.data());
  } else { // beyond what was programmed
    std::fill(oldBl.begin(), oldBl.end(), ~uint64_t(0));
    std::fill(oldBlb.begin(), oldBlb.end(), ~uint64_t(0));
  }
  Pulses pulses;
  for (size_t i = 0; i * 64 < count; ++i) {
    uint64_t valid =
        ~(bl[i] & blb[i]) & maskTrailingOnes<uint64_t>(
                                unsigned(std::min<size_t>(64, count - i * 64)));
    uint64_t fresh = oldBl[i] & oldBlb[i] & valid;
    uint64_t turnBl = ((bl[i] ^ oldBl[i]) | fresh) & valid;
    uint64_t turnBlb = ((blb[i] ^ oldBlb[i]) | fresh) & valid;
    pulses.fresh += unsigned(popcount(fresh));
    pulses.changed += unsigned(popcount((turnBl | turnBlb) & ~fresh));
    pulses.set +=
        unsigned(popcount(turnBl & bl[i]) + popcount(turnBlb & blb[i]));
    pulses.reset +=
        unsigned(popcount(turnBl & ~bl[i]) + popcount(turnBlb & ~blb[i]));
  }
  return pulses;
}

std::map<uint64_t, Pulses> CellDiff::layer(const ArrayLayer &layer) {
  std::map<uint64_t, Pulses> result;
  TileGrid grid(target, layer);
  auto add = [&](const Placement &tile, uint64_t rows, uint64_t columns) {
    uint64_t subarray = subarrayIndex(target, tile);
    Pulses &pulses = result[subarray];
    for (uint32_t r = 0; r < rows; ++r)
      pulses += row(subarray, tile.row() + r, tile.column(), uint32_t(columns));
  };
  for (int i = 0; i < layer.placement_size(); ++i) {
    TileBlock block = grid.tile(uint64_t(i));
    add(layer.placement(i), grid.rowsOf(block),
        layer.lane_padding() == ArrayLayer::ALTERNATING
            ? target.columns()
            : grid.columnsOf(block));
  }
  for (int i = 0; i < layer.threshold_placement_size(); ++i) {
    TileBlock block = grid.thresholdTile(uint64_t(i));
    add(layer.threshold_placement(i), grid.rowsOf(block),
        grid.columnsOf(block));
  }
  return result;
}

Pulses CellDiff::subarray(uint64_t number) {
  Pulses sum;
  for (uint32_t r = 0; r < target.rows(); ++r)
    sum += row(number, r, 0, target.columns());
  return sum;
}

std::vector<std::string> line(std::vector<std::string> head,
                              const Pulses &pulses) {
  for (uint64_t number :
       {pulses.changed, pulses.fresh, pulses.set, pulses.reset})
    head.push_back(grouped(number));
  return head;
}

bool isMoved(const Image &image) {
  CellMap map(image);
  return !AddressMap(image, map).isIdentity() || image.target().spare_rows() ||
         image.target().spare_columns();
}

/// Rows of layers lie anywhere: the devices of each subarray of the chip.
void printMovedDiff(const Image &before, const Image &after, bool subarrays,
                    raw_ostream &os) {
  Expected<Image> old = cellsOnChip(before), now = cellsOnChip(after);
  if (!old || !now) {
    os << "cells: not compared, "
       << toString(joinErrors(old.takeError(), now.takeError())) << '\n';
    return;
  }
  if (old->target().rows() != now->target().rows() ||
      old->target().columns() != now->target().columns()) {
    os << "cells: not comparable, the subarrays have different sizes\n";
    return;
  }
  CellDiff diff(*old, *now);
  Table table({"subarray", "cells changed", "cells new", "SET", "RESET"});
  Pulses total;
  for (uint64_t s = 0; s < now->num_subarrays(); ++s) {
    Pulses pulses = diff.subarray(s);
    if (subarrays && pulses.any())
      table.add(line({std::to_string(s)}, pulses));
    total += pulses;
  }
  if (!total.any()) {
    os << "cells: none to program\n";
    return;
  }
  table.add(line({"all"}, total));
  os << "cells to program\n";
  table.print(os);
}

} // namespace

void printCellDiff(const Image &before, const Image &after, bool subarrays,
                   raw_ostream &os) {
  if (isMoved(before) || isMoved(after))
    return printMovedDiff(before, after, subarrays, os);
  if (before.target().rows() != after.target().rows() ||
      before.target().columns() != after.target().columns()) {
    os << "cells: not comparable, the subarrays have different sizes\n";
    return;
  }
  CellDiff diff(before, after);
  Table table(
      {"layer", "subarrays", "cells changed", "cells new", "SET", "RESET"});
  Table each(
      {"layer", "subarray", "cells changed", "cells new", "SET", "RESET"});
  Pulses total;
  for (const Step &step : after.steps()) {
    if (!step.has_array())
      continue;
    Pulses sum;
    uint64_t touched = 0;
    for (const auto &[subarray, pulses] : diff.layer(step.array())) {
      if (!pulses.any())
        continue;
      ++touched;
      sum += pulses;
      each.add(line({step.array().name(), std::to_string(subarray)}, pulses));
    }
    total += sum;
    if (sum.any())
      table.add(line({step.array().name(), grouped(touched)}, sum));
  }
  if (!total.any()) {
    os << "cells: none to program\n";
    return;
  }
  table.add(line({"all", ""}, total));
  os << "cells to program\n";
  table.print(os);
  if (subarrays) {
    os << "by subarray\n";
    each.print(os);
  }
}

} // namespace bnn::image
