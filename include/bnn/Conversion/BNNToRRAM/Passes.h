//===- Passes.h - From networks to layers on the arrays ---------*- C++ -*-===//

#ifndef BNN_CONVERSION_BNNTORRAM_PASSES_H
#define BNN_CONVERSION_BNNTORRAM_PASSES_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace bnn {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "bnn/Conversion/BNNToRRAM/Passes.h.inc"

} // namespace bnn

#endif // BNN_CONVERSION_BNNTORRAM_PASSES_H
