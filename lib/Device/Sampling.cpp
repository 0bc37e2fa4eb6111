//===- Sampling.cpp - Error rates by drawing cells ------------------------===//

#include "bnn/Device/Sampling.h"
#include "bnn/Device/Random.h"
#include <algorithm>
#include <array>
#include <cmath>

namespace bnn::device {

using Scores = std::array<double, 3>; ///< of LRS, HRS and the offset

/// What the latch compares with 0 for an LRS device at BL: an error from 0 on.
static double marginAt(const CellModel &model, double offsetSd,
                       const Scores &z) {
  const CellParameters &cell = model.parameters();
  return model.branch(cell.lrs.lnAt(z[0])) - model.branch(cell.hrs.lnAt(z[1])) +
         offsetSd * z[2];
}

/// The scores closest to 0 at which a cell errs: steps to the linearised tie
/// (Hasofer and Lind 1974, Rackwitz and Fiessler 1978). Any result makes an
/// unbiased estimate, so a step that does not converge does no harm.
static Scores likeliestError(const CellModel &model, double offsetSd) {
  Scores z{0, 0, 0};
  for (int iteration = 0; iteration < 60; ++iteration) {
    double value = marginAt(model, offsetSd, z), squares = 0, along = 0;
    Scores slope;
    for (unsigned i = 0; i < 3; ++i) {
      Scores moved = z;
      moved[i] += 1e-2;
      slope[i] = (marginAt(model, offsetSd, moved) - value) / 1e-2;
      squares += slope[i] * slope[i];
      along += slope[i] * z[i];
    }
    if (!(squares > 1e-12))
      break;
    for (unsigned i = 0; i < 3; ++i) {
      double next = slope[i] * (along - value) / squares;
      z[i] = std::clamp(z[i] + 0.7 * (next - z[i]), -8.0, 8.0);
    }
  }
  return z;
}

SampledRate sampleTilted(const CellModel &model, uint64_t samples,
                         uint64_t seed) {
  const Sense &sense = model.sense();
  double offsetSd = std::sqrt(sense.arraySigma * sense.arraySigma +
                              sense.latchSigma * sense.latchSigma +
                              sense.readSigma * sense.readSigma);
  Scores tilt = likeliestError(model, offsetSd);
  double half = 0;
  for (double t : tilt)
    half += t * t / 2;
  Stream devices(seed, 0, Draw::Resistance),
      offsets(seed, 0, Draw::ArrayOffset);
  SampledRate result;
  result.samples = samples;
  double sum = 0, squares = 0;
  for (uint64_t i = 0; i < samples; ++i) {
    auto words = devices.pair(0, i);
    Scores z{toNormal(words[0]) + tilt[0], toNormal(words[1]) + tilt[1],
             offsetSd > 0 ? toNormal(offsets.pair(0, i)[0]) + tilt[2] : 0};
    if (marginAt(model, offsetSd, z) < 0)
      continue;
    double weight = expOf(half - tilt[0] * z[0] - tilt[1] * z[1] -
                          (offsetSd > 0 ? tilt[2] * z[2] : 0));
    ++result.errors;
    sum += weight;
    squares += weight * weight;
  }
  double n = double(samples), errors = double(result.errors);
  result.rate = sum / n;
  result.standardError =
      std::sqrt(std::max(squares / n - result.rate * result.rate, 0.0) / n);
  if (result.errors)
    result.weightVariance =
        squares / errors / (sum / errors * sum / errors) - 1;
  return result;
}

} // namespace bnn::device
