//===- InitAll.h - All dialects and passes of the compiler ------*- C++ -*-===//

#ifndef BNN_INITALL_H
#define BNN_INITALL_H

#include "bnn/Conversion/BNNToRRAM/Passes.h"
#include "bnn/Conversion/RRAMToImage/Passes.h"
#include "bnn/Dialect/BNN/IR/BNN.h"
#include "bnn/Dialect/BNN/Transforms/Passes.h"
#include "bnn/Dialect/RRAM/IR/RRAM.h"
#include "bnn/Dialect/RRAM/Transforms/Passes.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Affine/Transforms/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/DialectRegistry.h"
#include "mlir/Transforms/Passes.h"

namespace bnn {

/// Adds every dialect that the compiler's IR uses.
inline void registerAllDialects(mlir::DialectRegistry &registry) {
  registry.insert<BNNDialect, rram::RRAMDialect, mlir::affine::AffineDialect,
                  mlir::arith::ArithDialect, mlir::func::FuncDialect>();
}

/// Makes the compiler's passes and those of MLIR that fit them known by name:
/// to bnn-opt, and to the pass pipelines of bnn-compile.
inline void registerAllPasses() {
  registerBNNPasses();
  registerBNNPipeline();
  registerBNNToRRAMPasses();
  rram::registerRRAMPasses();
  rram::registerRRAMPipeline();
  registerRRAMToImagePasses();
  mlir::registerCanonicalizerPass();
  mlir::registerCSEPass();
  mlir::registerSymbolDCEPass();
  mlir::registerPrintOpStatsPass();
  mlir::registerStripDebugInfoPass();
  mlir::affine::registerAffineLoopUnroll();
}

} // namespace bnn

#endif // BNN_INITALL_H
