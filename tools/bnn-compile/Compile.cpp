//===- Compile.cpp - The way from ONNX to an image --------------*- C++ -*-===//

#include "Compile.h"
#include "Diagnostics.h"
#include "Output.h"
#include "bnn/InitAll.h"
#include "bnn/Support/Error.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Support/Timing.h"

using namespace mlir;

namespace bnn {

namespace {

class Compilation {
public:
  explicit Compilation(const Options &options)
      : options(options), diagnostics(&context) {
    DialectRegistry registry;
    registerAllDialects(registry);
    context.appendDialectRegistry(registry);
    context.loadAllAvailableDialects();
  }

  LogicalResult run();

private:
  LogicalResult import();

  /// Prints `error`; for `return fail(...)`.
  LogicalResult fail(llvm::Error error) {
    printError(std::move(error));
    return failure();
  }

  const Options &options;
  MLIRContext context;
  DiagnosticPrinter diagnostics;
  OwningOpRef<ModuleOp> module;
};

} // namespace

LogicalResult Compilation::import() {
  module = importONNX(options.model, context, options.import);
  if (!module)
    return failure();
  return success();
}

LogicalResult Compilation::run() {
  if (failed(import()))
    return failure();
  if (options.stage == Stage::Import) {
    if (llvm::Error error = writeIR(*module, options))
      return fail(std::move(error));
    return success();
  }
  return fail(makeError("stage not built in"));
}

LogicalResult compile(const Options &options) {
  return Compilation(options).run();
}

} // namespace bnn
