//===- BinaryFitTest.cpp - Binary weights against all of them -------------===//

#include "BinaryFit.h"
#include "gtest/gtest.h"

#include <cmath>
#include <random>

using namespace bnn;

//===----------------------------------------------------------------------===//
// Splitting values in two
//===----------------------------------------------------------------------===//

namespace {

/// Squared distance of the values to the means of both sides.
double distance(const std::vector<float> &values, double threshold) {
  double sums[2] = {}, squares = 0;
  int counts[2] = {};
  for (float value : values) {
    bool above = double(value) >= threshold;
    sums[above] += double(value);
    ++counts[above];
    squares += double(value) * double(value);
  }
  for (int side : {0, 1})
    if (counts[side])
      squares -= sums[side] * sums[side] / counts[side];
  return squares;
}

} // namespace

TEST(BinaryFit, SplitIsTheBestOfAll) {
  std::mt19937 random(1);
  std::normal_distribution<float> normal;
  for (int trial = 0; trial < 50; ++trial) {
    std::vector<float> values;
    for (int i = 0; i < 2 + trial; ++i)
      values.push_back(std::max(0.0F, normal(random)));
    TwoLevels found = splitInTwo(values, values);
    double best = distance(values, 1e9);
    for (float threshold : values)
      best = std::min(best, distance(values, double(threshold)));
    EXPECT_NEAR(distance(values, found.threshold), best, 1e-4);
    EXPECT_EQ(double(float(found.threshold)), found.threshold);
  }
}

TEST(BinaryFit, LevelsAreTheMeansOfBothSides) {
  std::vector<float> values = {5, 0, 1, 0, 7};
  TwoLevels found = splitInTwo(values, values);
  EXPECT_EQ(found.low, 1.0 / 3);
  EXPECT_EQ(found.high, 6);
  EXPECT_EQ(found.threshold, 3);
}

TEST(BinaryFit, SplitServesTheTargets) {
  std::vector<float> values = {0, 1, 2, 3}, targets = {5, 5, 5, 9};
  TwoLevels found = splitInTwo(values, targets);
  EXPECT_EQ(found.low, 5);
  EXPECT_EQ(found.high, 9);
  EXPECT_EQ(found.threshold, 2.5);
}

TEST(BinaryFit, EqualValuesHaveOneLevel) {
  std::vector<float> values(7, 2.5F);
  TwoLevels found = splitInTwo(values, values);
  EXPECT_EQ(found.half(), 0);
  EXPECT_EQ(found.high, 2.5);
  EXPECT_EQ(found.threshold, 0);
}

//===----------------------------------------------------------------------===//
// Codes
//===----------------------------------------------------------------------===//

namespace {

constexpr int64_t fanIn = 6, rows = 40;

/// Signs of correlated numbers, and sums of them with real weights.
FitProblem makeProblem(unsigned seed, int64_t neurons, bool ternary) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  FitProblem problem;
  problem.rows = rows;
  problem.fanIn = fanIn;
  problem.neurons = neurons;
  problem.ternary = ternary;
  problem.inputs.resize(fanIn * rows);
  for (int64_t row = 0; row < rows; ++row) {
    float common = normal(random);
    for (int64_t k = 0; k < fanIn; ++k)
      problem.inputs[size_t(k * rows + row)] =
          common + normal(random) >= 0 ? 1 : -1;
  }
  for (int64_t i = 0; i < neurons * fanIn; ++i)
    problem.prior.push_back(normal(random));
  for (int64_t n = 0; n < neurons; ++n)
    for (int64_t row = 0; row < rows; ++row) {
      float sum = 0.5F;
      for (int64_t k = 0; k < fanIn; ++k)
        sum += problem.prior[size_t(n * fanIn + k)] *
               problem.inputs[size_t(k * rows + row)];
      problem.wanted.push_back(sum);
    }
  return problem;
}

