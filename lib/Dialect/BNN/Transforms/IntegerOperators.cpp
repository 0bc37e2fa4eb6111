//===- IntegerOperators.cpp - Linear operators, pools and moves on codes --===//

#include "ThresholdFolder.h"
#include "bnn/Dialect/BNN/IR/PackedWeights.h"

#include "mlir/IR/IRMapping.h"
#include <cmath>

using namespace mlir;
using namespace bnn;

static bool anyPads(ArrayRef<int64_t> begin, ArrayRef<int64_t> end) {
  auto nonZero = [](int64_t pad) { return pad != 0; };
  return llvm::any_of(begin, nonZero) || llvm::any_of(end, nonZero);
}

//===----------------------------------------------------------------------===//
// Linear operators
//===----------------------------------------------------------------------===//

/// The sum of the weights of each neuron.
static std::vector<double> rowSums(const PackedWeights &weights) {
  std::vector<double> sums(weights.rows());
  for (int64_t row = 0; row < weights.rows(); ++row)
    sums[row] = double(weights.rowSum(row));
  return sums;
}

/// The number that `scalar`, a constant with one element, holds.
static Value withoutRank(OpBuilder &builder, Value scalar) {
  if (std::optional<ConstantData> value = getConstant(scalar))
    return makeScalar(builder, scalar.getLoc(), value->values[0]);
  return ReshapeOp::create(builder, scalar.getLoc(),
                           tensorType(scalar).clone(ArrayRef<int64_t>()),
                           scalar);
}

/// move(x op b), b a single number, becomes move(x) op b: what `move` reads may
/// be codes then. Returns null where `move` reads no such operator.
static Operation *hoistMove(Operation *move) {
  auto op = move->getOperand(0).getDefiningOp<BinaryOp>();
  if (!op || !isa<FloatType>(elementType(op.getResult())))
    return nullptr;
  bool dataLeft = !isConstant(op.getLhs());
  Value data = dataLeft ? op.getLhs() : op.getRhs();
  Value scalar = dataLeft ? op.getRhs() : op.getLhs();
  if (!isConstant(scalar) || tensorType(scalar).getNumElements() != 1 ||
      tensorType(data).getShape() != tensorType(op.getResult()).getShape())
    return nullptr;
  OpBuilder builder(move);
  IRMapping mapping;
  mapping.map(move->getOperand(0), data);
  Operation *hoisted = builder.clone(*move, mapping);
  hoisted->removeAttr(tracesAttrName);
  Value moved = hoisted->getResult(0);
  moved.setType(tensorType(moved).clone(elementType(data)));
  scalar = withoutRank(builder, scalar);
  auto after = BinaryOp::create(
      builder, op.getLoc(), tensorType(move->getResult(0)), op.getKind(),
      dataLeft ? moved : scalar, dataLeft ? scalar : moved);
  moveTraces(move, after);
  move->getResult(0).replaceAllUsesWith(after);
  move->erase();
  return hoisted;
}

