//===- ThresholdFolder.cpp - Tails become thresholds ----------------------===//

#include "ThresholdFolder.h"
#include "Attainable.h"

#include "llvm/ADT/StringExtras.h"
#include <cmath>

using namespace mlir;
using namespace bnn;

/// The dimension that separates neurons where the constants do not say.
static int64_t channelAxis(Value integers) {
  int64_t rank = tensorType(integers).getRank();
  if (integers.getDefiningOp<LinearOp>() || rank < 2)
    return rank - 1;
  return 1;
}

/// Whether a layer with packed weights reads `value`, possibly moved, pooled or
/// scaled: only then does encoding it help.
static bool feedsPackedLayer(Value value, unsigned depth = 0) {
  if (depth > 16)
    return false;
  return llvm::any_of(value.getUsers(), [&](Operation *user) {
    if (isa<ConvOp, LinearOp>(user))
      return isa<BinaryType, TernaryType>(elementType(user->getOperand(1)));
    if (isMove(user) || isElementwise(user) ||
        isa<MaxPoolOp, AveragePoolOp>(user))
      return feedsPackedLayer(user->getResult(0), depth + 1);
    return false;
  });
}

void ThresholdFolder::replace(Value value, Operation *coded, const Grid &grid) {
  OpBuilder builder(coded);
  builder.setInsertionPointAfter(coded);
  Value decoded =
      DecodeOp::create(builder, coded->getLoc(), value.getType(),
                       coded->getResult(0), builder.getF64FloatAttr(grid.scale),
                       builder.getF64FloatAttr(grid.offset));
  moveTraces(value.getDefiningOp(), coded, grid.scale,
             grid.scale * grid.offset);
  value.replaceAllUsesExcept(decoded, coded);
}

//===----------------------------------------------------------------------===//
// One integer
//===----------------------------------------------------------------------===//

/// Where the tail of a code is itself a scale and an offset (x / 255, or the
/// {0, 1} of (x + 1) / 2), the code stays and only its decoding changes.
bool ThresholdFolder::emitAffine(Value value, const Tail &tail, Value input) {
  if (!isCode(elementType(input)))
    return false;
  tail::Domain domain = attainable(input).merged();
  if ((domain.last - domain.first) / domain.step > 4096)
    return false;
  llvm::Expected<std::vector<tail::StepFunction>> functions =
      tail::solveAll(tail.program, domain, rule, 4096);
  if (!functions) {
    llvm::consumeError(functions.takeError());
    return false;
  }
  const tail::StepFunction &function = functions->front();
  if (!llvm::all_equal(*functions) || function.steps.empty())
    return false;
  double low = function.base, step = function.steps[0].value - low;
  double scale = step / double(domain.step);
  double offset = low / scale - double(domain.first);
  auto exact = [&](int64_t q, double expected) {
    double sum = double(q) + offset;
    return sum - double(q) == offset && std::fma(scale, sum, -expected) == 0;
  };
  int64_t q = domain.first;
  if (!exact(q, low))
    return false;
  for (const tail::Step &next : function.steps) {
    q += domain.step;
    if (next.from != q || !exact(q, next.value))
      return false;
  }
  if (q != domain.last)
    return false;
  OpBuilder builder(value.getContext());
  builder.setInsertionPointAfterValue(value);
  Value decoded = DecodeOp::create(builder, value.getLoc(), value.getType(),
                                   input, builder.getF64FloatAttr(scale),
                                   builder.getF64FloatAttr(offset));
  // The traced tensor is the code itself under another scale.
  if (Operation *producer = input.getDefiningOp())
    moveTraces(value.getDefiningOp(), producer, scale, scale * offset);
  value.replaceAllUsesWith(decoded);
  return true;
}

