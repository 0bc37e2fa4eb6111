//===- onnx-import-fuzzer.cpp - Any bytes as an ONNX model ----------------===//
//
// Whatever the bytes are, the importer gives a module that verifies, or one
// error. Limits keep a single input from taking all memory: they are the same
// code paths as the default ones.
//
//===----------------------------------------------------------------------===//

#include "bnn/Frontend/ONNX/Import.h"
#include "mlir/IR/Diagnostics.h"
#include "llvm/Support/ErrorHandling.h"

/// MLIR's allocators poison memory in headers and clear it in the library, which
/// is not instrumented: that would be reported as an error of ours.
extern "C" const char *__asan_default_options() {
  return "allow_user_poisoning=0:detect_container_overflow=0";
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  // A context of its own: attributes stay in memory for the context's life.
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  unsigned errors = 0;
  mlir::ScopedDiagnosticHandler handler(&context, [&](mlir::Diagnostic &d) {
    errors += d.getSeverity() == mlir::DiagnosticSeverity::Error;
    return mlir::success();
  });
  bnn::ImportOptions options;
  options.maxElements = 1 << 16;
  options.maxFoldedElements = 1 << 12;
  auto module = bnn::importONNXBuffer(
      llvm::StringRef(reinterpret_cast<const char *>(data), size), "fuzz.onnx",
      context, options);
  if (module ? errors != 0 : errors != 1)
    llvm::report_fatal_error("a module without errors, or one error");
  return 0;
}
