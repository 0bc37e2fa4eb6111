//===- FloorPlan.cpp - Which tile lies where ------------------------------===//

#include "bnn/Report/FloorPlan.h"
#include "bnn/Image/TileGrid.h"
#include <algorithm>
#include <tuple>

namespace bnn::report {

uint64_t PlannedRun::cells() const {
  uint64_t sum = 0;
  for (const PlannedTile &tile : tiles)
    sum += tile.rows * tile.columns;
  return sum;
}

/// Whether both tiles are cut alike and lie at the same place.
static bool alike(const PlannedTile &a, const PlannedTile &b) {
  auto key = [](const PlannedTile &tile) {
    return std::tie(tile.layer, tile.thresholds, tile.row, tile.column,
                    tile.rows, tile.columns, tile.padding);
  };
  return key(a) == key(b);
}

/// Makes the subarray one more of the run, if it can be.
static bool extend(PlannedRun &run, const PlannedRun &next) {
  if (run.chip != next.chip || run.subarray + run.count != next.subarray ||
      run.tiles.size() != next.tiles.size())
    return false;
  for (size_t i = 0; i < run.tiles.size(); ++i) {
    const PlannedTile &tile = run.tiles[i], &other = next.tiles[i];
    if (!alike(tile, other) ||
        (run.count > 1 && tile.numberIn(run.count) != other.number))
      return false;
  }
  // Any second subarray sets the steps.
  if (run.count++ == 1)
    for (size_t i = 0; i < run.tiles.size(); ++i)
      run.tiles[i].step = int64_t(next.tiles[i].number - run.tiles[i].number);
  return true;
}

FloorPlan planFloor(const image::Image &image) {
  FloorPlan plan{image.target().rows(), image.target().columns(), {}, {}};
  struct Placed {
    uint32_t chip;
    uint64_t subarray;
    PlannedTile tile;
  };
  std::vector<Placed> placed;
  for (const image::Step &step : image.steps()) {
    if (!step.has_array())
      continue;
    const image::ArrayLayer &layer = step.array();
    image::TileGrid grid(image.target(), layer);
    bool alternating = layer.lane_padding() == image::ArrayLayer::ALTERNATING;
    auto number = uint32_t(plan.layers.size());
    plan.layers.push_back({layer.name(), grid.rows(), grid.columns(),
                           grid.rowIsNeuron(), grid.pieces()});
    auto add = [&](const image::Placement &at, uint64_t index,
                   const image::TileBlock &block, bool thresholds) {
      PlannedTile tile{number,
                       thresholds,
                       index,
                       at.row(),
                       at.column(),
                       grid.rowsOf(block),
                       grid.columnsOf(block)};
      if (alternating && !thresholds)
        tile.padding = plan.columns - tile.column - tile.columns;
      placed.push_back({at.chip(), at.subarray(), tile});
    };
    for (int i = 0; i < layer.placement_size(); ++i)
      add(layer.placement(i), uint64_t(i), grid.tile(uint64_t(i)), false);
    for (int i = 0; i < layer.threshold_placement_size(); ++i)
      add(layer.threshold_placement(i), uint64_t(i),
          grid.thresholdTile(uint64_t(i)), true);
  }
  std::ranges::sort(placed, [](const Placed &a, const Placed &b) {
    return std::tie(a.chip, a.subarray, a.tile.row, a.tile.column) <
           std::tie(b.chip, b.subarray, b.tile.row, b.tile.column);
  });
  for (size_t i = 0; i < placed.size();) {
    PlannedRun next{placed[i].chip, placed[i].subarray, 1, {}};
    for (; i < placed.size() && placed[i].chip == next.chip &&
           placed[i].subarray == next.subarray;
         ++i)
      next.tiles.push_back(placed[i].tile);
    if (plan.runs.empty() || !extend(plan.runs.back(), next))
      plan.runs.push_back(std::move(next));
  }
  return plan;
}

} // namespace bnn::report
