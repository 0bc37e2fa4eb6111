//===- BinarizeLayer.h - One real layer as a binary one ---------*- C++ -*-===//

#ifndef BNN_LIB_DIALECT_BNN_TRANSFORMS_BINARIZELAYER_H
#define BNN_LIB_DIALECT_BNN_TRANSFORMS_BINARIZELAYER_H

#include "CalibrationRun.h"

namespace bnn {

struct LayerChoice {
  bool ternary = false;     ///< weights -1, 0, +1 instead of -1, +1
  bool signInput = true;    ///< else the input's values are few already
  bool keepWeights = false; ///< packed already; only the input changes
  /// Of the network's outputs the largest decides, not its value.
  bool outputsAreScores = false;
  /// Operators that are to read signs, this one aside.
  llvm::function_ref<bool(mlir::Operation *)> takesSigns;
};

struct BinarizedLayer {
  mlir::Operation *op = nullptr; ///< in place of the real one, erased
  /// Lost of the variance of the layer's sums; without data, of its weights.
  double error = 0;
};

/// Replaces `layer` (convolution or product with constant weights; a
/// MatMulOp's constant of rank 2) by
///
///   scale * (codes . sign(input - threshold)) + offset,
///
/// threshold per channel of the input, scale and offset per neuron, all
/// float32. With `run` they are fitted to what the layer computes in the
/// original network; without, thresholds are 0 and scales mean magnitudes.
/// Constants that nothing uses any more stay for the caller to erase.
mlir::FailureOr<BinarizedLayer> binarizeLayer(mlir::Operation *layer,
                                              const LayerChoice &choice,
                                              CalibrationRun *run);

} // namespace bnn

#endif // BNN_LIB_DIALECT_BNN_TRANSFORMS_BINARIZELAYER_H