llvm::Error ThresholdFolder::emitThreshold(Value value, const Tail &tail,
                                           Value input) {
  Attainable integers = attainable(input);
  int64_t axis = tail.axis.value_or(channelAxis(input));
  int64_t channels = tensorType(input).getDimSize(axis);
  SmallVector<tail::Domain> domains = {integers.merged()};
  if (integers.axis == axis && int64_t(integers.domains.size()) == channels)
    domains = integers.domains;
  tail::Program program = tail.program;
  program.channels = channels;
  for (tail::Node &node : program.nodes)
    if (node.op == tail::Op::Input)
      node.alpha = std::max(node.alpha, float32Slack(input));
  llvm::Expected<std::vector<tail::StepFunction>> functions =
      tail::solveAll(program, domains, rule, FiniteValues::maxValues);
  if (!functions)
    return functions.takeError();

  std::vector<double> levels;
  for (const tail::StepFunction &function : *functions) {
    levels.push_back(function.base);
    for (const tail::Step &step : function.steps)
      levels.push_back(step.value);
  }
  llvm::sort(levels);
  levels.erase(llvm::unique(levels), levels.end());
  std::optional<Grid> grid = findGrid(value.getContext(), levels);
  if (!grid)
    return llvm::createStringError(
        "the " + Twine(levels.size()) + " values of '" + nameOf(value) +
        "' are no integers times one scale plus one offset");

  auto code = [&](double level) {
    return int64_t(std::nearbyint(level / grid->scale - grid->offset));
  };
  OpBuilder builder(value.getContext());
  builder.setInsertionPointAfterValue(value);
  SmallVector<int64_t> counts, thresholds, codes;
  SmallVector<Attribute> ties;
  for (auto [channel, function] : llvm::enumerate(*functions)) {
    counts.push_back(function.steps.size());
    codes.push_back(code(function.base));
    for (const tail::Step &step : function.steps) {
      thresholds.push_back(step.from);
      codes.push_back(code(step.value));
    }
    for (const tail::Tie &tie : function.ties)
      ties.push_back(TieAttr::get(value.getContext(), channel, tie.at,
                                  builder.getF64FloatAttr(tie.margin)));
  }
  if (isCode(elementType(input)))
    input = CombineOp::create(builder, value.getLoc(),
                              tensorType(input).clone(builder.getI64Type()),
                              input, builder.getDenseI64ArrayAttr({1}),
                              builder.getI64IntegerAttr(axis));
  auto threshold = ThresholdOp::create(
      builder, value.getLoc(), tensorType(value).clone(grid->code), input,
      StepsAttr::get(value.getContext(), counts, thresholds, codes),
      builder.getI64IntegerAttr(axis),
      ties.empty() ? ArrayAttr() : builder.getArrayAttr(ties));
  replace(value, threshold, *grid);
  ++count.thresholds;
  count.ties += ties.size();
  return llvm::Error::success();
}

//===----------------------------------------------------------------------===//
// Several integers
//===----------------------------------------------------------------------===//

/// Residual sums: the integers become one where their scales allow it.
llvm::Error ThresholdFolder::combineInputs(const Slice &slice, Tail &tail) {
  llvm::Expected<std::optional<tail::Combination>> combination =
      tail::combine(tail.program, tail.inputs.size());
  if (!combination)
    return combination.takeError();
  if (!*combination)
    return llvm::createStringError(
        "its summands have scales without a common measure");
  int64_t axis = tail.axis.value_or(channelAxis(tail.inputs.front()));
  int64_t channels = tensorType(slice.result).getDimSize(axis);
  SmallVector<int64_t> factors;
  for (const std::vector<int64_t> &each : (*combination)->factors)
    for (int64_t c = 0; c < channels; ++c)
      factors.push_back(each[each.size() == 1 ? 0 : c]);
  OpBuilder builder(slice.result.getContext());
  builder.setInsertionPoint(slice.result.getDefiningOp());
  Value sum = CombineOp::create(
      builder, slice.result.getLoc(),
      tensorType(slice.result).clone(builder.getI64Type()), tail.inputs,
      builder.getDenseI64ArrayAttr(factors), builder.getI64IntegerAttr(axis));
  tail.program = std::move((*combination)->reduced);
  // float32 rounds every summand: slack for the ties.
  tail::Domain range = attainable(sum).merged();
  double largest = std::max(std::abs(double(range.first)), double(range.last));
  tail.program.nodes.front().alpha =
      std::ldexp(largest, -21) + float32Slack(sum);
  tail.inputs = {sum};
  tail.axis = axis;
  ++count.combined;
  return llvm::Error::success();
}

/// Folds the quantized tensors inside a slice with several roots, each of which
/// may depend on one: sums of binary activations, for example.
llvm::Error ThresholdFolder::foldParts(const Slice &slice) {
  bool folded = false;
  for (Operation *op : llvm::reverse(slice.operators)) {
    Value part = op->getResult(0);
    if (part == slice.result || part.use_empty() ||
        !isa<FloatType>(elementType(part)) || !finite.isFinite(part) ||
        dataOperands(op).empty())
      continue;
    if (llvm::Error error = foldTail(part))
      llvm::consumeError(std::move(error));
    else
      folded = true;
  }
  if (!folded)
    return llvm::createStringError("it mixes several accumulators");
  return llvm::Error::success();
}

