//===- Sampling.cpp - Error rates by drawing cells ------------------------===//

#include "bnn/Device/Sampling.h"
#include "bnn/Device/Random.h"
#include <algorithm>
#include <array>
#include <cmath>

namespace bnn::device {

namespace {

/// Normal scores of a read: BL device, BLb device, all that is added to the
/// margin, all that is added to ln R_th.
using Scores = std::array<double, 4>;

/// A cell and the error that is looked for. It stores 0 for FromZero, else +1.
class Read {
public:
  Read(const CellModel &model, ErrorType type)
      : model(model), type(type),
        bl(type == ErrorType::FromZero ? model.parameters().hrs
                                       : model.parameters().lrs),
        blTelegraph(type == ErrorType::FromZero
                        ? model.parameters().hrsTelegraph
                        : model.parameters().lrsTelegraph) {
    const Sense &sense = model.sense();
    offsetSd = std::sqrt(sense.arraySigma * sense.arraySigma +
                         sense.latchSigma * sense.latchSigma +
                         sense.readSigma * sense.readSigma);
    if (sense.ternary) {
      zeroLn = lnOf(sense.zeroOhm);
      zeroSd = std::hypot(sense.zeroColumnSigma, sense.zeroReadSigma);
    }
  }

  /// What telegraph noise adds to ln R of both devices, and the ratio of the
  /// probability of that to the one it is drawn with.
  struct TelegraphDraw {
    std::array<double, 2> added{};
    double ratio = 1;
  };
  /// From random words: who is in the higher state, and how high it is. The
  /// device that makes the errors is so in half of the samples.
  TelegraphDraw telegraph(std::array<uint64_t, 2> state,
                          std::array<uint64_t, 2> amplitude) const {
    const Telegraph *laws[] = {&blTelegraph, &model.parameters().hrsTelegraph};
    TelegraphDraw draw;
    for (unsigned i = 0; i < 2; ++i) {
      if (!laws[i]->any())
        continue;
      double high = laws[i]->share * laws[i]->occupancy;
      double drawn = i == 0 && type != ErrorType::FromZero ? 0.5 : high;
      if (toUnit(state[i]) < drawn) {
        draw.added[i] = toUnit(amplitude[i]) * laws[i]->amplitude;
        draw.ratio *= high / drawn;
      } else if (high != drawn) {
        draw.ratio *= (1 - high) / (1 - drawn);
      }
    }
    return draw;
  }

  bool errs(const Scores &z, const std::array<double, 2> &added) const {
    double lnBl = bl.lnAt(z[0]) + added[0];
    double lnBlb = model.parameters().hrs.lnAt(z[1]) + added[1];
    bool zero =
        model.sense().ternary && std::min(lnBl, lnBlb) > zeroLn + zeroSd * z[3];
    if (type == ErrorType::Flip)
      return !zero &&
             model.branch(lnBl) - model.branch(lnBlb) + offsetSd * z[2] >= 0;
    return zero == (type == ErrorType::ToZero);
  }

  /// The scores closest to 0 at which a cell errs, about: any result makes an
  /// unbiased estimate.
  Scores likeliest() const {
    // Telegraph noise makes a mixture; most errors have much of it.
    double high = blTelegraph.any() && type != ErrorType::FromZero
                      ? 0.7 * blTelegraph.amplitude
                      : 0;
    Scores z = walk([&](const Scores &at) {
      switch (type) {
      case ErrorType::Flip:
        return model.branch(bl.lnAt(at[0]) + high) -
               model.branch(model.parameters().hrs.lnAt(at[1])) +
               offsetSd * at[2];
      case ErrorType::ToZero:
        return bl.lnAt(at[0]) + high - zeroLn - zeroSd * at[3];
      case ErrorType::FromZero:
        return zeroLn + zeroSd * at[3] - bl.lnAt(at[0]);
      }
      return 0.0;
    });
    // A tie above R_th reads as 0: both devices must come down to R_th.
    if (type == ErrorType::Flip && model.sense().ternary &&
        bl.lnAt(z[0]) > zeroLn) {
      z[0] = scoreOf(bl, zeroLn);
      z[1] = scoreOf(model.parameters().hrs, zeroLn);
    }
    return z;
  }

private:
  static double scoreOf(const Distribution &law, double ln) {
    return std::clamp(normalQuantile(law.probability(ln)), -8.0, 8.0);
  }

  /// Steps to the linearised limit `value` = 0 (Hasofer and Lind 1974,
  /// Rackwitz and Fiessler 1978).
  template <typename Function> static Scores walk(Function value) {
    Scores z{};
    for (int iteration = 0; iteration < 60; ++iteration) {
      double here = value(z), squares = 0, along = 0;
      Scores slope;
      for (unsigned i = 0; i < z.size(); ++i) {
        Scores moved = z;
        moved[i] += 1e-2;
        slope[i] = (value(moved) - here) / 1e-2;
        squares += slope[i] * slope[i];
        along += slope[i] * z[i];
      }
      if (!(squares > 1e-12))
        break;
      for (unsigned i = 0; i < z.size(); ++i) {
        double next = slope[i] * (along - here) / squares;
        z[i] = std::clamp(z[i] + 0.7 * (next - z[i]), -8.0, 8.0);
      }
    }
    return z;
  }

  const CellModel &model;
  ErrorType type;
  const Distribution &bl;
  const Telegraph &blTelegraph;
  double offsetSd = 0, zeroLn = 0, zeroSd = 0;
};

} // namespace

SampledRate sampleTilted(const CellModel &model, ErrorType type,
                         uint64_t samples, uint64_t seed) {
  Read read(model, type);
  Scores tilt = read.likeliest();
  // Either device of a stored 0 may be the one that is too low: each is moved
  // in half of the samples.
  bool either = type == ErrorType::FromZero;
  Stream devices(seed, 0, Draw::Resistance),
      offsets(seed, 0, Draw::ArrayOffset), telegraph(seed, 0, Draw::Telegraph);
  auto density = [&](const Scores &z, bool swap) { // over the untilted one
    double exponent = 0;
    for (unsigned i = 0; i < z.size(); ++i) {
      double t = tilt[swap && i < 2 ? 1 - i : i];
      exponent += t * (z[i] - t / 2);
    }
    return expOf(exponent);
  };
  SampledRate result;
  result.samples = samples;
  double sum = 0, squares = 0;
  for (uint64_t i = 0; i < samples; ++i) {
    auto words = devices.pair(0, i), more = offsets.pair(0, i);
    bool swap = either && i % 2;
    Scores z{toNormal(words[0]) + tilt[swap], toNormal(words[1]) + tilt[!swap],
             toNormal(more[0]) + tilt[2], toNormal(more[1]) + tilt[3]};
    Read::TelegraphDraw noise =
        read.telegraph(telegraph.pair(0, i), telegraph.pair(1, i));
    if (!read.errs(z, noise.added))
      continue;
    double weight =
        noise.ratio * (either ? 2 / (density(z, false) + density(z, true))
                              : 1 / density(z, false));
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
