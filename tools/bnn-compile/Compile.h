//===- Compile.h - The way from ONNX to an image ----------------*- C++ -*-===//

#ifndef BNN_TOOLS_BNN_COMPILE_COMPILE_H
#define BNN_TOOLS_BNN_COMPILE_COMPILE_H

#include "Options.h"
#include "llvm/Support/LogicalResult.h"

namespace bnn {

/// Does all that `options` ask for. On failure an error has been printed and no
/// output file was written.
llvm::LogicalResult compile(const Options &options);

} // namespace bnn

#endif // BNN_TOOLS_BNN_COMPILE_COMPILE_H
