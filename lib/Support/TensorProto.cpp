//===- TensorProto.cpp - ONNX's tensor file -------------------------------===//

#include "bnn/Support/Error.h"
#include "bnn/Support/TensorFile.h"
#include "llvm/ADT/STLExtras.h"
#include <bit>
#include <onnx/onnx_pb.h>

using namespace llvm;

namespace bnn {

namespace {

std::optional<ElementType> elementTypeOf(int32_t onnxType) {
  switch (onnxType) {
  case onnx::TensorProto::FLOAT:
    return ElementType::Float32;
  case onnx::TensorProto::UINT8:
    return ElementType::UInt8;
  case onnx::TensorProto::INT8:
    return ElementType::Int8;
  case onnx::TensorProto::UINT16:
    return ElementType::UInt16;
  case onnx::TensorProto::INT16:
    return ElementType::Int16;
  case onnx::TensorProto::INT32:
    return ElementType::Int32;
  case onnx::TensorProto::INT64:
    return ElementType::Int64;
  case onnx::TensorProto::BOOL:
    return ElementType::Bool;
  case onnx::TensorProto::FLOAT16:
    return ElementType::Float16;
  case onnx::TensorProto::DOUBLE:
    return ElementType::Float64;
  case onnx::TensorProto::UINT32:
    return ElementType::UInt32;
  case onnx::TensorProto::UINT64:
    return ElementType::UInt64;
  case onnx::TensorProto::BFLOAT16:
    return ElementType::BFloat16;
  default:
    return std::nullopt;
  }
}

/// The typed fields packed as the raw bytes would be.
std::string typedBytes(const onnx::TensorProto &proto, ElementType type) {
  std::string out;
  auto append = [&](auto value) {
    // Little endian whatever the machine is.
    for (unsigned i = 0; i < elementSize(type); ++i)
      out += char(uint64_t(value) >> (8 * i));
  };
  switch (type) {
  case ElementType::Float32:
    for (float value : proto.float_data())
      append(std::bit_cast<uint32_t>(value));
    break;
  case ElementType::Float64:
    for (double value : proto.double_data())
      append(std::bit_cast<uint64_t>(value));
    break;
  case ElementType::Int64:
    for (int64_t value : proto.int64_data())
      append(value);
    break;
  case ElementType::UInt32:
  case ElementType::UInt64:
    for (uint64_t value : proto.uint64_data())
      append(value);
    break;
  default:
    for (int32_t value : proto.int32_data())
      append(int64_t(value));
  }
  return out;
}

} // namespace

Expected<Tensor> parseTensorProto(StringRef bytes) {
  onnx::TensorProto proto;
  if (bytes.empty() || bytes.size() > INT32_MAX ||
      !proto.ParseFromArray(bytes.data(), int(bytes.size())))
    return makeError("not an ONNX TensorProto, a .npy or a .npz file");
  std::optional<ElementType> type = elementTypeOf(proto.data_type());
  if (!type)
    return makeError("TensorProto '" + proto.name() + "' has data_type " +
                     Twine(proto.data_type()) +
                     ", which is no supported numeric type");
  if (proto.data_location() == onnx::TensorProto::EXTERNAL ||
      proto.external_data_size())
    return makeError("TensorProto '" + proto.name() +
                     "' keeps its elements in another file; store them inside");
  if (proto.has_segment())
    return makeError("TensorProto '" + proto.name() +
                     "' is a segment of a tensor, which is not supported");
  if (proto.dims_size() > 64) // as many as a npy file may have
    return makeError("TensorProto '" + proto.name() +
                     "' has more than 64 dimensions");
  Tensor tensor;
  tensor.type = *type;
  tensor.shape.assign(proto.dims().begin(), proto.dims().end());
  Expected<int64_t> count = elementCount(tensor.shape);
  if (!count)
    return count.takeError();
  std::string typed;
  if (!proto.has_raw_data())
    typed = typedBytes(proto, *type);
  StringRef raw =
      proto.has_raw_data() ? StringRef(proto.raw_data()) : StringRef(typed);
  if (raw.size() % elementSize(*type) ||
      raw.size() / elementSize(*type) != uint64_t(*count))
    return makeError("TensorProto '" + proto.name() + "' of shape " +
                     shapeString(tensor.shape) + " holds " +
                     Twine(raw.size() / elementSize(*type)) +
                     " elements instead of " + Twine(*count));
  if (Error error =
          decodeElements(*type, raw.data(), *count, false, tensor.data))
    return std::move(error);
  return tensor;
}

} // namespace bnn
