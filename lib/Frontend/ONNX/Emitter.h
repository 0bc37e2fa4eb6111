//===- Emitter.h - bnn operations, folded where constant --------*- C++ -*-===//
//
// Handlers of operators say what a node computes with the functions below.
// Where all operands are constant nothing is emitted: the operation is made on
// placeholders, verified, and evaluated by the kernels that also the
// simulator's host uses, rounded to float32 after each step.
//
// Failure is a null `Val`: it has been reported when it was made, and every
// function passes it on. So a handler may chain calls and check once.
//
//===----------------------------------------------------------------------===//

#ifndef BNN_LIB_FRONTEND_ONNX_EMITTER_H
#define BNN_LIB_FRONTEND_ONNX_EMITTER_H

#include "Constant.h"
#include "bnn/Dialect/BNN/IR/BNN.h"
#include "bnn/Frontend/ONNX/Import.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/Diagnostics.h"

namespace bnn::onnx_import {

/// A tensor of the graph: a constant, or a value of the IR.
struct ValueInfo {
  mlir::RankedTensorType type;
  std::shared_ptr<Constant> constant;
  mlir::Value value; ///< of constants: once an operation needed it
  /// What a constant is called in the file, for its location and resource.
  std::string name;
  /// TensorProto.DataType where the file says it: integers have one type in
  /// the IR, but a quantizer's range depends on theirs. 0: not known.
  int32_t dataType = 0;
  /// Set where this is minuend - subtrahend: (a - b) + b is a.
  std::shared_ptr<ValueInfo> minuend, subtrahend;
};
using Val = std::shared_ptr<ValueInfo>;

/// Strides, pads etc. of windows, one entry per spatial dimension.
struct Window {
  llvm::SmallVector<int64_t> kernel, strides, dilations, padsBegin, padsEnd;
};

class Emitter {
public:
  Emitter(mlir::OpBuilder builder, const ImportOptions &options)
      : builder(builder), options(options),
        loc(mlir::UnknownLoc::get(builder.getContext())) {}

  mlir::MLIRContext *context() { return builder.getContext(); }
  mlir::Location location() const { return loc; }
  void setLocation(mlir::Location location) { loc = location; }
  mlir::OpBuilder &opBuilder() { return builder; }

  mlir::Type f32() { return builder.getF32Type(); }
  mlir::Type f64() { return builder.getF64Type(); }
  mlir::Type i64() { return builder.getI64Type(); }
  mlir::Type i1() { return builder.getI1Type(); }

  /// Reports at the current node.
  mlir::InFlightDiagnostic error() { return mlir::emitError(loc); }
  Val fail(const llvm::Twine &message) {
    error() << message;
    return nullptr;
  }
  /// A type within the limits; null and an error otherwise.
  mlir::RankedTensorType tensorType(llvm::ArrayRef<int64_t> shape,
                                    mlir::Type element);

  //===--------------------------------------------------------------------===//
  // Constants
  //===--------------------------------------------------------------------===//
  Val constant(std::shared_ptr<Constant> data, llvm::StringRef name = "");
  /// A tensor without dimensions.
  Val scalar(double value, mlir::Type element);
  Val integers(llvm::ArrayRef<int64_t> values);
  /// The IR's value; constants get a `bnn.constant` when first needed.
  mlir::Value materialize(const Val &value);

  //===--------------------------------------------------------------------===//
  // Elementwise
  //===--------------------------------------------------------------------===//
  /// On i64 the function is taken in f64.
  Val unary(UnaryKind kind, Val x);
  Val unary(UnaryKind kind, Val x, double alpha);
  Val unary(UnaryKind kind, Val x, double alpha, double beta);
  /// Operands of one element type (error otherwise); shapes broadcast.
  /// Quotients of integers drop the fraction.
  Val binary(BinaryKind kind, Val lhs, Val rhs);
  Val select(Val condition, Val onTrue, Val onFalse);
  Val cast(Val x, mlir::Type element);
  Val batchNorm(Val x, Val gamma, Val beta, Val mean, Val variance,
                double epsilon, int64_t axis);
  Val multiThreshold(Val x, Val thresholds, int64_t axis);
  /// Shorthands; `scale` and `offset` skip the steps that change nothing.
  Val add(Val a, Val b) { return binary(BinaryKind::Add, a, b); }
  Val sub(Val a, Val b) { return binary(BinaryKind::Sub, a, b); }
  Val mul(Val a, Val b) { return binary(BinaryKind::Mul, a, b); }
  Val div(Val a, Val b) { return binary(BinaryKind::Div, a, b); }
  Val affine(Val x, double scale, double offset);
  Val clamp(Val x, Val low, Val high);

  //===--------------------------------------------------------------------===//
  // Linear operators, pools, reductions
  //===--------------------------------------------------------------------===//
  Val conv(Val x, Val weights, const Window &window, int64_t groups);
  /// numpy's matmul; vectors are resolved.
  Val matmul(Val a, Val b, bool transposeRhs = false);
  Val maxPool(Val x, const Window &window);
  Val averagePool(Val x, const Window &window, bool countPadding);
  /// Axes sorted. Integers are reduced in f64 (and cut for means).
  Val reduce(ReduceKind kind, Val x, llvm::ArrayRef<int64_t> axes,
             bool keepDims);
  Val softmax(Val x, int64_t axis, bool log);
  Val argMax(Val x, int64_t axis, bool keepDims, bool selectLast,
             bool smallest);
  /// Values and indices; both null on failure.
  std::pair<Val, Val> topK(Val x, int64_t k, int64_t axis, bool smallest);

  //===--------------------------------------------------------------------===//
  // Moving values
  //===--------------------------------------------------------------------===//
  /// These return `x` itself where nothing moves.
  Val reshape(Val x, llvm::ArrayRef<int64_t> shape);
  Val transpose(Val x, llvm::ArrayRef<int64_t> permutation);
  Val concat(llvm::ArrayRef<Val> values, int64_t axis);
  Val slice(Val x, llvm::ArrayRef<int64_t> starts,
            llvm::ArrayRef<int64_t> sizes, llvm::ArrayRef<int64_t> steps);
  Val pad(Val x, llvm::ArrayRef<int64_t> begin, llvm::ArrayRef<int64_t> end,
          double value, PadMode mode);
  Val gather(Val x, Val indices, int64_t axis);
  Val broadcast(Val x, llvm::ArrayRef<int64_t> shape);

private:
  using Maker = llvm::function_ref<mlir::Operation *(mlir::ValueRange)>;
  /// Makes the operation on the operands and verifies it, or folds it.
  llvm::SmallVector<Val> emit(llvm::ArrayRef<Val> operands, Maker make);
  Val emitOne(llvm::ArrayRef<Val> operands, Maker make);
  llvm::SmallVector<Val> fold(llvm::ArrayRef<Val> operands, Maker make);
  bool worthFolding(llvm::ArrayRef<Val> operands, mlir::Operation *op) const;
  Val unaryWith(UnaryKind kind, Val x, mlir::FloatAttr alpha,
                mlir::FloatAttr beta);

  mlir::OpBuilder builder;
  const ImportOptions &options;
  mlir::Location loc;
};

/// Whether both stand for the same numbers for certain.
bool sameValue(const Val &a, const Val &b);

/// Whether all elements of a constant equal `value`; false for others.
bool isConstantOf(const Val &x, double value);

} // namespace bnn::onnx_import

#endif // BNN_LIB_FRONTEND_ONNX_EMITTER_H
