//===- CalibrationRun.h - A network on data, while it changes ---*- C++ -*-===//

#ifndef BNN_LIB_DIALECT_BNN_TRANSFORMS_CALIBRATIONRUN_H
#define BNN_LIB_DIALECT_BNN_TRANSFORMS_CALIBRATIONRUN_H

#include "bnn/Conversion/BNNToImage.h"
#include "bnn/Support/Tensor.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/DenseMap.h"
#include <memory>

namespace bnn {

/// Two networks on the same samples, layer by layer: the one that a pass is
/// changing, and a copy of it as it was. Memory: what later operators need of
/// each sample, in doubles.
class CalibrationRun {
public:
  /// Copies `function` (one input, [1, ..]) and takes at most `samples` of the
  /// file `spec`, evenly spaced. Emits an error where the file cannot be read
  /// or does not fit.
  static mlir::FailureOr<CalibrationRun>
  create(mlir::func::FuncOp function, const std::string &spec, int64_t samples);

  int64_t samples() const { return int64_t(changed.size()); }

  /// Evaluates the changed network up to `stop`, exclusively, from where it
  /// stopped before: operators inserted before `stop` since then are evaluated
  /// now. No operator that was evaluated may be erased.
  mlir::LogicalResult advance(mlir::Operation *stop);

  /// A value of the changed network that `stop`, or something after it, reads,
  /// also through moves.
  const Tensor &get(int64_t sample, mlir::Value value) const;

  /// Evaluates the copy through `layer`, named by the operator as it was when
  /// the copy was made, and returns its results, one per sample; and keeps what
  /// `input`, a value of the network before `layer`, is in the copy.
  mlir::FailureOr<std::vector<Tensor>> original(mlir::Operation *layer,
                                                mlir::Value input);

  /// That value; null where the copy has none that stands for it.
  const Tensor *originalInput(int64_t sample) const {
    return inputs.empty() ? nullptr : &inputs[size_t(sample)];
  }

  /// Says that `value`, which is new, stands for `old` of the copy.
  void replaced(mlir::Value old, mlir::Value value) {
    mapping.map(value, mapping.lookup(old));
  }

private:
  using Values = llvm::DenseMap<mlir::Value, Tensor>;
  struct Step {
    mlir::Operation *op;
    image::Op kernel;
  };

  mlir::LogicalResult prepare(mlir::Operation *op, std::vector<Step> &steps);
  mlir::LogicalResult evaluate(llvm::ArrayRef<Step> steps,
                               mlir::Operation *next,
                               llvm::ArrayRef<mlir::Value> kept,
                               std::vector<Values> &values);

  struct Eraser {
    void operator()(mlir::Operation *op) const { op->erase(); }
  };
  std::unique_ptr<mlir::Operation, Eraser> copy;
  mlir::IRMapping mapping; // to the copy
  mlir::Block *block = nullptr;
  mlir::Operation *last = nullptr, *lastOfCopy = nullptr; // evaluated
  bool diverged = false;
  llvm::DenseMap<mlir::Value, std::shared_ptr<const Tensor>> constants;
  std::vector<Values> changed, unchanged; // by sample
  std::vector<Tensor> inputs;             // of the copy's layer, or none
};

} // namespace bnn

#endif // BNN_LIB_DIALECT_BNN_TRANSFORMS_CALIBRATIONRUN_H
