//===- Interpreter.h - What a bnn module computes ---------------*- C++ -*-===//
//
// Walks @main operation by operation and evaluates each with the plain kernels
// of lib/Host: no packing, no threads, no arrays. Everything else is checked
// against it.
//
//===----------------------------------------------------------------------===//

#ifndef BNN_REFERENCE_INTERPRETER_H
#define BNN_REFERENCE_INTERPRETER_H

#include "bnn/Image/image.pb.h"
#include "bnn/Support/Tensor.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/DenseMap.h"

namespace bnn {
class ConstantOp;

/// The numbers of a constant, packed weights included. Fails with a diagnostic
/// where the bytes of a resource are missing.
mlir::FailureOr<Tensor> expandConstant(ConstantOp op);

/// Evaluates the function @main of a module of bnn operations, at any stage
/// from the imported network to folded codes (before rram operations appear).
/// Codes and integers are the doubles of their values.
class Interpreter {
public:
  struct Port {
    std::string name; // ONNX name, or argN / resultN without `bnn.name`
    Shape shape;
    ElementType type = ElementType::Float32; // of `bnn.element_type`
  };

  /// Prepares `module`, which must outlive the interpreter and not change:
  /// constants are expanded (8 bytes an element). Fails with a diagnostic where
  /// there is no @main of one block, or at an operation that is no bnn
  /// operation.
  static mlir::FailureOr<Interpreter> create(mlir::ModuleOp module);

  llvm::ArrayRef<Port> inputs() const { return inputPorts; }
  llvm::ArrayRef<Port> outputs() const { return outputPorts; }

  /// An ONNX tensor by its name: scale * value + offset of its `bnn.traces`.
  using Observer =
      llvm::function_ref<void(llvm::StringRef tensor, const Tensor &value)>;

  /// Rounds every real result to float32 from now on, as a runtime of that
  /// precision does operator by operator.
  void setFloat32(bool enable) { float32 = enable; }

  /// Evaluates one sample: `inputs` in the order and shapes of `inputs()`.
  /// Calls `observe` for every traced tensor, in program order. Fails with a
  /// diagnostic at the operation that cannot be evaluated.
  mlir::LogicalResult run(llvm::ArrayRef<Tensor> inputs,
                          std::vector<Tensor> &outputs, Observer observe) const;

private:
  struct Step {
    mlir::Operation *op;
    image::Op kernel;
    /// Evaluated before `kernel` on its first operand: padding with another
    /// value than 0, which the kernel of a convolution does not know.
    std::optional<image::Op> pad;
  };

  Interpreter() = default;
  mlir::LogicalResult prepare(mlir::Operation *op);
  mlir::LogicalResult evaluate(const Step &step,
                               llvm::DenseMap<mlir::Value, Tensor> &values,
                               Observer observe) const;
  const Tensor &lookup(mlir::Value value,
                       llvm::DenseMap<mlir::Value, Tensor> &values) const;

  mlir::func::FuncOp main;
  bool float32 = false;
  std::vector<Port> inputPorts, outputPorts;
  llvm::DenseMap<mlir::Value, Tensor> constants;
  std::vector<Step> steps;
};

} // namespace bnn

#endif // BNN_REFERENCE_INTERPRETER_H
