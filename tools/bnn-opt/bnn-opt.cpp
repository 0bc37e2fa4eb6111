//===- bnn-opt.cpp - Pass driver for tests and for people -------*- C++ -*-===//
//
// Textual or bytecode IR in, any of our passes by name, IR out.
//
//===----------------------------------------------------------------------===//

#include "bnn/InitAll.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "llvm/Support/CommandLine.h"

/// LLVM's shared library brings the options of all its code generators, which
/// would drown those of the passes. MLIR's own come later.
static void hideCodeGeneratorOptions() {
  for (auto &entry : llvm::cl::getRegisteredOptions())
    if (!entry.first.starts_with("help") && entry.first != "version")
      entry.second->setHiddenFlag(llvm::cl::ReallyHidden);
}

int main(int argc, char **argv) {
  hideCodeGeneratorOptions();
  mlir::DialectRegistry registry;
  bnn::registerAllDialects(registry);
  bnn::registerAllPasses();
  return mlir::asMainReturnCode(mlir::MlirOptMain(
      argc, argv, "bnn-opt: passes over the compiler's IR\n", registry));
}
