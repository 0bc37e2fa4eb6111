//===- BNNOps.cpp - Verifiers of the bnn dialect --------------------------===//

#include "bnn/Dialect/BNN/IR/BNN.h"
#include "bnn/Dialect/BNN/IR/PackedWeights.h"

#include "mlir/Dialect/Traits.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "mlir/IR/DialectResourceBlobManager.h"

using namespace mlir;
using namespace bnn;

/// Elements print their own type; literals need it spelled out.
static ParseResult parseTypedValue(OpAsmParser &parser, Attribute &value,
                                   Type &type) {
  if (parser.parseAttribute(value))
    return failure();
  if (auto typed = dyn_cast<TypedAttr>(value)) {
    type = typed.getType();
    return success();
  }
  return parser.parseColonType(type);
}

static void printTypedValue(OpAsmPrinter &printer, Operation *, Attribute value,
                            Type type) {
  printer << value;
  if (!isa<TypedAttr>(value))
    printer << " : " << type;
}

#define GET_OP_CLASSES
#include "bnn/Dialect/BNN/IR/BNNOps.cpp.inc"

static RankedTensorType tensorType(Value value) {
  return cast<RankedTensorType>(value.getType());
}

static Type elementType(Value value) {
  return tensorType(value).getElementType();
}

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

LogicalResult ConstantOp::verify() {
  RankedTensorType type = tensorType(getResult());
  auto emit = [&] { return emitOpError(); };
  if (isa<BinaryType, TernaryType>(type.getElementType()))
    return failure(failed(PackedWeights::get(getValue(), type, emit)));
  auto elements = dyn_cast<ElementsAttr>(getValue());
  if (!elements || elements.getShapedType() != type)
    return emitOpError() << "value must be dense elements of type " << type;
  auto resource = dyn_cast<DenseResourceElementsAttr>(getValue());
  if (!resource)
    return success();
  const AsmResourceBlob *blob = resource.getRawHandle().getBlob();
  int64_t bytes = type.getNumElements() *
                  llvm::divideCeil(type.getElementTypeBitWidth(), 8);
  if (!blob || int64_t(blob->getData().size()) != bytes)
    return emitOpError() << "resource '" << resource.getRawHandle().getKey()
                         << "' must hold " << bytes << " bytes";
  return success();
}

//===----------------------------------------------------------------------===//
// Elementwise operators
//===----------------------------------------------------------------------===//

static LogicalResult verifyBroadcast(Operation *op, ValueRange operands) {
  SmallVector<int64_t> shape(tensorType(operands[0]).getShape());
  for (Value operand : operands.drop_front()) {
    SmallVector<int64_t> next;
    if (!OpTrait::util::getBroadcastedShape(
            shape, tensorType(operand).getShape(), next))
      return op->emitOpError("operand shapes do not broadcast");
    shape = next;
  }
  if (tensorType(op->getResult(0)).getShape() != ArrayRef(shape))
    return op->emitOpError(
        "result shape is not that of the broadcast operands");
  return success();
}

LogicalResult UnaryOp::verify() {
  Type type = elementType(getInput());
  if (getKind() == UnaryKind::Not ? !type.isInteger(1) : !isa<FloatType>(type))
    return emitOpError() << "'" << stringifyUnaryKind(getKind())
                         << "' does not take " << type;
  bool needsAlpha =
      getKind() == UnaryKind::LeakyRelu || getKind() == UnaryKind::Elu;
  bool needsBoth =
      getKind() == UnaryKind::Selu || getKind() == UnaryKind::HardSigmoid;
  if (bool(getAlpha()) != (needsAlpha || needsBoth) ||
      bool(getBeta()) != needsBoth)
    return emitOpError() << "'" << stringifyUnaryKind(getKind())
                         << "' has wrong parameters";
  return success();
}

LogicalResult BinaryOp::verify() {
  Type lhs = elementType(getLhs()), rhs = elementType(getRhs());
  Type result = elementType(getResult());
  bool logical = getKind() >= BinaryKind::And;
  bool comparison = getKind() >= BinaryKind::Greater && !logical;
  if (logical ? !lhs.isInteger(1) || !rhs.isInteger(1)
              : (!comparison && (lhs.isInteger(1) || rhs.isInteger(1))))
    return emitOpError() << "'" << stringifyBinaryKind(getKind())
                         << "' does not take " << lhs << " and " << rhs;
  if (isCode(lhs) || isCode(rhs))
    return emitOpError("codes are decoded before arithmetic");
  if (comparison || logical ? !result.isInteger(1)
                            : isa<FloatType>(lhs) != isa<FloatType>(result))
    return emitOpError() << "'" << stringifyBinaryKind(getKind())
                         << "' does not give " << result;
  return verifyBroadcast(*this, getOperands());
}

