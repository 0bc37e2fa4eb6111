//===- AvoidDefects.cpp - Move cells away from defects --------------------===//
//
// Columns are chosen first, by their defects alone. Then either subarrays have
// tables, and each orders its rows for itself, or the rows of a layer and what
// subarrays hold change places by turns, each an assignment that can only lower
// the cost. Complements and spare rows come last.
//
//===----------------------------------------------------------------------===//

#include "bnn/Placement/AvoidDefects.h"
#include "Assignment.h"
#include "Marks.h"
#include "bnn/Image/AddressMap.h"
#include "bnn/Image/CellArray.h"
#include "bnn/Image/TileGrid.h"
#include "bnn/Support/Error.h"
#include "llvm/ADT/Sequence.h"
#include "llvm/Support/MathExtras.h"
#include <cmath>
#include <limits>
#include <numeric>

using namespace llvm;

namespace bnn::placement {

namespace {

/// Rows or subarrays that change places with each other at most: an assignment
/// takes time with the cube.
constexpr size_t largestGroup = 2048;
constexpr unsigned rounds = 3;

class Mover {
public:
  Mover(image::Image &image, ArrayRef<device::BrokenCell> broken,
        const AvoidOptions &options)
      : image(image), target(image.target()), options(options),
        marks(image, broken, options.useSpares) {
    weighted = !options.importance.empty();
    for (const image::Step &step : image.steps())
      weighted |= step.array().threshold_bits() > 0;
  }

  void run();
  /// Of the image as it is.
  double cost() const;

private:
  float weightOf(const image::MappedTile &tile, uint32_t row,
                 uint32_t column) const;
  float neuronWeight(size_t step, uint64_t neuron) const {
    return options.importance.empty() ? 1 : options.importance[step][neuron];
  }
  bool moveRowsOf(int step);
  bool moveSubarrays();
  bool moveGroup(ArrayRef<uint64_t> used, ArrayRef<uint64_t> places,
                 std::vector<uint64_t> &to);
  void apply(ArrayRef<uint64_t> to);
  void makeTables();
  void makeTable(const image::Image &slots, uint64_t subarray);
  float rowCost(const image::CellArray &cells, const image::AddressMap &back,
                const image::CellMap &map, uint64_t from, uint32_t address,
                ArrayRef<Mark> found, bool *complemented) const;

  image::Image &image;
  const image::Target &target;
  const AvoidOptions &options;
  Marks marks;
  bool weighted;
};

float Mover::weightOf(const image::MappedTile &tile, uint32_t row,
                      uint32_t column) const {
  uint32_t r = row - tile.row, c = column - tile.column;
  float weight =
      neuronWeight(tile.step, tile.firstNeuron + (tile.rowIsNeuron ? r : c));
  if (tile.thresholds) {
    uint64_t cell = tile.firstLane + (tile.rowIsNeuron ? c : r);
    uint32_t bits = image.steps(int(tile.step)).array().threshold_bits();
    weight = std::ldexp(weight, int(cell % bits));
  }
  return weight;
}

double Mover::cost() const {
  image::CellMap map(image);
  image::AddressMap addresses(image, map);
  image::CellArray cells(image);
  double sum = 0;
  for (const device::BrokenCell &cell : marks.broken()) {
    if (cell.subarray >= image.num_subarrays())
      continue;
    auto at = addresses.addressOf(cell.subarray, cell.row, cell.column);
    const image::MappedTile *tile =
        at ? map.tileOf(map.index(at->subarray, at->row, at->column)) : nullptr;
    if (!tile)
      continue;
    unsigned code = cells.code(at->subarray, at->row, at->column);
    sum += double(weightOf(*tile, at->row, at->column)) *
           device::expectedError(cell, at->complemented ? swapped(code) : code,
                                 target);
  }
  return sum;
}

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
            other[i] += factor * mark.error[swapped(code)];
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

/// What row `address` of what lies in subarray `from` costs in a row with the
/// defects `found`. `cells` are those after rows changed places.
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
    other += factor * mark.error[swapped(code)];
  }
  bool complement = target.partial_complement() && options.useComplement;
  if (complemented)
    *complemented = complement && other < plain;
  return complement ? std::min(plain, other) : plain;
}

/// Assigns what lies in `used` to `places`; `to` of each subarray.
bool Mover::moveGroup(ArrayRef<uint64_t> used, ArrayRef<uint64_t> places,
                      std::vector<uint64_t> &to) {
  Expected<image::Image> slots = image::cellsOnChip(marks.withoutSpares(image));
  if (!slots) {
    consumeError(slots.takeError());
    return false;
  }
  image::CellArray cells(*slots);
  image::CellMap map(image);
  image::AddressMap back(image, map);
  std::vector<float> costs(used.size() * places.size());
  for (size_t i = 0; i < used.size(); ++i)
    for (size_t j = 0; j < places.size(); ++j) {
      float &cost = costs[i * places.size() + j];
      // With tables rows find their places anyway: few defects are best.
      if (target.row_tables() && options.moveRows) {
        cost = marks.scoreOf(places[j]) + (used[i] == places[j] ? 0 : 1e-3f);
        continue;
      }
      for (const Marks::Row &row : marks.rowsOf(places[j]))
        if (row.row < target.rows()) // no spare one
          cost +=
              rowCost(cells, back, map, used[i], row.row, row.marks, nullptr);
    }
  std::vector<uint32_t> found = assign(costs, used.size(), places.size());
  bool moved = false;
  for (size_t i = 0; i < used.size(); ++i) {
    to[used[i]] = places[found[i]];
    moved |= to[used[i]] != used[i];
  }
  return moved;
}

