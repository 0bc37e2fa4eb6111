//===- MoveSubarrays.cpp - What subarrays hold changes places -------------===//

#include "Assignment.h"
#include "Mover.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"
#include <numeric>

using namespace llvm;

namespace bnn::placement {

/// Assigns what lies in `used` to `places`; `to` of each subarray.
bool Mover::moveGroup(const image::CellArray &cells,
                      const image::AddressMap &back, const image::CellMap &map,
                      ArrayRef<uint64_t> used, ArrayRef<uint64_t> places,
                      std::vector<uint64_t> &to) {
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
  Expected<image::Image> slots = image::cellsOnChip(marks.withoutSpares(image));
  if (!slots) {
    consumeError(slots.takeError());
    return false;
  }
  image::CellArray cells(*slots);
  image::CellMap map(image);
  image::AddressMap back(image, map);
  std::vector<bool> holds(image.num_subarrays());
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
      else if (s >= holds.size())
        break; // a target may have as many as it likes
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
      moved |= moveGroup(cells, back, map, group, places, to);
      std::erase_if(unused, [&](uint64_t s) {
        return any_of(group, [&](uint64_t from) { return to[from] == s; });
      });
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

} // namespace bnn::placement
