//===- Emitter.cpp - bnn operations, folded where constant ----------------===//

#include "Emitter.h"

#include "bnn/Conversion/BNNToImage.h"
#include "bnn/Host/Kernels.h"
#include "mlir/IR/Verifier.h"

using namespace mlir;

namespace bnn::onnx_import {

bool sameValue(const Val &a, const Val &b) {
  if (a == b)
    return true;
  if (a->constant && b->constant)
    return sameConstant(*a->constant, *b->constant);
  return a->value && a->value == b->value;
}

bool isConstantOf(const Val &x, double value) {
  if (!x || !x->constant)
    return false;
  for (int64_t i = 0, e = x->constant->size(); i < e; ++i)
    if (x->constant->real(i) != value)
      return false;
  return true;
}

RankedTensorType Emitter::tensorType(ArrayRef<int64_t> shape, Type element) {
  llvm::Expected<int64_t> count = elementCount(shape, options.maxElements);
  if (count)
    return RankedTensorType::get(shape, element);
  error() << llvm::toString(count.takeError());
  return nullptr;
}

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

Val Emitter::constant(std::shared_ptr<Constant> data, StringRef name) {
  if (!data)
    return nullptr;
  auto value = std::make_shared<ValueInfo>();
  value->type = data->type;
  value->constant = std::move(data);
  value->name = name.str();
  return value;
}

Val Emitter::scalar(double value, Type element) {
  return constant(Constant::fromTensor(Tensor({}, {value}),
                                       RankedTensorType::get({}, element)));
}

Val Emitter::integers(ArrayRef<int64_t> values) {
  return constant(Constant::fromVector(
      std::vector<int64_t>(values.begin(), values.end()),
      RankedTensorType::get({int64_t(values.size())}, i64())));
}

mlir::Value Emitter::materialize(const Val &value) {
  if (value->value)
    return value->value;
  Location location = loc;
  if (!value->name.empty())
    location = NameLoc::get(builder.getStringAttr(value->name), loc);
  value->value = ConstantOp::create(builder, location, value->type,
                                    value->constant->toAttribute(value->name));
  return value->value;
}

//===----------------------------------------------------------------------===//
// Operations
//===----------------------------------------------------------------------===//

/// Folding takes 8 bytes per element and a while for large products; what is
/// beyond the limits stays an operation, which is as right.
bool Emitter::worthFolding(ArrayRef<Val> operands, Operation *op) const {
  for (const Val &operand : operands)
    if (operand->type.getNumElements() > options.maxFoldedElements)
      return false;
  int64_t results = 0;
  for (Type type : op->getResultTypes()) {
    results = llvm::cast<RankedTensorType>(type).getNumElements();
    if (results > options.maxFoldedElements)
      return false;
  }
  if (isa<ConvOp, MatMulOp>(op))
    return double(results) * operands[1]->type.getNumElements() < 0x1p34;
  if (isa<MaxPoolOp, AveragePoolOp>(op))
    return double(results) * operands[0]->type.getNumElements() < 0x1p34;
  return true;
}

SmallVector<Val> Emitter::fold(ArrayRef<Val> operands, Maker make) {
  // The placeholders' block goes before the function returns, with all in it.
  Block block;
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToEnd(&block);
  for (const Val &operand : operands)
    block.addArgument(operand->type, loc);
  Operation *op = make(block.getArguments());
  if (!op || failed(verify(op)))
    return {nullptr};
  if (!worthFolding(operands, op))
    return {};
  FailureOr<image::Op> imageOp = convertToImageOp(op);
  if (failed(imageOp))
    return {nullptr};
  auto firstType = llvm::cast<RankedTensorType>(op->getResult(0).getType());
  std::vector<Tensor> inputs;
  SmallVector<const Tensor *> pointers;
  std::vector<Tensor> outputs(op->getNumResults());
  try {
    for (const Val &operand : operands)
      inputs.push_back(operand->constant->toTensor());
    for (const Tensor &input : inputs)
      pointers.push_back(&input);
    llvm::Error failure =
        firstType.getElementType().isF32()
            ? host::evaluateFloat32(*imageOp, pointers, outputs)
            : host::evaluate(*imageOp, pointers, outputs);
    if (failure) {
      error() << "cannot evaluate constants: "
              << llvm::toString(std::move(failure));
      return {nullptr};
    }
    SmallVector<Val> results;
    for (auto [tensor, result] : llvm::zip(outputs, op->getResults())) {
      auto type = llvm::cast<RankedTensorType>(result.getType());
      if (ArrayRef<int64_t>(tensor.shape) != type.getShape()) {
        error() << "cannot evaluate constants: got shape "
                << shapeString(tensor.shape) << ", expected "
                << shapeString(type.getShape());
        return {nullptr};
      }
      results.push_back(constant(Constant::fromTensor(tensor, type)));
    }
    return results;
  } catch (const std::bad_alloc &) {
    error() << "not enough memory to evaluate constants";
    return {nullptr};
  }
}

SmallVector<Val> Emitter::emit(ArrayRef<Val> operands, Maker make) {
  if (llvm::any_of(operands, [](const Val &operand) { return !operand; }))
    return {nullptr};
  if (llvm::all_of(operands,
                   [](const Val &operand) { return bool(operand->constant); }))
    if (SmallVector<Val> folded = fold(operands, make); !folded.empty())
      return folded;
  SmallVector<mlir::Value> values;
  for (const Val &operand : operands)
    values.push_back(materialize(operand));
  Operation *op = make(values);
  if (!op)
    return {nullptr};
  if (failed(verify(op))) {
    op->erase();
    return {nullptr};
  }
  SmallVector<Val> results;
  for (mlir::Value value : op->getResults()) {
    auto result = std::make_shared<ValueInfo>();
    result->type = llvm::cast<RankedTensorType>(value.getType());
    result->value = value;
    results.push_back(std::move(result));
  }
  return results;
}

Val Emitter::emitOne(ArrayRef<Val> operands, Maker make) {
  return emit(operands, make).front();
}

} // namespace bnn::onnx_import
