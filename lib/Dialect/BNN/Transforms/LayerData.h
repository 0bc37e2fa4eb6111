//===- LayerData.h - What one layer is fitted to ----------------*- C++ -*-===//

#ifndef BNN_LIB_DIALECT_BNN_TRANSFORMS_LAYERDATA_H
#define BNN_LIB_DIALECT_BNN_TRANSFORMS_LAYERDATA_H

#include "BinaryFit.h"
#include "CalibrationRun.h"

namespace bnn {

/// The shape of a linear operator: groups of neurons that read the same lanes.
/// A lane is an input of a fully connected layer, or a channel of the group
/// and a tap of a convolution (taps fastest).
class LayerShape {
public:
  explicit LayerShape(mlir::Operation *layer);

  int64_t groups() const { return numGroups; }
  int64_t neurons() const { return numNeurons; } ///< all groups together
  int64_t groupNeurons() const { return numNeurons / numGroups; }
  int64_t fanIn() const { return lanes; }
  int64_t positions() const { return numPositions; }

  /// Real weights [neurons, fanIn] of `layer`, packed ones as -1, 0, +1.
  mlir::FailureOr<std::vector<float>> weights() const;

  /// The element of `perInput` (of the shape of the input) that each lane of
  /// `group` reads at the first position; convolutions take that of the
  /// channel's first element.
  std::vector<float> atLanes(const Tensor &perInput, int64_t group) const;

  /// Rows that a fit affords of all (sample, position) pairs.
  int64_t rowsOf(int64_t samples) const;

  /// Elements of tensors of the layer's result shape for the neurons of
  /// `group` and the rows that `gather` takes: [neurons, rows].
  std::vector<float>
  gatherResults(int64_t samples, int64_t group,
                llvm::function_ref<const Tensor &(int64_t)> results) const;

  /// Fills rows, inputs and wanted of `problem`: at most as many (sample,
  /// position) pairs as a fit affords, spread evenly. `input(i)` and
  /// `wanted(i)` are the layer's input and wanted result for sample i.
  void gather(int64_t samples, int64_t group,
              llvm::function_ref<const Tensor &(int64_t)> input,
              llvm::function_ref<const Tensor &(int64_t)> wanted,
              FitProblem &problem) const;

private:
  /// The (sample, position) pair of a row.
  std::pair<int64_t, int64_t> pairOf(int64_t row, int64_t samples) const;
  void findTaps(int64_t position, llvm::MutableArrayRef<int64_t> taps) const;

  mlir::Operation *layer;
  int64_t numGroups = 1, numNeurons = 0, lanes = 0, numPositions = 1;
};

} // namespace bnn

#endif // BNN_LIB_DIALECT_BNN_TRANSFORMS_LAYERDATA_H
