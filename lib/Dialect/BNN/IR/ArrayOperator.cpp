//===- ArrayOperator.cpp - What becomes a layer on the arrays -------------===//

#include "bnn/Dialect/BNN/IR/ArrayOperator.h"

using namespace mlir;

std::optional<bnn::ArrayOperator> bnn::matchArrayOperator(Operation *op) {
  if (!isa<ConvOp, LinearOp>(op) || op->hasAttr(reasonAttrName))
    return std::nullopt;
  ArrayOperator match{op, nullptr,
                      op->getOperand(1).getDefiningOp<ConstantOp>()};
  if (!match.weights || !isCode(match.inputType().getElementType()) ||
      !isa<BinaryType, TernaryType>(match.weightsType().getElementType()))
    return std::nullopt;
  Value accumulator = op->getResult(0);
  if (!accumulator.hasOneUse())
    return match;
  auto threshold = dyn_cast<ThresholdOp>(*accumulator.user_begin());
  int64_t neuronAxis =
      isa<ConvOp>(op)
          ? 1
          : cast<RankedTensorType>(accumulator.getType()).getRank() - 1;
  if (threshold && int64_t(threshold.getAxis()) == neuronAxis &&
      !threshold->hasAttr(reasonAttrName))
    match.threshold = threshold;
  return match;
}
