//===- Experiment.h - Monte Carlo over chips --------------------*- C++ -*-===//

#ifndef BNN_TOOLS_BNN_SIM_EXPERIMENT_H
#define BNN_TOOLS_BNN_SIM_EXPERIMENT_H

#include "Options.h"
#include "bnn/MonteCarlo/Runner.h"

namespace bnn::sim {

/// What errors of one layer or kind do alone, and what all others do.
struct AttributionRow {
  std::string name;
  mc::Mean alone, without; ///< loss against the noise-free image
};

/// A loss told by parts of one sort.
struct Attribution {
  std::string sort; ///< "layer" or "kind"
  std::vector<AttributionRow> rows;
  /// The loss less the losses of all parts alone, chip by chip.
  mc::Mean interaction;
};

/// The chips of one setting of the noise.
struct Point {
  std::vector<mc::Setting> settings; ///< of --sweep
  NoiseSpec noise;
  mc::PointResult result;

  mc::Summary accuracy;
  mc::Mean loss;                      ///< noise-free less this, paired
  std::optional<double> lossTestSet;  ///< standard error, see `testSetError`
  std::optional<mc::Mean> difference; ///< this less the first point, paired
  std::optional<mc::Yield> yield;
  /// Of all chips, as programmed: answers to input 0 and to input 1, those of
  /// cells whose reads differ by their probability.
  double wrongAnswers = 0, answers = 0;
  /// Of a chip, a bound: how many of its cells, all read once, would answer
  /// otherwise than usual although their reads are not drawn.
  double dropped = 0;
  std::vector<Attribution> attributions;
};

/// A whole run. Accuracies are against the labels, or without them against the
/// classes of the noise-free image.
struct Experiment {
  std::string imageFile, network, imageHash; ///< SHA-256 of the file, hex
  bool labelled = false;
  int64_t images = 0, noiseFree = 0; ///< images that the image itself gets
  mc::StopRule rule;
  std::vector<Point> points;
  int64_t changedThresholds = 0, thresholds = 0; ///< by --expected-ber
  int64_t ranks = 1;
  double seconds = 0; ///< on this machine; in no file
};

/// Runs what `options` ask for. `simulator` is that of the chips, `nominal`
/// that of the image as it is.
llvm::Expected<Experiment>
runExperiment(const Options &options, const image::Image &image,
              const Simulator &nominal, const Simulator &simulator,
              llvm::ArrayRef<Tensor> inputs, const mc::Ranks &ranks);

} // namespace bnn::sim

#endif // BNN_TOOLS_BNN_SIM_EXPERIMENT_H
