//===- Output.h - IR as files -----------------------------------*- C++ -*-===//

#ifndef BNN_TOOLS_BNN_COMPILE_OUTPUT_H
#define BNN_TOOLS_BNN_COMPILE_OUTPUT_H

#include "Options.h"
#include "mlir/IR/BuiltinOps.h"

namespace bnn {

/// Writes `module` to `options.output`: bytecode to *.mlirbc, else text; to the
/// standard output where it is empty or "-". A file appears complete or not at
/// all.
llvm::Error writeIR(mlir::ModuleOp module, const Options &options);

} // namespace bnn

#endif // BNN_TOOLS_BNN_COMPILE_OUTPUT_H
