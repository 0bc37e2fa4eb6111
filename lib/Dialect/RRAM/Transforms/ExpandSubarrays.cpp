//===- ExpandSubarrays.cpp - Print the cells of each subarray -------------===//

#include "bnn/Dialect/RRAM/Transforms/Passes.h"

#include "bnn/Dialect/BNN/IR/PackedWeights.h"
#include "mlir/IR/Builders.h"

namespace bnn::rram {
#define GEN_PASS_DEF_RRAMEXPANDSUBARRAYS
#include "bnn/Dialect/RRAM/Transforms/Passes.h.inc"
} // namespace bnn::rram

using namespace mlir;
using namespace bnn;
using namespace bnn::rram;

namespace {
struct RRAMExpandSubarraysPass
    : bnn::rram::impl::RRAMExpandSubarraysBase<RRAMExpandSubarraysPass> {
  using RRAMExpandSubarraysBase::RRAMExpandSubarraysBase;

  void runOnOperation() override;

private:
  LogicalResult expand(LayerOp layer, TilesOp tiles);
};

/// One tile and what its cells hold.
struct Tile {
  TilesOp tiles;
  const PackedWeights &weights;
  bool alternating; // columns beyond the last lane are programmed
  int64_t row, column;

  char cell(int64_t r, int64_t c) {
    int64_t neuron = row * tiles.getTile()[0] + r;
    int64_t lane = column * tiles.getTile()[1] + c;
    if (neuron >= weights.rows())
      return '.';
    if (lane < weights.columns())
      return "-0+"[weights.at(neuron, lane) + 1];
    if (!alternating)
      return '.';
    return (lane - weights.columns()) % 2 ? '-' : '+';
  }
};
} // namespace

LogicalResult RRAMExpandSubarraysPass::expand(LayerOp layer, TilesOp tiles) {
  if (!tiles.getPlacement())
    return tiles.emitError() << "tiles '" << tiles.getSymName()
                             << "' are not placed; run rram-place first";
  PackedWeights weights = PackedWeights::get(
      tiles.getCells(), cast<RankedTensorType>(tiles.getCellsType()));
  OpBuilder builder(&getContext());
  builder.setInsertionPointToEnd(getOperation().getBody());
  int64_t index = 0;
  for (auto run : tiles.getPlacement()->getAsRange<RunAttr>())
    for (int64_t i = 0; i < run.getTiles(); ++i, ++index) {
      int64_t tileColumns = tiles.getGrid()[1];
      Tile tile{tiles, weights,
                layer.getLanePadding() == LanePadding::Alternating,
                index / tileColumns, index % tileColumns};
      SmallVector<Attribute> rows;
      for (int64_t r = 0; r < tiles.getTile()[0]; ++r) {
        std::string text;
        for (int64_t c = 0; c < tiles.getTile()[1]; ++c)
          text += tile.cell(r, c);
        rows.push_back(builder.getStringAttr(text));
      }
      std::string name = ("chip" + Twine(run.getChip()) + "_subarray" +
                          Twine(run.getSubarray() + i))
                             .str();
      SubarrayOp::create(
          builder, tiles.getLoc(), builder.getStringAttr(name),
          builder.getI64IntegerAttr(run.getChip()),
          builder.getI64IntegerAttr(run.getSubarray() + i),
          layer.getWeightsAttr(), builder.getI64IntegerAttr(tile.row),
          builder.getI64IntegerAttr(tile.column), builder.getArrayAttr(rows));
    }
  return success();
}

void RRAMExpandSubarraysPass::runOnOperation() {
  SymbolTableCollection symbols;
  SmallVector<std::pair<LayerOp, TilesOp>> layers;
  uint64_t count = 0;
  for (LayerOp layer : getOperation().getOps<LayerOp>())
    if (auto tiles = symbols.lookupNearestSymbolFrom<TilesOp>(
            layer, layer.getWeightsAttr())) {
      layers.push_back({layer, tiles});
      count += tiles.getNumTiles();
    }
  if (count > limit) {
    mlir::emitError(getOperation().getLoc())
        << "the chip has " << count << " subarrays, more than the limit of "
        << limit.getValue() << " that rram-expand-subarrays prints";
    return signalPassFailure();
  }
  for (auto [layer, tiles] : layers)
    if (failed(expand(layer, tiles)))
      return signalPassFailure();
}
