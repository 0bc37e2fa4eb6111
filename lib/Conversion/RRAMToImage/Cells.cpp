//===- Cells.cpp - Wanted states of the cells of a layer ------------------===//

#include "Emission.h"

#include "bnn/Dialect/BNN/IR/PackedWeights.h"

using namespace mlir;
using namespace bnn;
using namespace bnn::rram;

namespace {

/// Programs one tile.
struct TileWriter {
  const PackedWeights &weights;
  image::CellArrayBuilder &cells;
  uint64_t subarray;
  int64_t row, column; // of the tile's first cell in the subarray
  bool alternating;

  /// Neurons firstNeuron .. and lanes firstLane .. of a tile of rows x columns.
  void write(int64_t firstNeuron, int64_t rows, int64_t firstLane,
             int64_t columns) {
    int64_t lastLane = std::min(weights.columns(), firstLane + columns);
    for (int64_t r = 0; r < rows; ++r) {
      int64_t neuron = firstNeuron + r;
      for (int64_t lane = firstLane; lane < lastLane; ++lane)
        cells.setWeight(subarray, row + r, column + lane - firstLane,
                        weights.at(neuron, lane));
      if (!alternating)
        continue;
      for (int64_t lane = lastLane; lane < firstLane + columns; ++lane)
        cells.setWeight(subarray, row + r, column + lane - firstLane,
                        (lane - lastLane) % 2 ? -1 : 1);
    }
  }
};

} // namespace

void bnn::emission::programCells(LayerOp layer, TilesOp tiles,
                                 const image::Target &target,
                                 image::CellArrayBuilder &cells) {
  PackedWeights weights = PackedWeights::get(
      tiles.getCells(), cast<RankedTensorType>(tiles.getCellsType()));
  int64_t rows = tiles.getTile()[0], columns = tiles.getTile()[1];
  int64_t tileColumns = tiles.getGrid()[1];
  int64_t index = 0;
  for (auto run : tiles.getPlacement()->getAsRange<RunAttr>())
    for (int64_t i = 0; i < run.getTiles(); ++i, ++index) {
      image::Placement placement;
      placement.set_chip(run.getChip());
      placement.set_subarray(run.getSubarray() + i);
      int64_t firstNeuron = index / tileColumns * rows;
      TileWriter writer{weights,
                        cells,
                        image::subarrayIndex(target, placement),
                        run.getRow(),
                        run.getColumn(),
                        layer.getLanePadding() == LanePadding::Alternating};
      writer.write(firstNeuron, std::min(rows, weights.rows() - firstNeuron),
                   index % tileColumns * columns, columns);
    }
}
