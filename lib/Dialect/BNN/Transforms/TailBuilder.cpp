//===- TailBuilder.cpp - Elementwise operators as a tail program ----------===//

#include "TailBuilder.h"
#include "Utils.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace bnn;

Slice::Slice(Value value) : result(value) {
  // Postorder: operands are inserted before their users.
  SmallVector<std::pair<Operation *, unsigned>> stack;
  auto enter = [&](Value v) {
    if (isConstant(v))
      return;
    Operation *op = v.getDefiningOp();
    if (!isElementwise(op))
      roots.insert(v);
    else if (!operators.contains(op))
      stack.push_back({op, 0});
  };
  if (isElementwise(value.getDefiningOp()))
    enter(value);
  while (!stack.empty()) {
    auto &[op, next] = stack.back();
    if (next == op->getNumOperands()) {
      operators.insert(op);
      stack.pop_back();
    } else {
      Value operand = op->getOperand(next++);
      enter(operand);
    }
  }
}

//===----------------------------------------------------------------------===//
// Operators
//===----------------------------------------------------------------------===//

static tail::Op tailOp(UnaryKind kind) {
  // The same order in both enumerations, apart from the integer casts.
  switch (kind) {
#define CASE(NAME)                                                             \
  case UnaryKind::NAME:                                                        \
    return tail::Op::NAME
    CASE(Neg);
    CASE(Abs);
    CASE(Sqrt);
    CASE(Exp);
    CASE(Log);
    CASE(Reciprocal);
    CASE(Sign);
    CASE(Floor);
    CASE(Ceil);
    CASE(Trunc);
    CASE(RoundHalfEven);
    CASE(RoundHalfAway);
    CASE(RoundHalfTowardZero);
    CASE(RoundAway);
    CASE(Relu);
    CASE(Sigmoid);
    CASE(Tanh);
    CASE(Erf);
    CASE(Softplus);
    CASE(Softsign);
    CASE(LeakyRelu);
    CASE(Elu);
    CASE(Selu);
    CASE(HardSigmoid);
    CASE(Not);
#undef CASE
  }
  llvm_unreachable("all kinds are listed");
}

static tail::Op tailOp(BinaryKind kind) {
  switch (kind) {
#define CASE(NAME)                                                             \
  case BinaryKind::NAME:                                                       \
    return tail::Op::NAME
    CASE(Add);
    CASE(Sub);
    CASE(Mul);
    CASE(Div);
    CASE(Pow);
    CASE(Min);
    CASE(Max);
    CASE(PRelu);
    CASE(Greater);
    CASE(GreaterEqual);
    CASE(Less);
    CASE(LessEqual);
    CASE(Equal);
    CASE(NotEqual);
    CASE(And);
    CASE(Or);
    CASE(Xor);
#undef CASE
  }
  llvm_unreachable("all kinds are listed");
}

namespace {

class ProgramBuilder {
public:
  ProgramBuilder(const Slice &slice, Tail &tail) : slice(slice), tail(tail) {}
  llvm::Error run();

private:
  uint32_t add(tail::Node node) {
    tail.program.nodes.push_back(std::move(node));
    return tail.program.nodes.size() - 1;
  }
  uint32_t scalar(double value) {
    tail::Node node{tail::Op::Constant, {}, {value}};
    return add(std::move(node));
  }
  llvm::Error addRoot(Value root);
  llvm::Expected<uint32_t> operand(Value value, int64_t rank);
  llvm::Expected<uint32_t> constant(Value value, int64_t rank);
  llvm::Error vary(int64_t axis, int64_t size, Value value);
  llvm::Error addOperator(Operation *op);

  const Slice &slice;
  Tail &tail;
  DenseMap<Value, uint32_t> nodes;
};

} // namespace

static llvm::Error failure(const Twine &reason) {
  return llvm::createStringError(reason);
}

llvm::Error ProgramBuilder::addRoot(Value root) {
  DecodeOp decode = decodeOf(root);
  if (!decode)
    return failure("it is computed from the real-valued '" + nameOf(root) +
                   "'");
  tail::Node input{tail::Op::Input, {}, {}};
  input.count = tail.inputs.size();
  tail.inputs.push_back(decode.getInput());
  uint32_t node = add(std::move(input));
  double scale = decode.getScale().convertToDouble();
  double offset = decode.getOffset().convertToDouble();
  if (offset != 0)
    node = add({tail::Op::Add, {node, scalar(offset)}, {}});
  if (scale != 1)
    node = add({tail::Op::Mul, {node, scalar(scale)}, {}});
  nodes[root] = node;
  return llvm::Error::success();
}

llvm::Error ProgramBuilder::vary(int64_t axis, int64_t size, Value value) {
  if (size != 1 && tail.axis && *tail.axis != axis)
    return failure("constant '" + nameOf(value) +
                   "' varies along another dimension than those before it");
  if (size != 1)
    tail.axis = axis;
  return llvm::Error::success();
}

