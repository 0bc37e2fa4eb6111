//===- FusedKernels.h - Mismatch counts of packed rows ----------*- C++ -*-===//
//
// A vector lane is a neuron: weights of 32 neurons lie side by side, word by
// word, and one input word at a time is compared with all of them. Nothing is
// ever summed across a vector.
//
//===----------------------------------------------------------------------===//

#ifndef BNN_LIB_SIMULATOR_FUSEDKERNELS_H
#define BNN_LIB_SIMULATOR_FUSEDKERNELS_H

#include <cstddef>
#include <cstdint>

namespace bnn::sim {

/// Neurons of a block of weights.
inline constexpr size_t blockNeurons = 32;

/// For each row r and neuron n of `blocks` * 32:
///   S = sum over planes i of factors[i] * popcount((row_i ^ weights_n) &
///   mask_n)
struct MismatchTask {
  const uint32_t *weights = nullptr; ///< [block][word][32]
  const uint32_t *masks = nullptr;   ///< the same, or null: all lanes count
  /// Null, or in place of `weights`: the mismatches of a row's ones, and of
  /// its zeros.
  const uint32_t *oneMisses = nullptr, *zeroMisses = nullptr;
  size_t blocks = 0, words = 0;

  /// Plane i of row r at r * rowStride + i * planeStride.
  const uint32_t *rows = nullptr;
  size_t numRows = 0, rowStride = 0, planeStride = 0;
  const int32_t *factors = nullptr;
  size_t planes = 1;

  /// Either sums are stored (or added to what is there) ...
  int32_t *sums = nullptr; ///< [row][blocks * 32]
  bool accumulate = false;

  /// ... or (S < limits[class of the row][n]) ^ invert[n] becomes a bit.
  const int32_t *limits = nullptr;      ///< [class][blocks * 32]
  const uint32_t *inverts = nullptr;    ///< [class][blocks]
  const uint32_t *rowClasses = nullptr; ///< class of row r; null: all 0
  uint32_t *bits = nullptr; ///< [row][bitStride], `blocks` words each
  size_t bitStride = 0;
};

/// Counts the mismatches of `task` with the best instructions of this machine.
void runMismatch(const MismatchTask &task);

/// Only the comparison of `task`: S is what stands in `sums`.
void runCompare(const MismatchTask &task);

/// The instruction set that `runMismatch` uses on this machine.
const char *mismatchTargetName();

} // namespace bnn::sim

#endif // BNN_LIB_SIMULATOR_FUSEDKERNELS_H
