//===- Grid.h - Levels as integers times a scale ----------------*- C++ -*-===//

#ifndef BNN_DIALECT_BNN_TRANSFORMS_GRID_H
#define BNN_DIALECT_BNN_TRANSFORMS_GRID_H

#include "mlir/IR/Types.h"
#include "llvm/ADT/ArrayRef.h"
#include <optional>

namespace bnn {

/// value = scale * (q + offset) with integers q for all of `values`, every
/// number an exact double.
struct Grid {
  double scale, offset;
  mlir::Type code; // smallest code type that holds all q
};
std::optional<Grid> findGrid(mlir::MLIRContext *context,
                             llvm::ArrayRef<double> values);

} // namespace bnn

#endif // BNN_DIALECT_BNN_TRANSFORMS_GRID_H
