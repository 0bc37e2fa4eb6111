//===- BNNShapeOps.cpp - Reductions and moves -----------------------------===//

#include "OpVerifiers.h"

#include "mlir/Dialect/Traits.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"

using namespace mlir;
using namespace bnn;

static LogicalResult sameElementType(Operation *op) {
  for (Value operand : op->getOperands())
    if (elementType(operand) != elementType(op->getResult(0)))
      return op->emitOpError("operands and result differ in element type");
  return success();
}

//===----------------------------------------------------------------------===//
// Reductions
//===----------------------------------------------------------------------===//

/// The shape without dimension `axis`, or with 1 in its place.
static SmallVector<int64_t> withoutAxis(RankedTensorType type, int64_t axis,
                                        bool keepDims) {
  SmallVector<int64_t> shape(type.getShape());
  if (keepDims)
    shape[axis] = 1;
  else
    shape.erase(shape.begin() + axis);
  return shape;
}

LogicalResult ReduceOp::verify() {
  RankedTensorType input = tensorType(getInput());
  SmallVector<int64_t> shape;
  ArrayRef<int64_t> axes = getAxes();
  for (size_t i = 0; i < axes.size(); ++i)
    if (axes[i] < 0 || axes[i] >= input.getRank() ||
        (i && axes[i] <= axes[i - 1]))
      return emitOpError("axes must be sorted dimensions of the input");
  for (int64_t d = 0; d < input.getRank(); ++d) {
    if (!llvm::is_contained(axes, d))
      shape.push_back(input.getDimSize(d));
    else if (getKeepDims())
      shape.push_back(1);
  }
  if (tensorType(getResult()).getShape() != ArrayRef(shape))
    return emitOpError("result shape does not follow from the axes");
  return success();
}

LogicalResult SoftmaxOp::verify() {
  return verifyAxis(*this, getAxis(), tensorType(getInput()));
}

LogicalResult ArgMaxOp::verify() {
  RankedTensorType input = tensorType(getInput());
  if (failed(verifyAxis(*this, getAxis(), input)))
    return failure();
  if (input.getDimSize(getAxis()) == 0)
    return emitOpError("has no element to choose along the axis");
  if (tensorType(getResult()).getShape() !=
      ArrayRef(withoutAxis(input, getAxis(), getKeepDims())))
    return emitOpError("result shape does not follow from the axis");
  return success();
}

LogicalResult TopKOp::verify() {
  RankedTensorType input = tensorType(getInput());
  RankedTensorType values = tensorType(getValues());
  int64_t axis = getAxis();
  if (failed(verifyAxis(*this, axis, input)))
    return failure();
  if (values.getShape() != tensorType(getIndices()).getShape() ||
      values.getRank() != input.getRank() ||
      withoutAxis(values, axis, false) != withoutAxis(input, axis, false))
    return emitOpError(
        "results differ from the input in more than the size of the axis");
  if (values.getDimSize(axis) > input.getDimSize(axis))
    return emitOpError() << "cannot choose " << values.getDimSize(axis)
                         << " of " << input.getDimSize(axis) << " elements";
  return success();
}

//===----------------------------------------------------------------------===//
// Moving values
//===----------------------------------------------------------------------===//

LogicalResult ReshapeOp::verify() {
  if (tensorType(getInput()).getNumElements() !=
      tensorType(getResult()).getNumElements())
    return emitOpError() << "cannot make " << getResult().getType() << " from "
                         << getInput().getType();
  return sameElementType(*this);
}

LogicalResult TransposeOp::verify() {
  RankedTensorType input = tensorType(getInput());
  RankedTensorType result = tensorType(getResult());
  ArrayRef<int64_t> permutation = getPermutation();
  if (!isPermutationVector(permutation) ||
      int64_t(permutation.size()) != input.getRank() ||
      result.getRank() != input.getRank())
    return emitOpError("permutation must name every dimension once");
  for (auto [i, from] : llvm::enumerate(permutation))
    if (result.getDimSize(i) != input.getDimSize(from))
      return emitOpError() << "dimension " << i << " of the result must be "
                           << input.getDimSize(from);
  return sameElementType(*this);
}