llvm::Error ThresholdFolder::foldTail(Value value) {
  Slice slice(value);
  llvm::Expected<Tail> tail = buildTail(slice);
  if (!tail)
    return tail.takeError();
  if (tail->inputs.size() > 1) {
    if (llvm::Error error = combineInputs(slice, *tail)) {
      if (llvm::Error inner = foldParts(slice)) {
        llvm::consumeError(std::move(inner));
        return error;
      }
      llvm::consumeError(std::move(error));
      return foldTail(value);
    }
  }
  if (tail->inputs.empty())
    return llvm::createStringError("it is constant");
  Value input = tail->inputs.front();
  if (emitAffine(value, *tail, input))
    return llvm::Error::success();
  llvm::Error error = emitThreshold(value, *tail, input);
  if (!error)
    return error;
  // Levels such as k / 15 are no doubles: the threshold ends at the quantizer,
  // and the division is left to the operator that reads it.
  std::optional<uint32_t> last = tail::lastQuantizer(tail->program);
  if (!last || *last >= tail->tensors.size() || !tail->tensors[*last] ||
      tail->tensors[*last] == value ||
      !isa<FloatType>(elementType(tail->tensors[*last])))
    return error;
  llvm::consumeError(std::move(error));
  return foldTail(tail->tensors[*last]);
}

//===----------------------------------------------------------------------===//
// Real roots
//===----------------------------------------------------------------------===//

llvm::Error ThresholdFolder::encodeReal(Value value) {
  // Values such as k / 15 are no doubles, but k is: encode before the division.
  std::string name = nameOf(value);
  std::optional<Grid> grid;
  while (!(grid = findGrid(value.getContext(), *finite.get(value).values))) {
    SmallVector<Value> data = dataOperands(value.getDefiningOp());
    if (data.size() != 1 || !isElementwise(data[0].getDefiningOp()) ||
        !isa<FloatType>(elementType(data[0])) || !finite.isFinite(data[0]))
      return llvm::createStringError("the values of '" + name +
                                     "' are no integers times one scale");
    value = data[0];
  }
  OpBuilder builder(value.getContext());
  builder.setInsertionPointAfterValue(value);
  auto encode = EncodeOp::create(
      builder, value.getLoc(), tensorType(value).clone(grid->code), value,
      builder.getF64FloatAttr(grid->scale),
      builder.getF64FloatAttr(grid->offset), StringAttr());
  replace(value, encode, *grid);
  return llvm::Error::success();
}

void ThresholdFolder::foldOperand(Value value, Operation *consumer) {
  if (!isElementwise(value.getDefiningOp()) || decodeOf(value) ||
      !isa<FloatType>(elementType(value)))
    return;
  if (!finite.isFinite(value)) {
    whyReal[value] = "its input '" + nameOf(value) + "' is not quantized";
    return;
  }
  llvm::Error error = foldTail(value);
  if (!error)
    return;
  std::string reason = llvm::toString(std::move(error));
  Slice slice(value);
  bool realRoot =
      llvm::any_of(slice.roots, [](Value root) { return !decodeOf(root); });
  if ((realRoot || !slice.roots.empty()) && feedsPackedLayer(value)) {
    if (llvm::Error again = encodeReal(value))
      reason += "; " + llvm::toString(std::move(again));
    else
      return;
  }
  whyReal[value] = "its input '" + nameOf(value) + "' stays real: " + reason;
}

void ThresholdFolder::visit(Operation *op) {
  if (isElementwise(op) || isa<ConstantOp, DecodeOp, EncodeOp>(op))
    return;
  for (Value operand : SmallVector<Value>(op->getOperands()))
    if (!isConstant(operand) && isa<RankedTensorType>(operand.getType()))
      foldOperand(operand, op);
  if (isa<ConvOp, LinearOp>(op))
    makeInteger(op);
  else if (auto pool = dyn_cast<MaxPoolOp>(op))
    poolCodes(pool);
  else if (isa<AveragePoolOp, ReduceOp>(op))
    sumPool(op);
  else if (isMove(op))
    moveCodes(op);
}
