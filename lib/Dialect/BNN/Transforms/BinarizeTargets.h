//===- BinarizeTargets.h - Which layers are to be binary --------*- C++ -*-===//

#ifndef BNN_LIB_DIALECT_BNN_TRANSFORMS_BINARIZETARGETS_H
#define BNN_LIB_DIALECT_BNN_TRANSFORMS_BINARIZETARGETS_H

#include "bnn/Dialect/BNN/IR/BNN.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace bnn {

/// The linear operators that bnn-binarize was asked for, in program order.
struct BinarizeTargets {
  llvm::SmallVector<mlir::Operation *> layers;
  std::string why; ///< these and no others, for people
};

/// Whether `op` is a convolution or matrix product with constant weights.
bool hasWeights(mlir::Operation *op);

/// The fully connected layers that end the network: back from the outputs
/// through elementwise operators, moves and what scores end in (softmax, class
/// index). A convolution whose kernel is its whole input is one of them. Emits
/// an error where there is none.
mlir::FailureOr<BinarizeTargets> findClassifier(mlir::func::FuncOp function);

/// All operators with weights. Emits an error at a product of two computed
/// tensors, as attention has.
mlir::FailureOr<BinarizeTargets> findAll(mlir::func::FuncOp function);

/// Those whose ONNX node matches one of the glob patterns. Emits an error for a
/// pattern that is none, or that matches no such operator.
mlir::FailureOr<BinarizeTargets>
findByPattern(mlir::func::FuncOp function,
              llvm::ArrayRef<std::string> patterns);

} // namespace bnn

#endif // BNN_LIB_DIALECT_BNN_TRANSFORMS_BINARIZETARGETS_H
