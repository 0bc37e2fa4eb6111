//===- WeakResetTest.cpp - Devices after weak RESET pulses ----------------===//

#include "bnn/Device/WeakReset.h"
#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <random>

using namespace bnn::device;
using llvm::cantFail;

namespace {

/// The published coefficients.
WeakReset published() {
  WeakReset law;
  law.slopeMinimum = 3.74e-5;
  law.slopeScale = 6.565e-4;
  law.slopeMaximum = 0.0076;
  law.kneeMedian = 542.5;
  law.kneeLnSigma = 0.803;
  law.kneeMinimum = 41;
  law.kneeMaximum = 2000;
  law.lateSlopeScale = 2.889e-5;
  law.lateSlopeMaximum = 1.3e-4;
  law.stepMean = 0.00529;
  law.stepSd = 0.0532;
  law.stepLimit = 0.15;
  law.telegraphRise = 0.0008;
  law.telegraphFall = 0.002;
  law.telegraphAmplitude = 0.5;
  law.noiseSigma = 0.025;
  return law;
}

Distribution start() {
  return cantFail(Distribution::truncatedNormal(6988, 381.7, 6252, 7897));
}

/// One device after another, pulse by pulse where the telegraph chain is.
std::vector<double> simulate(const WeakReset &law, int pulses, int devices) {
  std::mt19937_64 engine(7);
  std::uniform_real_distribution<double> uniform;
  std::normal_distribution<double> normal;
  std::exponential_distribution<double> exponential;
  auto until = [](auto draw, double low, double high) {
    for (;;)
      if (double value = draw(); value >= low && value <= high)
        return value;
  };
  std::vector<double> result;
  for (int i = 0; i < devices; ++i) {
    double ohm =
        until([&] { return 6988 + 381.7 * normal(engine); }, 6252, 7897);
    double slope = until(
        [&] { return law.slopeMinimum + law.slopeScale * exponential(engine); },
        law.slopeMinimum, law.slopeMaximum);
    double knee = until(
        [&] {
          return law.kneeMedian * std::exp(law.kneeLnSigma * normal(engine));
        },
        law.kneeMinimum, law.kneeMaximum);
    double late =
        until([&] { return law.lateSlopeScale * exponential(engine); }, 0,
              law.lateSlopeMaximum);
    double step =
        until([&] { return law.stepMean + law.stepSd * normal(engine); },
              -law.stepLimit, law.stepLimit);
    double amplitude = law.telegraphAmplitude * uniform(engine);
    bool high = false;
    for (int n = 0; n < pulses; ++n)
      high = high ? uniform(engine) >= law.telegraphFall
                  : uniform(engine) < law.telegraphRise;
    double mean =
        pulses <= knee ? slope * pulses : slope * knee + late * (pulses - knee);
    result.push_back(std::log(ohm) + step + mean + (high ? amplitude : 0) +
                     law.noiseSigma * normal(engine));
  }
  std::sort(result.begin(), result.end());
  return result;
}

/// Shares of simulated devices below the law's quantiles, 4 standard errors.
TEST(WeakReset, AsDevicesThatArePulsedOneByOne) {
  constexpr int devices = 20000;
  for (int pulses : {30, 300, 2500}) {
    Distribution law = cantFail(afterWeakReset(start(), published(), pulses));
    std::vector<double> sample = simulate(published(), pulses, devices);
    for (double p : {0.001, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999}) {
      double ln = law.lnQuantile({p, false});
      auto below = double(std::lower_bound(sample.begin(), sample.end(), ln) -
                          sample.begin());
      EXPECT_LT(
          std::fabs(below - p * devices) / std::sqrt(devices * p * (1 - p)), 4)
          << pulses << " pulses, quantile " << p;
    }
  }
}

/// Without spread the law is what the formula says.
TEST(WeakReset, FormulaOfOneDevice) {
  WeakReset law;
  law.slopeMinimum = law.slopeMaximum = 1e-3;
  law.kneeMedian = 100;
  law.kneeMinimum = 99.999;
  law.kneeMaximum = 100.001;
  Distribution before = cantFail(Distribution::lognormal(7000, 0.1));
  EXPECT_NEAR(cantFail(afterWeakReset(before, law, 50)).median(),
              7000 * std::exp(0.05), 5);
  EXPECT_NEAR(cantFail(afterWeakReset(before, law, 500)).median(),
              7000 * std::exp(0.1), 5);
  EXPECT_NEAR(cantFail(afterWeakReset(before, law, 500)).lnSd(), 0.1, 1e-4);
  law.telegraphRise = law.telegraphFall = 0.5;
  law.telegraphAmplitude = 0.2;
  // Half the devices are higher by 0.1 on average.
  EXPECT_NEAR(cantFail(afterWeakReset(before, law, 500)).lnMean(),
              std::log(7000) + 0.1 + 0.05, 1e-4);
}

TEST(WeakReset, Refusals) {
  auto message = [](const WeakReset &law, double pulses) {
    llvm::Expected<Distribution> made = afterWeakReset(start(), law, pulses);
    return made ? "" : llvm::toString(made.takeError());
  };
  EXPECT_EQ(message(published(), 0), "pulses: must be 1 or more, got 0");
  EXPECT_EQ(message(published(), 1e9).find("pulses: 1000000000 of them"), 0U);
  WeakReset law = published();
  law.slopeScale = -1;
  EXPECT_EQ(message(law, 10),
            "slope_scale: must be finite and not below 0, got -1");
  law = published();
  law.slopeMaximum = 1e-6;
  EXPECT_EQ(message(law, 10),
            "slope_maximum: must not lie below slope_minimum");
  law = published();
  law.kneeMedian = 3000;
  EXPECT_EQ(message(law, 10).find("knee_median: must lie between"), 0U);
  law = published();
  law.stepMean = 0.2;
  EXPECT_EQ(message(law, 10), "step_mean: must lie within step_limit");
  law = published();
  law.telegraphFall = 1;
  EXPECT_EQ(message(law, 10),
            "telegraph_rise: and telegraph_fall sum to more than 1");
}

} // namespace
