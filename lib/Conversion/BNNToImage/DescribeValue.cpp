//===- DescribeValue.cpp - Values of an image -------------------*- C++ -*-===//

#include "bnn/Conversion/BNNToImage.h"
#include "bnn/Dialect/BNN/IR/BNN.h"

using namespace mlir;

namespace bnn {

static Type elementOf(Value value) {
  return cast<RankedTensorType>(value.getType()).getElementType();
}

bool isOnChip(Value value) {
  // Moves keep what they move where it is; follow them to the source.
  for (;;) {
    Type element = elementOf(value);
    if (!element.isInteger(64))
      return isCode(element);
    Operation *op = value.getDefiningOp();
    if (!op)
      return false;
    if (!isa<BNNDialect>(op->getDialect()))
      return true; // an array layer's accumulator
    if (isa<ConvOp, LinearOp, SumPoolOp, CombineOp>(op))
      return true;
    if (!isa<ReshapeOp, TransposeOp, ConcatOp, SliceOp, PadOp, GatherOp,
             BroadcastOp, MaxPoolOp>(op))
      return false;
    value = op->getOperand(0);
  }
}

/// Whether the operation reads this operand as a value on the chip.
static bool readsOnChip(OpOperand &use) {
  Operation *op = use.getOwner();
  if (auto gather = dyn_cast<GatherOp>(op); gather && use.getOperandNumber())
    return isOnChip(gather.getInput());
  return op->getNumResults() && llvm::all_of(op->getResults(), isOnChip);
}

void describeValue(Value value, image::Value &out) {
  auto type = cast<RankedTensorType>(value.getType());
  out.mutable_shape()->Assign(type.getShape().begin(), type.getShape().end());
  out.set_encoding(image::Value::REAL);
  bool onChip = value.getDefiningOp<ConstantOp>()
                    ? llvm::all_of(value.getUses(), readsOnChip)
                    : isOnChip(value);
  Type element = type.getElementType();
  if (!onChip || isa<FloatType>(element) || element.isInteger(1))
    return;
  if (!isCode(element)) {
    out.set_encoding(image::Value::INTEGER);
    return;
  }
  CodeRange range = codeRange(element);
  out.set_encoding(image::Value::CODE);
  out.set_code_min(range.min);
  out.set_code_max(range.max);
}

void describeDeclaration(BlockArgument argument, image::Port &port) {
  for (Operation *user : argument.getUsers()) {
    auto encode = dyn_cast<EncodeOp>(user);
    if (!encode || !encode.getDeclared())
      continue;
    auto type = cast<RankedTensorType>(encode.getResult().getType());
    CodeRange range = codeRange(type.getElementType());
    port.set_declared(encode.getDeclared()->str());
    port.set_scale(encode.getScale().convertToDouble());
    port.set_offset(encode.getOffset().convertToDouble());
    port.set_code_min(range.min);
    port.set_code_max(range.max);
    return;
  }
}

llvm::StringRef locationName(Location location) {
  if (auto name = dyn_cast<NameLoc>(location))
    return name.getName();
  if (auto call = dyn_cast<CallSiteLoc>(location))
    return locationName(call.getCallee());
  if (auto fused = dyn_cast<FusedLoc>(location))
    for (Location part : fused.getLocations())
      if (llvm::StringRef name = locationName(part); !name.empty())
        return name;
  return {};
}

} // namespace bnn
