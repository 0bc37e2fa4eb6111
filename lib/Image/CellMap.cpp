//===- CellMap.cpp - What each cell of an image is for --------------------===//

#include "bnn/Image/CellMap.h"
#include "bnn/Image/CellArray.h"
#include <algorithm>
#include <tuple>

using namespace llvm;

namespace bnn::image {

CellMap::CellMap(const Image &image)
    : numRows(image.target().rows()), numColumns(image.target().columns()) {
  for (int step = 0; step < image.steps_size(); ++step) {
    if (!image.steps(step).has_array())
      continue;
    const ArrayLayer &layer = image.steps(step).array();
    uint64_t lanes = uint64_t(layer.weight_planes()) * layer.fan_in();
    for (uint32_t t = 0; t < layer.tile_rows(); ++t)
      for (uint32_t k = 0; k < layer.tile_columns(); ++k) {
        const Placement &placement =
            layer.placement(int(t * layer.tile_columns() + k));
        MappedTile tile;
        tile.step = uint32_t(step);
        tile.subarray = subarrayIndex(image.target(), placement);
        tile.row = placement.row();
        tile.column = placement.column();
        tile.firstNeuron = uint64_t(t) * numRows;
        tile.firstLane = uint64_t(k) * numColumns;
        tile.rows = uint32_t(
            std::min<uint64_t>(numRows, layer.neurons() - tile.firstNeuron));
        tile.lanes =
            uint32_t(std::min<uint64_t>(numColumns, lanes - tile.firstLane));
        tile.columns = layer.lane_padding() == ArrayLayer::ALTERNATING
                           ? uint32_t(numColumns) - tile.column
                           : tile.lanes;
        counted += uint64_t(tile.rows) * tile.columns;
        all.push_back(tile);
      }
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
  uint64_t column = cell % numColumns, row = cell / numColumns % numRows;
  return {tile.step, tile.firstNeuron + (row - tile.row),
          tile.firstLane + (column - tile.column)};
}

} // namespace bnn::image
