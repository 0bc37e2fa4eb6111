//===- TensorDecoder.cpp - Constants out of TensorProto -------------------===//

#include "TensorDecoder.h"

#include "bnn/Support/Error.h"
#include <cstring>
#include <optional>

using namespace mlir;

namespace bnn::onnx_import {

static_assert(std::endian::native == std::endian::little,
              "raw_data is little endian and borrowed as it is");

namespace {
struct TypeInfo {
  DataType type;
  const char *name;
  unsigned bits;
  bool isSigned;
  /// How the support library decodes it; none for sub-byte and 64-bit types.
  std::optional<ElementType> element;
};
} // namespace

static const TypeInfo typeInfos[] = {
    {DataType::Float, "float32", 32, true, ElementType::Float32},
    {DataType::Double, "float64", 64, true, ElementType::Float64},
    {DataType::Float16, "float16", 16, true, ElementType::Float16},
    {DataType::BFloat16, "bfloat16", 16, true, ElementType::BFloat16},
    {DataType::Bool, "bool", 8, false, ElementType::Bool},
    {DataType::Int8, "int8", 8, true, ElementType::Int8},
    {DataType::Int16, "int16", 16, true, ElementType::Int16},
    {DataType::Int32, "int32", 32, true, ElementType::Int32},
    {DataType::Int64, "int64", 64, true, std::nullopt},
    {DataType::UInt8, "uint8", 8, false, ElementType::UInt8},
    {DataType::UInt16, "uint16", 16, false, ElementType::UInt16},
    {DataType::UInt32, "uint32", 32, false, ElementType::UInt32},
    {DataType::UInt64, "uint64", 64, false, std::nullopt},
    {DataType::Int4, "int4", 4, true, std::nullopt},
    {DataType::UInt4, "uint4", 4, false, std::nullopt},
    {DataType::Int2, "int2", 2, true, std::nullopt},
    {DataType::UInt2, "uint2", 2, false, std::nullopt},
};

static const TypeInfo *findType(int32_t type) {
  for (const TypeInfo &info : typeInfos)
    if (static_cast<int32_t>(info.type) == type)
      return &info;
  return nullptr;
}

static bool isReal(const TypeInfo &info) {
  return info.type == DataType::Float || info.type == DataType::Double ||
         info.type == DataType::Float16 || info.type == DataType::BFloat16;
}

StringRef dataTypeName(int32_t type) {
  const TypeInfo *info = findType(type);
  return info ? info->name : "";
}

Type importedElementType(int32_t type, MLIRContext *context) {
  const TypeInfo *info = findType(type);
  if (!info)
    return nullptr;
  if (info->type == DataType::Double)
    return Float64Type::get(context);
  if (isReal(*info))
    return Float32Type::get(context);
  return IntegerType::get(context, info->type == DataType::Bool ? 1 : 64);
}

bool integerRange(int32_t type, int64_t &min, int64_t &max) {
  const TypeInfo *info = findType(type);
  if (!info || isReal(*info) || info->bits == 64 ||
      info->type == DataType::Bool)
    return false;
  min = info->isSigned ? -(int64_t(1) << (info->bits - 1)) : 0;
  max = (int64_t(1) << (info->bits - info->isSigned)) - 1;
  return true;
}

static llvm::Error tensorError(StringRef name, const llvm::Twine &message) {
  return makeError("tensor '" + name + "': " + message);
}

/// Bytes of raw data as a constant, `count` elements.
static llvm::Expected<std::shared_ptr<Constant>>
decodeRaw(StringRef name, const TypeInfo &info, StringRef bytes, int64_t count,
          RankedTensorType type, std::shared_ptr<const void> owner) {
  if (info.type == DataType::Float || info.type == DataType::Double ||
      info.type == DataType::Int64)
    return std::make_shared<Constant>(Constant{
        type, ArrayRef<char>(bytes.data(), bytes.size()), std::move(owner)});
  if (info.bits < 8 || info.type == DataType::UInt64) {
    std::vector<int64_t> data(count);
    for (int64_t i = 0; i < count; ++i) {
      if (info.bits == 64) {
        std::memcpy(&data[i], bytes.data() + 8 * i, 8);
        if (data[i] < 0)
          return tensorError(name, "element " + llvm::Twine(i) +
                                       " does not fit int64");
        continue;
      }
      unsigned perByte = 8 / info.bits, mask = (1u << info.bits) - 1;
      int64_t code =
          (uint8_t(bytes[i / perByte]) >> (i % perByte * info.bits)) & mask;
      bool negative = info.isSigned && (code >> (info.bits - 1));
      data[i] = negative ? code - int64_t(mask) - 1 : code;
    }
    return Constant::fromVector(std::move(data), type);
  }
  Tensor tensor;
  tensor.data.reserve(count);
  if (llvm::Error error = decodeElements(*info.element, bytes.data(), count,
                                         /*bigEndian=*/false, tensor.data))
    return tensorError(name, llvm::toString(std::move(error)));
  return Constant::fromTensor(tensor, type);
}

template <typename Field> static StringRef fieldBytes(const Field &field) {
  return {reinterpret_cast<const char *>(field.data()),
          field.size() * sizeof(*field.data())};
}

/// The typed field's elements brought into the form of raw data.
static llvm::Expected<std::shared_ptr<Constant>>
decodeTyped(const onnx::TensorProto &tensor, const TypeInfo &info,
            int64_t count, RankedTensorType type,
            const DecoderContext &context) {
  int64_t expected =
      info.bits < 8 ? llvm::divideCeil(count * info.bits, 8) : count;
  auto check = [&](const char *field, int64_t size) -> llvm::Error {
    if (size == expected)
      return llvm::Error::success();
    return tensorError(tensor.name(), llvm::Twine(field) + " has " +
                                          llvm::Twine(size) +
                                          " entries, the shape asks for " +
                                          llvm::Twine(expected));
  };
  auto borrow =
      [&](const char *name,
          const auto &field) -> llvm::Expected<std::shared_ptr<Constant>> {
    if (llvm::Error error = check(name, field.size()))
      return std::move(error);
    return decodeRaw(tensor.name(), info, fieldBytes(field), count, type,
                     context.owner);
  };
  switch (info.type) {
  case DataType::Float:
    return borrow("float_data", tensor.float_data());
  case DataType::Double:
    return borrow("double_data", tensor.double_data());
  case DataType::Int64:
    return borrow("int64_data", tensor.int64_data());
  case DataType::UInt64:
    return borrow("uint64_data", tensor.uint64_data());
  default:
    break;
  }
  // Narrow types: the low bits of a wider entry.
  bool wide = info.type == DataType::UInt32;
  if (llvm::Error error = wide ? check("uint64_data", tensor.uint64_data_size())
                               : check("int32_data", tensor.int32_data_size()))
    return std::move(error);
  unsigned bytes = info.bits < 8 ? 1 : info.bits / 8;
  std::string raw;
  raw.reserve(expected * bytes);
  for (int64_t i = 0; i < expected; ++i) {
    uint64_t entry = wide ? tensor.uint64_data(i)
                          : static_cast<uint64_t>(tensor.int32_data(i));
    raw.append(reinterpret_cast<const char *>(&entry), bytes);
  }
  return decodeRaw(tensor.name(), info, raw, count, type, nullptr);
}

llvm::Expected<std::shared_ptr<Constant>>
decodeTensor(const onnx::TensorProto &tensor, const DecoderContext &context) {
  const TypeInfo *info = findType(tensor.data_type());
  if (!info)
    return tensorError(
        tensor.name(),
        "element type " + llvm::Twine(tensor.data_type()) +
            " (strings, complex numbers and 8- or 4-bit floats are not "
            "supported)");
  llvm::Expected<int64_t> count =
      elementCount(llvm::ArrayRef(tensor.dims().data(), tensor.dims_size()),
                   context.maxElements);
  if (!count)
    return tensorError(tensor.name(), llvm::toString(count.takeError()));
  if (tensor.has_segment())
    return tensorError(tensor.name(), "segmented tensors are not supported");
  auto type = RankedTensorType::get(
      llvm::ArrayRef(tensor.dims().data(), tensor.dims_size()),
      importedElementType(tensor.data_type(), context.context));
  uint64_t bytes = llvm::divideCeil(uint64_t(*count) * info->bits, 8);
  try {
    if (tensor.data_location() == onnx::TensorProto::EXTERNAL) {
      llvm::Expected<ExternalBytes> external =
          readExternalBytes(tensor, context.folder, bytes);
      if (!external)
        return external.takeError();
      return decodeRaw(tensor.name(), *info, external->bytes, *count, type,
                       external->owner);
    }
    if (!tensor.has_raw_data())
      return decodeTyped(tensor, *info, *count, type, context);
    if (tensor.raw_data().size() != bytes)
      return tensorError(
          tensor.name(),
          "raw_data has " + llvm::Twine(tensor.raw_data().size()) +
              " bytes, the shape asks for " + llvm::Twine(bytes));
    return decodeRaw(tensor.name(), *info, tensor.raw_data(), *count, type,
                     context.owner);
  } catch (const std::bad_alloc &) {
    return tensorError(tensor.name(), "not enough memory");
  }
}

llvm::Expected<std::shared_ptr<Constant>>
decodeSparseTensor(const onnx::SparseTensorProto &sparse,
                   const DecoderContext &context) {
  StringRef name = sparse.values().name();
  llvm::ArrayRef<int64_t> shape(sparse.dims().data(), sparse.dims_size());
  llvm::Expected<int64_t> count = elementCount(shape, context.maxElements);
  if (!count)
    return tensorError(name, llvm::toString(count.takeError()));
  auto values = decodeTensor(sparse.values(), context);
  if (!values)
    return values.takeError();
  auto indices = decodeTensor(sparse.indices(), context);
  if (!indices)
    return indices.takeError();
  int64_t entries = (*values)->size(), rank = shape.size();
  bool linear = (*indices)->type.getRank() == 1;
  if ((*values)->type.getRank() != 1 ||
      !(*indices)->type.getElementType().isInteger(64) ||
      (*indices)->size() != (linear ? entries : entries * rank))
    return tensorError(name, "sparse values and indices do not fit together");
  Type element = (*values)->type.getElementType();
  unsigned width = constantElementSize(element);
  std::vector<char> data;
  try {
    data.assign(*count * width, 0);
  } catch (const std::bad_alloc &) {
    return tensorError(name, "not enough memory");
  }
  for (int64_t i = 0; i < entries; ++i) {
    int64_t position = 0;
    for (int64_t d = 0; d < (linear ? 1 : rank); ++d) {
      int64_t index = (*indices)->integer(linear ? i : i * rank + d);
      int64_t size = linear ? *count : shape[d];
      if (index < 0 || index >= size)
        return tensorError(name, "sparse index " + llvm::Twine(index) +
                                     " lies outside the tensor");
      position = linear ? index : position * size + index;
    }
    std::memcpy(&data[position * width], (*values)->bytes.data() + i * width,
                width);
  }
  return Constant::fromVector(std::move(data),
                              RankedTensorType::get(shape, element));
}

} // namespace bnn::onnx_import
