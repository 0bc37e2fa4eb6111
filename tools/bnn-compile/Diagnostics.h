//===- Diagnostics.h - Diagnostics, one line each ---------------*- C++ -*-===//

#ifndef BNN_TOOLS_BNN_COMPILE_DIAGNOSTICS_H
#define BNN_TOOLS_BNN_COMPILE_DIAGNOSTICS_H

#include "mlir/IR/Diagnostics.h"
#include "llvm/Support/Error.h"

namespace bnn {

/// Prints diagnostics on the standard error as
/// "bnn-compile: error: net.onnx: node 'fc1': message", one line each, notes
/// below them.
class DiagnosticPrinter : public mlir::ScopedDiagnosticHandler {
public:
  explicit DiagnosticPrinter(mlir::MLIRContext *context);
  /// Whether an error was printed.
  bool hadError() const { return error; }

private:
  mlir::LogicalResult print(mlir::Diagnostic &diagnostic);
  bool error = false;
};

/// An error that belongs to no node: "bnn-compile: error: message".
void printError(llvm::Error error);

} // namespace bnn

#endif // BNN_TOOLS_BNN_COMPILE_DIAGNOSTICS_H
