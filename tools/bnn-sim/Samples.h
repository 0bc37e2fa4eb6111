//===- Samples.h - Data that bnn-sim reads and writes -----------*- C++ -*-===//

#ifndef BNN_TOOLS_BNN_SIM_SAMPLES_H
#define BNN_TOOLS_BNN_SIM_SAMPLES_H

#include "Options.h"
#include "bnn/Support/File.h"

namespace bnn::sim {

/// The inputs of `image` in its order, cut to the first samples where the
/// options ask for it.
llvm::Expected<std::vector<Tensor>> readInputs(const image::Image &image,
                                               const Options &options);

/// The labels, cut like the inputs. Errors name the file.
llvm::Expected<Tensor> readLabels(const Options &options);

/// The class of each sample: the arg-max of `scores` (the first of equal
/// ones), or `scores` itself where it holds one integer for each sample. Fails
/// where there is no class in it.
llvm::Expected<std::vector<int64_t>> classesOf(const Tensor &scores);

/// Class indices from a tensor of one number for each of `samples`; below
/// `classes` where that is not 0.
llvm::Expected<std::vector<int64_t>> labelsOf(const Tensor &labels,
                                              int64_t samples, int64_t classes);

/// Scores of a sample; 0 where the output is a class index already.
int64_t numClasses(const Tensor &scores);

/// Stages what --outputs and --trace ask for.
llvm::Error stageOutputs(const image::Image &image, const Options &options,
                         const RunResult &result, OutputFiles &files);
llvm::Error stageTrace(const Options &options, const RunResult &result,
                       OutputFiles &files);

} // namespace bnn::sim

#endif // BNN_TOOLS_BNN_SIM_SAMPLES_H
