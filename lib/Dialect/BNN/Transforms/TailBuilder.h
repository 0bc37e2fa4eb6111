//===- TailBuilder.h - Elementwise operators as a tail program --*- C++ -*-===//

#ifndef BNN_LIB_DIALECT_BNN_TRANSFORMS_TAILBUILDER_H
#define BNN_LIB_DIALECT_BNN_TRANSFORMS_TAILBUILDER_H

#include "bnn/Dialect/BNN/IR/BNN.h"
#include "bnn/Tail/Tail.h"

#include "llvm/ADT/SetVector.h"

namespace bnn {

/// Everything elementwise above a real tensor, back to what is not.
struct Slice {
  mlir::Value result;
  llvm::SetVector<mlir::Operation *> operators; // operands before users
  llvm::SetVector<mlir::Value> roots;           // not elementwise, not constant

  explicit Slice(mlir::Value value);
  bool elementwise() const { return !operators.empty(); }
};

/// The slice as a program over the integers below its roots' bnn.decode.
struct Tail {
  tail::Program program;
  llvm::SmallVector<mlir::Value> inputs; // integers or codes
  /// The tensor that each node of the program is; null for what has none.
  std::vector<mlir::Value> tensors;
  /// Dimension along which the constants vary; none: they do not.
  std::optional<int64_t> axis;
};

/// Fails with the reason where a root is real, shapes change on the way, or a
/// constant varies along more than one dimension.
llvm::Expected<Tail> buildTail(const Slice &slice);

} // namespace bnn

#endif // BNN_LIB_DIALECT_BNN_TRANSFORMS_TAILBUILDER_H