LogicalResult ConcatOp::verify() {
  RankedTensorType result = tensorType(getResult());
  int64_t axis = getAxis(), total = 0;
  if (getInputs().empty() || axis < 0 || axis >= result.getRank())
    return emitOpError("needs operands and one of their dimensions as axis");
  for (Value input : getInputs()) {
    RankedTensorType type = tensorType(input);
    if (type.getRank() != result.getRank())
      return emitOpError("operands differ in rank");
    for (int64_t d = 0; d < result.getRank(); ++d)
      if (d != axis && type.getDimSize(d) != result.getDimSize(d))
        return emitOpError() << "operands differ in dimension " << d;
    total += type.getDimSize(axis);
  }
  if (total != result.getDimSize(axis))
    return emitOpError() << "operands have " << total
                         << " elements along the axis, the result "
                         << result.getDimSize(axis);
  return sameElementType(*this);
}

LogicalResult SliceOp::verify() {
  RankedTensorType input = tensorType(getInput());
  RankedTensorType result = tensorType(getResult());
  if (result.getRank() != input.getRank() ||
      int64_t(getStarts().size()) != input.getRank() ||
      int64_t(getSteps().size()) != input.getRank())
    return emitOpError("needs one start and one step per dimension");
  for (int64_t d = 0; d < input.getRank(); ++d) {
    int64_t size = input.getDimSize(d), start = getStarts()[d];
    int64_t span, last;
    if (getSteps()[d] == 0 ||
        llvm::MulOverflow(result.getDimSize(d) - 1, getSteps()[d], span) ||
        llvm::AddOverflow(start, span, last) ||
        (result.getDimSize(d) > 0 &&
         (start < 0 || start >= size || last < 0 || last >= size)))
      return emitOpError() << "leaves the input in dimension " << d;
  }
  return sameElementType(*this);
}

LogicalResult PadOp::verify() {
  RankedTensorType input = tensorType(getInput());
  RankedTensorType result = tensorType(getResult());
  if (result.getRank() != input.getRank() ||
      int64_t(getPadsBegin().size()) != input.getRank() ||
      int64_t(getPadsEnd().size()) != input.getRank())
    return emitOpError("needs two pads per dimension");
  for (int64_t d = 0; d < input.getRank(); ++d) {
    int64_t begin = getPadsBegin()[d], end = getPadsEnd()[d];
    if (begin < 0 || end < 0)
      return emitOpError("pads must not be negative; slice instead");
    if (getMode() == PadMode::Reflect &&
        std::max(begin, end) >= input.getDimSize(d) && begin + end > 0)
      return emitOpError() << "reflects more than dimension " << d << " holds";
    if (result.getDimSize(d) != input.getDimSize(d) + begin + end)
      return emitOpError() << "dimension " << d << " of the result must be "
                           << input.getDimSize(d) + begin + end;
  }
  return sameElementType(*this);
}

LogicalResult GatherOp::verify() {
  RankedTensorType input = tensorType(getInput());
  if (failed(verifyAxis(*this, getAxis(), input)))
    return failure();
  ArrayRef<int64_t> from = input.getShape();
  SmallVector<int64_t> shape(from.take_front(getAxis()));
  llvm::append_range(shape, tensorType(getIndices()).getShape());
  llvm::append_range(shape, from.drop_front(getAxis() + 1));
  if (tensorType(getResult()).getShape() != ArrayRef(shape))
    return emitOpError("result shape does not follow from axis and indices");
  if (elementType(getInput()) != elementType(getResult()))
    return emitOpError("input and result differ in element type");
  return success();
}

LogicalResult BroadcastOp::verify() {
  SmallVector<int64_t> shape;
  ArrayRef<int64_t> result = tensorType(getResult()).getShape();
  if (!OpTrait::util::getBroadcastedShape(tensorType(getInput()).getShape(),
                                          result, shape) ||
      ArrayRef(shape) != result)
    return emitOpError() << "cannot repeat " << getInput().getType() << " to "
                         << getResult().getType();
  return sameElementType(*this);
}