/// A layer that reads a * x or x + b, a and b single numbers, is linear in them
/// too: a layer of x, then the same scale, or the sum of each neuron's weights
/// times b. Zero padding is no x + b, so offsets stay in front of padding.
bool ThresholdFolder::pushScalarThrough(Operation *linear) {
  // Only where codes are found at the end of the chain.
  Value source = linear->getOperand(0);
  SmallVector<Operation *> moves;
  while (Operation *op = source.getDefiningOp()) {
    if (isa<ReshapeOp, TransposeOp>(op)) {
      moves.push_back(op);
      source = op->getOperand(0);
      continue;
    }
    auto binary = dyn_cast<BinaryOp>(op);
    if (!binary)
      break;
    SmallVector<Value> data = dataOperands(op);
    if (data.size() != 1 ||
        tensorType(binary.getLhs() == data[0] ? binary.getRhs()
                                              : binary.getLhs())
                .getNumElements() != 1)
      return false;
    source = data[0];
  }
  if (!decodeOf(source))
    return false;
  for (Operation *move : llvm::reverse(moves)) {
    while (Operation *hoisted = hoistMove(move))
      move = hoisted;
    visit(move);
  }
  auto op = linear->getOperand(0).getDefiningOp<BinaryOp>();
  if (!op) {
    // Nothing is left between the codes and the layer: it is integer now.
    if (moves.empty() || !decodeOf(linear->getOperand(0)))
      return false;
    makeInteger(linear);
    return true;
  }
  bool dataLeft = !isConstant(op.getLhs());
  Value data = dataLeft ? op.getLhs() : op.getRhs();
  Value scalar = dataLeft ? op.getRhs() : op.getLhs();
  auto conv = dyn_cast<ConvOp>(linear);
  bool padded = conv && anyPads(conv.getPadsBegin(), conv.getPadsEnd());
  bool scales = op.getKind() == BinaryKind::Mul ||
                (op.getKind() == BinaryKind::Div && dataLeft);
  bool shifts =
      op.getKind() == BinaryKind::Add || op.getKind() == BinaryKind::Sub;
  if (tensorType(data).getShape() != tensorType(op.getResult()).getShape() ||
      !(scales || (shifts && !padded)))
    return false;

  OpBuilder builder(linear);
  builder.setInsertionPointAfter(linear);
  Location loc = linear->getLoc();
  IRMapping mapping;
  mapping.map(linear->getOperand(0), data);
  Operation *inner = builder.clone(*linear, mapping);
  inner->removeAttr(tracesAttrName);
  Value result = inner->getResult(0);
  if (scales) {
    result = makeBinary(builder, loc, op.getKind(), result, scalar);
  } else {
    auto constant = linear->getOperand(1).getDefiningOp<ConstantOp>();
    PackedWeights weights =
        PackedWeights::get(constant.getValue(), tensorType(constant));
    std::vector<double> sums = rowSums(weights);
    SmallVector<int64_t> shape = {weights.rows()};
    if (conv)
      shape.append(tensorType(result).getRank() - 2, 1);
    if (!dataLeft && op.getKind() == BinaryKind::Sub) // b - x
      result = makeBinary(builder, loc, BinaryKind::Mul, result,
                          makeScalar(builder, loc, -1));
    Value flat = withoutRank(builder, scalar);
    Value shift = makeBinary(builder, loc, BinaryKind::Mul,
                             makeConstant(builder, loc, shape, sums), flat);
    bool minus = dataLeft && op.getKind() == BinaryKind::Sub;
    result = makeBinary(builder, loc, minus ? BinaryKind::Sub : BinaryKind::Add,
                        result, shift);
  }
  moveTraces(linear, result.getDefiningOp());
  linear->getResult(0).replaceAllUsesWith(result);
  linear->erase();
  visit(inner);
  return true;
}

