//===- RecoverWeights.cpp - Layers back into network operators ------------===//

#include "bnn/Dialect/RRAM/Transforms/Passes.h"

#include "bnn/Dialect/BNN/IR/PackedWeights.h"
#include "bnn/Dialect/RRAM/Utils/Counting.h"
#include "mlir/IR/Builders.h"

namespace bnn::rram {
#define GEN_PASS_DEF_RRAMRECOVERWEIGHTS
#include "bnn/Dialect/RRAM/Transforms/Passes.h.inc"
} // namespace bnn::rram

using namespace mlir;
using namespace bnn;
using namespace bnn::rram;

namespace {
struct RRAMRecoverWeightsPass
    : bnn::rram::impl::RRAMRecoverWeightsBase<RRAMRecoverWeightsPass> {
  void runOnOperation() override;

private:
  LogicalResult recover(ExecuteOp execute, LayerOp layer, Operation *weights,
                        TargetAttr target);
};
} // namespace

/// Two binary planes as one ternary one, w = (w1 + w2) / 2.
static PackedWeights joinPlanes(const PackedWeights &planes) {
  int64_t fanIn = planes.columns() / 2;
  PackedWeights weights(planes.rows(), fanIn, /*ternary=*/true);
  for (int64_t n = 0; n < planes.rows(); ++n)
    for (int64_t k = 0; k < fanIn; ++k)
      weights.set(n, k, (planes.at(n, k) + planes.at(n, fanIn + k)) / 2);
  return weights;
}

/// Shape of the weights as the network had it.
static SmallVector<int64_t> weightShape(LayerOp layer) {
  auto conv = dyn_cast<ConvAttr>(layer.getGeometry());
  if (!conv)
    return {int64_t(layer.getNeurons()), int64_t(layer.getFanIn())};
  SmallVector<int64_t> shape{int64_t(layer.getNeurons()),
                             conv.getChannels() / int64_t(layer.getGroups())};
  shape.append(conv.getKernel().begin(), conv.getKernel().end());
  return shape;
}

/// The accumulator's operator.
static Value createLinear(OpBuilder &builder, ExecuteOp execute, LayerOp layer,
                          Value weights) {
  auto type = RankedTensorType::get(execute.getResult().getType().getShape(),
                                    builder.getI64Type());
  auto conv = dyn_cast<ConvAttr>(layer.getGeometry());
  if (!conv)
    return LinearOp::create(builder, execute.getLoc(), type, execute.getInput(),
                            weights);
  return ConvOp::create(builder, execute.getLoc(), type, execute.getInput(),
                        weights, conv.getStrides(), conv.getDilations(),
                        conv.getPadsBegin(), conv.getPadsEnd(),
                        layer.getGroups(), conv.getPadValue());
}

/// `steps` with all thresholds less `amount`.
static StepsAttr lowered(StepsAttr steps, int64_t amount) {
  SmallVector<int64_t> thresholds(steps.getThresholds());
  for (int64_t &threshold : thresholds)
    threshold -= amount;
  return StepsAttr::get(steps.getContext(), steps.getCounts(), thresholds,
                        steps.getCodes());
}

LogicalResult RRAMRecoverWeightsPass::recover(ExecuteOp execute, LayerOp layer,
                                              Operation *weightsOp,
                                              TargetAttr target) {
  auto tiles = dyn_cast<TilesOp>(weightsOp);
  auto plain = dyn_cast<WeightsOp>(weightsOp);
  auto type = cast<RankedTensorType>(tiles ? tiles.getCellsType()
                                           : plain.getCellsType());
  PackedWeights lanes =
      PackedWeights::get(tiles ? tiles.getCells() : plain.getCells(), type);

  BorderClasses classes;
  auto conv = dyn_cast<ConvAttr>(layer.getGeometry());
  if (conv && conv.getPadCode() != conv.getPadValue())
    classes = enumerateBorderClasses(conv);
  CountRule rule = countRuleOf(layer, target);
  std::vector<int64_t> bias =
      computeBias(rule, lanes, layer.getFanIn(), layer.getGeometry(), classes);
  auto disagree = [&](const Twine &what) {
    return layer.emitError()
           << "layer '" << layer.getSymName() << "': " << what;
  };
  if (layer.getPositionClass().value_or(ArrayRef<int32_t>()) !=
      ArrayRef(classes.positionClass))
    return disagree("position_class is not what the geometry asks for");
  if (layer.getBias() != ArrayRef(bias))
    return disagree("bias is not what the weights ask for");

  OpBuilder builder(execute);
  bool split = layer.getWeightPlanes() == 2;
  auto logicalType = RankedTensorType::get(
      weightShape(layer),
      split ? TernaryType::get(&getContext()) : type.getElementType());
  PackedWeights logical = split ? joinPlanes(lanes) : std::move(lanes);
  Attribute value;
  if (logicalType.getNumElements() <= 4096) {
    SmallVector<StringAttr> rows;
    for (int64_t n = 0; n < logical.rows(); ++n) {
      std::string row;
      for (int64_t k = 0; k < logical.columns(); ++k)
        row += "-0+"[logical.at(n, k) + 1];
      rows.push_back(builder.getStringAttr(row));
    }
    value = LiteralAttr::get(&getContext(), logicalType, rows);
  } else {
    value = std::move(logical).toAttribute(layer.getWeights(), logicalType);
  }
  Value constant =
      ConstantOp::create(builder, execute.getLoc(), logicalType, value);
  Value result = createLinear(builder, execute, layer, constant);
  if (layer.getSteps()) {
    // The alternating columns' share taken off again, counts have the range
    // that the thresholds were made for.
    int64_t extra = rule.paddingCount();
    for (int64_t &value : bias)
      value += extra * rule.unit;
    rule.paddingLanes = 0;
    StepsAttr steps = stepsOnAccumulators(lowered(*layer.getSteps(), extra),
                                          bias, layer.getNeurons(), rule);
    if (!steps)
      return disagree("the border classes of a neuron do not mean the same "
                      "thresholds");
    int64_t axis = conv ? 1 : execute.getResult().getType().getRank() - 1;
    result = ThresholdOp::create(builder, execute.getLoc(),
                                 execute.getResult().getType(), result, steps,
                                 axis, layer.getTiesAttr());
  }
  result.getDefiningOp()->setDiscardableAttrs(
      llvm::to_vector(execute->getDiscardableAttrs()));
  execute.getResult().replaceAllUsesWith(result);
  execute.erase();
  return success();
}

void RRAMRecoverWeightsPass::runOnOperation() {
  FailureOr<TargetAttr> target = moduleTarget(getOperation());
  if (failed(target))
    return signalPassFailure();
  SymbolTableCollection symbols;
  SmallVector<ExecuteOp> executes;
  getOperation().walk([&](ExecuteOp op) { executes.push_back(op); });
  llvm::SetVector<Operation *> used;
  for (ExecuteOp execute : executes) {
    auto layer = symbols.lookupNearestSymbolFrom<LayerOp>(
        execute, execute.getLayerAttr());
    Operation *weights =
        symbols.lookupNearestSymbolFrom(layer, layer.getWeightsAttr());
    if (failed(recover(execute, layer, weights, *target)))
      return signalPassFailure();
    used.insert(layer);
    used.insert(weights);
  }
  for (Operation *op : used)
    op->erase();
}
