//===- Tile.cpp - Cut weights into tiles of the target's subarrays --------===//

#include "bnn/Dialect/RRAM/Transforms/Passes.h"

#include "bnn/Dialect/RRAM/Utils/Counting.h"
#include "mlir/IR/Builders.h"
#include "llvm/Support/MathExtras.h"

namespace bnn::rram {
#define GEN_PASS_DEF_RRAMTILE
#include "bnn/Dialect/RRAM/Transforms/Passes.h.inc"
} // namespace bnn::rram

using namespace mlir;
using namespace bnn;
using namespace bnn::rram;

namespace {
struct RRAMTilePass : bnn::rram::impl::RRAMTileBase<RRAMTilePass> {
  void runOnOperation() override;

private:
  LogicalResult tile(LayerOp layer, TargetAttr target,
                     SymbolTableCollection &symbols);
};
} // namespace

/// What the layer needs and the chip cannot do is an error naming both.
static LogicalResult checkCapabilities(LayerOp layer, TargetAttr target) {
  auto refuse = [&](StringRef field) {
    return layer.emitError()
           << "layer '" << layer.getSymName() << "': target '"
           << target.getName().getValue() << "' has " << field;
  };
  if (!target.getRowSense())
    return refuse("access other than row_sense, which is not built yet");
  if (!target.getExactSum())
    return refuse("reduce: per_access_decision, so partial counts of tiles "
                  "cannot be added, which is not built otherwise yet");
  if (!target.getExactCompare() && layer.getSteps())
    return refuse("decision other than exact, which is not built yet");
  if (target.getMaxFanin() && layer.getLanes() > target.getMaxFanin())
    return refuse("max_fanin_per_decision: ")
           << target.getMaxFanin() << ", the layer has " << layer.getLanes()
           << " lanes to a neuron";
  return success();
}

/// Threshold registers hold two's complement numbers of `threshold_bits`.
static LogicalResult checkThresholds(LayerOp layer, TargetAttr target) {
  if (!target.getThresholdBits() || !layer.getSteps() ||
      target.getThresholdRows())
    return success();
  for (int64_t threshold : layer.getSteps()->getThresholds())
    if (!llvm::isIntN(target.getThresholdBits(), threshold))
      return layer.emitError()
             << "layer '" << layer.getSymName() << "': target '"
             << target.getName().getValue()
             << "' has threshold_range: " << target.getThresholdBits()
             << " bit, the layer has the threshold " << threshold;
  return success();
}

/// Bias and thresholds take up what alternating columns count.
static void addPaddingCount(LayerOp layer, TargetAttr target) {
  CountRule rule = countRuleOf(layer, target);
  int64_t extra = rule.paddingCount();
  if (extra == 0)
    return;
  SmallVector<int64_t> bias(layer.getBias());
  for (int64_t &value : bias)
    value -= extra * rule.unit;
  layer.setBias(bias);
  if (!layer.getSteps())
    return;
  StepsAttr steps = *layer.getSteps();
  SmallVector<int64_t> thresholds(steps.getThresholds());
  for (int64_t &threshold : thresholds)
    threshold += extra;
  layer.setStepsAttr(StepsAttr::get(layer.getContext(), steps.getCounts(),
                                    thresholds, steps.getCodes()));
}

/// Thresholds in cells: as many bits as tell every count and "never" apart, as
/// many slots as the longest function has steps.
static LogicalResult setThresholdRows(LayerOp layer, TargetAttr target) {
  if (!target.getThresholdRows() || !layer.getSteps())
    return success();
  StepsAttr steps = *layer.getSteps();
  CountRule::Range range = countRuleOf(layer, target).countRange();
  for (int64_t threshold : steps.getThresholds())
    if (threshold < range.min || threshold > range.max)
      return layer.emitError()
             << "layer '" << layer.getSymName() << "': threshold " << threshold
             << " is beyond its counts, " << range.min << " to " << range.max
             << ": cells cannot hold it";
  int64_t slots = 1;
  for (int64_t count : steps.getCounts())
    slots = std::max(slots, count);
  int64_t bits = llvm::Log2_64_Ceil(uint64_t(range.max - range.min) + 2);
  auto rows =
      ThresholdRowsAttr::getChecked([&] { return layer.emitError(); },
                                    layer.getContext(), bits, range.min, slots);
  if (!rows)
    return failure();
  layer.setThresholdRowsAttr(rows);
  return success();
}

/// Cells of a neuron's word of thresholds.
static int64_t wordOf(LayerOp layer) {
  std::optional<ThresholdRowsAttr> rows = layer.getThresholdRows();
  return rows ? layer.getBorderClasses() * rows->getSlots() * rows->getBits()
              : 0;
}

LogicalResult RRAMTilePass::tile(LayerOp layer, TargetAttr target,
                                 SymbolTableCollection &symbols) {
  auto weights =
      symbols.lookupNearestSymbolFrom<WeightsOp>(layer, layer.getWeightsAttr());
  if (!weights)
    return success(); // tiled already
  if (!layer.getOrientation())
    return layer.emitError() << "layer '" << layer.getSymName()
                             << "' has no orientation; run "
                                "rram-choose-schedule first";
  if (failed(checkCapabilities(layer, target)))
    return failure();

  bool rowIsNeuron = *layer.getOrientation() == Orientation::RowIsNeuron;
  auto tilesFor = [](int64_t cells, int64_t side) -> int64_t {
    return llvm::divideCeil(uint64_t(cells), uint64_t(side));
  };
  int64_t neurons = layer.getNeurons(), groups = layer.getGroups();
  int64_t rows =
      tilesFor(rowIsNeuron ? neurons : layer.getLanes(), target.getRows());
  // A row has one input, so that tile columns do not cross groups.
  int64_t columns =
      rowIsNeuron ? tilesFor(layer.getLanes(), target.getColumns())
                  : groups * tilesFor(neurons / groups, target.getColumns());
  int64_t paddingColumns =
      rowIsNeuron ? columns * target.getColumns() - layer.getLanes() : 0;
  bool masked = target.getColumnMask() || paddingColumns == 0;
  layer.setLanePadding(masked ? LanePadding::Masked : LanePadding::Alternating);
  addPaddingCount(layer, target);
  if (failed(checkThresholds(layer, target)) ||
      failed(setThresholdRows(layer, target)))
    return failure();

  OpBuilder builder(weights);
  TilesOp::create(
      builder, weights.getLoc(), weights.getSymNameAttr(),
      builder.getDenseI64ArrayAttr({rows, columns}),
      builder.getDenseI64ArrayAttr({target.getRows(), target.getColumns()}),
      layer.getOrientationAttr(),
      builder.getI64IntegerAttr(rowIsNeuron ? 1 : groups),
      builder.getI64IntegerAttr(wordOf(layer)), weights.getCellsTypeAttr(),
      weights.getCells(), /*placement=*/nullptr,
      /*threshold_placement=*/nullptr);
  weights.erase();
  numTiles += rows * columns;
  numPaddingColumns += paddingColumns;
  return success();
}

void RRAMTilePass::runOnOperation() {
  FailureOr<TargetAttr> target = moduleTarget(getOperation());
  if (failed(target))
    return signalPassFailure();
  SymbolTableCollection symbols;
  for (LayerOp layer :
       llvm::make_early_inc_range(getOperation().getOps<LayerOp>()))
    if (failed(tile(layer, *target, symbols)))
      return signalPassFailure();
}
