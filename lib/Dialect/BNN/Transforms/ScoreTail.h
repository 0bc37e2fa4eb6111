//===- ScoreTail.h - From the last sums to the scores -----------*- C++ -*-===//

#ifndef BNN_LIB_DIALECT_BNN_TRANSFORMS_SCORETAIL_H
#define BNN_LIB_DIALECT_BNN_TRANSFORMS_SCORETAIL_H

#include "ScoreFit.h"

#include "mlir/IR/Operation.h"
#include <optional>

namespace bnn {

/// What follows `layer`, if it computes the scores of classes: operators that
/// are affine for each neuron, then a softmax or a class index, or, with
/// `outputsAreScores`, an output of the network. Nothing for other layers, and
/// for those that compute several positions.
mlir::FailureOr<std::optional<ScoreTail>> findScoreTail(mlir::Operation *layer,
                                                        bool outputsAreScores);

} // namespace bnn

#endif // BNN_LIB_DIALECT_BNN_TRANSFORMS_SCORETAIL_H
