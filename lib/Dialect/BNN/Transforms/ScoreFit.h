//===- ScoreFit.h - Binary weights of the layer of scores -------*- C++ -*-===//

#ifndef BNN_LIB_DIALECT_BNN_TRANSFORMS_SCOREFIT_H
#define BNN_LIB_DIALECT_BNN_TRANSFORMS_SCOREFIT_H

#include "BinaryFit.h"

namespace bnn {

/// What follows the sums of a layer up to the scores, of which the largest
/// decides: score = factor * sum + term, for each neuron.
struct ScoreTail {
  std::vector<double> factors, terms;
};

/// Improves `fit`, the least squares fit of `problem`: squared errors weigh all
/// neurons alike, but only the differences of scores decide. Codes by
/// coordinate descent, scales and offsets by Newton's method, both on the
/// cross entropy between the softmax of the wanted scores and of the fitted
/// ones, over the rows of `problem`. Layers so large that one round of all
/// codes would take minutes keep their codes. Sequential; sums have one order.
void fitScores(const FitProblem &problem, const ScoreTail &tail, Fit &fit);

} // namespace bnn

#endif // BNN_LIB_DIALECT_BNN_TRANSFORMS_SCOREFIT_H
