//===- Attainable.h - Which integers an accumulator can hold ----*- C++ -*-===//

#ifndef BNN_LIB_DIALECT_BNN_TRANSFORMS_ATTAINABLE_H
#define BNN_LIB_DIALECT_BNN_TRANSFORMS_ATTAINABLE_H

#include "bnn/Dialect/BNN/IR/BNN.h"
#include "bnn/Tail/Tail.h"

namespace bnn {

/// The integers that the elements of an integer or code tensor can take, per
/// channel along `axis`, or one set for all.
struct Attainable {
  int64_t axis = 0;
  llvm::SmallVector<tail::Domain> domains;

  /// One set that holds all.
  tail::Domain merged() const;
};

/// A superset of the attainable integers; parity is kept where it is known: a
/// sum of n products of -1 and +1 has the parity of n.
Attainable attainable(mlir::Value value);

} // namespace bnn

#endif // BNN_LIB_DIALECT_BNN_TRANSFORMS_ATTAINABLE_H
