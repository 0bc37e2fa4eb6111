//===- StatisticsTest.cpp -------------------------------------------------===//
//
// Expected figures are SciPy's: inverses of scipy.special.stdtr and ndtr, and
// scipy.stats.binomtest(...).proportion_ci(method='wilson').
//
//===----------------------------------------------------------------------===//

#include "bnn/MonteCarlo/Statistics.h"
#include "bnn/Device/Random.h"
#include "gtest/gtest.h"
#include <cmath>
#include <vector>

using namespace bnn::mc;
using bnn::device::Draw;
using bnn::device::Stream;

namespace {

TEST(Statistics, Quantiles) {
  EXPECT_NEAR(studentQuantile(0.975, 1), 12.706204736432095, 1e-9);
  EXPECT_NEAR(studentQuantile(0.975, 15), 2.131449545559323, 1e-12);
  EXPECT_NEAR(studentQuantile(0.95, 31), 1.6955187825458664, 1e-12);
  EXPECT_NEAR(normalQuantile(0.975), 1.959963984540054, 1e-12);
}

TEST(Statistics, Wilson) {
  Interval interval = wilson(90, 100);
  EXPECT_NEAR(interval.low, 0.8256343, 1e-6);
  EXPECT_NEAR(interval.high, 0.9447707, 1e-6);
  EXPECT_EQ(wilson(0, 10).low, 0);
  EXPECT_NEAR(wilson(0, 10).high, 0.2775328, 1e-6);
  EXPECT_EQ(wilson(10, 10).high, 1);
  EXPECT_EQ(wilson(0, 0).high, 1);
}

TEST(Statistics, QuantileBetweenOrderStatistics) {
  std::vector<double> sorted = {1, 2, 4, 8};
  EXPECT_EQ(quantile(sorted, 0), 1);
  EXPECT_EQ(quantile(sorted, 0.5), 3);
  EXPECT_NEAR(quantile(sorted, 0.05), 1.15, 1e-12);
  EXPECT_EQ(quantile(sorted, 1), 8);
}

TEST(Statistics, MeanOverChips) {
  // numpy: mean 0.9, sd 0.01, t 2.776 of 4 degrees.
  std::vector<int64_t> correct = {880, 890, 900, 910, 920};
  Mean mean = meanOf(correct, 1000);
  EXPECT_DOUBLE_EQ(mean.value, 0.9);
  EXPECT_NEAR(mean.sd, 0.0158113883, 1e-9);
  EXPECT_NEAR(mean.interval->low, 0.9 - 2.7764451052 * 0.0070710678, 1e-9);
  EXPECT_NEAR(*mean.upper, 0.9 + 2.1318467863 * 0.0070710678, 1e-9);
  EXPECT_FALSE(meanOf(std::vector<int64_t>{5}, 10).interval);
}

TEST(Statistics, OneChipHasItsOwnInterval) {
  std::vector<int64_t> correct = {90}, perImage(100, 0);
  Summary summary = summarize(correct, perImage, 100);
  ASSERT_TRUE(summary.oneChip);
  EXPECT_NEAR(summary.oneChip->low, 0.8256343, 1e-6);
  EXPECT_FALSE(summary.mean.interval);
}

TEST(Statistics, TestSetErrorDoesNotShrinkWithChips) {
  // Half of 100 images always right, half never: 0.05 whatever the chips.
  for (int64_t chips : {1, 10, 1000}) {
    std::vector<int64_t> perImage(100, 0);
    std::fill(perImage.begin(), perImage.begin() + 50, chips);
    EXPECT_NEAR(*testSetError(perImage, chips), 0.5 / std::sqrt(99.0), 1e-12);
  }
}

TEST(Statistics, Yield) {
  std::vector<int64_t> correct = {95, 90, 97, 94};
  Yield yield = yieldAbove(correct, 100, 0.95);
  EXPECT_EQ(yield.good, 2);
  EXPECT_NEAR(yield.interval.low, 0.1500390, 1e-6);
  Summary summary = summarize(correct, std::vector<int64_t>(100, 0), 100);
  EXPECT_EQ(summary.worstChip, 1);
  EXPECT_DOUBLE_EQ(summary.worst, 0.9);
}

TEST(Statistics, PairingRemovesWhatIsCommon) {
  std::vector<int64_t> a, b;
  for (int chip = 0; chip < 40; ++chip) {
    int64_t common =
        int64_t(Stream(1, chip, Draw::Bootstrap).words(0, 0)[0] % 200);
    a.push_back(800 - common);
    b.push_back(795 - common + chip % 2);
  }
  Mean difference = pairedDifference(a, b, 1000);
  EXPECT_NEAR(difference.value, 0.0045, 1e-12);
  EXPECT_LT(difference.interval->width(), 0.001);
  EXPECT_GT(meanOf(a, 1000).interval->width(), 0.02);
  // Over the chips that both have.
  EXPECT_EQ(pairedDifference(a, llvm::ArrayRef(b).take_front(7), 1000).chips,
            7);
}

TEST(StopRule, LooksAtBlocksOnly) {
  StopRule rule;
  rule.chips = 100;
  rule.width = 0.01;
  std::vector<int64_t> correct;
  for (int chip = 0; chip < 100; ++chip)
    correct.push_back(900 + chip % 2);
  EXPECT_FALSE(rule.stop(llvm::ArrayRef(correct).take_front(15), 1000));
  EXPECT_EQ(rule.stop(llvm::ArrayRef(correct).take_front(16), 1000), 16);
  // Chips run ahead of the decision change nothing.
  EXPECT_EQ(rule.stop(correct, 1000), 16);
}

TEST(StopRule, EndsAtTheLastChip) {
  StopRule rule;
  rule.chips = 20;
  std::vector<int64_t> correct(20, 7);
  EXPECT_FALSE(rule.stop(llvm::ArrayRef(correct).take_front(19), 10));
  EXPECT_EQ(rule.stop(correct, 10), 20);
  rule.width = 0.5; // no spread, nothing to judge by
  EXPECT_FALSE(rule.stop(llvm::ArrayRef(correct).take_front(16), 10));
}

/// The intervals cover as often as they say, also after an early stop: 20 000
/// experiments of chips whose accuracy is normal around 0.9.
TEST(StopRule, Coverage) {
  StopRule rule;
  rule.chips = 96;
  rule.width = 0.005;
  int covered = 0, fixed = 0;
  constexpr int experiments = 20000;
  for (int e = 0; e < experiments; ++e) {
    Stream stream(7, e, Draw::Bootstrap);
    std::vector<int64_t> correct;
    std::optional<int64_t> end;
    while (!end) {
      for (int i = 0; i < 16; ++i) {
        auto [u, v] = stream.pair(0, correct.size());
        double radius = std::sqrt(-2 * std::log(bnn::device::toUnit(u)));
        double z = radius * std::cos(2 * M_PI * bnn::device::toUnit(v));
        correct.push_back(std::llround(1e6 * (0.9 + 0.005 * z)));
      }
      end = rule.stop(correct, 1000000);
    }
    auto inside = [](const Mean &mean) {
      return mean.interval->low <= 0.9 && 0.9 <= mean.interval->high;
    };
    covered +=
        inside(meanOf(llvm::ArrayRef(correct).take_front(*end), 1000000));
    fixed += inside(meanOf(llvm::ArrayRef(correct).take_front(16), 1000000));
  }
  // One standard error is 0.0015.
  EXPECT_NEAR(double(fixed) / experiments, 0.95, 0.006);
  EXPECT_GT(double(covered) / experiments, 0.92);
}

} // namespace
