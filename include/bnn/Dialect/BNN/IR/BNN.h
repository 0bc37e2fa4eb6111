//===- BNN.h - The bnn dialect ----------------------------------*- C++ -*-===//

#ifndef BNN_DIALECT_BNN_IR_BNN_H
#define BNN_DIALECT_BNN_IR_BNN_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "bnn/Dialect/BNN/IR/BNNDialect.h.inc"
#include "bnn/Dialect/BNN/IR/BNNEnums.h.inc"

#define GET_TYPEDEF_CLASSES
#include "bnn/Dialect/BNN/IR/BNNTypes.h.inc"

#define GET_ATTRDEF_CLASSES
#include "bnn/Dialect/BNN/IR/BNNAttributes.h.inc"

#define GET_OP_CLASSES
#include "bnn/Dialect/BNN/IR/BNNOps.h.inc"

namespace bnn {

/// Discardable attributes that the passes carry along.
inline constexpr llvm::StringLiteral tracesAttrName = "bnn.traces";
inline constexpr llvm::StringLiteral reasonAttrName = "bnn.reason";
/// On a linear operator: the network adds multiples of a number that is no
/// power of two, so float32 rounds while it adds.
inline constexpr llvm::StringLiteral roundedSumsAttrName = "bnn.rounded_sums";

/// On a `bnn.encode`: the encoding of an input that must reach the arrays.
inline constexpr llvm::StringLiteral onArraysAttrName = "bnn.on_arrays";
/// On a function: how often the whole network runs on one sample, with inputs
/// presented anew each time; its outputs are the means.
inline constexpr llvm::StringLiteral presentationsAttrName =
    "bnn.presentations";

/// Presentations of a !bnn.unary at most: a plane each, in one word.
inline constexpr unsigned maxPresentations = 64;

/// Whether `type` is !bnn.binary, !bnn.ternary, !bnn.int or !bnn.unary.
bool isCode(mlir::Type type);

/// Smallest and largest value of a code type.
struct CodeRange {
  int64_t min, max;
};
CodeRange codeRange(mlir::Type codeType);

} // namespace bnn

#endif // BNN_DIALECT_BNN_IR_BNN_H
