//===- EccTest.cpp - Error-correcting codes -------------------------------===//

#include "bnn/Device/Ecc.h"
#include "bnn/Device/Random.h"
#include <cmath>
#include <gtest/gtest.h>

using namespace bnn::device;

namespace {

/// The mean share of wrong bits after decoding, over all 2^n error patterns.
double bruteForce(const Code &code, double p) {
  unsigned n = code.length();
  double sum = 0;
  for (uint32_t pattern = 0; pattern < 1u << n; ++pattern) {
    std::vector<uint8_t> errors(n);
    int weight = 0, left = 0;
    for (unsigned i = 0; i < n; ++i)
      weight += errors[i] = pattern >> i & 1;
    code.decode(errors);
    for (uint8_t error : errors)
      left += error;
    sum += left * std::pow(p, weight) * std::pow(1 - p, int(n) - weight);
  }
  return sum / n;
}

TEST(Ecc, WeightsOfKnownCodes) {
  EXPECT_EQ(Code::sec74().weights().vec(),
            (std::vector<double>{1, 0, 0, 7, 7, 0, 0, 1}));
  EXPECT_EQ(Code::secded84().weights().vec(),
            (std::vector<double>{1, 0, 0, 0, 14, 0, 0, 0, 1}));
  // All words of the long code are counted, and its distance is 4.
  const Code code = Code::secded7264();
  double words = 0;
  for (double weight : code.weights())
    words += weight;
  EXPECT_DOUBLE_EQ(words, 0x1p64);
  EXPECT_EQ(code.weights()[2], 0);
  EXPECT_EQ(code.weights()[3], 0);
  EXPECT_GT(code.weights()[4], 0);
}

TEST(Ecc, ResidualIsThatOfAllErrorPatterns) {
  for (const Code &code : {Code::sec74(), Code::secded84(),
                           Code::hamming(12, 4), Code::secded(11, 5)})
    for (double p : {0.3, 0.1, 1e-2, 1e-3})
      EXPECT_NEAR(code.residual(p) / bruteForce(code, p), 1, 1e-9)
          << code.name() << " at " << p;
}

TEST(Ecc, ResidualsOfTheTable) {
  // Two digits of an enumeration made independently of this program. Its long
  // code was checked to leading order only, and another (72,64) code has other
  // words of weight 4.
  struct Row {
    double raw, sec74, secded84, secded7264;
  };
  for (Row row :
       {Row{1e-1, 6.8e-2, 5.6e-2, 1.1e-1}, Row{3.3e-2, 8.9e-3, 7.1e-3, 3.4e-2},
        Row{1e-2, 8.8e-4, 6.9e-4, 5.5e-3}, Row{1e-3, 9.0e-6, 7.0e-6, 6.9e-5},
        Row{1e-4, 9.0e-8, 7.0e-8, 7.1e-7}}) {
    EXPECT_NEAR(Code::sec74().residual(row.raw) / row.sec74, 1, 0.02);
    EXPECT_NEAR(Code::secded84().residual(row.raw) / row.secded84, 1, 0.01);
    EXPECT_NEAR(Code::secded7264().residual(row.raw) / row.secded7264, 1, 0.1);
  }
}

TEST(Ecc, DecoderLeavesWhatTheFormulaSays) {
  Code code = Code::secded7264();
  constexpr double p = 1e-2;
  constexpr int words = 200000;
  Stream stream(1, 0, Draw::BitError);
  std::vector<uint8_t> errors(code.length());
  double sum = 0, squares = 0;
  for (int word = 0; word < words; ++word) {
    for (unsigned i = 0; i < code.length(); i += 2) {
      auto [a, b] = stream.pair(word, i);
      errors[i] = toUnit(a) < p;
      errors[i + 1] = toUnit(b) < p;
    }
    code.decode(errors);
    double left = 0;
    for (uint8_t error : errors)
      left += error;
    sum += left;
    squares += left * left;
  }
  double mean = sum / words;
  double deviation = std::sqrt((squares / words - mean * mean) / words);
  double expected = code.residual(p) * code.length();
  EXPECT_LT(std::abs(mean - expected), 4 * deviation);
  // A wrong factor of 1.2 would be seen.
  EXPECT_GT(0.2 * expected, 8 * deviation);
}

TEST(Ecc, NoErrorsNoResidual) {
  EXPECT_EQ(Code::sec74().residual(0), 0);
  // Single errors are gone to the last bit: what is left goes with p^2.
  EXPECT_NEAR(Code::secded84().residual(1e-12) / 7e-24, 1, 1e-6);
}

} // namespace
