//===- BNNToRRAM.cpp - From networks to layers on the arrays --------------===//

#include "bnn/Conversion/BNNToRRAM/Passes.h"

#include "Names.h"
#include "bnn/Dialect/BNN/IR/ArrayOperator.h"
#include "bnn/Dialect/BNN/IR/PackedWeights.h"
#include "bnn/Dialect/RRAM/IR/RRAM.h"
#include "bnn/Dialect/RRAM/Utils/Counting.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectResourceBlobManager.h"

namespace bnn {
#define GEN_PASS_DEF_CONVERTBNNTORRAM
#include "bnn/Conversion/BNNToRRAM/Passes.h.inc"
} // namespace bnn

using namespace mlir;
using namespace bnn;
using namespace bnn::rram;

namespace {

/// Shapes of a layer, whatever the operator was.
struct Shape {
  Attribute geometry;
  int64_t neurons, fanIn, groups;
};

struct ConvertBNNToRRAMPass
    : bnn::impl::ConvertBNNToRRAMBase<ConvertBNNToRRAMPass> {
  void runOnOperation() override;

private:
  LogicalResult convert(ArrayOperator &candidate, TargetAttr target);

  SymbolTable *symbols = nullptr;
  SmallVector<Attribute> absent;
};

} // namespace

/// The code driven at taps in the padding: the one that is meant where the
/// input type has it, else 0, else its smallest.
static int64_t choosePadCode(Type codeType, int64_t padValue) {
  CodeRange range = codeRange(codeType);
  auto has = [&](int64_t code) {
    return code >= range.min && code <= range.max &&
           !(isa<BinaryType>(codeType) && code == 0);
  };
  return has(padValue) ? padValue : has(0) ? 0 : range.min;
}

static FailureOr<Shape> shapeOf(ArrayOperator &candidate) {
  MLIRContext *context = candidate.linear->getContext();
  ArrayRef<int64_t> input = candidate.inputType().getShape();
  ArrayRef<int64_t> weights = candidate.weightsType().getShape();
  auto conv = dyn_cast<ConvOp>(candidate.linear);
  if (!conv) {
    int64_t positions = candidate.inputType().getNumElements() / weights[1];
    auto geometry = DenseAttr::getChecked(
        [&] { return candidate.linear->emitError(); }, context, positions);
    if (!geometry)
      return failure();
    return Shape{geometry, weights[0], weights[1], 1};
  }
  if (input[0] != 1)
    return conv.emitError()
           << "a convolution on the arrays needs a leading "
              "dimension of 1, got "
           << input[0] << "; compile one sample, with --shape INPUT=1x...";
  auto output = cast<RankedTensorType>(conv.getResult().getType());
  int64_t padCode =
      choosePadCode(candidate.inputType().getElementType(), conv.getPadValue());
  auto geometry = ConvAttr::getChecked(
      [&] { return conv.emitError(); }, context, input[1], input.drop_front(2),
      output.getShape().drop_front(2), weights.drop_front(2), conv.getStrides(),
      conv.getDilations(), conv.getPadsBegin(), conv.getPadsEnd(), padCode,
      int64_t(conv.getPadValue()));
  if (!geometry)
    return failure();
  return Shape{geometry, weights[0],
               candidate.weightsType().getNumElements() / weights[0],
               int64_t(conv.getGroups())};
}

