//===- LogitFit.h - Binary weights for decisions ----------------*- C++ -*-===//
//
// Squared errors weigh all sums alike. Where only a decision comes of them, the
// sign of a neuron or the largest of several scores, its logarithmic loss is
// what a fit has to lower.
//
//===----------------------------------------------------------------------===//

#ifndef BNN_LIB_DIALECT_BNN_TRANSFORMS_LOGITFIT_H
#define BNN_LIB_DIALECT_BNN_TRANSFORMS_LOGITFIT_H

#include "BinaryFit.h"

namespace bnn {

/// What follows the sums of a layer up to the scores, of which the largest
/// decides: score = factor * sum + term, for each neuron.
struct ScoreTail {
  std::vector<double> factors, terms;
};

/// Improves `fit`, the least squares fit of `problem`, by the cross entropy
/// between the softmax of the wanted scores and that of the fitted ones: codes
/// by coordinate descent, scales and offsets by Newton's method. One neuron
/// after the other; sums have one order. Layers so large that a round over all
/// codes would take minutes keep their codes.
void fitScores(const FitProblem &problem, const ScoreTail &tail, Fit &fit);

/// Improves the codes of `fit` where of each neuron only one bit matters:
/// `bits` [neurons, rows] are the wanted ones, 0 or 1. Scales and offsets are
/// the least squares ones of the new codes. Neurons run in parallel, and those
/// whose bits are all equal keep their codes; so do layers that are too large.
void fitBits(const FitProblem &problem, llvm::ArrayRef<float> bits, Fit &fit);

} // namespace bnn

#endif // BNN_LIB_DIALECT_BNN_TRANSFORMS_LOGITFIT_H
