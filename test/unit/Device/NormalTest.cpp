//===- NormalTest.cpp - The normal law, the same on every machine ---------===//

#include "bnn/Device/Normal.h"
#include "bnn/Device/Random.h"
#include <bit>
#include <cmath>
#include <gtest/gtest.h>

using namespace bnn::device;

namespace {

TEST(Normal, AgreesWithTheLibraryInLongDouble) {
  for (double z = -37; z < 9; z += 0.0173) {
    long double p = 0.5L * erfcl(-(long double)z / sqrtl(2));
    EXPECT_NEAR(double(normalBelow(z) / p), 1, 1e-13) << z;
  }
  for (double x = 1e-300; x < 1e300; x *= 1.37)
    EXPECT_NEAR(lnOf(x), double(logl(x)), 4e-16 * std::fabs(lnOf(x))) << x;
  for (double x = 0.5; x < 2; x += 0.00173)
    EXPECT_NEAR(lnOf(x), double(logl(x)), 4e-16 * std::fabs(lnOf(x))) << x;
  for (double x = -700; x < 700; x += 0.173)
    EXPECT_NEAR(double(expOf(x) / expl(x)), 1, 4e-16) << x;
}

TEST(Normal, QuantileInvertsBothEnds) {
  for (double z = -37; z < 0; z += 0.0173) {
    double p = normalBelow(z);
    EXPECT_NEAR(normalQuantile({p, false}) / z, 1, 1e-12) << z;
    EXPECT_EQ(normalQuantile({p, true}), -normalQuantile({p, false}));
  }
  EXPECT_EQ(normalQuantile({0.5, false}), 0);
  EXPECT_EQ(normalQuantile({0, false}), -HUGE_VAL);
  EXPECT_EQ(normalQuantile({0, true}), HUGE_VAL);
}

TEST(Normal, EndsOfTheRange) {
  EXPECT_EQ(lnOf(0), -HUGE_VAL);
  EXPECT_EQ(lnOf(1), 0);
  EXPECT_TRUE(std::isnan(lnOf(-1)));
  EXPECT_EQ(expOf(-800), 0);
  EXPECT_EQ(expOf(800), HUGE_VAL);
  EXPECT_EQ(expOf(0), 1);
  EXPECT_EQ(normalBelow(50), 1);
  EXPECT_EQ(normalBelow(-50), 0);
}

/// A seed's numbers are part of results: they must not change.
TEST(Normal, SameBitsEverywhere) {
  EXPECT_EQ(std::bit_cast<uint64_t>(lnOf(7003)), 0x4021b54bcbf22fc4u);
  EXPECT_EQ(std::bit_cast<uint64_t>(expOf(-1.5)), 0x3fcc8f87724b5c1du);
  EXPECT_EQ(std::bit_cast<uint64_t>(normalBelow(-4.3)), 0x3ee1e8d3abb1e040u);
  EXPECT_EQ(std::bit_cast<uint64_t>(toNormal(12345678901234567)),
            0xc009a925016ff219u);
}

/// Words far out reach numbers that no table of normal numbers has.
TEST(Normal, WordsReachFarTails) {
  EXPECT_LT(toNormal(0), -9.1);
  EXPECT_GT(toNormal(~uint64_t(0)), 9.1);
  EXPECT_EQ(toNormal(0), -toNormal(~uint64_t(0)));
  EXPECT_LT(toNormal(uint64_t(1) << 63) - toNormal((uint64_t(1) << 63) - 1),
            1e-15);
  // Moments and tails of four million numbers.
  Stream stream(3, 0, Draw::Resistance);
  double sum = 0, squares = 0;
  int beyond4 = 0;
  constexpr int numbers = 4000000;
  for (int i = 0; i < numbers / 2; ++i)
    for (uint64_t word : stream.pair(0, uint64_t(i))) {
      double z = toNormal(word);
      sum += z;
      squares += z * z;
      beyond4 += std::fabs(z) > 4;
    }
  EXPECT_LT(std::fabs(sum) / std::sqrt(numbers), 4);
  EXPECT_LT(std::fabs(squares - numbers) / std::sqrt(2.0 * numbers), 4);
  double expected = 2 * normalBelow(-4) * numbers;
  EXPECT_LT(std::fabs(beyond4 - expected) / std::sqrt(expected), 4);
}

} // namespace
