//===- RandomTest.cpp - Random tails against enumeration ------------------===//
//
// For every random tail: bisecting and enumerating give the same table, and at
// integers that are not listed as ties the float32 evaluation decides the same.
//
//===----------------------------------------------------------------------===//

#include "Programs.h"
#include <cmath>
#include <random>

using namespace bnn::tail;

namespace {

class Generator {
public:
  /// Without `residues` straight-through residues are written as what they
  /// are: the oracle evaluates number by number and does not see them cancel
  /// where they are irrational.
  Generator(uint32_t seed, bool residues) : random(seed), residues(residues) {}

  /// The tail of this seed, and its domain.
  Domain tail(Builder &b, bool transcendental);

  int64_t integer(int64_t lo, int64_t hi) {
    return std::uniform_int_distribution<int64_t>(lo, hi)(random);
  }
  bool chance(int percent) { return integer(0, 99) < percent; }
  double real(double lo, double hi) {
    return static_cast<float>(
        std::uniform_real_distribution<double>(lo, hi)(random));
  }
  /// Parameters of real networks, or small integers that make exact ties.
  double parameter(double scale) {
    if (chance(40))
      return integer(-4, 4);
    if (chance(10))
      return 0;
    return real(-scale, scale);
  }
  Domain domain() {
    int64_t k = chance(5) ? integer(1000, 1200) : integer(1, 150);
    if (chance(50))
      return {-k, k, 2};
    return {-k, chance(50) ? k : k + integer(0, 9), integer(1, 3)};
  }

  uint32_t batchNorm(Builder &b, uint32_t x);
  uint32_t continuous(Builder &b, uint32_t x, bool transcendental);
  uint32_t discrete(Builder &b, uint32_t x);

