//===- Utils.cpp - What the bnn passes share ------------------------------===//

#include "Utils.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Traits.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include <cmath>

using namespace mlir;
using namespace bnn;

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

template <typename T>
static void widen(ArrayRef<char> bytes, std::vector<double> &values) {
  for (size_t i = 0; i < values.size(); ++i) {
    T value;
    std::memcpy(&value, bytes.data() + i * sizeof(T), sizeof(T));
    values[i] = double(value);
  }
}

std::optional<ConstantData> bnn::getConstant(Value value) {
  auto constant = value.getDefiningOp<ConstantOp>();
  if (!constant)
    return std::nullopt;
  RankedTensorType type = tensorType(value);
  ConstantData data;
  data.shape = llvm::to_vector(type.getShape());
  data.values.resize(type.getNumElements());
  if (auto dense = dyn_cast<DenseFPElementsAttr>(constant.getValue())) {
    for (auto [i, element] : llvm::enumerate(dense.getValues<APFloat>()))
      data.values[i] = element.convertToDouble();
    return data;
  }
  if (auto dense = dyn_cast<DenseIntElementsAttr>(constant.getValue())) {
    bool boolean = type.getElementType().isInteger(1);
    for (auto [i, element] : llvm::enumerate(dense.getValues<APInt>()))
      data.values[i] =
          boolean ? element.getBoolValue() : double(element.getSExtValue());
    return data;
  }
  auto resource = dyn_cast<DenseResourceElementsAttr>(constant.getValue());
  if (!resource || isCode(type.getElementType()))
    return std::nullopt;
  ArrayRef<char> bytes = resource.getRawHandle().getBlob()->getData();
  if (type.getElementType().isF32())
    widen<float>(bytes, data.values);
  else if (type.getElementType().isF64())
    widen<double>(bytes, data.values);
  else if (type.getElementType().isInteger(64))
    widen<int64_t>(bytes, data.values);
  else
    widen<uint8_t>(bytes, data.values);
  return data;
}

bool bnn::isConstant(Value value) {
  return value.getDefiningOp<ConstantOp>() != nullptr;
}

Value bnn::makeConstant(OpBuilder &builder, Location loc,
                        ArrayRef<int64_t> shape, ArrayRef<double> values) {
  bool exact = llvm::all_of(
      values, [](double value) { return double(float(value)) == value; });
  Type element = exact ? Type(builder.getF32Type()) : builder.getF64Type();
  auto type = RankedTensorType::get(shape, element);
  DenseElementsAttr attr;
  if (exact) {
    SmallVector<float> narrow(values.begin(), values.end());
    attr = DenseElementsAttr::get(type, ArrayRef<float>(narrow));
  } else {
    attr = DenseElementsAttr::get(type, values);
  }
  return ConstantOp::create(builder, loc, type, attr);
}

Value bnn::makeBinary(OpBuilder &builder, Location loc, BinaryKind kind,
                      Value lhs, Value rhs) {
  SmallVector<int64_t> shape;
  OpTrait::util::getBroadcastedShape(tensorType(lhs).getShape(),
                                     tensorType(rhs).getShape(), shape);
  // Networks in double stay in double; constants are as narrow as they can be.
  Type element = builder.getF32Type();
  if (elementType(lhs).isF64() && !isConstant(lhs))
    element = builder.getF64Type();
  if (kind >= BinaryKind::Greater)
    element = builder.getI1Type();
  return BinaryOp::create(builder, loc, RankedTensorType::get(shape, element),
                          kind, lhs, rhs);
}

//===----------------------------------------------------------------------===//
// Kinds of operators
//===----------------------------------------------------------------------===//

Value bnn::makeSum(OpBuilder &builder, Location loc, Value codes,
                   int64_t before, int64_t summed, int64_t behind,
                   RankedTensorType result) {
  auto typeOf = [&](int64_t rows, Type element) {
    return RankedTensorType::get({1, before, rows, behind}, element);
  };
  auto list = [&](ArrayRef<int64_t> values) {
    return builder.getDenseI64ArrayAttr(values);
  };
  Value lined = ReshapeOp::create(builder, loc,
                                  typeOf(summed, elementType(codes)), codes);
  Value sums =
      SumPoolOp::create(builder, loc, typeOf(1, result.getElementType()), lined,
                        list({summed, 1}), list({summed, 1}), list({1, 1}),
                        list({0, 0}), list({0, 0}));
  return ReshapeOp::create(builder, loc, result, sums);
}

bool bnn::isElementwise(Operation *op) {
  return isa_and_nonnull<UnaryOp, BinaryOp, SelectOp, BatchNormOp,
                         MultiThresholdOp, CastOp>(op);
}

bool bnn::isMove(Operation *op) {
  return isa_and_nonnull<ReshapeOp, TransposeOp, ConcatOp, SliceOp, PadOp,
                         GatherOp, BroadcastOp>(op);
}

SmallVector<Value> bnn::dataOperands(Operation *op) {
  SmallVector<Value> operands;
  for (Value operand : op->getOperands())
    if (!isConstant(operand))
      operands.push_back(operand);
  return operands;
}

bool bnn::isPowerOfTwo(double value) {
  int exponent;
  return value == 0 || std::abs(std::frexp(value, &exponent)) == 0.5;
}

DecodeOp bnn::decodeOf(Value value) { return value.getDefiningOp<DecodeOp>(); }

//===----------------------------------------------------------------------===//
// Names and reasons
//===----------------------------------------------------------------------===//

void bnn::moveTraces(Operation *from, Operation *to, double scale,
                     double offset) {
  auto traces = from->getAttrOfType<ArrayAttr>(tracesAttrName);
  if (!traces)
    return;
  SmallVector<Attribute> moved;
  if (auto present = to->getAttrOfType<ArrayAttr>(tracesAttrName))
    llvm::append_range(moved, present);
  for (auto trace : traces.getAsRange<TraceAttr>()) {
    double oldScale = trace.getScale().getValueAsDouble();
    double oldOffset = trace.getOffset().getValueAsDouble();
    moved.push_back(TraceAttr::get(from->getContext(), trace.getTensor(),
                                   oldScale * scale,
                                   oldScale * offset + oldOffset));
  }
  from->removeAttr(tracesAttrName);
  to->setAttr(tracesAttrName, ArrayAttr::get(to->getContext(), moved));
}

void bnn::setReason(Operation *op, const Twine &reason) {
  if (!op->hasAttr(reasonAttrName))
    op->setAttr(reasonAttrName, StringAttr::get(op->getContext(), reason));
}

std::string bnn::nameOf(Value value) {
  if (auto argument = dyn_cast<BlockArgument>(value)) {
    if (auto function =
            dyn_cast<func::FuncOp>(argument.getOwner()->getParentOp()))
      if (auto name = function.getArgAttrOfType<StringAttr>(
              argument.getArgNumber(), "bnn.name"))
        return name.str();
    return "argument " + std::to_string(argument.getArgNumber());
  }
  Operation *op = value.getDefiningOp();
  if (auto traces = op->getAttrOfType<ArrayAttr>(tracesAttrName))
    if (!traces.empty())
      return cast<TraceAttr>(traces[0]).getTensor().str();
  if (auto name = dyn_cast<NameLoc>(op->getLoc()))
    return name.getName().str();
  return op->getName().getStringRef().str();
}
