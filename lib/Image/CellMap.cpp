//===- CellMap.cpp - What each cell of an image is for --------------------===//

#include "bnn/Image/CellMap.h"
#include "bnn/Image/CellArray.h"
#include "bnn/Image/TileGrid.h"
#include <algorithm>
#include <set>
#include <tuple>

using namespace llvm;

namespace bnn::image {

OccupiedSubarrays occupiedSubarrays(const Image &image) {
  std::set<std::pair<uint32_t, uint64_t>> contents;
  std::set<uint64_t> ofChip;
  for (const Step &step : image.steps())
    for (const auto *tiles :
         {&step.array().placement(), &step.array().threshold_placement()})
      for (const Placement &tile : *tiles) {
        contents.emplace(tile.chip(), tile.subarray());
        ofChip.insert(tile.subarray());
      }
  return {contents.size(),
          image.target().time_multiplexed() ? ofChip.size() : contents.size()};
}

CellMap::CellMap(const Image &image)
    : numRows(image.target().rows()), numColumns(image.target().columns()) {
  for (int step = 0; step < image.steps_size(); ++step) {
    if (!image.steps(step).has_array())
      continue;
    const ArrayLayer &layer = image.steps(step).array();
    TileGrid grid(image.target(), layer);
    bool alternating = layer.lane_padding() == ArrayLayer::ALTERNATING;
    auto add = [&](const Placement &placement, int index,
                   const TileBlock &block, bool thresholds) {
      MappedTile tile;
      tile.step = uint32_t(step);
      tile.index = index;
      tile.thresholds = thresholds;
      tile.rowIsNeuron = grid.rowIsNeuron();
      tile.subarray = subarrayIndex(image.target(), placement);
      tile.row = placement.row();
      tile.column = placement.column();
      tile.rows = uint32_t(grid.rowsOf(block));
      tile.columns = alternating && !thresholds
                         ? uint32_t(numColumns) - tile.column
                         : uint32_t(grid.columnsOf(block));
      tile.firstNeuron = block.firstNeuron;
      tile.firstLane = block.firstLane;
      tile.neurons = block.neurons;
      tile.lanes = block.lanes;
      counted += uint64_t(tile.rows) * tile.columns;
      all.push_back(tile);
    };
    for (int i = 0; i < layer.placement_size(); ++i)
      add(layer.placement(i), i, grid.tile(uint64_t(i)), false);
    for (int i = 0; i < layer.threshold_placement_size(); ++i)
      add(layer.threshold_placement(i), i, grid.thresholdTile(uint64_t(i)),
          true);
  }
  llvm::sort(all, [](const MappedTile &a, const MappedTile &b) {
    return std::tie(a.subarray, a.row, a.column) <
           std::tie(b.subarray, b.row, b.column);
  });
  first.assign(image.num_subarrays() + 1, uint32_t(all.size()));
  for (size_t i = all.size(); i-- > 0;)
    first[all[i].subarray] = uint32_t(i);
  for (size_t s = image.num_subarrays(); s-- > 0;)
    first[s] = std::min(first[s], first[s + 1]);
}

const MappedTile *CellMap::tileOf(uint64_t cell) const {
  uint64_t column = cell % numColumns, row = cell / numColumns % numRows;
  uint64_t subarray = cell / numColumns / numRows;
  if (subarray + 1 >= first.size())
    return nullptr;
  for (uint32_t i = first[subarray]; i < first[subarray + 1]; ++i) {
    const MappedTile &tile = all[i];
    if (row - tile.row < tile.rows && column - tile.column < tile.columns)
      return &tile;
  }
  return nullptr;
}

CellUse CellMap::use(const MappedTile &tile, uint64_t cell) const {
  uint64_t column = cell % numColumns - tile.column;
  uint64_t row = cell / numColumns % numRows - tile.row;
  uint64_t neuron = tile.rowIsNeuron ? row : column;
  uint64_t lane = tile.rowIsNeuron ? column : row;
  return {tile.step, tile.firstNeuron + neuron, tile.firstLane + lane,
          tile.thresholds};
}

} // namespace bnn::image
