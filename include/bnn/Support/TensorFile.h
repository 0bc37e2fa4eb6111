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

/// Gives a file's tensor the shape [N, rest of `declared`]: accepts N samples
/// of the declared shape with its leading dimension of 1 replaced or left out,
/// also with other dimensions of 1 dropped or added, or flat. `what` begins
/// the error, which has both shapes.
llvm::Error fitSamples(Tensor &tensor, llvm::ArrayRef<int64_t> declared,
                       const llvm::Twine &what);

} // namespace bnn

#endif // BNN_SUPPORT_TENSORFILE_H
