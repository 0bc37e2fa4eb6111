//===- Statistics.cpp - What chips say of their model ---------------------===//

#include "bnn/MonteCarlo/Statistics.h"
#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>

using namespace llvm;

namespace bnn::mc {

double studentQuantile(double p, double degrees) {
  return boost::math::quantile(boost::math::students_t(degrees), p);
}

double normalQuantile(double p) {
  return boost::math::quantile(boost::math::normal(), p);
}

Interval wilson(double successes, double trials) {
  if (trials <= 0)
    return {0, 1};
  double n = trials, p = successes / n;
  double z = normalQuantile(0.5 + confidence / 2), z2 = z * z / n;
  double centre = (p + z2 / 2) / (1 + z2);
  double half = std::sqrt(p * (1 - p) * z2 + z2 * z2 / 4) / (1 + z2);
  // At the ends the bound is the end itself, which rounding may miss.
  return {successes == 0 ? 0 : std::max(0.0, centre - half),
          successes == trials ? 1 : std::min(1.0, centre + half)};
}

double quantile(ArrayRef<double> sorted, double q) {
  double at = double(sorted.size() - 1) * q, below = std::floor(at);
  size_t index = size_t(below);
  if (index + 1 >= sorted.size())
    return sorted.back();
  return sorted[index] + (at - below) * (sorted[index + 1] - sorted[index]);
}

namespace {

/// Sum and sum of squares, exact: 2^31 numbers up to 2^46 fit.
struct Sums {
  __int128 first = 0, second = 0;
  int64_t n = 0;
  void add(int64_t x) {
    first += x;
    second += __int128(x) * x;
    ++n;
  }
  double mean() const { return double(first) / double(n); }
  /// Of the numbers, not of their mean; n is 2 or more.
  double sd() const {
    __int128 spread = second * n - first * first;
    return std::sqrt(double(spread) / (double(n) * double(n - 1)));
  }
};

} // namespace

void Mean::keepWithin(double least, double most) {
  if (interval) {
    interval->low = std::max(interval->low, least);
    interval->high = std::min(interval->high, most);
  }
  if (upper)
    upper = std::min(*upper, most);
}

Mean meanOf(ArrayRef<int64_t> counts, int64_t images) {
  Mean mean;
  if (counts.empty() || images <= 0)
    return mean;
  Sums sums;
  for (int64_t count : counts)
    sums.add(count);
  mean.chips = sums.n;
  mean.value = sums.mean() / double(images);
  if (sums.n < 2)
    return mean;
  mean.sd = sums.sd() / double(images);
  double degrees = double(sums.n - 1);
  double error = mean.sd / std::sqrt(double(sums.n));
  double half = studentQuantile(0.5 + confidence / 2, degrees) * error;
  mean.interval = Interval{mean.value - half, mean.value + half};
  mean.upper = mean.value + studentQuantile(confidence, degrees) * error;
  return mean;
}

std::optional<double> testSetError(ArrayRef<int64_t> perImage, int64_t chips) {
  if (perImage.size() < 2 || chips <= 0)
    return std::nullopt;
  Sums sums;
  for (int64_t count : perImage)
    sums.add(count);
  return sums.sd() / (double(chips) * std::sqrt(double(sums.n)));
}

Summary summarize(ArrayRef<int64_t> correct, ArrayRef<int64_t> perImage,
                  int64_t images) {
  Summary summary;
  if (correct.empty() || images <= 0)
    return summary;
  summary.mean = meanOf(correct, images);
  summary.mean.keepWithin(0, 1);
  summary.testSet = testSetError(perImage, int64_t(correct.size()));
  std::vector<double> sorted;
  for (int64_t count : correct)
    sorted.push_back(double(count) / double(images));
  summary.worstChip =
      std::min_element(correct.begin(), correct.end()) - correct.begin();
  std::sort(sorted.begin(), sorted.end());
  summary.median = quantile(sorted, 0.5);
  summary.low = quantile(sorted, 0.05);
  summary.high = quantile(sorted, 0.95);
  summary.worst = sorted.front();
  summary.best = sorted.back();
  if (correct.size() == 1)
    summary.oneChip = wilson(correct.front(), images);
  return summary;
}

Yield yieldAbove(ArrayRef<int64_t> correct, int64_t images, double wanted) {
  Yield yield;
  yield.chips = int64_t(correct.size());
  for (int64_t count : correct)
    yield.good += double(count) >= wanted * double(images);
  yield.interval = wilson(yield.good, yield.chips);
  return yield;
}

Mean pairedDifference(ArrayRef<int64_t> a, ArrayRef<int64_t> b,
                      int64_t images) {
  std::vector<int64_t> differences;
  for (size_t i = 0; i < std::min(a.size(), b.size()); ++i)
    differences.push_back(a[i] - b[i]);
  Mean mean = meanOf(differences, images);
  mean.keepWithin(-1, 1);
  return mean;
}

std::optional<int64_t> StopRule::stop(ArrayRef<int64_t> correct,
                                      int64_t images) const {
  int64_t known = int64_t(correct.size());
  if (width)
    for (int64_t n = block; n <= std::min(known, chips); n += block) {
      Mean mean = meanOf(correct.take_front(n), images);
      if (mean.sd > 0 && mean.interval->width() <= *width)
        return n;
    }
  if (known >= chips)
    return chips;
  return std::nullopt;
}

} // namespace bnn::mc
