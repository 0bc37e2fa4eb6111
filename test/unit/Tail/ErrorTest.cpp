//===- ErrorTest.cpp - What is refused, and in which words ----------------===//

#include "Programs.h"
#include <cmath>
#include <limits>

using namespace bnn::tail;

namespace {

constexpr Domain kDomain{-20, 20};

TEST(Error, NanParameter) {
  Builder b;
  b.sign(b.batchNorm(b.input(), 1, 0, std::nan(""), 1, 1e-5));
  EXPECT_EQ(solveError(b.program, kDomain),
            "the mean of the batch normalization (node 5) is NaN in channel 0; "
            "a threshold needs finite parameters");
}

TEST(Error, InfiniteParameterOnlyInItsChannel) {
  Builder b(2);
  uint32_t x = b.input();
  b.sign(b.mul(x, b.constant({1, std::numeric_limits<double>::infinity()})));
  EXPECT_TRUE(bool(solve(b.program, 0, kDomain)));
  llvm::Expected<StepFunction> f = solve(b.program, 1, kDomain);
  ASSERT_FALSE(bool(f));
  EXPECT_EQ(errorOf(f.takeError()),
            "the operand of the multiplication (node 2) is infinite in channel "
            "1; a threshold needs finite parameters");
  EXPECT_FALSE(errorOf(solveAll(b.program, kDomain).takeError()).empty());
}

TEST(Error, VariancePlusEpsilon) {
  for (double variance : {0.0, -1.0}) {
    Builder b;
    b.sign(b.batchNorm(b.input(), 1, 0, 0, variance, 0));
    EXPECT_EQ(
        solveError(b.program, kDomain),
        "the variance plus epsilon is not positive in the batch "
        "normalization (node 5) where the accumulator is -20 (channel 0)");
  }
}

TEST(Error, DivisionByZeroWhereAttainable) {
  Builder b;
  b.sign(b.div(b.constant(1), b.input()));
  EXPECT_EQ(solveError(b.program, kDomain),
            "division by zero in the division (node 2) where the accumulator "
            "is 0 (channel 0)");
  // Odd integers are never 0.
  EXPECT_EQ(solved(b.program, {-9, 9, 2}).steps, (std::vector<Step>{{1, 1}}));
}

TEST(Error, DivisionByZeroInTheBranchNotTaken) {
  Builder b;
  uint32_t x = b.input();
  uint32_t zero = b.node(Op::Equal, {x, b.constant(0)});
  b.node(Op::Select, {zero, b.constant(7), b.sign(b.div(b.constant(1), x))});
  EXPECT_EQ(solved(b.program, kDomain).steps,
            (std::vector<Step>{{0, 7}, {1, 1}}));
}

TEST(Error, NoQuantizer) {
  Builder b;
  b.mul(b.input(), b.constant(0.5));
  EXPECT_EQ(solveError(b.program, {-4000, 4000}),
            "the tail takes more than 256 values in channel 0; it is no "
            "quantizer");
}

TEST(Error, LevelLimitIsExact) {
  Builder b;
  b.clip(b.input(), -8, 7);
  EXPECT_EQ(solveError(b.program, {-100, 100}, 15),
            "the tail takes more than 15 values in channel 0; it is no "
            "quantizer");
  EXPECT_NE(solveError(b.program, {-100, 100}, 16).find("solved"),
            std::string::npos);
}

TEST(Error, LevelsThatNoDoubleHolds) {
  Builder b;
  b.div(b.sign(b.input()), b.constant(3));
  EXPECT_EQ(solveError(b.program, kDomain),
            "the value of the division (node 3) where the accumulator is -20 "
            "(channel 0) is near -0.333333333, but no float64 equals it; end "
            "the tail at its last quantizer");
  Builder t;
  t.node(Op::Tanh, {t.sign(t.input())});
  EXPECT_NE(solveError(t.program, kDomain).find("near -0.761594156"),
            std::string::npos);
}

TEST(Error, UnboundedWork) {
  // The parity of x, over more integers than may be tried.
  Builder b;
  uint32_t half = b.mul(b.input(), b.constant(0.5));
  b.sign(b.sub(half, b.node(Op::Floor, {half})));
  std::string text = solveError(b.program, {0, int64_t(1) << 40});
  EXPECT_EQ(text, "no monotone pieces can be derived for the tail in channel "
                  "0, and its 1099511627777 attainable integers are too many "
                  "to try one by one");
  EXPECT_EQ(solved(b.program, {0, 4}).steps,
            (std::vector<Step>{{1, 1}, {2, 0}, {3, 1}, {4, 0}}));
}

TEST(Error, OverlongProductsStayBounded) {
  // x^(2^60) by squaring: no exact number may grow with it.
  Builder b;
  uint32_t v = b.add(b.input(), b.constant(0.5));
  for (int i = 0; i < 60; ++i)
    v = b.mul(v, v);
  b.node(Op::Greater, {v, b.constant(1)});
  llvm::Expected<StepFunction> f = solve(b.program, 0, {-3, 3});
  ASSERT_TRUE(bool(f)) << errorOf(f.takeError());
  EXPECT_EQ(f->base, 1);
  EXPECT_EQ(f->steps, (std::vector<Step>{{-1, 0}, {1, 1}}));
}

TEST(Error, MalformedPrograms) {
  Program empty;
  EXPECT_EQ(solveError(empty, kDomain), "the program has no node");

  Builder forward;
  forward.node(Op::Neg, {0});
  EXPECT_EQ(solveError(forward.program, kDomain),
            "the negation (node 0) uses node 0, which is not earlier");

  Builder arity;
  arity.node(Op::Add, {arity.input()});
  EXPECT_EQ(solveError(arity.program, kDomain),
            "the addition (node 1) has 1 operands; expected 2");

  Builder sizes(3);
  uint32_t x = sizes.input();
  sizes.sign(sizes.add(x, sizes.constant({1, 2})));
  EXPECT_EQ(solveError(sizes.program, kDomain),
            "the constant (node 1) has 2 values; expected one row of 1, or one "
            "for each of the 3 channels");

  Builder unknown;
  unknown.node(static_cast<Op>(250), {});
  EXPECT_EQ(solveError(unknown.program, kDomain),
            "node 0 has the unknown operator 250");

  Builder second;
  second.sign(second.input(1));
  EXPECT_EQ(solveError(second.program, kDomain),
            "the input (node 0) reads accumulator 1 of 1; combine() makes one "
            "of several");
}

TEST(Error, Domains) {
  Builder b;
  b.sign(b.input());
  for (Domain d : {Domain{1, 0}, Domain{0, 1, 0}, Domain{0, 1, -1},
                   Domain{INT64_MIN, INT64_MAX}})
    EXPECT_NE(solveError(b.program, d).find("is empty or exceeds 2^53"),
              std::string::npos);
  EXPECT_EQ(errorOf(solveAll(b.program, {}).takeError()),
            "0 domains are given for 1 channels; expected one, or one for "
            "each");
  // The last integer of a domain need not be attainable.
  EXPECT_EQ(solved(b.program, {-5, 4, 3}).steps, (std::vector<Step>{{1, 1}}));
}

} // namespace
