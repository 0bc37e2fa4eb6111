//===- RRAM.h - The rram dialect --------------------------------*- C++ -*-===//

#ifndef BNN_DIALECT_RRAM_IR_RRAM_H
#define BNN_DIALECT_RRAM_IR_RRAM_H

#include "bnn/Dialect/BNN/IR/BNN.h"
#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "bnn/Dialect/RRAM/IR/RRAMDialect.h.inc"
#include "bnn/Dialect/RRAM/IR/RRAMEnums.h.inc"

#define GET_TYPEDEF_CLASSES
#include "bnn/Dialect/RRAM/IR/RRAMTypes.h.inc"

#define GET_ATTRDEF_CLASSES
#include "bnn/Dialect/RRAM/IR/RRAMAttributes.h.inc"

namespace bnn::rram {

/// The sense amplifiers: a read draws their noise, so reads are effects on it.
struct SenseResource : mlir::SideEffects::Resource::Base<SenseResource> {
  llvm::StringRef getName() final { return "rram.sense"; }
};

/// The module's attribute that says what chip is compiled for.
inline constexpr llvm::StringLiteral targetAttrName = "rram.target";

/// The type of what one row read of `columns` columns counts.
PopcountType popcountType(mlir::MLIRContext *context, int64_t columns,
                          bool ternarySense);

} // namespace bnn::rram

#define GET_OP_CLASSES
#include "bnn/Dialect/RRAM/IR/RRAMOps.h.inc"

#endif // BNN_DIALECT_RRAM_IR_RRAM_H