void ThresholdFolder::makeInteger(Operation *linear) {
  Value input = linear->getOperand(0), weights = linear->getOperand(1);
  if (!isa<BinaryType, TernaryType>(elementType(weights)) ||
      !isa<FloatType>(elementType(input)))
    return;
  DecodeOp decode = decodeOf(input);
  if (!decode || !isCode(elementType(decode.getInput()))) {
    if (pushScalarThrough(linear))
      return;
    std::string reason = whyReal.lookup(input);
    if (reason.empty())
      reason = "its input '" + nameOf(input) + "' is real";
    Value source = input;
    while (Operation *op = source.getDefiningOp()) {
      SmallVector<Value> data = dataOperands(op);
      if ((!isMove(op) && !isElementwise(op)) || data.size() != 1)
        break;
      source = data[0];
    }
    if (isa<BlockArgument>(source))
      reason += "; declare the values of '" + nameOf(source) +
                "' with --input if they are integers";
    return setReason(linear, reason);
  }
  double scale = decode.getScale().convertToDouble();
  double offset = decode.getOffset().convertToDouble();
  auto conv = dyn_cast<ConvOp>(linear);
  bool padded = conv && anyPads(conv.getPadsBegin(), conv.getPadsEnd());
  if (padded && (offset != std::floor(offset) || std::abs(offset) > 32768))
    return setReason(linear,
                     Twine("zero padding is no ") +
                         (isa<UnaryCountType>(elementType(decode.getInput()))
                              ? "whole number of random ones"
                              : "integer code") +
                         " of its input '" + nameOf(input) + "'");

  OpBuilder builder(linear);
  Location loc = linear->getLoc();
  auto type = tensorType(linear->getResult(0)).clone(builder.getI64Type());
  Value sum;
  if (conv) {
    auto integer = ConvOp::create(
        builder, loc, type, decode.getInput(), weights, conv.getStridesAttr(),
        conv.getDilationsAttr(), conv.getPadsBeginAttr(), conv.getPadsEndAttr(),
        conv.getGroupsAttr(),
        builder.getI64IntegerAttr(padded ? int64_t(-offset) : 0));
    sum = integer;
  } else {
    sum = LinearOp::create(builder, loc, type, decode.getInput(), weights);
  }
  if (linear->hasAttr(roundedSumsAttrName) || !isPowerOfTwo(scale))
    sum.getDefiningOp()->setAttr(roundedSumsAttrName, builder.getUnitAttr());
  ++count.linear;
  Type real = linear->getResult(0).getType();
  Value result;
  if (offset == 0) {
    result = DecodeOp::create(builder, loc, real, sum,
                              builder.getF64FloatAttr(scale),
                              builder.getF64FloatAttr(0));
    moveTraces(linear, sum.getDefiningOp(), scale);
  } else {
    // scale * (sum + offset * (sum of the neuron's weights)), as operators of
    // the tail, which are exact for any offset.
    auto constant = weights.getDefiningOp<ConstantOp>();
    PackedWeights packed =
        PackedWeights::get(constant.getValue(), tensorType(weights));
    std::vector<double> sums = rowSums(packed);
    SmallVector<int64_t> shape = {packed.rows()};
    if (conv)
      shape.append(type.getRank() - 2, 1);
    Value plain =
        DecodeOp::create(builder, loc, real, sum, builder.getF64FloatAttr(1),
                         builder.getF64FloatAttr(0));
    Value shift = makeBinary(builder, loc, BinaryKind::Mul,
                             makeConstant(builder, loc, shape, sums),
                             makeScalar(builder, loc, offset));
    result = makeBinary(builder, loc, BinaryKind::Add, plain, shift);
    if (scale != 1)
      result = makeBinary(builder, loc, BinaryKind::Mul, result,
                          makeScalar(builder, loc, scale));
    moveTraces(linear, result.getDefiningOp());
  }
  linear->getResult(0).replaceAllUsesWith(result);
  linear->erase();
}

//===----------------------------------------------------------------------===//
// Moves
//===----------------------------------------------------------------------===//

/// move(decode(q)) becomes decode(move(q)).
void ThresholdFolder::moveCodes(Operation *move) {
  DecodeOp first;
  SmallVector<Value> codes;
  for (Value operand : move->getOperands()) {
    if (isa<GatherOp>(move) && operand == move->getOperand(1)) {
      codes.push_back(operand);
      continue;
    }
    DecodeOp decode = decodeOf(operand);
    if (!decode || !isCode(elementType(decode.getInput())))
      return;
    if (!first)
      first = decode;
    if (decode.getScaleAttr() != first.getScaleAttr() ||
        decode.getOffsetAttr() != first.getOffsetAttr() ||
        elementType(decode.getInput()) != elementType(first.getInput()))
      return;
    codes.push_back(decode.getInput());
  }
  Type code = elementType(first.getInput());
  double scale = first.getScale().convertToDouble();
  double offset = first.getOffset().convertToDouble();
  OpBuilder builder(move);
  auto pad = dyn_cast<PadOp>(move);
  double padCode = 0;
  if (pad && pad.getMode() == PadMode::Constant) {
    double value = pad.getValue().convertToDouble();
    padCode = std::nearbyint(value / scale - offset);
    CodeRange range = codeRange(code);
    if (scale * (padCode + offset) != value || padCode < range.min ||
        padCode > range.max || (isa<BinaryType>(code) && padCode == 0))
      return;
  }
  Operation *moved = builder.clone(*move);
  moved->removeAttr(tracesAttrName);
  moved->setOperands(codes);
  moved->getResult(0).setType(tensorType(move->getResult(0)).clone(code));
  if (pad)
    cast<PadOp>(moved).setValue(APFloat(padCode));
  replace(move->getResult(0), moved, {scale, offset, code});
  move->erase();
}
