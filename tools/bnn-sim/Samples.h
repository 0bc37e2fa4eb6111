//===- Samples.h - Data that bnn-sim reads and writes -----------*- C++ -*-===//

#ifndef BNN_TOOLS_BNN_SIM_SAMPLES_H
#define BNN_TOOLS_BNN_SIM_SAMPLES_H

#include "Options.h"
#include "bnn/Support/File.h"
#include "bnn/Support/Labels.h"

namespace bnn::sim {

/// The inputs of `image` in its order, cut to the first samples where the
/// options ask for it.
llvm::Expected<std::vector<Tensor>> readInputs(const image::Image &image,
                                               const Options &options);

/// The labels, cut like the inputs. Errors name the file.
llvm::Expected<Tensor> readLabels(const Options &options);

/// Stages what --outputs and --trace ask for.
llvm::Error stageOutputs(const image::Image &image, const Options &options,
                         const RunResult &result, OutputFiles &files);
llvm::Error stageTrace(const Options &options, const RunResult &result,
                       OutputFiles &files);

} // namespace bnn::sim

#endif // BNN_TOOLS_BNN_SIM_SAMPLES_H
