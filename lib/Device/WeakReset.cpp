//===- WeakReset.cpp - Devices after weak RESET pulses --------------------===//

#include "bnn/Device/WeakReset.h"
#include "Quadrature.h"
#include "bnn/Support/Error.h"
#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <functional>

using namespace llvm;

namespace bnn::device {

namespace {

constexpr double gridStep = 1.0 / 1024;
/// Of the grid, before anything is allocated.
constexpr double widest = 200;

/// Probabilities on grid points of ln R, or of a change of it.
struct Masses {
  int64_t first = 0; ///< at first * gridStep
  std::vector<double> of;

  Masses(double low, double high)
      : first(int64_t(std::floor(low / gridStep)) - 1),
        of(size_t(int64_t(std::ceil(high / gridStep)) - first + 2), 0.0) {}

  /// On the two points around it, so that the mean is kept.
  void add(double value, double mass) {
    double at = value / gridStep - double(first);
    auto below = size_t(at);
    of[below] += mass * (1 - (at - double(below)));
    of[below + 1] += mass * (at - double(below));
  }
};

Masses sumOf(const Masses &a, const Masses &b) {
  Masses sum(0, 0);
  sum.first = a.first + b.first;
  sum.of.assign(a.of.size() + b.of.size() - 1, 0.0);
  for (size_t j = 0; j < b.of.size(); ++j)
    if (b.of[j] > 0)
      for (size_t i = 0; i < a.of.size(); ++i)
        sum.of[i + j] += a.of[i] * b.of[j];
  return sum;
}

/// A law on an interval: cells of equal width and their probabilities.
using Cells = std::vector<std::pair<double, double>>;

Cells cellsOf(double low, double high, int count,
              const std::function<double(double)> &below) {
  Cells cells;
  double whole = below(high) - below(low);
  if (!(high > low) || !(whole > 0))
    return {{low, 1}};
  double last = below(low);
  for (int i = 0; i < count; ++i) {
    double from = low + (high - low) * i / count;
    double to = low + (high - low) * (i + 1) / count;
    double next = below(to);
    cells.emplace_back((from + to) / 2, (next - last) / whole);
    last = next;
  }
  return cells;
}

double exponentialBelow(double value, double scale) {
  return scale > 0 ? 1 - expOf(-value / scale) : 1;
}

double normalBelowAny(double z) {
  return z < 0 ? normalBelow(z) : 1 - normalAbove(z);
}

/// step of ln R by the pulses themselves.
Masses riseOf(const WeakReset &law, double pulses) {
  constexpr int fine = 400, coarse = 40;
  Cells slopes =
      cellsOf(0, law.slopeMaximum - law.slopeMinimum, fine,
              [&](double x) { return exponentialBelow(x, law.slopeScale); });
  Cells knees = cellsOf(
      lnOf(law.kneeMinimum), lnOf(law.kneeMaximum), fine, [&](double ln) {
        double z = ln - lnOf(law.kneeMedian);
        return law.kneeLnSigma > 0 ? normalBelowAny(z / law.kneeLnSigma)
                                   : double(z >= 0);
      });
  Cells late = cellsOf(0, law.lateSlopeMaximum, coarse, [&](double x) {
    return exponentialBelow(x, law.lateSlopeScale);
  });
  Masses rise(0, law.slopeMaximum * std::min(pulses, law.kneeMaximum) +
                     law.lateSlopeMaximum * pulses);
  for (auto [ln, share] : knees) {
    double knee = std::min(expOf(ln), pulses);
    for (auto [above, part] : slopes) {
      double early = (law.slopeMinimum + above) * knee;
      if (knee >= pulses) {
        rise.add(early, share * part);
        continue;
      }
      for (auto [slope, rest] : late)
        rise.add(early + slope * (pulses - knee), share * part * rest);
    }
  }
  return rise;
}

Error check(const WeakReset &law, double pulses) {
  for (auto [value, name] : {std::pair(law.slopeScale, "slope_scale"),
                             {law.kneeLnSigma, "knee_ln_sigma"},
                             {law.lateSlopeScale, "late_slope_scale"},
                             {law.lateSlopeMaximum, "late_slope_maximum"},
                             {law.slopeMinimum, "slope_minimum"},
                             {law.stepSd, "step_sd"},
                             {law.stepLimit, "step_limit"},
                             {law.telegraphAmplitude, "telegraph_amplitude"},
                             {law.telegraphRise, "telegraph_rise"},
                             {law.telegraphFall, "telegraph_fall"},
                             {law.noiseSigma, "noise_sigma"}})
    if (!std::isfinite(value) || value < 0)
      return makeError(fmt::format("{}: must be finite and not below 0, got {}",
                                   name, value));
  if (!(law.slopeMaximum >= law.slopeMinimum))
    return makeError("slope_maximum: must not lie below slope_minimum");
  if (!(law.kneeMinimum > 0) || !(law.kneeMaximum > law.kneeMinimum) ||
      !(law.kneeMedian >= law.kneeMinimum) ||
      !(law.kneeMedian <= law.kneeMaximum))
    return makeError("knee_median: must lie between knee_minimum and "
                     "knee_maximum, which are above 0 and apart");
  if (!(std::fabs(law.stepMean) <= law.stepLimit))
    return makeError("step_mean: must lie within step_limit");
  if (law.telegraphRise + law.telegraphFall > 1)
    return makeError("telegraph_rise: and telegraph_fall sum to more than 1");
  if (!(pulses >= 1) || !std::isfinite(pulses))
    return makeError(fmt::format("pulses: must be 1 or more, got {}", pulses));
  double reach = law.slopeMaximum * std::min(pulses, law.kneeMaximum) +
                 law.lateSlopeMaximum * pulses + law.telegraphAmplitude +
                 2 * law.stepLimit + 2 * normalReach * law.noiseSigma;
  if (!(reach < widest))
    return makeError(
        fmt::format("pulses: {} of them may change ln R by {:.3g}, "
                    "which no device survives",
                    pulses, reach));
  return Error::success();
}

} // namespace

Expected<Distribution> afterWeakReset(const Distribution &start,
                                      const WeakReset &law, double pulses) {
  if (Error error = check(law, pulses))
    return std::move(error);
  Masses sum = riseOf(law, pulses);

  double low = start.lnAt(-normalReach), high = start.lnAt(normalReach);
  if (!(high - low < widest))
    return makeError("lrs: is too wide a law to program from");
  Masses before(low, high);
  for (size_t i = 0; i < before.of.size(); ++i) {
    double at = double(before.first + int64_t(i)) * gridStep;
    before.of[i] =
        start.lnCdf(at + gridStep / 2) - start.lnCdf(at - gridStep / 2);
  }
  sum = sumOf(sum, before);

  Masses step(-law.stepLimit, law.stepLimit);
  for (auto [value, mass] :
       cellsOf(-law.stepLimit, law.stepLimit, 512, [&](double x) {
         double z = x - law.stepMean;
         return law.stepSd > 0 ? normalBelowAny(z / law.stepSd)
                               : double(z >= 0);
       }))
    step.add(value, mass);
  sum = sumOf(sum, step);

  double changes = law.telegraphRise + law.telegraphFall;
  if (law.telegraphRise > 0 && law.telegraphAmplitude > 0) {
    double settled = changes < 1 ? 1 - expOf(pulses * lnOf(1 - changes)) : 1;
    double up = law.telegraphRise / changes * settled;
    Masses telegraph(0, law.telegraphAmplitude);
    telegraph.add(0, 1 - up);
    constexpr int parts = 512;
    for (int i = 0; i < parts; ++i)
      telegraph.add(law.telegraphAmplitude * (i + 0.5) / parts, up / parts);
    sum = sumOf(sum, telegraph);
  }
  if (law.noiseSigma > 0) {
    double reach = normalReach * law.noiseSigma;
    Masses noise(-reach, reach);
    for (auto [value, mass] : cellsOf(-reach, reach, 512, [&](double x) {
           return normalBelowAny(x / law.noiseSigma);
         }))
      noise.add(value, mass);
    sum = sumOf(sum, noise);
  }
  return Distribution::onGrid(double(sum.first) * gridStep, gridStep, sum.of);
}

} // namespace bnn::device
