//===- ArrayOperator.h - What becomes a layer on the arrays -----*- C++ -*-===//

#ifndef BNN_DIALECT_BNN_IR_ARRAYOPERATOR_H
#define BNN_DIALECT_BNN_IR_ARRAYOPERATOR_H

#include "bnn/Dialect/BNN/IR/BNN.h"
#include <optional>

namespace bnn {

/// On a bnn.conv: how many copies of its weights are wanted.
inline constexpr llvm::StringLiteral copiesAttrName = "bnn.copies";
/// On one of several such convolutions: which it is, from 1 on.
inline constexpr llvm::StringLiteral copyAttrName = "bnn.copy";

/// A linear operator of codes with packed weights, and the threshold that
/// decides in its layer.
struct ArrayOperator {
  mlir::Operation *linear; ///< bnn.conv or bnn.linear
  ThresholdOp threshold;   ///< null: the accumulator leaves the chip
  ConstantOp weights;

  mlir::Value input() const { return linear->getOperand(0); }
  mlir::Operation *last() {
    return threshold ? threshold.getOperation() : linear;
  }
  mlir::RankedTensorType inputType() const {
    return mlir::cast<mlir::RankedTensorType>(input().getType());
  }
  mlir::RankedTensorType weightsType() {
    return mlir::cast<mlir::RankedTensorType>(weights.getType());
  }
};

/// `op` if it can run on the arrays. The threshold is part of it where nothing
/// else reads the accumulator and it decides by neuron.
std::optional<ArrayOperator> matchArrayOperator(mlir::Operation *op);

} // namespace bnn

#endif // BNN_DIALECT_BNN_IR_ARRAYOPERATOR_H
