//===- TensorFile.h - Tensors from the command line -------------*- C++ -*-===//

#ifndef BNN_SUPPORT_TENSORFILE_H
#define BNN_SUPPORT_TENSORFILE_H

#include "bnn/Support/Tensor.h"

namespace bnn {

/// Reads the bytes of an ONNX TensorProto: typed fields or raw data of every
/// numeric type of 8 bits and more; external data is refused.
llvm::Expected<Tensor> parseTensorProto(llvm::StringRef bytes);

/// Reads `x.npy`, `x.npz:member` (`x.npz` alone where it has one member) or
/// `x.pb`. The kind is told by the content of the file; errors name the path.
llvm::Expected<Tensor> readTensorFile(llvm::StringRef spec);

} // namespace bnn

#endif // BNN_SUPPORT_TENSORFILE_H