llvm::Expected<uint32_t> ProgramBuilder::constant(Value value, int64_t rank) {
  std::optional<ConstantData> data = getConstant(value);
  if (!data)
    return failure("constant '" + nameOf(value) + "' is packed");
  tail::Node node{tail::Op::Constant, {}, {}};
  for (auto [i, size] : llvm::enumerate(data->shape))
    if (llvm::Error error = vary(rank - data->shape.size() + i, size, value))
      return std::move(error);
  node.values = std::move(data->values);
  return add(std::move(node));
}

llvm::Expected<uint32_t> ProgramBuilder::operand(Value value, int64_t rank) {
  if (auto found = nodes.find(value); found != nodes.end())
    return found->second;
  return constant(value, rank);
}

llvm::Error ProgramBuilder::addOperator(Operation *op) {
  RankedTensorType type = tensorType(op->getResult(0));
  int64_t rank = tensorType(slice.result).getRank();
  bool constantOnly = dataOperands(op).empty();
  if (!constantOnly && type.getShape() != tensorType(slice.result).getShape())
    return failure("'" + nameOf(op->getResult(0)) +
                   "' has another shape than the result");
  tail::Node node{tail::Op::Input, {}, {}};
  SmallVector<Value> operands(op->getOperands());
  if (auto unary = dyn_cast<UnaryOp>(op)) {
    node.op = tailOp(unary.getKind());
    if (unary.getAlpha())
      node.alpha = unary.getAlpha()->convertToDouble();
    if (unary.getBeta())
      node.beta = unary.getBeta()->convertToDouble();
  } else if (auto binary = dyn_cast<BinaryOp>(op)) {
    node.op = tailOp(binary.getKind());
  } else if (isa<SelectOp>(op)) {
    node.op = tail::Op::Select;
  } else if (auto norm = dyn_cast<BatchNormOp>(op)) {
    node.op = tail::Op::BatchNorm;
    node.alpha = norm.getEpsilon().convertToDouble();
    if (llvm::Error error = vary(
            norm.getAxis(), type.getDimSize(norm.getAxis()), norm.getGamma()))
      return error;
    rank = norm.getAxis() + 1; // parameters align with the axis
  } else if (auto count = dyn_cast<MultiThresholdOp>(op)) {
    node.op = tail::Op::MultiThreshold;
    std::optional<ConstantData> data = getConstant(count.getThresholds());
    if (!data)
      return failure("the thresholds of '" + nameOf(op->getResult(0)) +
                     "' are not constant");
    if (llvm::Error error =
            vary(count.getAxis(), data->shape[0], count.getThresholds()))
      return error;
    node.count = data->shape[1];
    node.values = std::move(data->values);
    operands.pop_back();
  } else if (auto cast = dyn_cast<CastOp>(op)) {
    Type to = elementType(cast.getResult());
    if (isa<FloatType>(to)) {
      llvm::Expected<uint32_t> input = operand(cast.getInput(), rank);
      if (!input)
        return input.takeError();
      nodes[cast.getResult()] = *input;
      return llvm::Error::success();
    }
    node.op = to.isInteger(1) ? tail::Op::CastBool : tail::Op::CastInteger;
  }
  for (Value value : operands) {
    // A batch norm's data operand is no constant: only parameters align.
    llvm::Expected<uint32_t> index = operand(value, rank);
    if (!index)
      return index.takeError();
    node.operands.push_back(*index);
  }
  uint32_t index = add(std::move(node));
  nodes[op->getResult(0)] = index;
  tail.tensors.resize(index + 1);
  tail.tensors[index] = op->getResult(0);
  return llvm::Error::success();
}

llvm::Error ProgramBuilder::run() {
  for (Value root : slice.roots) {
    if (tensorType(root).getShape() != tensorType(slice.result).getShape())
      return failure("'" + nameOf(root) + "' is broadcast");
    if (llvm::Error error = addRoot(root))
      return error;
  }
  for (Operation *op : slice.operators)
    if (llvm::Error error = addOperator(op))
      return error;
  // The result is the last node; a cast may have forwarded an earlier one.
  uint32_t last = nodes.lookup(slice.result);
  if (last + 1 != tail.program.nodes.size())
    add({tail::Op::Mul, {last, scalar(1)}, {}});
  tail.program.channels =
      tail.axis ? tensorType(slice.result).getDimSize(*tail.axis) : 1;
  return llvm::Error::success();
}

llvm::Expected<bnn::Tail> bnn::buildTail(const Slice &slice) {
  Tail tail;
  if (llvm::Error error = ProgramBuilder(slice, tail).run())
    return std::move(error);
  return tail;
}