LogicalResult SelectOp::verify() {
  if (elementType(getOnTrue()) != elementType(getOnFalse()) ||
      elementType(getOnTrue()) != elementType(getResult()))
    return emitOpError("both branches and the result need one element type");
  return verifyBroadcast(*this, getOperands());
}

LogicalResult BatchNormOp::verify() {
  RankedTensorType input = tensorType(getInput());
  int64_t axis = getAxis();
  if (axis < 0 || axis >= input.getRank())
    return emitOpError() << "axis " << axis << " is none of the input's";
  if (tensorType(getGamma()).getShape() != input.getShape().slice(axis, 1))
    return emitOpError() << "parameters must have one element per channel ("
                         << input.getDimSize(axis) << ")";
  return success();
}

LogicalResult MultiThresholdOp::verify() {
  RankedTensorType input = tensorType(getInput());
  RankedTensorType thresholds = tensorType(getThresholds());
  int64_t axis = getAxis();
  if (axis < 0 || axis >= input.getRank())
    return emitOpError() << "axis " << axis << " is none of the input's";
  if (thresholds.getRank() != 2 ||
      (thresholds.getDimSize(0) != 1 &&
       thresholds.getDimSize(0) != input.getDimSize(axis)))
    return emitOpError() << "thresholds must be [1 or "
                         << input.getDimSize(axis) << ", count]";
  return success();
}

LogicalResult CastOp::verify() {
  if (tensorType(getInput()).getShape() != tensorType(getResult()).getShape())
    return emitOpError("keeps the shape");
  if (isCode(elementType(getInput())) || isCode(elementType(getResult())))
    return emitOpError("codes are encoded and decoded, not cast");
  return success();
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

//===----------------------------------------------------------------------===//
// Moving values
//===----------------------------------------------------------------------===//

static LogicalResult sameElementType(Operation *op) {
  for (Value operand : op->getOperands())
    if (elementType(operand) != elementType(op->getResult(0)))
      return op->emitOpError("operands and result differ in element type");
  return success();
}

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

//===----------------------------------------------------------------------===//
// Between reals, integers and codes
//===----------------------------------------------------------------------===//

static LogicalResult sameShape(Operation *op) {
  if (tensorType(op->getOperand(0)).getShape() !=
      tensorType(op->getResult(0)).getShape())
    return op->emitOpError("keeps the shape");
  return success();
}

static LogicalResult verifyScale(Operation *op, APFloat scale, APFloat offset) {
  if (!scale.isFinite() || scale.isZero() || !offset.isFinite())
    return op->emitOpError(
        "needs a finite scale other than 0 and a finite offset");
  return success();
}

LogicalResult EncodeOp::verify() {
  if (failed(verifyScale(*this, getScale(), getOffset())))
    return failure();
  return sameShape(*this);
}

LogicalResult DecodeOp::verify() {
  if (failed(verifyScale(*this, getScale(), getOffset())))
    return failure();
  return sameShape(*this);
}

LogicalResult ThresholdOp::verify() {
  RankedTensorType input = tensorType(getInput());
  int64_t axis = getAxis();
  if (axis < 0 || axis >= input.getRank())
    return emitOpError() << "axis " << axis << " is none of the input's";
  if (int64_t(getSteps().getCounts().size()) != input.getDimSize(axis))
    return emitOpError() << "has " << getSteps().getCounts().size()
                         << " step functions for " << input.getDimSize(axis)
                         << " channels";
  Type code = elementType(getResult());
  CodeRange range = codeRange(code);
  for (int64_t value : getSteps().getCodes())
    if (value < range.min || value > range.max ||
        (isa<BinaryType>(code) && value == 0))
      return emitOpError() << "code " << value << " is none of " << code;
  return sameShape(*this);
}

LogicalResult CombineOp::verify() {
  RankedTensorType result = tensorType(getResult());
  int64_t axis = getAxis(), inputs = getInputs().size();
  if (!inputs || axis < 0 || axis >= result.getRank())
    return emitOpError("needs operands and one of their dimensions as axis");
  for (Value input : getInputs())
    if (tensorType(input).getShape() != result.getShape())
      return emitOpError("operands and result need one shape");
  int64_t factors = getFactors().size();
  if (factors != inputs && factors != inputs * result.getDimSize(axis))
    return emitOpError() << "needs one factor per operand, or one per operand "
                            "and channel; got "
                         << factors;
  return success();
}
