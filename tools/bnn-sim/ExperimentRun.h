//===- ExperimentRun.h - A Monte Carlo over chips, as it runs ---*- C++ -*-===//

#ifndef BNN_TOOLS_BNN_SIM_EXPERIMENTRUN_H
#define BNN_TOOLS_BNN_SIM_EXPERIMENTRUN_H

#include "Experiment.h"
#include "NoiseParts.h"
#include <tbb/enumerable_thread_specific.h>

namespace bnn::sim {

/// A point with a part of its noise: what the runner calls a point.
struct Variant {
  size_t point;
  NoisePart part;
};

/// The parts of one sort, alone and left out, in the order of the variants.
struct PartSet {
  std::string sort;
  std::vector<std::string> names;
  std::vector<size_t> alone, without; ///< variants
};

/// Points, their parts and what chips of them answered.
class ExperimentRun {
public:
  ExperimentRun(const Options &options, const image::Image &image,
                const Simulator &nominal, const Simulator &simulator,
                const mc::Ranks &ranks)
      : options(options), image(image), nominal(nominal), simulator(simulator),
        ranks(ranks) {}

  llvm::Error prepare(llvm::ArrayRef<Tensor> tensors);
  llvm::Expected<Experiment> run();

private:
  llvm::Error makePoints();
  void makeVariants();
  void addParts(size_t point, llvm::StringRef sort,
                llvm::ArrayRef<std::string> names,
                llvm::ArrayRef<NoisePart> alone,
                llvm::ArrayRef<NoisePart> without);
  llvm::Error runNominal(llvm::ArrayRef<Tensor> tensors);
  mc::RunKey key(llvm::ArrayRef<Tensor> tensors) const;
  llvm::Expected<mc::Trial> runChip(size_t variant, uint64_t chip,
                                    unsigned threads);
  llvm::Error compare(const RunResult &result,
                      std::vector<uint64_t> &right) const;
  /// Of losses of chips, cut where accuracies would leave 0 to 1.
  mc::Mean meanLoss(llvm::ArrayRef<int64_t> losses) const;
  void evaluate(Point &point, const mc::PointResult &result);
  Attribution attribute(const Point &point, const PartSet &set,
                        llvm::ArrayRef<mc::PointResult> results) const;

  const Options &options;
  const image::Image &image;
  const Simulator &nominal, &simulator;
  const mc::Ranks &ranks;

  Experiment experiment;
  std::vector<Variant> variants;              ///< the points come first
  std::vector<std::vector<PartSet>> partSets; ///< of each point
  std::vector<int64_t> wanted;                ///< class of each image
  std::vector<uint64_t> nominalRight;         ///< a bit for each image
  std::optional<PreparedInputs> inputs;
  mc::RunPlan plan;
  // What programming alone changes, thread by thread.
  tbb::enumerable_thread_specific<std::unique_ptr<ChipNetwork>> networks;
};

/// Probabilities of wrong answers are summed over chips in these units, so that
/// the sum does not depend on who adds.
constexpr double answerUnits = 0x1p20;
/// Of probabilities that were left out, likewise.
constexpr double droppedUnits = 0x1p50;

} // namespace bnn::sim

#endif // BNN_TOOLS_BNN_SIM_EXPERIMENTRUN_H
