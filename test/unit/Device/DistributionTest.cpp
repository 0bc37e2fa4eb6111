//===- DistributionTest.cpp - Resistances of one state over devices -------===//

#include "bnn/Device/Distribution.h"
#include "bnn/Device/Random.h"
#include <cmath>
#include <functional>
#include <gtest/gtest.h>

using namespace bnn::device;
using llvm::cantFail;

namespace {

std::string message(llvm::Expected<Distribution> result) {
  if (result)
    return "";
  return llvm::toString(result.takeError());
}

/// Draws and counts, against the law's own distribution function at nine
/// quantiles and against `cdf`, which is computed in another way.
void expectSamples(const Distribution &law, uint64_t seed,
                   const std::function<double(double)> &cdf) {
  constexpr int numbers = 200000;
  Stream stream(seed, 0, Draw::Resistance);
  std::vector<double> sample;
  for (int i = 0; i < numbers / 2; ++i)
    for (uint64_t word : stream.pair(0, uint64_t(i)))
      sample.push_back(expOf(law.lnSample(word)));
  for (double p : {1e-3, 0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99, 0.999}) {
    double ohm = law.quantile({p, false});
    EXPECT_NEAR(cdf(ohm) / p, 1, 1e-9) << law.describe();
    EXPECT_NEAR(law.cdf(ohm) / p, 1, 1e-9) << law.describe();
    EXPECT_NEAR(law.survival(ohm) / (1 - p), 1, 1e-9) << law.describe();
    double below = double(std::count_if(sample.begin(), sample.end(),
                                        [&](double r) { return r < ohm; }));
    EXPECT_LT(std::fabs(below - p * numbers) / std::sqrt(numbers * p * (1 - p)),
              4)
        << law.describe() << " at " << p;
  }
}

double phi(double z) { return 0.5 * std::erfc(-z / std::sqrt(2)); }

TEST(Distribution, Lognormal) {
  for (auto [median, sigma] :
       {std::pair(6988.0, 0.055), std::pair(5e4, 0.3), std::pair(1e6, 1.2)}) {
    Distribution law = cantFail(Distribution::lognormal(median, sigma));
    expectSamples(law, 1, [&, m = median, s = sigma](double r) {
      return phi(std::log(r / m) / s);
    });
    EXPECT_DOUBLE_EQ(law.lnMean(), std::log(median));
    EXPECT_DOUBLE_EQ(law.lnSd(), sigma);
  }
}

/// The published LRS: truncation takes 3.6 % of the devices away, and the
/// moments are those of what is left.
TEST(Distribution, TruncatedNormalOfThePublishedLrs) {
  Distribution law =
      cantFail(Distribution::truncatedNormal(6988, 381.7, 6252, 7897));
  double a = phi((6252 - 6988) / 381.7), b = phi((7897 - 6988) / 381.7);
  EXPECT_NEAR(1 - (b - a), 0.036, 5e-4);
  expectSamples(law, 2, [&](double r) {
    return (phi((r - 6988) / 381.7) - a) / (b - a);
  });
  EXPECT_NEAR(law.lnSd(), 0.0492, 5e-5);
  Stream stream(4, 0, Draw::Resistance);
  constexpr int numbers = 400000;
  double sum = 0, squares = 0;
  for (int i = 0; i < numbers / 2; ++i)
    for (uint64_t word : stream.pair(0, uint64_t(i))) {
      double r = expOf(law.lnSample(word)) - 7003;
      sum += r;
      squares += r * r;
    }
  double mean = sum / numbers, sd = std::sqrt(squares / numbers - mean * mean);
  EXPECT_NEAR(mean, 0, 4 * 345 / std::sqrt(numbers) + 0.5);
  EXPECT_NEAR(sd, 345, 4 * 345 / std::sqrt(2.0 * numbers) + 0.5);
  EXPECT_NEAR(law.cdf(6252), 0, 1e-15);
  EXPECT_NEAR(law.survival(7897), 0, 1e-15);
  EXPECT_NEAR(law.quantile({0, false}), 6252, 1e-9);
  EXPECT_NEAR(law.quantile({0, true}), 7897, 1e-9);
}

TEST(Distribution, Normal) {
  for (auto [mean, sd] : {std::pair(7000.0, 100.0), std::pair(7000.0, 700.0),
                          std::pair(1e5, 1e4)}) {
    Distribution law = cantFail(Distribution::normal(mean, sd));
    expectSamples(law, 3,
                  [&, m = mean, s = sd](double r) { return phi((r - m) / s); });
  }
}

TEST(Distribution, BothTailsAreExact) {
  Distribution law = cantFail(Distribution::lognormal(1e4, 0.5));
  for (double p : {1e-6, 1e-12, 1e-18}) {
    double low = law.lnQuantile({p, false}), high = law.lnQuantile({p, true});
    EXPECT_NEAR(law.lnCdf(low) / p, 1, 1e-10);
    EXPECT_NEAR(law.lnSurvival(high) / p, 1, 1e-10);
    EXPECT_NEAR(low + high, 2 * law.lnMean(), 1e-12);
  }
}

TEST(Distribution, MeasuredDevicesAreOrderStatistics) {
  std::vector<double> ohms;
  for (int i = 0; i < 1024; ++i)
    ohms.push_back(5000 + 10 * ((i * 389) % 1024));
  Distribution law = cantFail(Distribution::measured(ohms, TailModel::None));
  EXPECT_EQ(law.devices(), 1024u);
  EXPECT_DOUBLE_EQ(law.resolution(), 3.0 / 1024);
  EXPECT_NEAR(law.quantile({0.5 / 1024, false}), 5000, 1e-6);
  EXPECT_NEAR(law.quantile({100.5 / 1024, false}), 6000, 1e-6);
  EXPECT_NEAR(law.quantile({0.5 / 1024, true}), 15230, 1e-6);
  // Nothing is claimed beyond the devices.
  EXPECT_NEAR(law.quantile({1e-15, false}), 5000, 1e-6);
  EXPECT_EQ(law.cdf(4999), 0);
  EXPECT_EQ(law.survival(15231), 0);
  EXPECT_NEAR(law.cdf(6000.0001), 100.5 / 1024, 1e-6);
  expectSamples(law, 5, [&](double r) { return law.cdf(r); });
}

/// Devices drawn from a known law: a tail model finds its tail again.
TEST(Distribution, TailModelsExtrapolate) {
  Distribution truth = cantFail(Distribution::lognormal(1e5, 0.6));
  Stream stream(7, 0, Draw::Resistance);
  std::vector<double> ohms;
  for (int i = 0; i < 2000; ++i)
    for (uint64_t word : stream.pair(0, uint64_t(i)))
      ohms.push_back(expOf(truth.lnSample(word)));
  Distribution line =
      cantFail(Distribution::measured(ohms, TailModel::Lognormal));
  Distribution pareto = cantFail(Distribution::measured(ohms, TailModel::Gpd));
  EXPECT_EQ(line.resolution(), 0);
  for (const Distribution *law : {&line, &pareto}) {
    for (double p : {1e-4, 1e-5})
      for (bool upper : {false, true})
        EXPECT_NEAR(law->lnQuantile({p, upper}), truth.lnQuantile({p, upper}),
                    law == &line ? 0.15 : 0.45)
            << law->describe() << " " << p << " " << upper;
    for (double p = 1e-9; p < 1; p *= 3.1) { // inverse of each other, monotone
      double ln = law->lnQuantile({p, false});
      EXPECT_NEAR(law->lnCdf(ln) / p, 1, 1e-7) << law->describe() << p;
      EXPECT_LE(ln,
                law->lnQuantile({std::min(p * 1.01, 0.999), false}) + 1e-12);
    }
    EXPECT_NEAR(law->lnMean(), truth.lnMean(), 4 * 0.6 / std::sqrt(4000));
    EXPECT_NEAR(law->lnSd(), 0.6, 4 * 0.6 / std::sqrt(8000));
  }
}

TEST(Distribution, Quantiles) {
  std::vector<std::pair<double, double>> table = {
      {0.01, 4e4}, {0.1, 6e4}, {0.5, 1e5}, {0.9, 2e5}, {0.99, 3e5}};
  Distribution law =
      cantFail(Distribution::quantiles(table, 500, TailModel::None));
  for (auto [p, ohm] : table)
    EXPECT_NEAR(law.quantile({p, false}) / ohm, 1, 1e-9);
  EXPECT_DOUBLE_EQ(law.resolution(), 3.0 / 500);
}

TEST(Distribution, AgesByShiftAndWidening) {
  Distribution law =
      cantFail(Distribution::lognormal(1e5, 0.6)).aged(-0.2, 0.3);
  EXPECT_NEAR(law.lnMean(), std::log(1e5) - 0.2, 1e-12);
  EXPECT_NEAR(law.lnSd(), std::hypot(0.6, 0.3), 1e-12);
  // A narrow law that widens a lot is lognormal, far into the tail.
  Distribution wide =
      cantFail(Distribution::truncatedNormal(7000, 1, 6999, 7001))
          .aged(0.1, 0.3);
  for (double z = -6; z <= 6; z += 0.5)
    EXPECT_NEAR(wide.lnAt(z), std::log(7000) + 0.1 + 0.3 * z, 2e-4) << z;
  // Devices that are widened lose their sharp bounds but not their counts.
  std::vector<double> ohms;
  for (int i = 0; i < 100; ++i)
    ohms.push_back(5000 + i);
  Distribution old =
      cantFail(Distribution::measured(ohms, TailModel::None)).aged(0, 0.1);
  EXPECT_GT(old.cdf(4900), 0);
  EXPECT_EQ(old.devices(), 100u);
  EXPECT_NEAR(old.lnSd(), 0.1, 2e-3);
}

TEST(Distribution, RefusesWhatMakesNoSense) {
  EXPECT_EQ(message(Distribution::lognormal(0, 0.5)),
            "median: must be finite and above 0, got 0");
  EXPECT_EQ(message(Distribution::lognormal(1e4, -0.5)),
            "ln_sigma: must be finite and not below 0, got -0.5");
  EXPECT_EQ(message(Distribution::normal(1e4, NAN)),
            "sd: must be finite and not below 0, got nan");
  EXPECT_EQ(message(Distribution::normal(1e4, 5e3)),
            "sd: 0.023 of the devices would have a resistance below 0; use law "
            "truncated_normal or lognormal");
  EXPECT_EQ(message(Distribution::truncatedNormal(1, 1, 3, 2)),
            "minimum: must lie below maximum");
  EXPECT_EQ(message(Distribution::measured({1}, TailModel::None)),
            "at least two measured devices make a distribution");
  EXPECT_EQ(message(Distribution::measured({1, -2}, TailModel::None)),
            "a measured resistance must be finite and above 0, got -2");
  EXPECT_EQ(message(Distribution::measured({1, 2}, TailModel::Gpd)),
            "a tail model needs 40 measured devices or more, there are 2");
  using Table = std::vector<std::pair<double, double>>;
  EXPECT_EQ(message(Distribution::quantiles(Table{{0.1, 5}, {0.5, 4}}, 100,
                                            TailModel::None)),
            "quantiles: not monotone, (0.5, 4 ohm) follows (0.1, 5 ohm)");
  EXPECT_EQ(message(Distribution::quantiles(Table{{0.001, 5}, {0.5, 6}}, 100,
                                            TailModel::None)),
            "quantiles: probability 0.001 is beyond what 100 devices can show");
  EXPECT_EQ(message(Distribution::quantiles(Table{{0.1, 5}, {0.5, 6}}, 100,
                                            TailModel::Gpd)),
            "tail: gpd is fitted to single devices, which a table of quantiles "
            "does not have; give devices.csv");
}

} // namespace
