//===- bnn-compile.cpp - ONNX networks to programming images ----*- C++ -*-===//

#include "Compile.h"
#include "Diagnostics.h"
#include "Options.h"
#include "llvm/Support/InitLLVM.h"
#include <new>

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  llvm::Expected<bnn::Options> options = bnn::parseCommandLine(argc, argv);
  if (!options) {
    bnn::printError(options.takeError());
    return 1;
  }
  try {
    return mlir::succeeded(bnn::compile(*options)) ? 0 : 1;
  } catch (const std::bad_alloc &) {
    llvm::errs() << "bnn-compile: error: " << options->model
                 << ": not enough memory\n";
    return 1;
  }
}
