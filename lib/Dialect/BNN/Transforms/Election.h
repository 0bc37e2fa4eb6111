//===- Election.h - Thresholds of groups that vote --------------*- C++ -*-===//

#ifndef BNN_LIB_DIALECT_BNN_TRANSFORMS_ELECTION_H
#define BNN_LIB_DIALECT_BNN_TRANSFORMS_ELECTION_H

#include "llvm/ADT/ArrayRef.h"
#include <cstdint>
#include <vector>

namespace bnn {

/// What the groups of a neuron and their votes are compared with.
struct Election {
  std::vector<int64_t> ofGroup; ///< thresholds of the groups' sums
  int64_t ofVotes = 0;          ///< of the sum of votes, -groups .. groups
};

/// `sums` is [sample][group], not empty; `reached` says of each sample whether
/// the exact sum reached `threshold` in the network as it was. A group's share
/// of the threshold is its mean sum and an equal part of what the means are
/// short of the threshold; of the thresholds of votes the one that agrees with
/// `reached` most often, of those the nearest to an even split.
Election elect(llvm::ArrayRef<std::vector<int64_t>> sums, int64_t threshold,
               llvm::ArrayRef<bool> reached);

} // namespace bnn

#endif // BNN_LIB_DIALECT_BNN_TRANSFORMS_ELECTION_H