/// Squared error of neuron `n` with these codes at the best scale and offset.
double errorOf(const FitProblem &problem, int64_t n,
               const std::vector<int> &codes) {
  double x = 0, y = 0, xx = 0, xy = 0, yy = 0;
  for (int64_t row = 0; row < rows; ++row) {
    double sum = 0, wanted = double(problem.wanted[size_t(n * rows + row)]);
    for (int64_t k = 0; k < fanIn; ++k)
      sum += codes[size_t(k)] * double(problem.inputs[size_t(k * rows + row)]);
    x += sum;
    y += wanted;
    xx += sum * sum;
    xy += sum * wanted;
    yy += wanted * wanted;
  }
  double square = xx - x * x / rows, product = xy - x * y / rows;
  return yy - y * y / rows - (square > 0 ? product * product / square : 0);
}

/// The least error over all codes, and the error if none is used.
std::pair<double, double> bestOfAll(const FitProblem &problem, int64_t n) {
  std::vector<int> codes(fanIn, 0);
  double none = errorOf(problem, n, codes), best = none;
  int base = problem.ternary ? 3 : 2;
  for (int i = 0; i < int(std::pow(base, fanIn)); ++i) {
    int rest = i;
    for (int &code : codes) {
      code = problem.ternary ? rest % base - 1 : 2 * (rest % base) - 1;
      rest /= base;
    }
    best = std::min(best, errorOf(problem, n, codes));
  }
  return {best, none};
}

} // namespace

TEST(BinaryFit, CodesAreNearTheBestOfAll) {
  for (bool ternary : {false, true}) {
    FitProblem problem = makeProblem(2, 24, ternary);
    Fit fit = fitLayer(problem);
    double found = 0, best = 0, all = 0;
    for (int64_t n = 0; n < problem.neurons; ++n) {
      std::vector<int> codes(fit.codes.begin() + n * fanIn,
                             fit.codes.begin() + (n + 1) * fanIn);
      for (int code : codes)
        EXPECT_TRUE(ternary || code != 0);
      double error = errorOf(problem, n, codes);
      auto [least, none] = bestOfAll(problem, n);
      EXPECT_GE(error, least * (1 - 1e-9));
      found += error;
      best += least;
      all += none;
    }
    EXPECT_NEAR(fit.error, found / all, 1e-5);
    // Coordinate descent ends in local minima, at a few percent.
    EXPECT_LT(found, best + 0.03 * all) << "ternary " << ternary;
  }
}

TEST(BinaryFit, ScalesAndOffsetsOfGivenCodesAreExact) {
  FitProblem problem = makeProblem(3, 1, false);
  problem.keepCodes = true;
  problem.prior = {1, -1, 1, 1, -1, -1};
  for (int64_t row = 0; row < rows; ++row) {
    float sum = 0;
    for (int64_t k = 0; k < fanIn; ++k)
      sum += problem.prior[size_t(k)] * problem.inputs[size_t(k * rows + row)];
    problem.wanted[size_t(row)] = 0.25F * sum - 3;
  }
  Fit fit = fitLayer(problem);
  for (int64_t k = 0; k < fanIn; ++k)
    EXPECT_EQ(float(fit.codes[size_t(k)]), problem.prior[size_t(k)]);
  EXPECT_NEAR(fit.scales[0], 0.25, 1e-6);
  EXPECT_NEAR(fit.offsets[0], -3, 1e-6);
  EXPECT_NEAR(fit.error, 0, 1e-9);
}

TEST(BinaryFit, WeightsAlone) {
  std::vector<float> weights = {1, -2, 3, -2, 0.1F, -5, 5, 0};
  Fit binary = fitWeights(2, 4, weights, false);
  EXPECT_EQ(binary.codes, (std::vector<int8_t>{1, -1, 1, -1, 1, -1, 1, 1}));
  EXPECT_EQ(binary.scales[0], 2);
  Fit ternary = fitWeights(2, 4, weights, true);
  EXPECT_EQ(ternary.codes, (std::vector<int8_t>{0, -1, 1, -1, 0, -1, 1, 0}));
  EXPECT_EQ(ternary.scales[1], 5);
  EXPECT_EQ(ternary.offsets[1], 0);
}
