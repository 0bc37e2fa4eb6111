//===- BinaryFit.h - Best binary weights without gradients ------*- C++ -*-===//
//
// Numbers only: what bnn-binarize does with one layer once its inputs and the
// sums wanted of it are known.
//
//===----------------------------------------------------------------------===//

#ifndef BNN_LIB_DIALECT_BNN_TRANSFORMS_BINARYFIT_H
#define BNN_LIB_DIALECT_BNN_TRANSFORMS_BINARYFIT_H

#include "llvm/ADT/ArrayRef.h"
#include <cstdint>
#include <vector>

namespace bnn {

/// A two-valued version of a set of numbers.
struct TwoLevels {
  double threshold = 0;      ///< a float32 number; x >= threshold is +1
  double low = -1, high = 1; ///< means on both sides
  double half() const { return (high - low) / 2; }
};

/// The split of `values` (at least one) with the least squared distance of
/// `targets` to their means on both sides; with targets = values the quantizer
/// of Lloyd and Max for one bit. The levels are those of the targets. Values
/// that are all equal get a threshold far below them and no distance of the
/// levels.
TwoLevels splitInTwo(llvm::ArrayRef<float> values,
                     llvm::ArrayRef<float> targets);

/// Inputs of one layer (or of one group of a convolution) and the sums wanted.
struct FitProblem {
  int64_t rows = 0, fanIn = 0, neurons = 0;
  std::vector<float> inputs; ///< [fanIn, rows]
  std::vector<float> wanted; ///< [neurons, rows]
  /// [neurons, fanIn]: real weights for these inputs, to start from and to stay
  /// close to where the rows say little.
  std::vector<float> prior;
  bool ternary = false;
  bool keepCodes = false; ///< the prior holds codes; scales and offsets only
};

/// sum wanted ~ scale * (codes . inputs) + offset.
struct Fit {
  std::vector<int8_t> codes; ///< [neurons, fanIn]
  std::vector<double> scales, offsets;
  double error = 0; ///< left of the variance of the wanted sums, 0 .. 1
};

/// Codes by coordinate descent on the squared error over the rows, from the
/// signs of the prior (ternary: those above the threshold that fits the prior
/// best); scales and offsets by least squares. Neurons run in parallel; the
/// result does not depend on that.
Fit fitLayer(const FitProblem &problem);

/// Scales, offsets and error of `fit` for its codes, by least squares.
void fitLines(const FitProblem &problem, Fit &fit);

/// Without data: signs of the prior, mean magnitudes, no offsets. `error` is
/// that of the weights themselves.
Fit fitWeights(int64_t neurons, int64_t fanIn, llvm::ArrayRef<float> prior,
               bool ternary);

} // namespace bnn

#endif // BNN_LIB_DIALECT_BNN_TRANSFORMS_BINARYFIT_H
