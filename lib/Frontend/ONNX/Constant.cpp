//===- Constant.cpp - Constant tensors during the import ------------------===//

#include "Constant.h"

#include "mlir/IR/BuiltinTypeInterfaces.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "llvm/ADT/StringExtras.h"
#include <cmath>
#include <cstring>

using namespace mlir;

namespace bnn::onnx_import {

/// Constants below are spelled out in the IR and readable there.
static constexpr int64_t inlineElements = 64;

unsigned constantElementSize(Type elementType) {
  return elementType.isInteger(1) ? 1 : elementType.isF32() ? 4 : 8;
}

template <typename T> static T load(ArrayRef<char> bytes, int64_t i) {
  T value;
  std::memcpy(&value, bytes.data() + i * sizeof(T), sizeof(T));
  return value;
}

static int64_t saturate(double value) {
  if (std::isnan(value))
    return 0;
  if (value >= 0x1p63)
    return INT64_MAX;
  if (value <= -0x1p63)
    return INT64_MIN;
  return static_cast<int64_t>(value);
}

double Constant::real(int64_t i) const {
  Type element = type.getElementType();
  if (element.isF32())
    return load<float>(bytes, i);
  if (element.isF64())
    return load<double>(bytes, i);
  if (element.isInteger(1))
    return bytes[i] != 0;
  return static_cast<double>(load<int64_t>(bytes, i));
}

int64_t Constant::integer(int64_t i) const {
  if (type.getElementType().isInteger(64))
    return load<int64_t>(bytes, i);
  return saturate(real(i));
}

Tensor Constant::toTensor() const {
  Tensor tensor;
  Type element = type.getElementType();
  tensor.type = element.isF32()        ? ElementType::Float32
                : element.isF64()      ? ElementType::Float64
                : element.isInteger(1) ? ElementType::Bool
                                       : ElementType::Int64;
  tensor.shape.assign(type.getShape().begin(), type.getShape().end());
  tensor.data.resize(size());
  for (int64_t i = 0, e = size(); i < e; ++i)
    tensor.data[i] = real(i);
  return tensor;
}

std::shared_ptr<Constant> Constant::fromTensor(const Tensor &tensor,
                                               RankedTensorType type) {
  Type element = type.getElementType();
  if (element.isF32())
    return fromVector(
        std::vector<float>(tensor.data.begin(), tensor.data.end()), type);
  if (element.isF64())
    return fromVector(std::vector<double>(tensor.data), type);
  if (element.isInteger(1)) {
    std::vector<char> data(tensor.data.size());
    for (size_t i = 0; i < data.size(); ++i)
      data[i] = tensor.data[i] != 0;
    return fromVector(std::move(data), type);
  }
  std::vector<int64_t> data(tensor.data.size());
  for (size_t i = 0; i < data.size(); ++i)
    data[i] = saturate(tensor.data[i]);
  return fromVector(std::move(data), type);
}

std::shared_ptr<Constant> transposeConstant(const Constant &x,
                                            ArrayRef<int64_t> permutation) {
  ArrayRef<int64_t> from = x.type.getShape();
  size_t rank = from.size(),
         width = constantElementSize(x.type.getElementType());
  SmallVector<int64_t> shape, strides(rank, 1), step;
  for (size_t d = rank; d-- > 1;)
    strides[d - 1] = strides[d] * from[d];
  for (int64_t d : permutation) {
    shape.push_back(from[d]);
    step.push_back(strides[d] * int64_t(width));
  }
  std::vector<char> data(x.bytes.size());
  SmallVector<int64_t> index(rank, 0);
  const char *source = x.bytes.data();
  for (size_t target = 0; target < data.size(); target += width) {
    std::memcpy(&data[target], source, width);
    for (size_t d = rank; d-- > 0;) {
      source += step[d];
      if (++index[d] < shape[d])
        break;
      source -= step[d] * shape[d];
      index[d] = 0;
    }
  }
  return Constant::fromVector(
      std::move(data), RankedTensorType::get(shape, x.type.getElementType()));
}

template <typename T>
static std::shared_ptr<Constant> bipolarOf(const Constant &x) {
  std::vector<T> data(x.size());
  for (size_t i = 0; i < data.size(); ++i)
    data[i] = load<T>(x.bytes, i) >= 0 ? 1 : -1;
  return Constant::fromVector(std::move(data), x.type);
}

std::shared_ptr<Constant> bipolarConstant(const Constant &x) {
  return x.type.getElementType().isF32() ? bipolarOf<float>(x)
                                         : bipolarOf<double>(x);
}

/// A resource key that needs no quotes in textual IR.
static std::string resourceKey(StringRef name) {
  std::string key;
  for (char c : name.take_back(64))
    key += llvm::isAlnum(c) ? c : '_';
  if (key.empty() || !llvm::isAlpha(key.front()))
    key.insert(0, "c_");
  return key;
}

Attribute Constant::toAttribute(StringRef name) const {
  Type element = type.getElementType();
  if (element.isInteger(1)) {
    SmallVector<bool> values(bytes.begin(), bytes.end());
    return DenseElementsAttr::get(type, values);
  }
  if (size() < inlineElements) {
    // The bytes may be less aligned than their type asks for.
    std::vector<char> copy(bytes.begin(), bytes.end());
    return DenseElementsAttr::getFromRawBuffer(type, copy);
  }
  size_t align = constantElementSize(element);
  if (reinterpret_cast<uintptr_t>(bytes.data()) % align != 0) {
    auto copy = std::make_shared<std::vector<char>>(bytes.begin(), bytes.end());
    return DenseResourceElementsAttr::get(
        type, resourceKey(name),
        UnmanagedAsmResourceBlob::allocateWithAlign(
            ArrayRef<char>(*copy), align,
            [copy](void *, size_t, size_t) mutable { copy.reset(); }));
  }
  return DenseResourceElementsAttr::get(
      type, resourceKey(name),
      UnmanagedAsmResourceBlob::allocateWithAlign(
          bytes, align,
          [keep = owner](void *, size_t, size_t) mutable { keep.reset(); }));
}

bool sameConstant(const Constant &a, const Constant &b) {
  return a.type == b.type && a.bytes.size() == b.bytes.size() &&
         std::memcmp(a.bytes.data(), b.bytes.data(), a.bytes.size()) == 0;
}

} // namespace bnn::onnx_import
