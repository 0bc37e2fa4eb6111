//===- Distribution.cpp - Resistances of one state over devices -----------===//

#include "bnn/Device/Distribution.h"
#include "Quadrature.h"
#include "bnn/Support/Error.h"
#include "llvm/ADT/STLExtras.h"
#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <numeric>

using namespace llvm;

namespace bnn::device {

StringRef toString(TailModel tail) {
  switch (tail) {
  case TailModel::None:
    return "none";
  case TailModel::Lognormal:
    return "lognormal";
  case TailModel::Gpd:
    return "gpd";
  }
  return "none";
}

static Error wrong(const std::string &reason) { return makeError(reason); }

/// "must be finite and above 0", or nothing.
static Error checkPositive(const char *name, double value) {
  if (std::isfinite(value) && value > 0)
    return Error::success();
  return wrong(
      fmt::format("{}: must be finite and above 0, got {}", name, value));
}

static Error checkSpread(const char *name, double value) {
  if (std::isfinite(value) && value >= 0)
    return Error::success();
  return wrong(
      fmt::format("{}: must be finite and not below 0, got {}", name, value));
}

Expected<Distribution> Distribution::lognormal(double median, double lnSigma) {
  if (Error error = checkPositive("median", median))
    return std::move(error);
  if (Error error = checkSpread("ln_sigma", lnSigma))
    return std::move(error);
  Distribution result;
  result.law = Law::Lognormal;
  result.location = lnOf(median);
  result.spread = lnSigma;
  result.setMoments();
  return result;
}

Expected<Distribution> Distribution::normal(double mean, double sd) {
  if (Error error = checkPositive("mean", mean))
    return std::move(error);
  if (Error error = checkSpread("sd", sd))
    return std::move(error);
  Distribution result;
  result.law = Law::Normal;
  result.location = mean;
  result.spread = sd;
  result.most = HUGE_VAL;
  result.massBelow = sd > 0 ? normalBelow(-mean / sd) : 0;
  if (result.massBelow > 1e-6)
    return wrong(fmt::format("sd: {:.2g} of the devices would have a "
                             "resistance below 0; use law truncated_normal or "
                             "lognormal",
                             result.massBelow));
  result.setMoments();
  return result;
}

Expected<Distribution> Distribution::truncatedNormal(double mean, double sd,
                                                     double minimum,
                                                     double maximum) {
  if (!std::isfinite(mean))
    return wrong("mean: must be finite");
  if (Error error = checkPositive("sd", sd))
    return std::move(error);
  if (Error error = checkPositive("minimum", minimum))
    return std::move(error);
  if (Error error = checkPositive("maximum", maximum))
    return std::move(error);
  if (minimum >= maximum)
    return wrong("minimum: must lie below maximum");
  Distribution result;
  result.law = Law::Truncated;
  result.location = mean;
  result.spread = sd;
  result.least = minimum;
  result.most = maximum;
  result.massBelow = normalBelow((minimum - mean) / sd);
  result.massAbove = normalAbove((maximum - mean) / sd);
  if (1 - result.massBelow - result.massAbove < 1e-6)
    return wrong("minimum and maximum leave less than 1e-6 of the normal law");
  result.setMoments();
  return result;
}

double Distribution::lnQuantile(TailProbability probability) const {
  switch (law) {
  case Law::Lognormal:
    return spread > 0 ? location + spread * normalQuantile(probability)
                      : location;
  case Law::Normal:
  case Law::Truncated: {
    if (spread == 0)
      return lnOf(location);
    double mass = 1 - massBelow - massAbove;
    double end =
        (probability.upper ? massAbove : massBelow) + probability.p * mass;
    double ohm = location + spread * normalQuantile({end, probability.upper});
    return lnOf(std::clamp(ohm, std::max(least, 1e-300), most));
  }
  case Law::Table:
    return tableLn(probability);
  }
  return 0;
}

TailProbability Distribution::probability(double lnOhm) const {
  switch (law) {
  case Law::Lognormal: {
    if (spread == 0)
      return {lnOhm > location ? 1.0 : 0.0, false};
    double z = (lnOhm - location) / spread;
    return {normalBelow(z > 0 ? -z : z), z > 0};
  }
  case Law::Normal:
  case Law::Truncated: {
    double ohm = expOf(lnOhm);
    if (spread == 0)
      return {ohm > location ? 1.0 : 0.0, false};
    if (ohm <= least)
      return {0, false};
    if (ohm >= most)
      return {0, true};
    double mass = 1 - massBelow - massAbove;
    double z = (ohm - location) / spread;
    double end =
        z > 0 ? normalAbove(z) - massAbove : normalBelow(z) - massBelow;
    return {std::clamp(end / mass, 0.0, 1.0), z > 0};
  }
  case Law::Table:
    return tableProbability(lnOhm);
  }
  return {};
}

void Distribution::setMoments() {
  if (law == Law::Lognormal) {
    meanOfLn = location;
    sdOfLn = spread;
    return;
  }
  // The trapezoid rule over the normal score.
  constexpr int steps = 16 * 9;
  double weights = 0, first = 0, second = 0;
  double middle = lnQuantile({0.5, false});
  for (int i = -steps; i <= steps; ++i) {
    double score = i / 16.0, weight = normalDensity(score);
    double ln = lnAt(score) - middle;
    weights += weight;
    first += weight * ln;
    second += weight * ln * ln;
  }
  first /= weights;
  meanOfLn = middle + first;
  sdOfLn = std::sqrt(std::max(second / weights - first * first, 0.0));
}

Distribution Distribution::aged(double shift, double widening) const {
  Distribution result = *this;
  if (law == Law::Lognormal) {
    result.location += shift;
    result.spread = std::sqrt(spread * spread + widening * widening);
    result.setMoments();
  } else {
    // The law of the sum over a grid of ln R, from both ends. The mean is taken
    // over the wider of the two terms, of the smooth law of the other.
    constexpr int points = 2048;
    bool overDevices = widening > sdOfLn;
    std::vector<double> weights, values;
    for (double score = -normalReach; score <= normalReach;
         score += overDevices ? 1.0 / 16 : 1.0 / 8) {
      weights.push_back(normalDensity(score));
      values.push_back(overDevices ? lnAt(score) : widening * score);
    }
    double total = std::accumulate(weights.begin(), weights.end(), 0.0);
    double low = lnAt(-9.5) + shift - 9.5 * widening;
    double high = lnAt(9.5) + shift + 9.5 * widening;
    std::vector<Knot> knots;
    for (int i = 0; i <= points && high > low; ++i) {
      double ln = low + (high - low) * i / points;
      double below = 0, above = 0;
      for (auto [weight, value] : zip(weights, values)) {
        double rest = ln - shift - value;
        if (overDevices) {
          below += weight * normalBelow(rest / widening);
          above += weight * normalAbove(rest / widening);
        } else {
          TailProbability part = probability(rest);
          below += weight * part.below();
          above += weight * part.above();
        }
      }
      TailProbability sum{std::min(below, above) / total, above < below};
      double score = normalQuantile(sum);
      if (std::isfinite(score) && (knots.empty() || score > knots.back().score))
        knots.push_back({score, ln});
    }
    if (knots.size() < 2) // all devices alike
      knots = {{-1, low}, {1, high}};
    TableEnds straight;
    size_t n = knots.size();
    straight.slope[0] =
        (knots[1].ln - knots[0].ln) / (knots[1].score - knots[0].score);
    straight.slope[1] = (knots[n - 1].ln - knots[n - 2].ln) /
                        (knots[n - 1].score - knots[n - 2].score);
    result = table(std::move(knots), straight, count, tailModel);
  }
  result.agedShift = agedShift + shift;
  result.agedWidening =
      std::sqrt(agedWidening * agedWidening + widening * widening);
  return result;
}

std::string Distribution::describe() const {
  std::string text;
  if (count)
    text = fmt::format("{} measured devices, median {:.4g} ohm, tail {}", count,
                       median(), toString(tailModel).str());
  else if (law == Law::Lognormal)
    text = fmt::format("lognormal, median {:.4g} ohm, ln-sigma {:.4g}",
                       expOf(location), spread);
  else if (law == Law::Table)
    text =
        fmt::format("median {:.4g} ohm, sd of ln R {:.4g}", median(), lnSd());
  else
    text = fmt::format("{}normal, mean {:.4g} ohm, sd {:.4g} ohm",
                       law == Law::Truncated ? "truncated " : "", location,
                       spread);
  if (law == Law::Truncated)
    text += fmt::format(", {:.4g} to {:.4g} ohm", least, most);
  if (agedShift != 0 || agedWidening != 0)
    text +=
        fmt::format(", with a change of ln R by {:.4g} and a widening {:.4g}",
                    agedShift, agedWidening);
  return text;
}

} // namespace bnn::device
