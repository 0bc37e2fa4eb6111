//===- ConvertConstant.cpp - Constants of an image --------------*- C++ -*-===//

#include "bnn/Conversion/BNNToImage.h"
#include "bnn/Dialect/BNN/IR/BNN.h"
#include "bnn/Dialect/BNN/IR/PackedWeights.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "llvm/Support/Endian.h"

using namespace mlir;

namespace bnn {

/// Little-endian bytes of `elements`; the host may be of either order.
template <typename T, typename Range>
static std::string bytesOf(const Range &elements, int64_t count) {
  std::string bytes(count * sizeof(T), '\0');
  char *out = bytes.data();
  for (T element : elements) {
    llvm::support::endian::write<T>(out, element, llvm::endianness::little);
    out += sizeof(T);
  }
  return bytes;
}

static std::string packedBytes(const PackedWeights &weights) {
  constexpr size_t wordBytes = sizeof(uint64_t);
  std::string bytes(weights.rows() * weights.wordsPerRow() * wordBytes *
                        (weights.ternary() ? 2 : 1),
                    '\0');
  char *out = bytes.data();
  auto append = [&](ArrayRef<uint64_t> words) {
    for (uint64_t word : words) {
      llvm::support::endian::write64le(out, word);
      out += wordBytes;
    }
  };
  for (int64_t row = 0; row < weights.rows(); ++row)
    append(weights.plusRow(row));
  if (weights.ternary())
    for (int64_t row = 0; row < weights.rows(); ++row)
      append(weights.minusRow(row));
  return bytes;
}

static FailureOr<image::Constant>
convertResource(ConstantOp op, DenseResourceElementsAttr attr,
                RankedTensorType type) {
  AsmResourceBlob *blob = attr.getRawHandle().getBlob();
  if (!blob)
    return op.emitError("the bytes of resource '")
           << attr.getRawHandle().getKey() << "' are missing";
  Type element = type.getElementType();
  ArrayRef<char> data = blob->getData();
  int64_t width =
      element.isInteger(1) ? 1 : element.getIntOrFloatBitWidth() / 8;
  if (int64_t(data.size()) != type.getNumElements() * width)
    return op.emitError("resource '")
           << attr.getRawHandle().getKey() << "' has " << data.size()
           << " bytes, its type needs " << type.getNumElements() * width;
  image::Constant constant;
  if (element.isF32())
    constant.set_f32(data.data(), data.size());
  else if (element.isF64())
    constant.set_f64(data.data(), data.size());
  else if (element.isInteger(64))
    constant.set_i64(data.data(), data.size());
  else
    constant.set_f32(bytesOf<float>(data, data.size()));
  return constant;
}

FailureOr<image::Constant> convertToImageConstant(ConstantOp op) {
  auto type = cast<RankedTensorType>(op.getResult().getType());
  Type element = type.getElementType();
  image::Constant constant;
  if (isa<BinaryType, TernaryType>(element)) {
    FailureOr<PackedWeights> weights =
        PackedWeights::get(op.getValue(), type, [&] { return op.emitError(); });
    if (failed(weights))
      return failure();
    if (weights->ternary())
      constant.set_ternary(packedBytes(*weights));
    else
      constant.set_binary(packedBytes(*weights));
    return constant;
  }
  if (!element.isF32() && !element.isF64() && !element.isInteger(64) &&
      !element.isInteger(1))
    return op.emitError("a constant of element type ")
           << element << " has no form in an image";
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(op.getValue()))
    return convertResource(op, resource, type);
  auto dense = dyn_cast<DenseElementsAttr>(op.getValue());
  if (!dense)
    return op.emitError("the value of a constant must be dense elements or a "
                        "dense resource");
  int64_t count = type.getNumElements();
  if (element.isF32())
    constant.set_f32(bytesOf<float>(dense.getValues<float>(), count));
  else if (element.isF64())
    constant.set_f64(bytesOf<double>(dense.getValues<double>(), count));
  else if (element.isInteger(64))
    constant.set_i64(bytesOf<int64_t>(dense.getValues<int64_t>(), count));
  else
    constant.set_f32(bytesOf<float>(dense.getValues<bool>(), count));
  return constant;
}

} // namespace bnn
