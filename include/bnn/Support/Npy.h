//===- Npy.h - NumPy's array file -------------------------------*- C++ -*-===//

#ifndef BNN_SUPPORT_NPY_H
#define BNN_SUPPORT_NPY_H

#include "bnn/Support/Tensor.h"

namespace bnn {

/// Reads the bytes of a .npy file: versions 1 to 3, bool, integers, float16,
/// float32 and float64 of either byte order, C and Fortran order. Anything
/// else and any malformed file is an error; sizes are checked against the
/// bytes that are there before memory is taken.
llvm::Expected<Tensor> parseNpy(llvm::StringRef bytes);

/// The header that precedes the elements (C order, little endian). bfloat16
/// is written as float32: NumPy has no such type.
std::string npyHeader(ElementType type, llvm::ArrayRef<int64_t> shape);

/// The bytes of a .npy file. Fails where an integer type cannot hold a value.
llvm::Expected<std::string> formatNpy(const Tensor &tensor);

/// Writes what `formatNpy` gives, in one piece or not at all.
llvm::Error writeNpy(llvm::StringRef path, const Tensor &tensor);

/// int8 without the way through double; `data` has the product of `shape`
/// elements.
llvm::Error writeNpy(llvm::StringRef path, llvm::ArrayRef<int64_t> shape,
                     llvm::ArrayRef<int8_t> data);

} // namespace bnn

#endif // BNN_SUPPORT_NPY_H
