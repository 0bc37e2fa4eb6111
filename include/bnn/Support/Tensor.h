//===- Tensor.h - A tensor of numbers in memory -----------------*- C++ -*-===//
//
// All values are held as double: every float32 and every integer below 2^53 is
// exact in it. The element type only says what a file of the tensor holds.
//
//===----------------------------------------------------------------------===//

#ifndef BNN_SUPPORT_TENSOR_H
#define BNN_SUPPORT_TENSOR_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace bnn {

enum class ElementType : uint8_t {
  Bool,
  Int8,
  Int16,
  Int32,
  Int64,
  UInt8,
  UInt16,
  UInt32,
  UInt64,
  Float16,
  BFloat16,
  Float32,
  Float64,
};

/// "float32", "int64", "bool", ...
llvm::StringRef elementTypeName(ElementType type);
std::optional<ElementType> parseElementType(llvm::StringRef name);
/// Bytes of one element in a file.
unsigned elementSize(ElementType type);
bool isInteger(ElementType type);

using Shape = llvm::SmallVector<int64_t, 4>;

/// Row major. Invariant of a finished tensor: data.size() is the product of
/// `shape`.
struct Tensor {
  ElementType type = ElementType::Float32;
  Shape shape;
  std::vector<double> data;

  Tensor() = default;
  Tensor(llvm::ArrayRef<int64_t> shape, std::vector<double> data,
         ElementType type = ElementType::Float32)
      : type(type), shape(shape.begin(), shape.end()), data(std::move(data)) {}

  int64_t rank() const { return shape.size(); }
  int64_t size() const { return data.size(); }
};

/// The product of `shape`. Fails on a negative size and where the product
/// exceeds `limit`.
llvm::Expected<int64_t> elementCount(llvm::ArrayRef<int64_t> shape,
                                     int64_t limit = int64_t(1) << 40);

/// "[1, 28, 28]".
std::string shapeString(llvm::ArrayRef<int64_t> shape);

/// `count` little-endian elements at `bytes` as double, appended to `out`.
/// Fails on an integer of magnitude 2^53 or more.
llvm::Error decodeElements(ElementType type, const char *bytes, int64_t count,
                           bool bigEndian, std::vector<double> &out);

/// The elements in little-endian bytes of `type`. Reals are rounded to
/// nearest; an element that an integer type cannot hold is an error.
llvm::Error encodeElements(ElementType type, llvm::ArrayRef<double> data,
                           std::string &out);

} // namespace bnn

#endif // BNN_SUPPORT_TENSOR_H
