//===- ExpectedBer.cpp - Thresholds for a known error rate ----------------===//

#include "ExpectedBer.h"
#include "bnn/Image/CellMap.h"
#include "llvm/ADT/STLExtras.h"
#include <algorithm>
#include <cmath>

using namespace llvm;

namespace bnn::sim {

using image::ArrayLayer;
using image::CellMap;
using image::MappedTile;

/// Cells that a count of one plane sums over, for each neuron of a layer: with
/// the padding columns that are counted, which err like all others.
static std::vector<int64_t> countedCells(const CellMap &map, uint32_t step,
                                         const ArrayLayer &layer) {
  std::vector<int64_t> cells(layer.neurons(), 0);
  for (const MappedTile &tile : map.tiles())
    if (tile.step == step && !tile.thresholds)
      for (uint64_t i = 0; i < tile.neurons; ++i)
        cells[tile.firstNeuron + i] +=
            tile.rowIsNeuron ? tile.columns : tile.rows;
  return cells;
}

CorrectedThresholds correctThresholds(image::Image &image, double rate) {
  CorrectedThresholds result;
  CellMap map(image);
  for (auto [index, step] : enumerate(*image.mutable_steps())) {
    if (!step.has_array() || !step.array().has_thresholds())
      continue;
    ArrayLayer &layer = *step.mutable_array();
    std::vector<int64_t> cells = countedCells(map, uint32_t(index), layer);
    int64_t factors = 0;
    for (int32_t weight : layer.plane_weights())
      factors += weight / int64_t(layer.count_unit());
    if (image.target().ternary_sense())
      factors = 0;
    image::Thresholds &table = *layer.mutable_thresholds();
    int at = 0;
    // Functions are (class, neuron), neurons fastest.
    for (auto [function, count] : enumerate(table.counts())) {
      double shift = rate * double(cells[function % cells.size()] * factors);
      int64_t previous = 0;
      for (uint32_t i = 0; i < count; ++i, ++at) {
        int64_t old = table.thresholds(at);
        auto moved =
            int64_t(std::ceil((1 - 2 * rate) * (double(old) - 0.5) + shift));
        if (i)
          moved = std::max(moved, previous + 1);
        previous = moved;
        table.set_thresholds(at, moved);
        result.changed += moved != old;
        ++result.all;
      }
    }
  }
  return result;
}

} // namespace bnn::sim
