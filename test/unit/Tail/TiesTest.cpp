//===- TiesTest.cpp - Where float32 may decide differently ----------------===//

#include "Programs.h"
#include <cmath>
#include <random>

using namespace bnn::tail;

namespace {

StepFunction solvedAs(const Program &program, Domain domain, Ties ties) {
  llvm::Expected<StepFunction> f = solve(program, 0, domain, ties);
  if (f)
    return *f;
  ADD_FAILURE() << errorOf(f.takeError());
  return {};
}

TEST(Ties, ExactFloat32ArithmeticIsNoTie) {
  // Every intermediate is a small integer, also where the value is 0.
  Builder b;
  uint32_t x = b.add(b.input(), b.constant(-7));
  b.node(Op::GreaterEqual, {b.mul(x, b.constant(0.25)), b.constant(0)});
  StepFunction f = solved(b.program, {-100, 100});
  EXPECT_EQ(f.steps, (std::vector<Step>{{7, 1}}));
  EXPECT_TRUE(f.ties.empty());
}

TEST(Ties, IntegerBatchNormIsNoTie) {
  // sqrt(4) = 2: all orders compute (x - 6) * 1.5 - 3 without rounding.
  Builder b;
  b.sign(b.batchNorm(b.input(), 3, -3, 6, 4, 0));
  StepFunction f = solved(b.program, {-100, 100});
  EXPECT_EQ(f.steps, (std::vector<Step>{{8, 0}, {9, 1}}));
  EXPECT_TRUE(f.ties.empty());
}

TEST(Ties, ExactZeroOfRoundedBatchNormIsATie) {
  // (x - 3) * gamma / sigma + 0 is 0 at 3 for every rounding in the first
  // order, but x * A - 3 * A is not certain in the second.
  Builder b;
  b.sign(b.batchNorm(b.input(), 0.7f, 0, 3, 0.3f, 1e-5f));
  StepFunction f = solved(b.program, {-100, 100});
  EXPECT_EQ(f.steps, (std::vector<Step>{{3, 0}, {4, 1}}));
  ASSERT_EQ(f.ties.size(), 1u);
  EXPECT_EQ(f.ties[0].at, 3);
  EXPECT_EQ(f.ties[0].margin, 0);
}

TEST(Ties, RationalRootWithThirds) {
  // gamma / sigma = 1/3 is no float32; the exact value at 5 is 0.
  Builder b;
  b.sign(b.batchNorm(b.input(), 1, -1, 2, 9, 0));
  StepFunction f = solved(b.program, {-100, 100});
  EXPECT_EQ(f.steps, (std::vector<Step>{{5, 0}, {6, 1}}));
  ASSERT_EQ(f.ties.size(), 1u);
  EXPECT_EQ(f.ties[0].at, 5);
  EXPECT_EQ(f.ties[0].margin, 0);
}

TEST(Ties, MarginIsInUnitsOfTheAccumulator) {
  // Zero at 40 - 2e-6: nearer than float32 can tell, exactly decided.
  Builder b;
  double mean = static_cast<float>(40 - 2e-6); // rounds to a neighbour of 40
  ASSERT_NE(mean, 40);
  b.sign(b.batchNorm(b.input(), 5, 0, mean, 0.3f, 1e-5f));
  StepFunction f = solved(b.program, {-100, 100});
  EXPECT_EQ(f.steps, (std::vector<Step>{{40, 1}}));
  ASSERT_EQ(f.ties.size(), 1u);
  EXPECT_EQ(f.ties[0].at, 40);
  EXPECT_NEAR(f.ties[0].margin, 40 - mean, 1e-9);
}

TEST(Ties, FarThresholdsAreCertain) {
  Builder b;
  b.sign(b.batchNorm(b.input(), 1, 0.3f, 0.25, 1, 1e-5f));
  EXPECT_TRUE(solved(b.program, {-4608, 4608}).ties.empty());
}

TEST(Ties, ManyNeighboursWhereTheSlopeIsSmall) {
  // beta swamps x * A: half a unit of float32 at 2^24 spans many integers.
  Builder b;
  b.sign(b.add(b.add(b.mul(b.input(), b.constant(1 / 8.0)), b.constant(0x1p24)),
               b.constant(-0x1p24)));
  StepFunction f = solved(b.program, {-100, 100});
  EXPECT_EQ(f.steps, (std::vector<Step>{{0, 0}, {1, 1}}));
  ASSERT_GE(f.ties.size(), 10u);
  for (const Tie &t : f.ties) {
    EXPECT_NEAR(t.margin, std::abs(t.at), 1e-9);
    EXPECT_NE(t.at % 16, 0) << "exact in float32";
  }
}

TEST(Ties, Float32TakesItsOwnDecisions) {
  // RoundSTE of a small positive number: x + 1 rounds to 1 in float32.
  Builder b;
  uint32_t x = b.mul(b.input(), b.constant(0x1p-26));
  uint32_t y = b.add(b.clip(x, -1, 1), b.constant(1));
  uint32_t q = b.node(Op::RoundHalfEven, {b.div(y, b.constant(2))});
  b.sub(b.mul(q, b.constant(2)), b.constant(1));
  StepFunction exact = solved(b.program, {-9, 9});
  EXPECT_EQ(exact.steps, (std::vector<Step>{{1, 1}}));
  StepFunction rounded = solvedAs(b.program, {-9, 9}, Ties::Float32);
  // 1 + 2^-24 is half way and goes to even; the next float32 is 1 + 2^-23.
  EXPECT_EQ(rounded.steps, (std::vector<Step>{{5, 1}}));
  for (int64_t at = -9; at <= 9; ++at)
    EXPECT_EQ(valueAt(rounded, at), evaluateFloat32(b.program, 0, at));
}

TEST(Ties, Float32IsTheProgramOrderEverywhere) {
  std::mt19937 random(7);
  std::uniform_int_distribution<int> small(-9, 9);
  int differing = 0;
  for (int i = 0; i < 500; ++i) {
    Builder b;
    uint32_t x = b.mul(b.input(), b.constant(small(random) * 0.1f));
    uint32_t y = b.add(x, b.constant(small(random) * 0.1f));
    b.sign(b.add(b.mul(y, b.constant(0.3f)), b.constant(small(random) * .03f)));
    Domain domain{-30, 30};
    StepFunction f = solvedAs(b.program, domain, Ties::Float32);
    for (int64_t at = domain.first; at <= domain.last; ++at)
      ASSERT_EQ(valueAt(f, at), evaluateFloat32(b.program, 0, at)) << at;
    differing += !(f == solved(b.program, domain));
  }
  EXPECT_GT(differing, 10) << "the test has no case in which it matters";
}

TEST(Ties, LevelsStayExactInFloat32Mode) {
  Builder b;
  b.quant(b.input(), 0.1f, 0, Op::RoundHalfEven, -7, 7);
  StepFunction f = solvedAs(b.program, {-2, 2}, Ties::Float32);
  EXPECT_EQ(f.base, -7 * static_cast<double>(0.1f));
}

/// The other usual order: batch normalization folded to a scale and an offset.
TEST(Ties, CoverTheFoldedOrder) {
  std::mt19937 random(11);
  std::uniform_int_distribution<int> small(-3, 3), variance(1, 9);
  int differing = 0;
  for (int i = 0; i < 4000; ++i) {
    float gamma = small(random), beta = small(random), mean = small(random),
          var = variance(random);
    Builder b;
    b.sign(b.batchNorm(b.input(), gamma, beta, mean, var, 0));
    StepFunction f = solvedAs(b.program, {-40, 40}, Ties::Exact);
    float scale = gamma / std::sqrt(var);
    float shift = mean * scale;
    float offset = beta - shift;
    size_t tie = 0;
    for (int64_t at = -40; at <= 40; ++at) {
      float product = at * scale;
      float folded = product + offset;
      int decision = (folded > 0) - (folded < 0);
      while (tie < f.ties.size() && f.ties[tie].at < at)
        ++tie;
      if (decision == valueAt(f, at))
        continue;
      ++differing;
      ASSERT_TRUE(tie < f.ties.size() && f.ties[tie].at == at)
          << gamma << " " << beta << " " << mean << " " << var << " at " << at;
    }
  }
  EXPECT_GT(differing, 10) << "the test has no case in which it matters";
}

TEST(Ties, AccumulatorsBeyondFloat32) {
  // 2^24 + 1 is no float32.
  Builder b;
  b.node(Op::GreaterEqual, {b.input(), b.constant(0x1p24 + 2)});
  StepFunction f =
      solved(b.program, {(int64_t(1) << 24) - 4, (int64_t(1) << 24) + 4});
  EXPECT_EQ(f.steps, (std::vector<Step>{{(1 << 24) + 2, 1}}));
  ASSERT_EQ(f.ties.size(), 1u);
  EXPECT_EQ(f.ties[0].at, (1 << 24) + 1);
}

TEST(Ties, SlackOfTheInput) {
  // As of a combination whose summands were rounded before they were added.
  Builder b;
  b.program.nodes[b.input()].alpha = 2.5;
  b.sign(b.add(0, b.constant(0.25)));
  StepFunction f = solved(b.program, {-100, 100});
  EXPECT_EQ(f.steps, (std::vector<Step>{{0, 1}}));
  ASSERT_EQ(f.ties.size(), 5u);
  EXPECT_EQ(f.ties.front().at, -2);
  EXPECT_EQ(f.ties.back().at, 2);
}

TEST(Ties, IrrelevantDecisionsAreNone) {
  // Whether the mask is 0 or 1 does not matter to the result.
  Builder b;
  uint32_t x = b.mul(b.input(), b.constant(0.1f));
  uint32_t mask =
      b.node(Op::Greater, {b.mul(x, b.constant(10)), b.constant(3)});
  b.node(Op::Greater, {b.add(mask, b.constant(2)), b.constant(0.5)});
  StepFunction f = solved(b.program, {-30, 30});
  EXPECT_TRUE(f.steps.empty());
  EXPECT_TRUE(f.ties.empty());
}

TEST(Ties, ATouchedThresholdIsATie) {
  // |x - 7| * 0.1 * 0.3 >= 0 touches its threshold without crossing it, and a
  // plateau does so at many integers.
  Builder b;
  uint32_t c = b.clip(b.mul(b.input(), b.constant(0.01f)), 0, 1);
  uint32_t y = b.mul(b.mul(c, b.constant(0.1f)), b.constant(0.3f));
  double edge = double(0.1f) * double(0.3f);
  b.node(Op::GreaterEqual, {y, b.constant(edge)});
  StepFunction f = solved(b.program, {-1000, 1000});
  EXPECT_EQ(f.steps, (std::vector<Step>{{101, 1}}));
  ASSERT_EQ(f.ties.size(), 900u + 1);
  EXPECT_EQ(f.ties.front().at, 100);
  EXPECT_EQ(f.ties.back().at, 1000);
}

} // namespace
