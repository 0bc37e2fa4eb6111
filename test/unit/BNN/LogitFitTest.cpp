//===- LogitFitTest.cpp - Fits to decisions
//---------------------------------===//

#include "LogitFit.h"
#include "gtest/gtest.h"

#include <algorithm>
#include <cmath>
#include <random>

using namespace bnn;

namespace {

constexpr int64_t classes = 5, fanIn = 40, rows = 400;

/// Noisy patterns of classes, and the scores of a real layer that tells them
/// apart, each neuron on a scale of its own: where squared errors mislead.
FitProblem makeProblem(bool ternary, std::vector<int> &labels) {
  std::mt19937 random(4);
  std::normal_distribution<float> normal;
  FitProblem problem;
  problem.rows = rows;
  problem.fanIn = fanIn;
  problem.neurons = classes;
  problem.ternary = ternary;
  std::vector<float> pattern;
  for (int64_t i = 0; i < classes * fanIn; ++i)
    pattern.push_back(normal(random));
  problem.inputs.resize(fanIn * rows);
  for (int64_t row = 0; row < rows; ++row) {
    labels.push_back(int(row % classes));
    for (int64_t k = 0; k < fanIn; ++k)
      problem.inputs[size_t(k * rows + row)] =
          pattern[size_t(labels.back() * fanIn + k)] + normal(random) >= 0 ? 1
                                                                           : -1;
  }
  problem.prior = pattern;
  for (int64_t n = 0; n < classes; ++n)
    for (int64_t row = 0; row < rows; ++row)
      problem.wanted.push_back(float(n + 1) *
                               (labels[size_t(row)] == n ? 6.0F : -1.0F));
  return problem;
}

/// Cross entropy with the labels, and the share that is right.
std::pair<double, double> judge(const FitProblem &problem,
                                const ScoreTail &tail, const Fit &fit,
                                const std::vector<int> &labels) {
  double loss = 0, right = 0;
  for (int64_t row = 0; row < rows; ++row) {
    double scores[classes], total = 0;
    for (int64_t n = 0; n < classes; ++n) {
      double sum = 0;
      for (int64_t k = 0; k < fanIn; ++k)
        sum += fit.codes[size_t(n * fanIn + k)] *
               double(problem.inputs[size_t(k * rows + row)]);
      scores[n] = tail.factors[size_t(n)] *
                      (fit.scales[size_t(n)] * sum + fit.offsets[size_t(n)]) +
                  tail.terms[size_t(n)];
    }
    double most = *std::max_element(scores, scores + classes);
    for (double score : scores)
      total += std::exp(score - most);
    loss += most + std::log(total) - scores[labels[size_t(row)]];
    right += std::max_element(scores, scores + classes) - scores ==
             labels[size_t(row)];
  }
  return {loss / rows, right / rows};
}

} // namespace

TEST(ScoreFit, DecidesBetterThanLeastSquares) {
  ScoreTail tail;
  for (int64_t n = 0; n < classes; ++n) {
    tail.factors.push_back(n % 2 ? 0.5 : 2);
    tail.terms.push_back(double(n));
  }
  for (bool ternary : {false, true}) {
    std::vector<int> labels;
    FitProblem problem = makeProblem(ternary, labels);
    Fit fit = fitLayer(problem);
    auto [lossBefore, before] = judge(problem, tail, fit, labels);
    fitScores(problem, tail, fit);
    auto [lossAfter, after] = judge(problem, tail, fit, labels);
    EXPECT_LT(lossAfter, 0.5 * lossBefore) << "ternary " << ternary;
    EXPECT_GE(after, before) << "ternary " << ternary;
    EXPECT_GT(after, 0.95) << "ternary " << ternary;
    for (int8_t code : fit.codes)
      EXPECT_TRUE(code == 1 || code == -1 || (ternary && code == 0));
  }
}

TEST(ScoreFit, KeepsGivenCodes) {
  std::vector<int> labels;
  FitProblem problem = makeProblem(false, labels);
  problem.keepCodes = true;
  for (float &code : problem.prior)
    code = code < 0 ? -1 : 1;
  Fit fit = fitLayer(problem);
  std::vector<int8_t> codes = fit.codes;
  ScoreTail tail{std::vector<double>(classes, 1),
                 std::vector<double>(classes, 0)};
  fitScores(problem, tail, fit);
  EXPECT_EQ(fit.codes, codes);
}

TEST(ScoreFit, OneNeuronIsNoDecision) {
  std::vector<int> labels;
  FitProblem problem = makeProblem(false, labels);
  problem.neurons = 1;
  problem.prior.resize(fanIn);
  problem.wanted.resize(rows);
  Fit fit = fitLayer(problem);
  Fit before = fit;
  fitScores(problem, ScoreTail{{1}, {0}}, fit);
  EXPECT_EQ(fit.codes, before.codes);
  EXPECT_EQ(fit.scales, before.scales);
}

//===----------------------------------------------------------------------===//
// Bits
//===----------------------------------------------------------------------===//

/// Sums of which the negative ones vary most, as in front of a relu: the bit
/// "above 1" gains by codes that care for nothing else.
TEST(BitFit, AgreesBetterThanLeastSquares) {
  std::mt19937 random(9);
  std::normal_distribution<float> normal;
  FitProblem problem;
  problem.rows = rows;
  problem.fanIn = fanIn;
  problem.neurons = 8;
  problem.inputs.resize(fanIn * rows);
  for (float &input : problem.inputs)
    input = normal(random) >= 0 ? 1 : -1;
  for (int64_t i = 0; i < problem.neurons * fanIn; ++i)
    problem.prior.push_back(normal(random));
  std::vector<float> bits;
  for (int64_t n = 0; n < problem.neurons; ++n)
    for (int64_t row = 0; row < rows; ++row) {
      float sum = 0;
      for (int64_t k = 0; k < fanIn; ++k)
        sum += problem.prior[size_t(n * fanIn + k)] *
               problem.inputs[size_t(k * rows + row)];
      problem.wanted.push_back(sum < 0 ? -sum * sum : sum);
      bits.push_back(sum >= 1 ? 1 : 0);
    }
  // Agreement with the best threshold on the fitted sums.
  auto agreement = [&](const Fit &fit) {
    int64_t right = 0;
    for (int64_t n = 0; n < problem.neurons; ++n) {
      std::vector<std::pair<double, float>> sums;
      for (int64_t row = 0; row < rows; ++row) {
        double sum = 0;
        for (int64_t k = 0; k < fanIn; ++k)
          sum += fit.codes[size_t(n * fanIn + k)] *
                 double(problem.inputs[size_t(k * rows + row)]);
        sums.push_back({sum, bits[size_t(n * rows + row)]});
      }
      int64_t best = 0;
      for (double threshold = -fanIn; threshold <= fanIn; ++threshold) {
        int64_t agree = 0;
        for (auto [sum, bit] : sums)
          agree += (sum >= threshold) == (bit != 0);
        best = std::max(best, agree);
      }
      right += best;
    }
    return double(right) / double(problem.neurons * rows);
  };
  Fit fit = fitLayer(problem);
  double before = agreement(fit);
  fitBits(problem, bits, fit);
  EXPECT_GT(agreement(fit), before + 0.01);
}

TEST(BitFit, KeepsNeuronsWithoutADecision) {
  std::vector<int> labels;
  FitProblem problem = makeProblem(false, labels);
  Fit fit = fitLayer(problem), before = fit;
  fitBits(problem, std::vector<float>(problem.wanted.size(), 1), fit);
  EXPECT_EQ(fit.codes, before.codes);
  EXPECT_EQ(fit.scales, before.scales);
}
