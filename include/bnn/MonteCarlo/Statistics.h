//===- Statistics.h - What chips say of their model -------------*- C++ -*-===//
//
// Chips are the sampling unit: a chip is one draw of the devices, and all chips
// classify the same images. So the spread over chips gives the interval of the
// mean, and the error of the test set, which does not shrink with the number of
// chips, is stated apart. Everything starts from integer counts; what is
// computed from them does not depend on the order in which chips were run.
//
//===----------------------------------------------------------------------===//

#ifndef BNN_MONTECARLO_STATISTICS_H
#define BNN_MONTECARLO_STATISTICS_H

#include "llvm/ADT/ArrayRef.h"
#include <cstdint>
#include <optional>

namespace bnn::mc {

/// The confidence of every interval, two-sided unless it says otherwise.
inline constexpr double confidence = 0.95;

struct Interval {
  double low = 0, high = 0;
  double width() const { return high - low; }
};

/// The t of Student's law with `degrees` of freedom that a share `p` lies
/// below.
double studentQuantile(double p, double degrees);

/// The z of the normal law that a share `p` lies below.
double normalQuantile(double p);

/// Wilson's score interval of a rate after `successes` of `trials`
/// independent trials; [0, 1] without trials. Successes may be sums of
/// probabilities, which scatter less: the interval is too wide then.
Interval wilson(double successes, double trials);

/// The value that a share `q` of `sorted`, ascending and not empty, lies below:
/// between order statistics linearly, (n - 1) q + 1 of n.
double quantile(llvm::ArrayRef<double> sorted, double q);

/// A mean over chips, as a share of the images (0 .. 1 for an accuracy).
struct Mean {
  int64_t chips = 0;
  double value = 0;
  double sd = 0; ///< between chips; 0 of one chip
  /// Student's interval over chips; absent of one chip.
  std::optional<Interval> interval;
  /// The one-sided bound: the mean lies below it in 95 % of experiments.
  std::optional<double> upper;
  /// Cuts both where the mean cannot lie, of which Student's law knows nothing.
  void keepWithin(double least, double most);
};

/// The mean of `counts`, one integer for each chip, each of `images`.
Mean meanOf(llvm::ArrayRef<int64_t> counts, int64_t images);

/// The standard error that another set of as many images would bring to the
/// mean: `perImage` has for each image the sum over `chips` chips. Absent of
/// one image.
std::optional<double> testSetError(llvm::ArrayRef<int64_t> perImage,
                                   int64_t chips);

/// The distribution of an accuracy over chips.
struct Summary {
  Mean mean;
  std::optional<double> testSet;        ///< standard error, see `testSetError`
  double median = 0, low = 0, high = 0; ///< low, high: 5 % and 95 % quantile
  int64_t worstChip = 0;                ///< the first of equal ones
  double worst = 0, best = 0;
  /// Of a single chip: Wilson's interval over images.
  std::optional<Interval> oneChip;
};

Summary summarize(llvm::ArrayRef<int64_t> correct,
                  llvm::ArrayRef<int64_t> perImage, int64_t images);

/// Chips whose accuracy is `wanted` (0 .. 1) or more.
struct Yield {
  int64_t good = 0, chips = 0;
  double share() const { return chips ? double(good) / double(chips) : 0; }
  Interval interval; ///< Wilson's
};

Yield yieldAbove(llvm::ArrayRef<int64_t> correct, int64_t images,
                 double wanted);

/// a - b chip by chip, over the chips that both have, cut at -1 and 1. Common
/// random numbers make the difference far surer than either mean.
Mean pairedDifference(llvm::ArrayRef<int64_t> a, llvm::ArrayRef<int64_t> b,
                      int64_t images);

/// Stopping once the interval of the mean is narrow, looked at only after 16,
/// 32, 48 ... chips in the order of their numbers. Chips that all agree show no
/// spread to judge by, and do not stop.
struct StopRule {
  static constexpr int64_t block = 16;
  int64_t chips = 32;          ///< never more
  std::optional<double> width; ///< of the interval, a share of the images

  /// How many of the first chips count, `correct` those known so far, or
  /// nothing where more are needed.
  std::optional<int64_t> stop(llvm::ArrayRef<int64_t> correct,
                              int64_t images) const;
};

} // namespace bnn::mc

#endif // BNN_MONTECARLO_STATISTICS_H