  static constexpr Op roundings[] = {
      Op::RoundHalfEven, Op::RoundHalfAway, Op::RoundHalfTowardZero,
      Op::RoundAway,     Op::Floor,         Op::Ceil,
      Op::Trunc,         Op::CastInteger};

private:
  std::mt19937 random;
  bool residues;
};

Domain Generator::tail(Builder &b, bool transcendental) {
  uint32_t x = b.input();
  for (int i = integer(1, 3); i > 0; --i)
    x = continuous(b, x, transcendental);
  x = discrete(b, x);
  if (chance(20)) {
    x = batchNorm(b, x);
    discrete(b, x);
  }
  return domain();
}

uint32_t Generator::batchNorm(Builder &b, uint32_t x) {
  if (chance(40)) // the root is rational: ties are exact
    return b.batchNorm(x, parameter(2), parameter(2), parameter(20),
                       std::pow(double(integer(1, 7)), 2), 0);
  if (chance(5)) // the smallest float32
    return b.batchNorm(x, parameter(2), parameter(2), parameter(20), 0x1p-149,
                       0);
  return b.batchNorm(x, parameter(2), parameter(2), parameter(20),
                     real(0.01, 900), 1e-5f);
}

uint32_t Generator::continuous(Builder &b, uint32_t x, bool transcendental) {
  auto c = [&](double v) { return b.constant(v); };
  switch (integer(0, transcendental ? 19 : 13)) {
  case 0:
  case 1:
  case 2:
    return batchNorm(b, x);
  case 3:
    return b.mul(x, c(parameter(1)));
  case 4:
    return b.add(x, c(parameter(9)));
  case 5: // RPReLU: shift, bend, shift; a negative slope is not monotone
    return b.add(b.node(Op::PRelu, {b.add(x, c(parameter(3))),
                                    c(chance(50) ? -0.25 : parameter(1))}),
                 c(parameter(3)));
  case 6:
    return b.node(Op::LeakyRelu, {x}, parameter(1));
  case 7:
    return b.clip(x, -integer(0, 3), integer(0, 3) + 0.5);
  case 8:
    return b.node(Op::HardSigmoid, {x}, 0.2f, 0.5f);
  case 9:
    return b.node(Op::Abs, {x});
  case 10:
    return b.node(Op::Relu, {x});
  case 11: // hard swish, where the same operand comes twice
    return b.mul(x, b.clip(b.add(x, c(3)), 0, 6));
  case 12:
    return b.node(Op::Softsign, {x});
  case 13:
    return b.node(Op::Pow, {b.mul(x, c(0.125)), c(integer(0, 3))});
  case 14:
    return b.node(Op::Sigmoid, {x});
  case 15:
    return b.node(Op::Tanh, {b.mul(x, c(0.05f))});
  case 16:
    return b.node(Op::Erf, {b.mul(x, c(0.05f))});
  case 17:
    return b.node(Op::Softplus, {x});
  case 18:
    return b.node(Op::Elu, {x}, 1.0);
  default:
    return b.node(Op::Selu, {x}, 1.6732632f, 1.050701f);
  }
}

uint32_t Generator::discrete(Builder &b, uint32_t x) {
  auto c = [&](double v) { return b.constant(v); };
  Op comparisons[] = {Op::Greater,   Op::GreaterEqual, Op::Less,
                      Op::LessEqual, Op::Equal,        Op::NotEqual};
  double threshold = chance(30) ? 0 : parameter(3);
  switch (integer(0, 6)) {
  case 0:
    return b.sign(x);
  case 1:
    return b.node(comparisons[integer(0, 5)], {x, c(threshold)});
  case 2:
    return b.node(Op::Select,
                  {b.node(comparisons[integer(0, 3)], {c(threshold), x}),
                   c(0.75), c(-0.5)});
  case 3: {
    std::vector<double> thresholds;
    for (int i = integer(1, 7); i > 0; --i)
      thresholds.push_back(parameter(5));
    return b.multiThreshold(x, thresholds);
  }
  case 4: {
    uint32_t y = b.mul(b.sign(x), c(0.5));
    if (!residues)
      return y;
    return b.sub(b.add(y, b.clip(x, -1, 1)), b.clip(x, -1, 1));
  }
  default: {
    double scale = chance(50) ? 0.5 : real(0.05, 2);
    int bits = integer(1, 3);
    bool narrow = chance(50);
    double lo = chance(50) ? 0 : -(1 << bits) / 2 + narrow;
    return b.quant(x, scale, chance(70) ? 0 : integer(-1, 1),
                   roundings[integer(0, 7)], lo, lo + (1 << bits) - 1 - narrow);
  }
  }
}

/// At integers that are no ties the float32 evaluation agrees.
void expectFloat32Agrees(const Program &program, const StepFunction &f,
                         Domain domain) {
  size_t tie = 0;
  for (int64_t at = domain.first; at <= domain.last; at += domain.step) {
    if (tie < f.ties.size() && f.ties[tie].at == at) {
      EXPECT_GE(f.ties[tie].margin, 0);
      ++tie;
      continue;
    }
    double exact = valueAt(f, at);
    float value = evaluateFloat32(program, 0, at);
    ASSERT_NEAR(value, exact, 1e-4 * std::max(1.0, std::fabs(exact)))
        << "at " << at;
  }
  EXPECT_EQ(tie, f.ties.size()) << "ties lie outside of the domain";
}

void checkTails(bool transcendental, int count) {
  int compared = 0, withSteps = 0, withTies = 0;
  for (int seed = 0; seed < count; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    uint32_t start = seed + (transcendental ? 1000000 : 0);
    Builder b, plain;
    Domain domain = Generator(start, true).tail(b, transcendental);
    Generator(start, false).tail(plain, transcendental);
    llvm::Expected<StepFunction> fast = solve(b.program, 0, domain);
    llvm::Expected<StepFunction> slow = enumerate(plain.program, 0, domain);
    ASSERT_EQ(bool(fast), bool(slow))
        << errorOf(fast.takeError()) << errorOf(slow.takeError());
    if (!fast) {
      // Nodes have other numbers in `plain`; the reason is the same.
      std::string a = errorOf(fast.takeError()), c = errorOf(slow.takeError());
      EXPECT_EQ(a.substr(0, 12), c.substr(0, 12));
      continue;
    }
    ++compared;
    ASSERT_EQ(print(*fast), print(*slow));
    ASSERT_TRUE(*fast == *slow);
    withSteps += !fast->steps.empty();
    withTies += !fast->ties.empty();
    expectFloat32Agrees(b.program, *fast, domain);
    if (::testing::Test::HasFatalFailure())
      return;
  }
  // The test must not pass because nothing was compared.
  EXPECT_GE(compared, count * 9 / 10);
  EXPECT_GE(withSteps, count / 3);
  EXPECT_GE(withTies, count / 500);
  ::testing::Test::RecordProperty("compared", compared);
  ::testing::Test::RecordProperty("ties", withTies);
}

TEST(Random, AlgebraicTails) { checkTails(false, 1200); }

TEST(Random, TranscendentalTails) { checkTails(true, 300); }

TEST(Random, EveryRoundingOfEveryQuant) {
  for (Op rounding : Generator::roundings)
    for (double zero : {0.0, 1.0, -3.0})
      for (double scale : {0.5, 2.0, 3.0, double(0.3f)})
        for (auto [lo, hi] : {std::pair{-1, 1}, {-2, 1}, {0, 3}, {-8, 7}}) {
          Builder b;
          b.quant(b.input(), scale, zero, rounding, lo, hi);
          for (Domain d : {Domain{-50, 50}, Domain{-49, 49, 2}}) {
            StepFunction f = solved(b.program, d);
            expectFloat32Agrees(b.program, f, d);
          }
        }
}

} // namespace
