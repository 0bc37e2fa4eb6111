//===- DistributionTable.cpp - Distributions from measured devices --------===//

#include "bnn/Device/Distribution.h"
#include "bnn/Support/Error.h"
#include "llvm/ADT/STLExtras.h"
#include <algorithm>
#include <cmath>
#include <fmt/format.h>

using namespace llvm;

namespace bnn::device {

/// Fewer devices say nothing about a tail.
static constexpr size_t leastForTail = 40;

Distribution Distribution::table(std::vector<Knot> points, TableEnds ends,
                                 uint64_t devices, TailModel tail) {
  Distribution result;
  result.law = Law::Table;
  result.knots = std::make_shared<const std::vector<Knot>>(std::move(points));
  result.ends = ends;
  result.count = devices;
  result.tailModel = tail;
  result.setMoments();
  return result;
}

double Distribution::tableLn(TailProbability probability) const {
  double score = normalQuantile(probability);
  const Knot &first = knots->front(), &last = knots->back();
  if (score < first.score || score > last.score) {
    bool upper = score > last.score;
    const Knot &end = upper ? last : first;
    if (const ParetoTail &tail = ends.pareto[upper]; tail.share > 0) {
      double p = upper ? probability.above() : probability.below();
      double logRatio = lnOf(p / tail.share);
      double beyond =
          std::fabs(tail.shape) < 1e-9
              ? -tail.scale * logRatio
              : tail.scale / tail.shape * (expOf(-tail.shape * logRatio) - 1);
      return upper ? end.ln + beyond : end.ln - beyond;
    }
    // Without a slope this is 0 times a number that may be infinite.
    double slope = ends.slope[upper];
    return slope > 0 ? end.ln + slope * (score - end.score) : end.ln;
  }
  auto right = llvm::upper_bound(
      *knots, score, [](double s, const Knot &knot) { return s < knot.score; });
  if (right == knots->end())
    return last.ln;
  auto left = std::prev(right);
  return left->ln + (right->ln - left->ln) * (score - left->score) /
                        (right->score - left->score);
}

TailProbability Distribution::tableProbability(double lnOhm) const {
  auto fromScore = [](double z) -> TailProbability {
    return {normalBelow(z > 0 ? -z : z), z > 0};
  };
  const Knot &first = knots->front(), &last = knots->back();
  if (lnOhm < first.ln || lnOhm > last.ln) {
    bool upper = lnOhm > last.ln;
    double beyond = upper ? lnOhm - last.ln : first.ln - lnOhm;
    if (const ParetoTail &tail = ends.pareto[upper]; tail.share > 0) {
      double p = 0;
      if (double base = 1 + tail.shape * beyond / tail.scale; base > 0)
        p = std::fabs(tail.shape) < 1e-9 ? expOf(-beyond / tail.scale)
                                         : expOf(-lnOf(base) / tail.shape);
      return {tail.share * p, upper};
    }
    double slope = ends.slope[upper];
    if (!(slope > 0))
      return {0, upper};
    return fromScore(upper ? last.score + beyond / slope
                           : first.score - beyond / slope);
  }
  // Between equal resistances of the table: all of them lie below.
  auto right = llvm::upper_bound(
      *knots, lnOhm, [](double ln, const Knot &knot) { return ln < knot.ln; });
  if (right == knots->end()) // the last one: what lies at it is not above
    return ends.slope[1] > 0 || ends.pareto[1].share > 0
               ? fromScore(last.score)
               : TailProbability{0, true};
  auto left = std::prev(right);
  return fromScore(left->score + (right->score - left->score) *
                                     (lnOhm - left->ln) /
                                     (right->ln - left->ln));
}

/// Hosking and Wallis' estimators by probability-weighted moments
/// (Technometrics 29, 1987).
Distribution::ParetoTail Distribution::fitPareto(double share,
                                                 ArrayRef<Knot> excesses) {
  double n = double(excesses.size()), b0 = 0, a1 = 0;
  for (auto [index, excess] : enumerate(excesses)) {
    b0 += excess.ln / n;
    a1 += excess.ln * (n - 1 - double(index)) / (n - 1) / n;
  }
  double gap = b0 - 2 * a1;
  if (!(b0 > 0) || !(gap > 0))
    return {share, 0, std::max(b0, 1e-12)};
  return {share, 2 - b0 / gap, 2 * b0 * a1 / gap};
}

/// The least-squares slope of a line through the beginning of the tail.
double Distribution::slopeThroughZero(ArrayRef<Knot> excesses) {
  double xx = 0, xy = 0;
  for (const Knot &excess : excesses) {
    xx += excess.score * excess.score;
    xy += excess.score * excess.ln;
  }
  return xx > 0 ? std::max(xy / xx, 0.0) : 0;
}

Expected<Distribution> Distribution::measured(std::vector<double> ohms,
                                              TailModel tail) {
  size_t n = ohms.size();
  if (n < 2)
    return makeError("at least two measured devices make a distribution");
  for (double ohm : ohms)
    if (!std::isfinite(ohm) || ohm <= 0)
      return makeError(fmt::format(
          "a measured resistance must be finite and above 0, got {}", ohm));
  if (tail != TailModel::None && n < leastForTail)
    return makeError(fmt::format("a tail model needs {} measured devices or "
                                 "more, there are {}",
                                 leastForTail, n));
  llvm::sort(ohms);
  std::vector<Knot> points;
  for (size_t i = 0; i < n; ++i) {
    bool upper = 2 * i + 1 > n;
    double p = (double(upper ? n - 1 - i : i) + 0.5) / double(n);
    points.push_back({normalQuantile({p, upper}), lnOf(ohms[i])});
  }
  TableEnds ends;
  size_t outer = std::max<size_t>(n / 10, 10);
  if (tail != TailModel::None) {
    // The tails begin half-way to the next device, at a share outer / n, and
    // stand for the devices beyond.
    double share = double(outer) / double(n);
    double score = normalQuantile({share, false});
    const Knot low{score, (points[outer - 1].ln + points[outer].ln) / 2};
    const Knot high{-score,
                    (points[n - outer].ln + points[n - outer - 1].ln) / 2};
    std::vector<Knot> excesses[2]; // ascending
    for (size_t i = 0; i < outer; ++i) {
      const Knot &below = points[outer - 1 - i], &above = points[n - outer + i];
      excesses[0].push_back({low.score - below.score, low.ln - below.ln});
      excesses[1].push_back({above.score - high.score, above.ln - high.ln});
    }
    for (int upper : {0, 1})
      if (tail == TailModel::Lognormal)
        ends.slope[upper] = slopeThroughZero(excesses[upper]);
      else
        ends.pareto[upper] = fitPareto(share, excesses[upper]);
    points.erase(points.end() - ptrdiff_t(outer), points.end());
    points.erase(points.begin(), points.begin() + ptrdiff_t(outer));
    points.insert(points.begin(), low);
    points.push_back(high);
  }
  return table(std::move(points), ends, n, tail);
}

Expected<Distribution>
Distribution::quantiles(ArrayRef<std::pair<double, double>> rows,
                        uint64_t devices, TailModel tail) {
  if (rows.size() < 2)
    return makeError("quantiles: at least two are needed");
  if (devices < rows.size())
    return makeError(fmt::format("devices: {} quantiles of {} devices",
                                 rows.size(), devices));
  if (tail == TailModel::Gpd)
    return makeError("tail: gpd is fitted to single devices, which a table of "
                     "quantiles does not have; give devices.csv");
  if (tail != TailModel::None && devices < leastForTail)
    return makeError(fmt::format("tail: a tail model needs {} measured devices "
                                 "or more, there are {}",
                                 leastForTail, devices));
  std::vector<Knot> points;
  for (auto [index, row] : enumerate(rows)) {
    auto [p, ohm] = row;
    double end = 0.5 / double(devices);
    if (!(p > 0 && p < 1))
      return makeError(
          fmt::format("quantiles: probability {} must lie between 0 and 1", p));
    if (std::min(p, 1 - p) < end * (1 - 1e-9))
      return makeError(fmt::format("quantiles: probability {} is beyond what "
                                   "{} devices can show",
                                   p, devices));
    if (!std::isfinite(ohm) || ohm <= 0)
      return makeError(fmt::format(
          "quantiles: a resistance must be finite and above 0, got {}", ohm));
    if (index && (p <= rows[index - 1].first || ohm < rows[index - 1].second))
      return makeError(fmt::format(
          "quantiles: not monotone, ({}, {} ohm) follows ({}, {} ohm)", p, ohm,
          rows[index - 1].first, rows[index - 1].second));
    points.push_back({normalQuantile({p, false}), lnOf(ohm)});
  }
  TableEnds ends;
  // A table is kept as it is; a tail continues the line through its two last
  // points.
  if (tail == TailModel::Lognormal) {
    auto slope = [](const Knot &a, const Knot &b) {
      return (b.ln - a.ln) / (b.score - a.score);
    };
    size_t last = points.size() - 1;
    ends.slope[0] = slope(points[0], points[1]);
    ends.slope[1] = slope(points[last - 1], points[last]);
  }
  return table(std::move(points), ends, devices, tail);
}

Distribution Distribution::onGrid(double first, double width,
                                  ArrayRef<double> masses) {
  std::vector<double> above(masses.size() + 1, 0.0);
  for (size_t i = masses.size(); i-- > 0;)
    above[i] = above[i + 1] + masses[i];
  double whole = above[0], below = 0;
  std::vector<Knot> points;
  for (size_t i = 0; i <= masses.size(); ++i) {
    TailProbability p{std::min(below, above[i]) / whole, above[i] < below};
    double score = normalQuantile(p);
    if (std::isfinite(score) && (points.empty() || score > points.back().score))
      points.push_back({score, first + width * (double(i) - 0.5)});
    if (i < masses.size())
      below += masses[i];
  }
  if (points.size() < 2) // all devices alike
    points = {{-1, first}, {1, first}};
  return table(std::move(points), {}, 0, TailModel::None);
}

} // namespace bnn::device
