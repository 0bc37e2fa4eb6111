//===- Passes.h - From layers on the arrays to an image ---------*- C++ -*-===//

#ifndef BNN_CONVERSION_RRAMTOIMAGE_PASSES_H
#define BNN_CONVERSION_RRAMTOIMAGE_PASSES_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace bnn {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "bnn/Conversion/RRAMToImage/Passes.h.inc"

} // namespace bnn

#endif // BNN_CONVERSION_RRAMTOIMAGE_PASSES_H