/// What a subarray holds goes to another one of the chip.
bool Mover::moveSubarrays() {
  std::vector<bool> holds(image.num_subarrays());
  image::CellMap map(image);
  for (const image::MappedTile &tile : map.tiles())
    holds[tile.subarray] = true;
  uint64_t onChip = target.subarrays();
  uint64_t chips = onChip ? divideCeil(image.num_subarrays(), onChip) : 1;
  uint64_t all = onChip ? onChip * chips : image.num_subarrays();
  std::vector<uint64_t> to(image.num_subarrays());
  std::iota(to.begin(), to.end(), 0);
  bool moved = false;
  for (uint64_t chip = 0; chip < chips; ++chip) {
    uint64_t first = chip * (onChip ? onChip : all);
    std::vector<uint64_t> used, unused;
    for (uint64_t s = first; s < std::min(first + all / chips, all); ++s) {
      bool holding = s < holds.size() && holds[s];
      if (holding)
        used.push_back(s);
      else if (unused.size() < largestGroup)
        unused.push_back(s);
    }
    // The best of those that nothing uses yet.
    stable_sort(unused, [&](uint64_t a, uint64_t b) {
      return marks.scoreOf(a) < marks.scoreOf(b);
    });
    for (size_t i = 0; i < used.size(); i += largestGroup / 2) {
      ArrayRef<uint64_t> group =
          ArrayRef(used).slice(i, std::min(largestGroup / 2, used.size() - i));
      std::vector<uint64_t> places(group);
      size_t more = std::min(unused.size(), group.size());
      places.insert(places.end(), unused.begin(), unused.begin() + more);
      moved |= moveGroup(group, places, to);
      std::erase_if(unused, [&](uint64_t s) { return is_contained(to, s); });
    }
  }
  if (moved)
    apply(to);
  return moved;
}

void Mover::apply(ArrayRef<uint64_t> to) {
  std::vector<bool> holds(to.size());
  uint64_t onChip = target.subarrays(), count = 0;
  for (image::Step &step : *image.mutable_steps())
    if (step.has_array())
      for (auto *list : {step.mutable_array()->mutable_placement(),
                         step.mutable_array()->mutable_threshold_placement()})
        for (image::Placement &tile : *list) {
          uint64_t from = image::subarrayIndex(target, tile);
          holds[from] = true;
          count = std::max(count, to[from] + 1);
          tile.set_subarray(to[from] - tile.chip() * onChip);
        }
  size_t bytes = target.rows() * image::cellRowBytes(target.columns());
  std::string cells(count * bytes, '\xff');
  for (size_t from = 0; from < to.size(); ++from)
    if (holds[from])
      std::copy_n(image.cells().begin() + ptrdiff_t(from * bytes), bytes,
                  cells.begin() + ptrdiff_t(to[from] * bytes));
  image.set_cells(std::move(cells));
  image.set_num_subarrays(count);
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

void Mover::run() {
  bool tabled = target.row_tables() && options.moveRows;
  if (tabled) {
    if (options.moveSubarrays)
      moveSubarrays();
    return makeTables();
  }
  for (unsigned round = 0; round < rounds; ++round) {
    if (options.moveRows)
      for (int step = 0; step < image.steps_size(); ++step)
        if (image.steps(step).has_array())
          moveRowsOf(step);
    if (round + 1 == rounds || !options.moveSubarrays || !moveSubarrays())
      break;
  }
  makeTables();
}

} // namespace

Error avoidDefects(image::Image &image, ArrayRef<device::BrokenCell> broken,
                   const AvoidOptions &options) {
  if (image.target().time_multiplexed())
    return makeError("the image programs one chip anew during each inference: "
                     "what is right for one content is wrong for the next; "
                     "compile for as many chips as it takes (--chips)");
  bool moved = image.addresses_size() > 0;
  for (const image::Step &step : image.steps())
    moved |= step.array().row_slots_size() > 0;
  if (moved)
    return makeError("the image has been moved for another chip already; start "
                     "from the one that bnn-compile wrote");
  image::Image result = image;
  Mover mover(result, broken, options);
  double before = mover.cost();
  mover.run();
  if (mover.cost() <= before)
    image = std::move(result);
  return Error::success();
}

} // namespace bnn::placement
