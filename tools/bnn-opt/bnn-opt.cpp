//===- bnn-opt.cpp - Pass driver for tests and for people -------*- C++ -*-===//
//
// Textual or bytecode IR in, any of our passes by name, IR out.
//
//===----------------------------------------------------------------------===//

#include "bnn/InitAll.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  bnn::registerAllDialects(registry);
  bnn::registerAllPasses();
  return mlir::asMainReturnCode(mlir::MlirOptMain(
      argc, argv, "bnn-opt: passes over the compiler's IR\n", registry));
}
