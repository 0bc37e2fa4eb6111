//===- LayerTail.h - What comes of a layer's sums ---------------*- C++ -*-===//

#ifndef BNN_LIB_DIALECT_BNN_TRANSFORMS_LAYERTAIL_H
#define BNN_LIB_DIALECT_BNN_TRANSFORMS_LAYERTAIL_H

#include "LogitFit.h"
#include "bnn/Support/Tensor.h"

#include "mlir/IR/Operation.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include <optional>

namespace bnn {

/// Elementwise operators, one after the other, with constants and the result
/// of the one before as operands.
using LayerTail = llvm::SmallVector<mlir::Operation *>;

/// What the operators make of `tensor`. Fails with a diagnostic.
mlir::FailureOr<Tensor> applyTail(const LayerTail &tail, Tensor tensor);

/// What follows `layer`, if it computes the scores of classes: operators that
/// are affine for each neuron, then a softmax or a class index, or, with
/// `outputsAreScores`, an output of the network. Nothing for other layers, and
/// for those that compute several positions.
mlir::FailureOr<std::optional<ScoreTail>> findScoreTail(mlir::Operation *layer,
                                                        bool outputsAreScores);

/// What follows `layer`, if only signs are taken of it: elementwise operators,
/// behind which moves and max pools lead to nothing but operators of which
/// `takesSigns` is true.
std::optional<LayerTail>
findBitTail(mlir::Operation *layer,
            llvm::function_ref<bool(mlir::Operation *)> takesSigns);

} // namespace bnn

#endif // BNN_LIB_DIALECT_BNN_TRANSFORMS_LAYERTAIL_H
