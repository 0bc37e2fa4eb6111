//===- Prepare.h - Checked and simplified tail programs ---------*- C++ -*-===//
//
// What the evaluators walk: the nodes that the result needs, each structurally
// different value once, and sums without the terms that cancel. Cancelling is
// not an optimisation: in sign(x) - clip(x) + clip(x) an interval cannot see
// that both clips are the same number.
//
//===----------------------------------------------------------------------===//

#ifndef BNN_LIB_TAIL_PREPARE_H
#define BNN_LIB_TAIL_PREPARE_H

#include "bnn/Tail/Tail.h"
#include <deque>
#include <string>

namespace bnn::tail::detail {

struct PreparedNode {
  Op op;
  llvm::SmallVector<uint32_t, 5> operands; // earlier prepared nodes
  const Node *source;                      // values, count, alpha, beta
  uint32_t origin;                         // its index in the program
  bool constant;                           // does not depend on the input
};

/// Borrows the program, which must outlive it.
struct Prepared {
  std::vector<PreparedNode> nodes; // the last one is the result
  std::deque<Node> owned;          // sources that simplification made
  uint32_t channels = 1;
};

/// Checks operands, sizes and, for `channel` (or for all where absent), that
/// every parameter is finite.
llvm::Error check(const Program &program, std::optional<uint32_t> channel,
                  uint32_t inputs = 1);

/// `program` must have passed check(). With `simplify` equal nodes become one
/// (equal in `channel`, or in all channels) and cancelling terms disappear.
Prepared prepare(const Program &program, std::optional<uint32_t> channel,
                 bool simplify);

/// The values of `source` for `channel` (one, or `count` of a multi-threshold).
llvm::ArrayRef<double> valuesOf(const Node &source, uint32_t channel);

/// 'batch normalization', for messages.
const char *name(Op op);

/// 'batch normalization (node 3)', for messages.
std::string describe(Op op, uint32_t node);

/// Whether the operator maps to few values by deciding something.
bool isDiscretising(Op op);

} // namespace bnn::tail::detail

#endif // BNN_LIB_TAIL_PREPARE_H
