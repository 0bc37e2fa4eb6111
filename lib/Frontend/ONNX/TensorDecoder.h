//===- TensorDecoder.h - Constants out of TensorProto -----------*- C++ -*-===//

#ifndef BNN_LIB_FRONTEND_ONNX_TENSORDECODER_H
#define BNN_LIB_FRONTEND_ONNX_TENSORDECODER_H

#include "Constant.h"
#include "mlir/IR/MLIRContext.h"
#include "onnx/onnx_pb.h"
#include "llvm/Support/Error.h"

namespace bnn::onnx_import {

/// Codes of TensorProto.DataType, by number: the installed library knows only
/// those of its own time.
enum class DataType : int32_t {
  Undefined = 0,
  Float = 1,
  UInt8 = 2,
  Int8 = 3,
  UInt16 = 4,
  Int16 = 5,
  Int32 = 6,
  Int64 = 7,
  String = 8,
  Bool = 9,
  Float16 = 10,
  Double = 11,
  UInt32 = 12,
  UInt64 = 13,
  Complex64 = 14,
  Complex128 = 15,
  BFloat16 = 16,
  UInt4 = 21,
  Int4 = 22,
  UInt2 = 25,
  Int2 = 26,
};

/// "float32", "int8", ...; empty for types that are not supported.
llvm::StringRef dataTypeName(int32_t type);
/// The element type that the IR has for `type`; null where there is none.
mlir::Type importedElementType(int32_t type, mlir::MLIRContext *context);
/// Smallest and largest value of an integer type other than (u)int64.
bool integerRange(int32_t type, int64_t &min, int64_t &max);

/// Where tensors find their bytes and how large they may be.
struct DecoderContext {
  mlir::MLIRContext *context;
  std::shared_ptr<const void> owner; ///< keeps the protos alive
  std::string folder;                ///< of external data; empty: none
  int64_t maxElements;
};

/// A tensor in any encoding. Bytes of float, double and int64 tensors are
/// borrowed from the proto, all others converted. Errors name the tensor:
/// negative or too many elements, another amount of data than the shape asks
/// for, element types that are not supported, external data that cannot be
/// read.
llvm::Expected<std::shared_ptr<Constant>>
decodeTensor(const onnx::TensorProto &tensor, const DecoderContext &context);

/// A sparse tensor with its zeros.
llvm::Expected<std::shared_ptr<Constant>>
decodeSparseTensor(const onnx::SparseTensorProto &tensor,
                   const DecoderContext &context);

/// The bytes of an initializer that lie in another file of the model's folder.
/// `bytes` is what shape and element type ask for. Refuses paths out of the
/// folder (absolute, with "..", through symbolic links), files that are not
/// there or too short.
struct ExternalBytes {
  llvm::StringRef bytes;
  std::shared_ptr<const void> owner;
};
llvm::Expected<ExternalBytes> readExternalBytes(const onnx::TensorProto &tensor,
                                                llvm::StringRef folder,
                                                uint64_t bytes);

} // namespace bnn::onnx_import

#endif // BNN_LIB_FRONTEND_ONNX_TENSORDECODER_H
