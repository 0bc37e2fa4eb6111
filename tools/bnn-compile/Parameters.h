//===- Parameters.h - Parameters of a network as read -----------*- C++ -*-===//

#ifndef BNN_TOOLS_BNN_COMPILE_PARAMETERS_H
#define BNN_TOOLS_BNN_COMPILE_PARAMETERS_H

#include "Options.h"
#include "bnn/Report/Memory.h"
#include "mlir/IR/BuiltinOps.h"

namespace bnn {

/// The parameters of a module as imported, by the ONNX node of the operator
/// that reads them. A tensor that several operators read counts once.
std::map<std::string, report::Parameters>
countParameters(mlir::ModuleOp module);

/// The nodes of linear operators with packed ternary weights.
std::set<std::string> ternaryNodes(mlir::ModuleOp module);

/// The sum of the parameters of the model at `path`; an error says why it
/// cannot be read. Shapes of inputs are those of `options`, where it has them.
llvm::Expected<report::Parameters> parametersOfModel(const std::string &path,
                                                     const Options &options);

} // namespace bnn

#endif // BNN_TOOLS_BNN_COMPILE_PARAMETERS_H
