//===- Cells.cpp - Wanted states of the cells of a layer ------------------===//

#include "Emission.h"

#include "bnn/Dialect/BNN/IR/PackedWeights.h"
#include "bnn/Dialect/RRAM/Utils/ThresholdWords.h"
#include "bnn/Image/TileGrid.h"

using namespace mlir;
using namespace bnn;
using namespace bnn::rram;

/// Calls `visit` with each tile's number and place.
static void
forEachTile(ArrayAttr runs,
            llvm::function_ref<void(int64_t, const image::Placement &)> visit) {
  int64_t index = 0;
  for (auto run : runs.getAsRange<RunAttr>())
    for (int64_t i = 0; i < run.getTiles(); ++i) {
      image::Placement place;
      place.set_chip(uint32_t(run.getChip()));
      place.set_subarray(uint64_t(run.getSubarray() + i));
      place.set_row(uint32_t(run.getRow()));
      place.set_column(uint32_t(run.getColumn()));
      visit(index++, place);
    }
}

void bnn::emission::programCells(LayerOp layer, TilesOp tiles,
                                 const image::Target &target,
                                 image::CellArrayBuilder &cells) {
  PackedWeights weights = PackedWeights::get(
      tiles.getCells(), cast<RankedTensorType>(tiles.getCellsType()));
  bool rowIsNeuron = tiles.rowIsNeuron();
  bool alternating = layer.getLanePadding() == LanePadding::Alternating;
  forEachTile(*tiles.getPlacement(), [&](int64_t index,
                                         const image::Placement &place) {
    TilesOp::Block block = tiles.getTileBlock(index);
    uint64_t subarray = image::subarrayIndex(target, place);
    for (int64_t n = 0; n < block.neurons; ++n) {
      for (int64_t j = 0; j < block.lanes; ++j) {
        image::CellPlace at =
            image::cellPlace(place, rowIsNeuron, uint64_t(n), uint64_t(j));
        cells.setWeight(subarray, uint32_t(at.row), uint32_t(at.column),
                        weights.at(block.firstNeuron + n, block.firstLane + j));
      }
      for (int64_t j = block.lanes; alternating && j < tiles.getTile()[1]; ++j)
        cells.setWeight(subarray, uint32_t(place.row() + n),
                        uint32_t(place.column() + j),
                        (j - block.lanes) % 2 ? -1 : 1);
    }
  });
  if (!tiles.getThresholdPlacement())
    return;
  std::vector<std::vector<bool>> words = thresholdWords(layer);
  forEachTile(*tiles.getThresholdPlacement(), [&](int64_t index,
                                                  const image::Placement &at) {
    TilesOp::Block block = tiles.getThresholdBlock(index);
    uint64_t subarray = image::subarrayIndex(target, at);
    for (int64_t n = 0; n < block.neurons; ++n)
      for (int64_t j = 0; j < block.lanes; ++j) {
        image::CellPlace cell =
            image::cellPlace(at, rowIsNeuron, uint64_t(n), uint64_t(j));
        bool one =
            words[size_t(block.firstNeuron + n)][size_t(block.firstLane + j)];
        cells.setWeight(subarray, uint32_t(cell.row), uint32_t(cell.column),
                        one ? 1 : -1);
      }
  });
}
