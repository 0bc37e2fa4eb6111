//===- FiniteValues.h - Which real tensors take few values ------*- C++ -*-===//

#ifndef BNN_LIB_DIALECT_BNN_TRANSFORMS_FINITEVALUES_H
#define BNN_LIB_DIALECT_BNN_TRANSFORMS_FINITEVALUES_H

#include "bnn/Dialect/BNN/IR/BNN.h"

#include "llvm/ADT/DenseMap.h"
#include <limits>
#include <optional>
#include <vector>

namespace bnn {

/// What is known of all elements of a tensor: an interval, whether they are
/// integers, and, where they are few, which numbers they can be. A superset:
/// the exact levels of a tail come from the solver.
struct ValueSet {
  double least = -std::numeric_limits<double>::infinity();
  double most = std::numeric_limits<double>::infinity();
  bool integral = false;
  std::optional<std::vector<double>> values; // ascending

  static ValueSet of(std::vector<double> values);
};

/// Forward analysis, computed on demand.
class FiniteValues {
public:
  /// More values than this are no longer followed.
  static constexpr size_t maxValues = 4096;

  const ValueSet &get(mlir::Value value);
  bool isFinite(mlir::Value value) { return get(value).values.has_value(); }

private:
  ValueSet compute(mlir::Value value);
  ValueSet computeUnary(UnaryOp op);
  ValueSet computeBinary(BinaryOp op);
  /// All combinations of the operands' values, by the host's own kernels.
  ValueSet combine(mlir::Operation *op);

  llvm::DenseMap<mlir::Value, ValueSet> known;
};

} // namespace bnn

#endif // BNN_LIB_DIALECT_BNN_TRANSFORMS_FINITEVALUES_H
