//===- Output.cpp - IR as files ---------------------------------*- C++ -*-===//

#include "Output.h"
#include "bnn/Support/Error.h"
#include "bnn/Support/File.h"
#include "mlir/Bytecode/BytecodeWriter.h"
#include "mlir/IR/AsmState.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;

namespace bnn {

/// Characters of a resource that text shows without --emit-resources.
static constexpr int64_t shownResource = 64 * 1024;

llvm::Error writeIR(ModuleOp module, const Options &options) {
  OpPrintingFlags flags;
  if (!options.emitResources)
    flags.elideLargeResourceString(shownResource);
  if (options.output.empty() || options.output == "-") {
    module->print(llvm::outs(), flags);
    llvm::outs() << '\n';
    llvm::outs().flush();
    if (std::error_code code = llvm::outs().error())
      return makeError("standard output: " + code.message());
    return llvm::Error::success();
  }
  std::string bytes;
  llvm::raw_string_ostream os(bytes);
  if (!llvm::StringRef(options.output).ends_with(".mlirbc")) {
    module->print(os, flags);
    os << '\n';
  } else if (failed(writeBytecodeToFile(module, os))) {
    return makeError(options.output + ": the IR has no form in bytecode");
  }
  return writeFile(options.output, bytes);
}

} // namespace bnn
