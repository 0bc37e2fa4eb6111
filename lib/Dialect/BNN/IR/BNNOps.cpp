//===- BNNOps.cpp - Constants, elementwise operators, codes ---------------===//

#include "OpVerifiers.h"
#include "bnn/Dialect/BNN/IR/PackedWeights.h"

#include "mlir/Dialect/Traits.h"
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

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

LogicalResult ConstantOp::verify() {
  RankedTensorType type = tensorType(getResult());
  auto emit = [&] { return emitOpError(); };
  if (isa<BinaryType, TernaryType>(type.getElementType()))
    return failure(failed(PackedWeights::get(getValue(), type, emit)));
  if (isCode(type.getElementType()))
    return emitOpError() << "codes of a constant are binary or ternary, got "
                         << type.getElementType();
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
  if (failed(verifyAxis(*this, axis, input)))
    return failure();
  if (tensorType(getGamma()).getShape() != input.getShape().slice(axis, 1))
    return emitOpError() << "parameters must have one element per channel ("
                         << input.getDimSize(axis) << ")";
  return success();
}

LogicalResult MultiThresholdOp::verify() {
  RankedTensorType input = tensorType(getInput());
  RankedTensorType thresholds = tensorType(getThresholds());
  int64_t axis = getAxis();
  if (failed(verifyAxis(*this, axis, input)))
    return failure();
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
  if (elementType(getInput()).isInteger(64) && !getDeclared())
    return emitOpError("takes integers only where they are declared");
  if (failed(verifyScale(*this, getScale(), getOffset())))
    return failure();
  return sameShape(*this);
}

LogicalResult PresentOp::verify() {
  if (!isa<IntType>(elementType(getCodes())))
    return emitOpError("presents integers of several bits, got ")
           << elementType(getCodes());
  if (!isa<UnaryCountType>(elementType(getResult())))
    return emitOpError("counts presentations, got ")
           << elementType(getResult());
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
  if (failed(verifyAxis(*this, axis, input)))
    return failure();
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
