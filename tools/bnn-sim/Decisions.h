//===- Decisions.h - How near decisions are to the other side ---*- C++ -*-===//

#ifndef BNN_TOOLS_BNN_SIM_DECISIONS_H
#define BNN_TOOLS_BNN_SIM_DECISIONS_H

#include "Figures.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace bnn::sim {

/// One count that is compared, of the noise-free image.
struct Comparison {
  size_t layer = 0; ///< among the layers with thresholds
  int64_t neuron = 0;
  int64_t count = 0;
  llvm::ArrayRef<int64_t> thresholds; ///< ascending; never empty
};

/// The layers on the arrays that decide.
std::vector<const image::ArrayLayer *>
decidingLayers(const image::Image &image);

/// Visits every comparison of every sample.
llvm::Error
forEachComparison(const FigureData &data,
                  llvm::function_ref<void(const Comparison &)> visit);

/// The CSV of --importance, "layer,neuron,importance": how often one wrong
/// weight of a neuron would turn a decision, beside the mean of its layer.
llvm::Error stageImportance(const FigureData &data, OutputFiles &files);

} // namespace bnn::sim

#endif // BNN_TOOLS_BNN_SIM_DECISIONS_H
