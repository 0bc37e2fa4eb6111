//===- Runner.h - Runs the chips of an experiment ---------------*- C++ -*-===//
//
// An experiment has points (settings of a model), and each point chips 0, 1, 2
// ... that are drawn from (seed, chip number): the same numbers at all points,
// so that points can be compared chip by chip. The runner spreads chips over
// ranks and threads and folds their results in the order of their numbers, so
// nothing that it returns depends on either.
//
//===----------------------------------------------------------------------===//

#ifndef BNN_MONTECARLO_RUNNER_H
#define BNN_MONTECARLO_RUNNER_H

#include "bnn/MonteCarlo/Ranks.h"
#include "bnn/MonteCarlo/Statistics.h"
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace bnn::mc {

/// What one chip did.
struct Trial {
  std::vector<uint64_t> right; ///< a bit for each image, 64 a word
  /// Further counts, of a meaning and number that the experiment chose.
  std::vector<int64_t> counts;
};

/// What the chips of a point did, in the order of their numbers.
struct PointResult {
  std::vector<int64_t> correct;  ///< of each chip: images classified right
  std::vector<int64_t> perImage; ///< of each image: chips that got it right
  std::vector<int64_t> counts;   ///< of all chips together
  bool done = false;
};

/// What a run is of, as sorted pairs of name and value: two runs with the same
/// pairs have the same results.
using RunKey = std::vector<std::pair<std::string, std::string>>;

struct RunPlan {
  size_t points = 1;
  int64_t images = 0;
  size_t counts = 0; ///< of Trial.counts
  StopRule rule;
  unsigned threads = 0; ///< of this rank; 0: as many as the machine has
  /// Continues from this file where it exists, and keeps it up to date: at the
  /// end, and whenever `saveSeconds` have passed.
  std::string checkpoint;
  double saveSeconds = 10;
  RunKey key;
  /// Called with the chips done and those that there will be at most.
  std::function<void(int64_t, int64_t)> progress;
};

/// Runs chip `chip` of point `point`. Called from several threads at once with
/// `threads` = 1, or from one with all of them.
using RunChip = std::function<llvm::Expected<Trial>(size_t point, uint64_t chip,
                                                    unsigned threads)>;

/// Runs all chips that `plan` asks for. The error is that of the first point
/// and chip that failed in the first round where one did.
llvm::Expected<std::vector<PointResult>>
runChips(const RunPlan &plan, const Ranks &ranks, const RunChip &run);

/// Reads a checkpoint. Fails where it is of another run, saying what differs.
llvm::Expected<std::vector<PointResult>> readCheckpoint(llvm::StringRef path,
                                                        const RunPlan &plan);

std::string formatCheckpoint(const RunPlan &plan,
                             llvm::ArrayRef<PointResult> results);

} // namespace bnn::mc

#endif // BNN_MONTECARLO_RUNNER_H
