//===- SolveTest.cpp - Thresholds of batch norms and quantizers -----------===//

#include "Programs.h"
#include <cmath>

using namespace bnn::tail;

namespace {

TEST(Solve, DirectionFollowsGamma) {
  for (double gamma : {2.0, -2.0, 0.0}) {
    Builder b;
    b.sign(b.batchNorm(b.input(), gamma, 0.5, 3.25, 0.4f, 1e-5f));
    StepFunction f = solved(b.program, {-100, 100});
    ASSERT_EQ(f.steps.size(), gamma ? 1u : 0u);
    EXPECT_EQ(f.base, gamma > 0 ? -1 : 1);
    if (gamma) {
      double threshold = 3.25 - 0.5 * std::sqrt(0.4) / gamma;
      EXPECT_EQ(f.steps[0].from, std::ceil(threshold));
    }
  }
}

TEST(Solve, ZeroGammaAndZeroBetaIsConstantZero) {
  Builder b;
  b.sign(b.batchNorm(b.input(), 0, 0, 3.25, 0.4f, 1e-5f));
  StepFunction f = solved(b.program, {-100, 100});
  EXPECT_EQ(print(f), print({0, {}, {}}));
  EXPECT_TRUE(f.ties.empty());
}

TEST(Solve, StepsStartAtAttainableIntegers) {
  Builder b;
  b.node(Op::GreaterEqual, {b.input(), b.constant(0.5)});
  EXPECT_EQ(solved(b.program, {-9, 9, 2}).steps, (std::vector<Step>{{1, 1}}));
  EXPECT_EQ(solved(b.program, {-8, 8, 2}).steps, (std::vector<Step>{{2, 1}}));
  EXPECT_EQ(solved(b.program, {1, 9, 2}).steps, (std::vector<Step>{}));
}

TEST(Solve, DenormalVarianceIsNotFlushed) {
  // sigma is 2^-74.5: everything but the mean itself is far out.
  Builder b;
  b.node(Op::Greater,
         {b.batchNorm(b.input(), 1, 0, 5, 0x1p-149, 0), b.constant(0x1p74)});
  EXPECT_EQ(solved(b.program, {-9, 9}).steps, (std::vector<Step>{{6, 1}}));
}

TEST(Solve, NegativeSlopeIsNotMonotone) {
  Builder b;
  uint32_t x = b.add(b.input(), b.constant(0.5));
  uint32_t y = b.node(Op::PRelu, {x, b.constant(-0.25)});
  b.sign(b.add(y, b.constant(-2)));
  // -x / 4 > 2 below -8, x > 2 above.
  EXPECT_EQ(solved(b.program, {-100, 100}).steps,
            (std::vector<Step>{{-8, -1}, {2, 1}}));
}

TEST(Solve, ConstantsAreLegal) {
  Builder b;
  b.constant(-0.0);
  StepFunction f = solved(b.program, {-5, 5});
  EXPECT_EQ(f.base, 0);
  EXPECT_FALSE(std::signbit(f.base));
  EXPECT_TRUE(f.steps.empty());
}

TEST(Solve, TranscendentalDecisions) {
  struct {
    Op op;
    double threshold;
    int64_t from; // first integer at which f(x) >= threshold
  } cases[] = {{Op::Sigmoid, 0.5, 0},  {Op::Tanh, 0, 0},
               {Op::Erf, 0.5, 1},      {Op::Softplus, 0.7, 1},
               {Op::Exp, 1, 0},        {Op::Exp, 20.0855, 3},
               {Op::Sigmoid, 0.95, 3}, {Op::Elu, -0.999, -6}};
  for (auto [op, threshold, from] : cases) {
    Builder b;
    b.node(Op::GreaterEqual,
           {b.node(op, {b.input()}, 1.0), b.constant(threshold)});
    EXPECT_EQ(print(solved(b.program, {-600, 600})),
              print({0, {{from, 1}}, {}}));
  }
}

TEST(Solve, TanhOfOtherFormsIsAnUndecidableTie) {
  // tanh(x) = 2 sigmoid(2 x) - 1 for all x: no precision tells them apart, so
  // they count as equal and are reported.
  Builder b;
  uint32_t x = b.mul(b.input(), b.constant(0.25)), two = b.constant(2);
  uint32_t t =
      b.sub(b.mul(two, b.node(Op::Sigmoid, {b.mul(two, x)})), b.constant(1));
  b.sign(b.sub(b.node(Op::Tanh, {x}), t));
  StepFunction f = solved(b.program, {-3, 3});
  EXPECT_EQ(print(f), print({0, {}, {}}));
  EXPECT_EQ(f.ties.size(), 6u); // all but 0, where both are exact
}

TEST(Solve, WideDomainsAreBisected) {
  // 25088 inputs of 8 bits, weights and a bias of their own.
  Builder b;
  b.sign(b.batchNorm(b.input(), 1, 0.25, -1234567.5, 1e9, 1e-5f));
  llvm::Expected<StepFunction> f =
      solve(b.program, 0, {-(int64_t(1) << 50), int64_t(1) << 50});
  ASSERT_TRUE(bool(f)) << errorOf(f.takeError());
  // -mean - 0.25 * sqrt(1e9)
  EXPECT_EQ(f->steps,
            (std::vector<Step>{
                {int64_t(std::ceil(-1234567.5 - 0.25 * std::sqrt(1e9))), 1}}));
}

TEST(SolveAll, EqualsSolveInEveryChannel) {
  constexpr uint32_t channels = 12;
  Builder b(channels);
  std::vector<double> gamma, mean, thresholds;
  std::vector<Domain> domains;
  for (uint32_t c = 0; c < channels; ++c) {
    gamma.push_back(int(c % 4) - 1);
    mean.push_back(0.5 * (c % 3));
    for (double t : {3.0, -2.0, 0.5 * (c % 2)})
      thresholds.push_back(t);
    domains.push_back({-int64_t(c % 2) - 20, 20, 2});
  }
  uint32_t x = b.node(Op::BatchNorm,
                      {b.input(), b.constant(gamma), b.constant(0.25),
                       b.constant(mean), b.constant(1)},
                      1e-3f);
  uint32_t n = b.multiThreshold(x, thresholds);
  b.program.nodes[n].count = 3;
  llvm::Expected<std::vector<StepFunction>> all = solveAll(b.program, domains);
  ASSERT_TRUE(bool(all)) << errorOf(all.takeError());
  ASSERT_EQ(all->size(), channels);
  for (uint32_t c = 0; c < channels; ++c)
    EXPECT_EQ(print((*all)[c]), print(solved(b.program, domains[c], c))) << c;
}

TEST(LastQuantizer, EndsBeforeTheScale) {
  // Levels i / 15 are no doubles; the codes are.
  Builder b;
  uint32_t y = b.clip(b.mul(b.input(), b.constant(0.125)), 0, 1);
  uint32_t code = b.node(Op::RoundHalfEven, {b.mul(y, b.constant(15))});
  b.div(code, b.constant(15));
  EXPECT_NE(solveError(b.program, {-9, 9}).find("end the tail at its last"),
            std::string::npos);
  ASSERT_EQ(lastQuantizer(b.program), code);
  b.program.nodes.resize(code + 1);
  EXPECT_EQ(solved(b.program, {-9, 9}).steps.size(), 8u);
}

TEST(LastQuantizer, NeedsOneNodeThatAllWaysPass) {
  Builder b;
  uint32_t x = b.input();
  b.sub(b.node(Op::Greater, {x, b.constant(0)}),
        b.node(Op::Less, {x, b.constant(0)}));
  EXPECT_EQ(lastQuantizer(b.program), std::nullopt);
  // Behind the two, a sign is passed by both.
  uint32_t s = b.sign(b.program.nodes.size() - 1);
  b.mul(s, b.constant(0.3f));
  EXPECT_EQ(lastQuantizer(b.program), s);
  // x itself goes around it.
  b.add(b.program.nodes.size() - 1, x);
  EXPECT_EQ(lastQuantizer(b.program), std::nullopt);
}

} // namespace
