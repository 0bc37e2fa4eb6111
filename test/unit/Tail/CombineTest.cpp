//===- CombineTest.cpp - Tails of several accumulators --------------------===//

#include "Programs.h"
#include <cmath>

using namespace bnn::tail;

namespace {

std::optional<Combination> combined(const Program &program, uint32_t inputs) {
  llvm::Expected<std::optional<Combination>> c = combine(program, inputs);
  if (!c) {
    ADD_FAILURE() << errorOf(c.takeError());
    return std::nullopt;
  }
  return std::move(*c);
}

/// Steps of the reduced program over -range..range.
StepFunction reducedSteps(const Combination &c, int64_t range,
                          uint32_t channel = 0) {
  return solved(c.reduced, {-range, range}, channel);
}

TEST(Combine, PlainSum) {
  Builder b;
  b.sign(b.add(b.input(0), b.input(1)));
  auto c = combined(b.program, 2);
  ASSERT_TRUE(c);
  EXPECT_EQ(c->factors, (std::vector<std::vector<int64_t>>{{1}, {1}}));
  EXPECT_EQ(c->reduced.nodes.size(), 2u); // the sum itself is the input
  EXPECT_EQ(reducedSteps(*c, 9).steps, (std::vector<Step>{{0, 0}, {1, 1}}));
}

TEST(Combine, DifferenceWithBatchNormBehind) {
  Builder b;
  uint32_t d = b.sub(b.input(0), b.input(1));
  b.sign(b.batchNorm(d, -2, 0.3, 1.5, 0.7f, 1e-5f));
  auto c = combined(b.program, 2);
  ASSERT_TRUE(c);
  EXPECT_EQ(c->factors, (std::vector<std::vector<int64_t>>{{1}, {-1}}));
  EXPECT_EQ(reducedSteps(*c, 9).steps, (std::vector<Step>{{2, -1}}));
}

TEST(Combine, CommensurableScalesByChannel) {
  Builder b(3);
  uint32_t y = b.mul(b.input(0), b.constant({0.5, -0.75, 0.0}));
  uint32_t z = b.div(b.input(1), b.constant({2.0, 4.0, -8.0}));
  uint32_t sum = b.add(b.add(y, b.constant(0.25)), z);
  b.sign(sum);
  auto c = combined(b.program, 2);
  ASSERT_TRUE(c);
  EXPECT_EQ(c->factors,
            (std::vector<std::vector<int64_t>>{{1, 3, 0}, {1, -1, 1}}));
  // 0.5 s + 0.25; -0.25 s + 0.25; -s / 8 + 0.25.
  EXPECT_EQ(print(reducedSteps(*c, 9, 0)), print({-1, {{0, 1}}, {}}));
  EXPECT_EQ(print(reducedSteps(*c, 9, 1)), print({1, {{1, 0}, {2, -1}}, {}}));
  EXPECT_EQ(print(reducedSteps(*c, 9, 2)), print({1, {{2, 0}, {3, -1}}, {}}));
}

TEST(Combine, Float32ScalesGiveExactFactors) {
  Builder b;
  uint32_t y = b.mul(b.input(0), b.constant(0.1f));
  uint32_t z = b.mul(b.input(1), b.constant(0.3f));
  b.sign(b.add(b.add(y, z), b.constant(-0.7f)));
  auto c = combined(b.program, 2);
  ASSERT_TRUE(c);
  int64_t f0 = c->factors[0][0], f1 = c->factors[1][0];
  // The ratio is that of the float32 numbers, not 1 : 3.
  EXPECT_EQ(double(f0) * 0.3f, double(f1) * 0.1f);
  EXPECT_NE(f1, 3 * f0);
  llvm::Expected<StepFunction> f =
      solve(c->reduced, 0, {-(int64_t(1) << 40), int64_t(1) << 40});
  ASSERT_TRUE(bool(f)) << errorOf(f.takeError());
  for (int64_t x : {-100, -3, -2, 0, 1, 2, 4, 7, 50})
    for (int64_t y : {-40, -1, 0, 1, 2, 3, 33}) {
      long double real = static_cast<long double>(0.1f) * x +
                         static_cast<long double>(0.3f) * y -
                         static_cast<long double>(0.7f);
      EXPECT_EQ(valueAt(*f, f0 * x + f1 * y), real > 0 ? 1 : -1)
          << x << " " << y;
    }
}

TEST(Combine, TwoBatchNormsOfOneVariance) {
  Builder b;
  uint32_t y = b.batchNorm(b.input(0), 1.5, 0.2f, 3, 0.3f, 1e-5f);
  uint32_t z = b.batchNorm(b.input(1), -1, 0.4f, -1, 0.3f, 1e-5f);
  uint32_t sum = b.add(y, z);
  b.add(b.sub(b.sign(sum), b.clip(sum, -1, 1)), b.clip(sum, -1, 1));
  auto c = combined(b.program, 2);
  ASSERT_TRUE(c);
  EXPECT_EQ(c->factors, (std::vector<std::vector<int64_t>>{{3}, {-2}}));
  StepFunction f = reducedSteps(*c, 200);
  for (int64_t x = -20; x <= 20; ++x)
    for (int64_t y = -20; y <= 20; ++y) {
      double sigma = std::sqrt(double(0.3f) + double(1e-5f));
      double real =
          (x - 3) / sigma * 1.5 + double(0.2f) - (y + 1) / sigma + double(0.4f);
      EXPECT_EQ(valueAt(f, 3 * x - 2 * y), real > 0 ? 1 : -1);
    }
}

TEST(Combine, IncommensurableIsRefused) {
  // sqrt(2) and sqrt(3).
  Builder b;
  uint32_t y = b.batchNorm(b.input(0), 1, 0, 0, 2, 0);
  uint32_t z = b.batchNorm(b.input(1), 1, 0, 0, 3, 0);
  b.sign(b.add(y, z));
  EXPECT_FALSE(combined(b.program, 2));
}

TEST(Combine, LargeFactorsAreRefused) {
  Builder b;
  uint32_t y = b.mul(b.input(0), b.constant(std::ldexp(1.0, -40)));
  b.sign(b.add(y, b.input(1)));
  EXPECT_FALSE(combined(b.program, 2));
}

TEST(Combine, MeetingAfterReluIsRefused) {
  Builder b;
  b.sign(b.add(b.node(Op::Relu, {b.input(0)}), b.input(1)));
  EXPECT_FALSE(combined(b.program, 2));
}

TEST(Combine, UnequalMeetingsAreRefused) {
  Builder b;
  uint32_t x = b.input(0), y = b.input(1);
  b.mul(b.sign(b.add(x, y)), b.sign(b.sub(x, y)));
  EXPECT_FALSE(combined(b.program, 2));
}

TEST(Combine, ThreeInputsOneUnused) {
  Builder b;
  uint32_t x = b.input(0);
  b.input(1);
  b.sign(b.add(b.mul(b.constant(6), x), b.mul(b.input(2), b.constant(-4))));
  auto c = combined(b.program, 3);
  ASSERT_TRUE(c);
  EXPECT_EQ(c->factors, (std::vector<std::vector<int64_t>>{{3}, {0}, {-2}}));
}

TEST(Combine, ConstantResult) {
  Builder b;
  uint32_t x = b.input(0);
  b.add(b.sub(x, x), b.constant(2));
  auto c = combined(b.program, 1);
  ASSERT_TRUE(c);
  EXPECT_EQ(c->factors, (std::vector<std::vector<int64_t>>{{0}}));
  EXPECT_EQ(print(reducedSteps(*c, 3)), print({2, {}, {}}));
}

TEST(Combine, DivisionByZeroIsNamed) {
  Builder b;
  uint32_t x = b.input(0), zero = b.constant(0); // in this order: nodes 0, 1
  uint32_t quotient = b.div(x, zero);
  b.sign(b.add(quotient, b.input(1)));
  llvm::Expected<std::optional<Combination>> c = combine(b.program, 2);
  ASSERT_FALSE(bool(c));
  EXPECT_EQ(errorOf(c.takeError()),
            "division by zero in the division (node 2) (channel 0)");
}

} // namespace
