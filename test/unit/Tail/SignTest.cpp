//===- SignTest.cpp - Every spelling of sign ------------------------------===//

#include "Programs.h"

using namespace bnn::tail;

namespace {

/// The values left of, at and right of 0 of a sign-like tail.
struct Values {
  double below, zero, above;
};

void expectSign(Builder &b, Values expected) {
  for (int64_t k : {8, 9, 1000, 1001}) {
    // Dot products of k products have the parity of k.
    for (int64_t step : {1, 2}) {
      StepFunction f = solved(b.program, {-k, k, step});
      for (int64_t at = -k; at <= k; at += step)
        ASSERT_EQ(valueAt(f, at), at < 0   ? expected.below
                                  : at > 0 ? expected.above
                                           : expected.zero)
            << "at " << at;
      EXPECT_LE(f.steps.size(), 2u);
    }
  }
}

TEST(Sign, Plain) {
  Builder b;
  b.sign(b.input());
  expectSign(b, {-1, 0, 1});
  // Odd sums never are 0: one threshold, at the first attainable integer.
  StepFunction f = solved(b.program, {-9, 9, 2});
  ASSERT_EQ(f.steps.size(), 1u);
  EXPECT_EQ(f.steps[0], (Step{1, 1.0}));
  EXPECT_TRUE(f.ties.empty());
}

TEST(Sign, LarqSteSign) {
  for (auto [c, zero] : {std::pair{0.1f, 1.0}, {-0.1f, -1.0}}) {
    Builder b;
    b.sign(b.add(b.sign(b.input()), b.constant(c)));
    expectSign(b, {-1, zero, 1});
  }
}

TEST(Sign, WhereGreaterOrEqual) {
  Builder b;
  uint32_t x = b.input();
  b.node(Op::Select, {b.node(Op::GreaterEqual, {x, b.constant(0)}),
                      b.constant(1), b.constant(-1)});
  expectSign(b, {-1, 1, 1});
}

TEST(Sign, WhereNotLessSwapped) {
  Builder b;
  uint32_t x = b.input();
  uint32_t c = b.node(Op::Not, {b.node(Op::Less, {x, b.constant(0)})});
  b.node(Op::Select, {b.node(Op::Not, {c}), b.constant(-1), b.constant(1)});
  expectSign(b, {-1, 1, 1});
}

TEST(Sign, GreaterCastTimesTwoMinusOne) {
  for (auto [op, zero] :
       {std::pair{Op::Greater, -1.0}, {Op::GreaterEqual, 1.0}}) {
    Builder b;
    uint32_t x = b.input();
    uint32_t c = b.node(op, {x, b.constant(0)});
    b.sub(b.mul(c, b.constant(2)), b.constant(1));
    expectSign(b, {-1, zero, 1});
  }
}

TEST(Sign, FixOfZero) {
  Builder b;
  uint32_t s = b.sign(b.input());
  b.node(Op::Select, {b.node(Op::Equal, {s, b.constant(0)}), b.constant(1), s});
  expectSign(b, {-1, 1, 1});
}

TEST(Sign, SmallOffset) {
  Builder b;
  b.sign(b.add(b.input(), b.constant(1e-6f)));
  expectSign(b, {-1, 1, 1});
}

TEST(Sign, StraightThroughResidue) {
  Builder b;
  uint32_t x = b.mul(b.input(), b.constant(0.3f));
  b.add(b.sub(b.sign(x), b.clip(x, -1, 1)), b.clip(x, -1, 1));
  expectSign(b, {-1, 0, 1});
}

TEST(Sign, StraightThroughResidueNegated) {
  // clip + (sign - clip) and -((clip - sign) - clip), the terms far apart.
  Builder b;
  uint32_t x = b.mul(b.input(), b.constant(0.3f));
  uint32_t c = b.clip(x, -1, 1);
  uint32_t s = b.sign(x);
  uint32_t inner = b.add(c, b.mul(b.sub(c, s), b.constant(-1)));
  b.node(Op::Neg, {b.sub(b.node(Op::Neg, {inner}), b.constant(0))});
  expectSign(b, {-1, 0, 1});
}

TEST(Sign, ClipFirst) {
  Builder b;
  b.sign(b.clip(b.input(), -1, 1));
  expectSign(b, {-1, 0, 1});
}

TEST(Sign, RoundedUnitInterval) {
  Builder b;
  uint32_t y = b.add(b.clip(b.input(), -1, 1), b.constant(1));
  uint32_t q = b.node(Op::RoundHalfEven, {b.div(y, b.constant(2))});
  b.sub(b.mul(q, b.constant(2)), b.constant(1));
  expectSign(b, {-1, -1, 1});
}

TEST(Sign, DifferenceOfComparisons) {
  Builder b;
  uint32_t x = b.input();
  b.sub(b.node(Op::Greater, {x, b.constant(0)}),
        b.node(Op::Less, {x, b.constant(0)}));
  expectSign(b, {-1, 0, 1});
}

TEST(Sign, SelectByArithmetic) {
  Builder b;
  uint32_t x = b.input();
  uint32_t less = b.node(Op::Less, {x, b.constant(0)});
  uint32_t yes = b.mul(b.node(Op::Not, {less}), b.constant(1));
  b.add(yes, b.mul(less, b.constant(-1)));
  expectSign(b, {-1, 1, 1});
}

TEST(Sign, OneBitQuant) {
  // Signed 1-bit Quant is bipolar; unsigned is 0 or 1.
  Builder b;
  b.quant(b.input(), 1, 0, Op::RoundHalfEven, 0, 1);
  expectSign(b, {0, 0, 1});
}

TEST(Sign, MultiThreshold) {
  Builder b;
  uint32_t n = b.multiThreshold(b.input(), {0});
  b.add(b.mul(n, b.constant(2)), b.constant(-1));
  expectSign(b, {-1, 1, 1});
}

TEST(Sign, OfRelu) {
  Builder b;
  b.sign(b.node(Op::Relu, {b.input()}));
  expectSign(b, {0, 0, 1});
}

TEST(Sign, ReActNet) {
  // The straight-through chain of masks whose value is sign(x).
  Builder b;
  uint32_t x = b.add(b.mul(b.input(), b.constant(0.37f)), b.constant(0));
  uint32_t one = b.constant(1), two = b.constant(2);
  uint32_t square = b.mul(x, x), twice = b.mul(x, two);
  uint32_t m1 = b.node(Op::Less, {x, b.constant(-1)});
  uint32_t m2 = b.node(Op::Less, {x, b.constant(0)});
  uint32_t m3 = b.node(Op::Less, {x, one});
  uint32_t o1 = b.add(b.mul(b.constant(-1), m1),
                      b.mul(b.add(square, twice), b.sub(one, m1)));
  uint32_t o2 =
      b.add(b.mul(o1, m2),
            b.mul(b.add(b.node(Op::Neg, {square}), twice), b.sub(one, m2)));
  uint32_t o3 = b.add(b.mul(o2, m3), b.mul(one, b.sub(one, m3)));
  b.add(b.sub(b.sign(x), o3), o3);
  expectSign(b, {-1, 0, 1});
}

TEST(Sign, LarqSteTern) {
  // Inclusive edges: 0 only strictly between -3 and 3.
  Builder b;
  uint32_t x = b.input(), t = b.constant(3);
  b.sign(b.add(b.sign(b.add(x, t)), b.sign(b.sub(x, t))));
  StepFunction f = solved(b.program, {-100, 100});
  EXPECT_EQ(f.base, -1);
  EXPECT_EQ(f.steps, (std::vector<Step>{{-2, 0}, {3, 1}}));
  EXPECT_TRUE(f.ties.empty());
}

TEST(Sign, BrevitasTernaryIsStrict) {
  Builder b;
  uint32_t x = b.input();
  uint32_t far = b.node(Op::Greater, {b.node(Op::Abs, {x}), b.constant(3)});
  b.mul(b.sign(x), far);
  StepFunction f = solved(b.program, {-100, 100});
  EXPECT_EQ(f.base, -1);
  EXPECT_EQ(f.steps, (std::vector<Step>{{-3, 0}, {4, 1}}));
}

TEST(Sign, AtomicLevels) {
  // BipolarQuant with scales, negative and zero.
  for (double scale : {0.75, -0.1, 0.0}) {
    Builder b;
    uint32_t x = b.input();
    uint32_t s =
        b.node(Op::Select, {b.node(Op::GreaterEqual, {x, b.constant(0)}),
                            b.constant(1), b.constant(-1)});
    b.mul(s, b.constant(static_cast<float>(scale)));
    float f = static_cast<float>(scale);
    expectSign(b, {-f, f, f});
  }
}

} // namespace
