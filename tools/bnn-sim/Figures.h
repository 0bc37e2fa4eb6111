//===- Figures.h - The figures that --plot asks for -------------*- C++ -*-===//

#ifndef BNN_TOOLS_BNN_SIM_FIGURES_H
#define BNN_TOOLS_BNN_SIM_FIGURES_H

#include "Experiment.h"
#include "bnn/Support/File.h"

namespace bnn::sim {

/// What figures can show; `experiment` is null where no chips were run.
struct FigureData {
  const Options &options;
  const image::Image &image;
  const Simulator &simulator; ///< of the image as it is
  llvm::ArrayRef<Tensor> inputs;
  const Experiment *experiment = nullptr;
};

/// Fails where figures are wanted and cannot be drawn on this machine.
llvm::Error checkFigures(const Options &options);

/// Draws all of --plot; each is an SVG file and a CSV file.
llvm::Error stageFigures(const FigureData &data, OutputFiles &files);

} // namespace bnn::sim

#endif // BNN_TOOLS_BNN_SIM_FIGURES_H
