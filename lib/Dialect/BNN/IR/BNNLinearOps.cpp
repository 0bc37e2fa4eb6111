//===- BNNLinearOps.cpp - Linear operators and pools ----------------------===//

#include "OpVerifiers.h"

#include "mlir/Dialect/Traits.h"

using namespace mlir;
using namespace bnn;

//===----------------------------------------------------------------------===//
// Windows: what convolutions and pools share
//===----------------------------------------------------------------------===//

namespace {
struct Window {
  ArrayRef<int64_t> kernel, strides, dilations, padsBegin, padsEnd;
};
} // namespace

static int64_t windowOutput(int64_t input, const Window &window, size_t i) {
  int64_t span = (window.kernel[i] - 1) * window.dilations[i] + 1;
  int64_t padded = input + window.padsBegin[i] + window.padsEnd[i];
  return padded < span ? 0 : (padded - span) / window.strides[i] + 1;
}

/// Checks attributes and the spatial sizes of the result. Sizes are rounded
/// down: the importer resolves `ceil_mode` into pads_end.
static LogicalResult verifyWindow(Operation *op, const Window &window,
                                  RankedTensorType input,
                                  RankedTensorType result) {
  size_t rank = input.getRank() - 2;
  auto check = [&](StringRef name, ArrayRef<int64_t> values,
                   int64_t least) -> LogicalResult {
    if (values.size() != rank)
      return op->emitOpError()
             << name << " has " << values.size() << " entries for " << rank
             << " spatial dimensions";
    for (int64_t value : values)
      if (value < least || value > (int64_t(1) << 31))
        return op->emitOpError() << name << " must lie between " << least
                                 << " and 2^31, got " << value;
    return success();
  };
  if (failed(check("kernel", window.kernel, 1)) ||
      failed(check("strides", window.strides, 1)) ||
      failed(check("dilations", window.dilations, 1)) ||
      failed(check("pads_begin", window.padsBegin, 0)) ||
      failed(check("pads_end", window.padsEnd, 0)))
    return failure();
  for (size_t i = 0; i < rank; ++i) {
    int64_t expected = windowOutput(input.getDimSize(i + 2), window, i);
    if (expected < 1)
      return op->emitOpError() << "the window does not fit spatial dimension "
                               << i << " of size " << input.getDimSize(i + 2);
    if (result.getDimSize(i + 2) != expected)
      return op->emitOpError()
             << "spatial dimension " << i << " of the result must be "
             << expected << ", got " << result.getDimSize(i + 2);
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Linear operators
//===----------------------------------------------------------------------===//

/// Codes times packed weights are integers; anything else is real.
static LogicalResult verifyLinearTypes(Operation *op, Value input,
                                       Value weights, Value result) {
  Type in = tensorType(input).getElementType();
  Type w = tensorType(weights).getElementType();
  Type out = tensorType(result).getElementType();
  bool packed = isa<BinaryType, TernaryType>(w);
  if (!packed && !isa<FloatType>(w))
    return op->emitOpError()
           << "weights must be binary, ternary or real, got " << w;
  if (isCode(in) && packed) {
    if (!out.isInteger(64))
      return op->emitOpError() << "codes times " << w
                               << " weights accumulate in i64, got " << out;
    return success();
  }
  if (!isa<FloatType>(in))
    return op->emitOpError()
           << "input of type " << in << " needs packed weights, got " << w;
  if (!isa<FloatType>(out))
    return op->emitOpError() << "a real input gives a real result, got " << out;
  return success();
}

LogicalResult ConvOp::verify() {
  RankedTensorType input = tensorType(getInput());
  RankedTensorType weights = tensorType(getWeights());
  RankedTensorType result = tensorType(getResult());
  if (failed(verifyLinearTypes(*this, getInput(), getWeights(), getResult())))
    return failure();
  if (input.getRank() < 3 || weights.getRank() != input.getRank() ||
      result.getRank() != input.getRank())
    return emitOpError("input, weights and result need one rank of at least 3");
  int64_t groups = getGroups();
  if (groups < 1 || input.getDimSize(1) % groups ||
      weights.getDimSize(0) % groups)
    return emitOpError() << "groups = " << groups << " must divide "
                         << input.getDimSize(1) << " channels and "
                         << weights.getDimSize(0) << " neurons";
  if (weights.getDimSize(1) != input.getDimSize(1) / groups)
    return emitOpError() << "weights are for " << weights.getDimSize(1)
                         << " channels per group, the input has "
                         << input.getDimSize(1) / groups;
  if (result.getDimSize(0) != input.getDimSize(0) ||
      result.getDimSize(1) != weights.getDimSize(0))
    return emitOpError() << "the result must have batch " << input.getDimSize(0)
                         << " and " << weights.getDimSize(0) << " channels";
  if (getPadValue() && !isCode(input.getElementType()))
    return emitOpError("pad_value is for codes only");
  return verifyWindow(*this,
                      {weights.getShape().drop_front(2), getStrides(),
                       getDilations(), getPadsBegin(), getPadsEnd()},
                      input, result);
}

LogicalResult LinearOp::verify() {
  RankedTensorType input = tensorType(getInput());
  RankedTensorType weights = tensorType(getWeights());
  RankedTensorType result = tensorType(getResult());
  if (failed(verifyLinearTypes(*this, getInput(), getWeights(), getResult())))
    return failure();
  if (weights.getRank() != 2 || input.getRank() < 1)
    return emitOpError("expected an input [.., k] and weights [n, k]");
  if (input.getShape().back() != weights.getDimSize(1))
    return emitOpError() << "weights take " << weights.getDimSize(1)
                         << " inputs, the input has "
                         << input.getShape().back();
  SmallVector<int64_t> shape(input.getShape());
  shape.back() = weights.getDimSize(0);
  if (result.getShape() != ArrayRef(shape))
    return emitOpError() << "the result must have " << weights.getDimSize(0)
                         << " neurons in the input's last dimension";
  return success();
}

LogicalResult MatMulOp::verify() {
  ArrayRef<int64_t> lhs = tensorType(getLhs()).getShape();
  ArrayRef<int64_t> rhs = tensorType(getRhs()).getShape();
  ArrayRef<int64_t> result = tensorType(getResult()).getShape();
  if (lhs.size() < 2 || rhs.size() < 2)
    return emitOpError("operands need rank 2 or more");
  int64_t k = getTransposeRhs() ? rhs.back() : rhs[rhs.size() - 2];
  int64_t n = getTransposeRhs() ? rhs[rhs.size() - 2] : rhs.back();
  if (lhs.back() != k)
    return emitOpError() << "inner dimensions differ: " << lhs.back() << " and "
                         << k;
  SmallVector<int64_t> expected;
  if (!OpTrait::util::getBroadcastedShape(lhs.drop_back(2), rhs.drop_back(2),
                                          expected))
    return emitOpError("leading dimensions do not broadcast");
  expected.push_back(lhs[lhs.size() - 2]);
  expected.push_back(n);
  if (result != ArrayRef(expected))
    return emitOpError("result shape does not follow from the operands");
  return success();
}

//===----------------------------------------------------------------------===//
// Pools
//===----------------------------------------------------------------------===//

static LogicalResult verifyPool(Operation *op, const Window &window) {
  RankedTensorType input = tensorType(op->getOperand(0));
  RankedTensorType result = tensorType(op->getResult(0));
  if (input.getRank() < 3 || result.getRank() != input.getRank() ||
      input.getShape().take_front(2) != result.getShape().take_front(2))
    return op->emitOpError(
        "input and result are [batch, channels, spatial..] with equal batch "
        "and channels");
  return verifyWindow(op, window, input, result);
}

LogicalResult MaxPoolOp::verify() {
  if (tensorType(getInput()).getElementType() !=
      tensorType(getResult()).getElementType())
    return emitOpError("input and result differ in element type");
  for (int64_t channel : getMinimumChannels())
    if (channel < 0 || channel >= tensorType(getInput()).getDimSize(1))
      return emitOpError() << "minimum channel " << channel
                           << " is none of the input's";
  return verifyPool(*this, {getKernel(), getStrides(), getDilations(),
                            getPadsBegin(), getPadsEnd()});
}

LogicalResult AveragePoolOp::verify() {
  return verifyPool(*this, {getKernel(), getStrides(), getDilations(),
                            getPadsBegin(), getPadsEnd()});
}

LogicalResult SumPoolOp::verify() {
  return verifyPool(*this, {getKernel(), getStrides(), getDilations(),
                            getPadsBegin(), getPadsEnd()});
}
