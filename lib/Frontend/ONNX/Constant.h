//===- Constant.h - Constant tensors during the import ----------*- C++ -*-===//

#ifndef BNN_LIB_FRONTEND_ONNX_CONSTANT_H
#define BNN_LIB_FRONTEND_ONNX_CONSTANT_H

#include "bnn/Support/Tensor.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include <memory>
#include <vector>

namespace bnn::onnx_import {

/// Elements of a constant in row-major order: float, double, int64_t, or one
/// byte (0 or 1) for i1. Kept outside the context, because an attribute stays
/// in memory for the context's life and most constants are only steps on the
/// way to another one. The bytes are borrowed; `owner` keeps them.
struct Constant {
  mlir::RankedTensorType type;
  llvm::ArrayRef<char> bytes;
  std::shared_ptr<const void> owner;

  int64_t size() const { return type.getNumElements(); }
  double real(int64_t i) const;
  /// Reals are cut toward zero and saturate; NaN is 0.
  int64_t integer(int64_t i) const;

  /// For the kernels. Integers above 2^53 are rounded.
  Tensor toTensor() const;
  /// Integers saturate, so that INT64_MAX ("to the end") survives `toTensor`.
  static std::shared_ptr<Constant> fromTensor(const Tensor &tensor,
                                              mlir::RankedTensorType type);
  template <typename T>
  static std::shared_ptr<Constant> fromVector(std::vector<T> data,
                                              mlir::RankedTensorType type) {
    auto owner = std::make_shared<std::vector<T>>(std::move(data));
    llvm::ArrayRef<char> bytes(reinterpret_cast<const char *>(owner->data()),
                               owner->size() * sizeof(T));
    return std::make_shared<Constant>(Constant{type, bytes, owner});
  }

  /// Dense elements; from 64 elements on a resource called like `name` that
  /// borrows the bytes and keeps `owner` alive.
  mlir::Attribute toAttribute(llvm::StringRef name) const;
};

/// Dimension i of the result is dimension `permutation[i]` of `x`, a
/// permutation of its dimensions. Moves bytes, where the kernels would widen to
/// double: exporters transpose the weights of most layers.
std::shared_ptr<Constant>
transposeConstant(const Constant &x, llvm::ArrayRef<int64_t> permutation);

/// +1 where x >= 0, else -1 (also for NaN); float or double.
std::shared_ptr<Constant> bipolarConstant(const Constant &x);

/// Bytes that one element takes in `Constant::bytes`.
unsigned constantElementSize(mlir::Type elementType);

/// Equal type and bytes.
bool sameConstant(const Constant &a, const Constant &b);

} // namespace bnn::onnx_import

#endif // BNN_LIB_FRONTEND_ONNX_CONSTANT_H
