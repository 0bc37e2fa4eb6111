//===- ReadFlips.h - Errors drawn anew at each read -------------*- C++ -*-===//
//
// With one error probability p for all sensed bits of an output, what a read
// does to a count needs no draw per cell. The number of flips is binomial, and
// each flip hits a mismatch with the share that mismatches have among the bits
// that were not hit yet: F ~ Bin(n, p), then a walk without replacement. This
// is the law of drawing every cell, for every output; outputs of different
// neurons, positions, planes and images are independent, as their reads are.
//
//===----------------------------------------------------------------------===//

#ifndef BNN_LIB_SIMULATOR_READFLIPS_H
#define BNN_LIB_SIMULATOR_READFLIPS_H

#include "FusedKernels.h"
#include "bnn/Device/BitErrors.h"
#include <cstdint>
#include <vector>

namespace bnn::sim {

/// The distribution function of F ~ Bin(n, p), for random 32-bit words: F is
/// the number of entries that a word exceeds. Entry f is P(F <= f) 2^32 - 1,
/// rounded; the last one is never exceeded, and less than 2^-32 lies beyond.
std::vector<uint32_t> binomialTable(uint64_t n, double p);

/// The mismatch counts of rows x blocks of 32 neurons, and what flips there.
struct FlipTask {
  int32_t *sums = nullptr; ///< [row][blocks * 32] mismatches, changed in place
  size_t numRows = 0, blocks = 0;
  const uint32_t *table = nullptr; ///< of `binomialTable`
  uint32_t tableSize = 0;
  uint32_t bits = 0; ///< n: sensed bits of an output
  /// Mismatches that `sums` leaves out (of padding columns), [blocks * 32];
  /// null: none.
  const int32_t *more = nullptr;
  /// Keys of the draws: the stream's, and of row r its site (position and
  /// plane) and image in the data set.
  uint32_t key[2] = {0, 0};
  const uint32_t *sites = nullptr, *images = nullptr; ///< [row]
  uint32_t firstNeuron = 0; ///< of block 0 in the layer
  /// Where all that comes of `sums` is the bit (sum < limit): limits and
  /// classes as in MismatchTask. Outputs that no flips can bring to their limit
  /// need no draw, and keep their sums.
  const int32_t *limits = nullptr;
  const uint32_t *rowClasses = nullptr;
};

/// Draws the flips of `task` with the best instructions of this machine; the
/// results do not depend on them.
void runFlips(const FlipTask &task);

} // namespace bnn::sim

#endif // BNN_LIB_SIMULATOR_READFLIPS_H
