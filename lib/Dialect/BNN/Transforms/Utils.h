//===- Utils.h - What the bnn passes share ----------------------*- C++ -*-===//

#ifndef BNN_LIB_DIALECT_BNN_TRANSFORMS_UTILS_H
#define BNN_LIB_DIALECT_BNN_TRANSFORMS_UTILS_H

#include "bnn/Dialect/BNN/IR/BNN.h"

#include "mlir/IR/Builders.h"
#include <optional>
#include <vector>

namespace bnn {

inline mlir::RankedTensorType tensorType(mlir::Value value) {
  return mlir::cast<mlir::RankedTensorType>(value.getType());
}
inline mlir::Type elementType(mlir::Value value) {
  return tensorType(value).getElementType();
}

/// A real, integer or boolean constant, row major.
struct ConstantData {
  llvm::SmallVector<int64_t> shape;
  std::vector<double> values;
};

/// The data of `value` if a bnn.constant (not a packed one) defines it.
std::optional<ConstantData> getConstant(mlir::Value value);

/// Whether a bnn.constant defines `value`.
bool isConstant(mlir::Value value);

/// A constant of `shape`; f64 holds what f32 would round.
mlir::Value makeConstant(mlir::OpBuilder &builder, mlir::Location loc,
                         llvm::ArrayRef<int64_t> shape,
                         llvm::ArrayRef<double> values);
inline mlir::Value makeScalar(mlir::OpBuilder &builder, mlir::Location loc,
                              double value) {
  return makeConstant(builder, loc, {}, {value});
}

/// bnn.binary on tensors, with the result type of numpy's broadcasting and
/// `real` (or i1 for comparisons) elements.
mlir::Value makeBinary(mlir::OpBuilder &builder, mlir::Location loc,
                       BinaryKind kind, mlir::Value lhs, mlir::Value rhs);

/// The sums of `codes`, read as [before, summed, behind], over the middle: of
/// type `result`, whose elements are i64.
mlir::Value makeSum(mlir::OpBuilder &builder, mlir::Location loc,
                    mlir::Value codes, int64_t before, int64_t summed,
                    int64_t behind, mlir::RankedTensorType result);

/// Operators that compute each element from the elements at its place.
bool isElementwise(mlir::Operation *op);

/// Operators that only move elements.
bool isMove(mlir::Operation *op);

/// Operands that are no constants.
llvm::SmallVector<mlir::Value> dataOperands(mlir::Operation *op);

/// A scale and offset that the tensor `from` of `fromOp`'s traces keeps when
/// the same tensor is held as value v with  old = scale * v + offset.
void moveTraces(mlir::Operation *from, mlir::Operation *to, double scale = 1,
                double offset = 0);

/// Whether multiples of `value` are added without rounding: 0 and powers of
/// two.
bool isPowerOfTwo(double value);

/// Where a value is decoded from: the bnn.decode that defines it.
DecodeOp decodeOf(mlir::Value value);

/// Attaches a reason once: the first one stays.
void setReason(mlir::Operation *op, const llvm::Twine &reason);

/// The ONNX tensor (or node) that users know `value` by.
std::string nameOf(mlir::Value value);

} // namespace bnn

#endif // BNN_LIB_DIALECT_BNN_TRANSFORMS_UTILS_H