/// Ternary rows as two binary ones side by side, w = (w1 + w2) / 2: both equal
/// w, or +1 and -1 where it is 0. A word of the second plane is shifted to
/// where its lanes begin.
static PackedWeights splitPlanes(const PackedWeights &ternary) {
  int64_t fanIn = ternary.columns();
  PackedWeights planes(ternary.rows(), 2 * fanIn, /*ternary=*/false);
  int64_t firstWord = fanIn / 64, shift = fanIn % 64;
  for (int64_t n = 0; n < ternary.rows(); ++n) {
    MutableArrayRef<uint64_t> to = planes.plusRow(n);
    ArrayRef<uint64_t> plus = ternary.plusRow(n), minus = ternary.minusRow(n);
    for (int64_t i = 0; i < ternary.wordsPerRow(); ++i) {
      // Lanes beyond the last: not +1.
      bool last = i + 1 == ternary.wordsPerRow();
      uint64_t lanes =
          last && shift ? (uint64_t(1) << shift) - 1 : ~uint64_t(0);
      to[i] |= ~minus[i] & lanes;            // w1: +1 unless w is -1
      to[firstWord + i] |= plus[i] << shift; // w2: +1 only if w is
      if (shift && plus[i] >> (64 - shift))
        to[firstWord + i + 1] |= plus[i] >> (64 - shift);
    }
  }
  return planes;
}

/// Traces of values that stay inside a layer become absent tensors.
static void recordAbsent(Operation *op, StringRef layer,
                         SmallVectorImpl<Attribute> &absent) {
  auto traces = op->getAttrOfType<ArrayAttr>(tracesAttrName);
  if (!traces)
    return;
  Builder builder(op->getContext());
  for (auto trace : traces.getAsRange<TraceAttr>())
    absent.push_back(builder.getStrArrayAttr(
        {trace.getTensor().getValue(),
         ("an accumulator of layer '" + layer +
          "': only its comparison with the thresholds leaves the array")
             .str()}));
}

