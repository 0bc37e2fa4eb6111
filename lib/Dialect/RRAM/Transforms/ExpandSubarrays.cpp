//===- ExpandSubarrays.cpp - Print the cells of each subarray -------------===//

#include "bnn/Dialect/RRAM/Transforms/Passes.h"

#include "bnn/Dialect/BNN/IR/PackedWeights.h"
#include "bnn/Dialect/RRAM/Utils/ThresholdWords.h"
#include "mlir/IR/Builders.h"
#include <map>

namespace bnn::rram {
#define GEN_PASS_DEF_RRAMEXPANDSUBARRAYS
#include "bnn/Dialect/RRAM/Transforms/Passes.h.inc"
} // namespace bnn::rram

using namespace mlir;
using namespace bnn;
using namespace bnn::rram;

namespace {
/// A physical subarray while its tiles are drawn.
struct Picture {
  Location loc;
  SmallVector<std::string> tiles;
  std::vector<std::string> rows;
};

struct RRAMExpandSubarraysPass
    : bnn::rram::impl::RRAMExpandSubarraysBase<RRAMExpandSubarraysPass> {
  using RRAMExpandSubarraysBase::RRAMExpandSubarraysBase;
  void runOnOperation() override;

private:
  /// A rectangle of cells of a tile, as characters by neuron and lane.
  void draw(TilesOp tiles, ArrayAttr runs, StringRef what, bool thresholds,
            llvm::function_ref<char(int64_t, int64_t)> cell);
  LogicalResult expand(LayerOp layer, TilesOp tiles);

  std::map<std::pair<int64_t, int64_t>, Picture> pictures;
};
} // namespace

void RRAMExpandSubarraysPass::draw(
    TilesOp tiles, ArrayAttr runs, StringRef what, bool thresholds,
    llvm::function_ref<char(int64_t, int64_t)> cell) {
  int64_t index = 0;
  for (auto run : runs.getAsRange<RunAttr>())
    for (int64_t i = 0; i < run.getTiles(); ++i, ++index) {
      int64_t height = tiles.getTile()[0], width = tiles.getTile()[1];
      Picture &picture =
          pictures
              .try_emplace({run.getChip(), run.getSubarray() + i},
                           Picture{tiles.getLoc(),
                                   {},
                                   std::vector<std::string>(
                                       height, std::string(width, '.'))})
              .first->second;
      int64_t split =
          thresholds ? tiles.getThresholdPieces() : tiles.getGrid()[1];
      picture.tiles.push_back(
          (what + "[" + Twine(index / split) + ", " + Twine(index % split) +
           "] at " + Twine(run.getRow()) + ", " + Twine(run.getColumn()))
              .str());
      TilesOp::Block block = thresholds ? tiles.getThresholdBlock(index)
                                        : tiles.getTileBlock(index);
      // Columns beyond the last lane may be programmed as well.
      int64_t lanes = tiles.rowIsNeuron() && !thresholds
                          ? width - run.getColumn()
                          : block.lanes;
      for (int64_t n = 0; n < block.neurons; ++n)
        for (int64_t j = 0; j < lanes; ++j) {
          char sign = cell(block.firstNeuron + n, block.firstLane + j);
          if (sign == '.')
            continue;
          int64_t row = run.getRow() + (tiles.rowIsNeuron() ? n : j);
          int64_t column = run.getColumn() + (tiles.rowIsNeuron() ? j : n);
          picture.rows[size_t(row)][size_t(column)] = sign;
        }
    }
}

LogicalResult RRAMExpandSubarraysPass::expand(LayerOp layer, TilesOp tiles) {
  if (!tiles.getPlacement())
    return tiles.emitError() << "tiles '" << tiles.getSymName()
                             << "' are not placed; run rram-place first";
  PackedWeights weights = PackedWeights::get(
      tiles.getCells(), cast<RankedTensorType>(tiles.getCellsType()));
  bool alternating = layer.getLanePadding() == LanePadding::Alternating;
  draw(tiles, *tiles.getPlacement(), tiles.getSymName(), false,
       [&](int64_t neuron, int64_t lane) {
         if (lane < weights.columns())
           return "-0+"[weights.at(neuron, lane) + 1];
         return !alternating                          ? '.'
                : (lane - weights.columns()) % 2 != 0 ? '-'
                                                      : '+';
       });
  if (!tiles.getThresholdPlacement())
    return success();
  std::vector<std::vector<bool>> words = thresholdWords(layer);
  draw(tiles, *tiles.getThresholdPlacement(),
       (tiles.getSymName() + " thresholds").str(), true,
       [&](int64_t neuron, int64_t cell) {
         return words[size_t(neuron)][size_t(cell)] ? '+' : '-';
       });
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
      count += tiles.getNumTiles() + tiles.getNumThresholdTiles();
    }
  if (count > limit) {
    mlir::emitError(getOperation().getLoc())
        << "the chip has " << count << " tiles, more than the limit of "
        << limit.getValue() << " that rram-expand-subarrays prints";
    return signalPassFailure();
  }
  pictures.clear();
  for (auto [layer, tiles] : layers)
    if (failed(expand(layer, tiles)))
      return signalPassFailure();
  OpBuilder builder(&getContext());
  builder.setInsertionPointToEnd(getOperation().getBody());
  for (auto &[place, picture] : pictures) {
    std::string name =
        ("chip" + Twine(place.first) + "_subarray" + Twine(place.second)).str();
    SmallVector<StringRef> tiles(picture.tiles.begin(), picture.tiles.end());
    SmallVector<StringRef> rows(picture.rows.begin(), picture.rows.end());
    SubarrayOp::create(builder, picture.loc, builder.getStringAttr(name),
                       builder.getI64IntegerAttr(place.first),
                       builder.getI64IntegerAttr(place.second),
                       builder.getStrArrayAttr(tiles),
                       builder.getStrArrayAttr(rows));
  }
}
