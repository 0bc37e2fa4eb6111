//===- Names.h - Names of layers from locations -----------------*- C++ -*-===//

#ifndef BNN_LIB_CONVERSION_BNNTORRAM_NAMES_H
#define BNN_LIB_CONVERSION_BNNTORRAM_NAMES_H

#include "mlir/IR/Location.h"
#include "mlir/IR/SymbolTable.h"
#include "llvm/ADT/SetVector.h"
#include <string>

namespace bnn {

/// Adds the names of all NameLocs in `location`, in order.
void collectNames(mlir::Location location,
                  llvm::SetVector<llvm::StringRef> &names);

/// `wanted`, or `wanted` with a number after it, so that neither it nor it
/// followed by `_weights` is a symbol of `symbols` yet.
std::string uniqueLayerName(llvm::StringRef wanted, mlir::SymbolTable &symbols);

} // namespace bnn

#endif // BNN_LIB_CONVERSION_BNNTORRAM_NAMES_H