LogicalResult ConvertBNNToRRAMPass::convert(ArrayOperator &candidate,
                                            TargetAttr target) {
  FailureOr<Shape> shape = shapeOf(candidate);
  if (failed(shape))
    return failure();
  Location loc =
      candidate.threshold
          ? FusedLoc::get(&getContext(), {candidate.linear->getLoc(),
                                          candidate.threshold.getLoc()})
          : candidate.linear->getLoc();
  llvm::SetVector<StringRef> nodes;
  collectNames(loc, nodes);
  std::string wanted = nodes.empty() ? "layer" : nodes.front().str();
  if (auto copy = candidate.linear->getAttrOfType<IntegerAttr>(copyAttrName))
    wanted += ".copy" + std::to_string(copy.getInt());
  std::string name = uniqueLayerName(wanted, *symbols);

  // Weights: one row of lanes per neuron. A single plane is the constant's own
  // bytes under another shape.
  bool ternary = isa<TernaryType>(candidate.weightsType().getElementType());
  bool split = ternary && !target.getTernarySense();
  auto cellsType =
      RankedTensorType::get({shape->neurons, (split ? 2 : 1) * shape->fanIn},
                            split ? BinaryType::get(&getContext())
                                  : candidate.weightsType().getElementType());
  PackedWeights lanes =
      PackedWeights::get(candidate.weights.getValue(), candidate.weightsType());
  if (split)
    lanes = splitPlanes(lanes);

  PlanesAttr planes = planesOf(candidate.inputType().getElementType());
  CountRule rule{planes,
                 countUnitOf(planes),
                 split || target.getTernarySense() ? 2 : 1,
                 target.getTernarySense(),
                 lanes.columns(),
                 /*paddingLanes=*/0};
  BorderClasses classes;
  auto conv = dyn_cast<ConvAttr>(shape->geometry);
  if (conv && conv.getPadCode() != conv.getPadValue())
    classes = enumerateBorderClasses(conv);
  std::vector<int64_t> bias =
      computeBias(rule, lanes, shape->fanIn, shape->geometry, classes);
  StepsAttr steps;
  if (candidate.threshold)
    steps = stepsOnCounts(candidate.threshold.getSteps(), bias, shape->neurons,
                          rule);

  Attribute cells = candidate.weights.getValue();
  if (split)
    cells = std::move(lanes).toAttribute(name + "_weights", cellsType);
  else if (auto resource = dyn_cast<DenseResourceElementsAttr>(cells))
    cells = DenseResourceElementsAttr::get(cellsType, resource.getRawHandle());
  else if (auto literal = dyn_cast<LiteralAttr>(cells))
    cells = LiteralAttr::get(&getContext(), cellsType, literal.getRows());

  OpBuilder builder(&getContext());
  builder.setInsertionPointToEnd(getOperation().getBody());
  auto weights =
      WeightsOp::create(builder, candidate.linear->getLoc(),
                        StringRef(name + "_weights"), Type(cellsType), cells);
  symbols->insert(weights);
  auto type = builder.getFunctionType(candidate.inputType(),
                                      candidate.last()->getResult(0).getType());
  OperationState state(loc, LayerOp::getOperationName());
  state.addRegion();
  LayerOp::Properties &properties =
      state.getOrAddProperties<LayerOp::Properties>();
  auto integer = [&](int64_t value) {
    return builder.getI64IntegerAttr(value);
  };
  properties.sym_name = builder.getStringAttr(name);
  properties.function_type = TypeAttr::get(type);
  properties.weights = FlatSymbolRefAttr::get(weights.getSymNameAttr());
  properties.nodes = builder.getStrArrayAttr(nodes.getArrayRef());
  properties.geometry = shape->geometry;
  properties.neurons = integer(shape->neurons);
  properties.fan_in = integer(shape->fanIn);
  properties.groups = integer(shape->groups);
  properties.weight_planes = integer(split ? 2 : 1);
  properties.planes = planes;
  properties.count_unit = integer(rule.unit);
  properties.divisor = integer(rule.divisor);
  properties.border_classes =
      integer(std::max<size_t>(classes.paddedTaps.size(), 1));
  if (!classes.positionClass.empty())
    properties.position_class =
        builder.getDenseI32ArrayAttr(classes.positionClass);
  properties.bias = builder.getDenseI64ArrayAttr(bias);
  properties.steps = steps;
  if (candidate.threshold)
    properties.ties = candidate.threshold.getTiesAttr();
  Operation *layer = builder.create(state);
  symbols->insert(layer);

  builder.setInsertionPoint(candidate.last());
  auto execute = ExecuteOp::create(
      builder, loc, candidate.last()->getResult(0).getType(),
      FlatSymbolRefAttr::get(builder.getContext(), name), candidate.input());
  execute->setDiscardableAttrs(
      llvm::to_vector(candidate.last()->getDiscardableAttrs()));
  candidate.last()->getResult(0).replaceAllUsesWith(execute.getResult());
  if (candidate.threshold) {
    recordAbsent(candidate.linear, name, absent);
    candidate.threshold->erase();
    ++numThresholds;
  }
  candidate.linear->erase();
  if (candidate.weights->use_empty())
    candidate.weights->erase();
  ++numLayers;
  numTwoPlanes += split;
  numBorderClasses += std::max<size_t>(classes.paddedTaps.size(), 1);
  return success();
}

void ConvertBNNToRRAMPass::runOnOperation() {
  ModuleOp module = getOperation();
  auto target = module->getAttrOfType<TargetAttr>(targetAttrName);
  if (!target) {
    mlir::emitError(module.getLoc()) << "the module has no '" << targetAttrName
                                     << "'; run rram-attach-target first";
    return signalPassFailure();
  }
  SmallVector<ArrayOperator> candidates;
  module.walk([&](Operation *op) {
    if (std::optional<ArrayOperator> candidate = matchArrayOperator(op))
      candidates.push_back(*candidate);
  });
  SymbolTable table(module);
  symbols = &table;
  absent.clear();
  if (auto known = module->getAttrOfType<ArrayAttr>("bnn.absent"))
    absent.assign(known.begin(), known.end());
  size_t knownAbsent = absent.size();
  for (ArrayOperator &candidate : candidates)
    if (failed(convert(candidate, target)))
      return signalPassFailure();
  if (absent.size() > knownAbsent)
    module->setAttr("bnn.absent", ArrayAttr::get(&getContext(), absent));
}
