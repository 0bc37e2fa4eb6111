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

/// How far a float32 runtime may be from the integer, in its own units, after
/// adding multiples of a number that is no power of two in any order: each of
/// K additions rounds a partial sum of at most j / K of the largest sum M, so
/// 2^-24 * M * (K / 2 + 1) in all. 0 where it adds exactly.
double float32Slack(mlir::Value integers);

} // namespace bnn

#endif // BNN_LIB_DIALECT_BNN_TRANSFORMS_ATTAINABLE_H
