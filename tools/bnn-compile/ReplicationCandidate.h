//===- ReplicationCandidate.h - What some copies would take -----*- C++ -*-===//

#ifndef BNN_TOOLS_BNN_COMPILE_REPLICATIONCANDIDATE_H
#define BNN_TOOLS_BNN_COMPILE_REPLICATIONCANDIDATE_H

#include "Replication.h"
#include "mlir/IR/OwningOpRef.h"
#include <optional>

namespace bnn {

/// An operator on the arrays, and what its copies take together.
struct LayerFigures {
  std::string name;       ///< of its layer, or its first copy's
  uint64_t cycles = 0;    ///< steady state of the slowest copy
  uint64_t subarrays = 0; ///< with a tile of any copy
};

/// An image with these copies, by its figures.
struct Candidate {
  Replication replication;
  uint64_t interval = 0; ///< cycles between samples of a stream
  uint64_t subarrays = 0;
  std::vector<LayerFigures> layers;
};

/// The operators that become layers on the arrays, in their order.
llvm::SmallVector<mlir::Operation *> arrayOperatorsOf(mlir::ModuleOp module);

/// `module`, bnn operators with their target, as layers with these copies; null
/// after a diagnostic.
mlir::OwningOpRef<mlir::ModuleOp> lowerCopies(mlir::ModuleOp module,
                                              const Replication &replication);

/// The figures of the image with these copies; none, and no diagnostic, where
/// there is no image.
std::optional<Candidate> compileCopies(mlir::ModuleOp module,
                                       const Replication &replication);

} // namespace bnn

#endif // BNN_TOOLS_BNN_COMPILE_REPLICATIONCANDIDATE_H
