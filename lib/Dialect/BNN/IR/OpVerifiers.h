//===- OpVerifiers.h - What the verifiers share -----------------*- C++ -*-===//

#ifndef BNN_LIB_DIALECT_BNN_IR_OPVERIFIERS_H
#define BNN_LIB_DIALECT_BNN_IR_OPVERIFIERS_H

#include "bnn/Dialect/BNN/IR/BNN.h"

namespace bnn {

/// Every value of the dialect is a ranked tensor of static shape.
inline mlir::RankedTensorType tensorType(mlir::Value value) {
  return mlir::cast<mlir::RankedTensorType>(value.getType());
}

inline mlir::Type elementType(mlir::Value value) {
  return tensorType(value).getElementType();
}

/// Fails unless `axis` is a dimension of the operator's input.
inline llvm::LogicalResult verifyAxis(mlir::Operation *op, int64_t axis,
                                      mlir::RankedTensorType input) {
  if (axis < 0 || axis >= input.getRank())
    return op->emitOpError() << "axis " << axis << " is none of the input's";
  return llvm::success();
}

} // namespace bnn

#endif // BNN_LIB_DIALECT_BNN_IR_OPVERIFIERS_H
