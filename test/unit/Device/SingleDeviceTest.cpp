//===- SingleDeviceTest.cpp - 1T1R, references and codes ------------------===//

#include "bnn/Device/SingleDevice.h"
#include "bnn/Device/CellModel.h"
#include "bnn/Device/Ecc.h"
#include "bnn/Device/Random.h"
#include <cmath>
#include <gtest/gtest.h>

using namespace bnn::device;
using llvm::cantFail;

namespace {

CellParameters lognormalCell(double lrs, double lrsSigma, double hrs,
                             double hrsSigma) {
  CellParameters cell;
  cell.lrs = cantFail(Distribution::lognormal(lrs, lrsSigma));
  cell.hrs = cantFail(Distribution::lognormal(hrs, hrsSigma));
  return cell;
}

/// No reference on a grid is better than that of least error; closed forms of
/// lognormal states at the others.
TEST(SingleDevice, References) {
  auto q = [](double z) { return 0.5 * std::erfc(z / std::sqrt(2)); };
  CellParameters cell = lognormalCell(7e3, 0.2, 9e4, 0.6);
  auto closed = [&](double ohm) {
    return (q(std::log(ohm / 7e3) / 0.2) + q(std::log(9e4 / ohm) / 0.6)) / 2;
  };
  for (double ohm : {9e3, 2e4, 6e4}) {
    Reference fixed{Reference::Kind::FixedOhm, ohm};
    SingleDevice single = singleDevice(cell.lrs, cell.hrs, fixed);
    EXPECT_NEAR(single.rate / closed(ohm), 1, 1e-9);
    EXPECT_NEAR(single.lrsAbove / q(std::log(ohm / 7e3) / 0.2), 1, 1e-9);
    EXPECT_NEAR(single.referenceOhm, ohm, 1e-6);
  }
  SingleDevice middle = singleDevice(
      cell.lrs, cell.hrs, Reference{Reference::Kind::GeometricMean, 0});
  EXPECT_NEAR(middle.referenceOhm, std::sqrt(7e3 * 9e4), 1e-3);
  EXPECT_NEAR(middle.rate / closed(std::sqrt(7e3 * 9e4)), 1, 1e-9);
  SingleDevice best = singleDevice(cell.lrs, cell.hrs);
  for (double ohm = 7.1e3; ohm < 9e4; ohm *= 1.003)
    EXPECT_LE(best.rate, closed(ohm) * (1 + 1e-9)) << ohm;
  EXPECT_LT(best.rate, 0.6 * middle.rate); // the LRS is the narrower state
}

TEST(SingleDevice, NamesOfReferences) {
  EXPECT_EQ(cantFail(Reference::parse("min_error")).describe(), "min_error");
  EXPECT_EQ(cantFail(Reference::parse("geometric_mean")).describe(),
            "geometric_mean");
  EXPECT_EQ(cantFail(Reference::parse("2.5e4")).describe(), "25000 ohm");
  for (const char *wrong : {"", "best", "0", "-1", "nan", "inf", "1kohm"}) {
    auto parsed = Reference::parse(wrong);
    EXPECT_FALSE(bool(parsed)) << wrong;
    llvm::consumeError(parsed.takeError());
  }
}

/// Devices drawn one by one against the analytic rate: |z| < 4, and a factor of
/// 1.2 would be more than 6 standard errors.
TEST(SingleDevice, Sampled) {
  for (auto [lrsSigma, hrs, samples] :
       {std::tuple(0.3, 4e4, 400000), std::tuple(0.055, 3e4, 400000),
        std::tuple(0.6, 164e3, 400000)})
    for (Reference reference : {Reference{Reference::Kind::MinError, 0},
                                Reference{Reference::Kind::GeometricMean, 0},
                                Reference{Reference::Kind::FixedOhm, 1.2e4}}) {
      CellParameters cell = lognormalCell(6988, lrsSigma, hrs, 0.6);
      SingleDevice single = singleDevice(cell.lrs, cell.hrs, reference);
      double ln = std::log(single.referenceOhm), wrong = 0;
      Stream stream(3, 0, Draw::Resistance);
      for (int i = 0; i < samples; ++i) {
        auto [a, b] = stream.pair(0, uint64_t(i));
        wrong += (cell.lrs.lnSample(a) > ln) + (cell.hrs.lnSample(b) < ln);
      }
      double n = 2.0 * samples,
             error = std::sqrt(single.rate * (1 - single.rate) / n);
      EXPECT_LT(std::fabs(wrong / n - single.rate) / error, 4)
          << reference.describe() << ' ' << hrs;
      EXPECT_GT(0.2 * single.rate / error, 6) << reference.describe() << hrs;
    }
}

/// Code words held by single devices, drawn, decoded, and compared with the
/// residual of the analytic rate.
TEST(SingleDevice, SampledCodes) {
  for (double hrs : {5e4, 6.5e4, 8e4}) {
    CellParameters cell = lognormalCell(6988, 0.6, hrs, 0.6);
    SingleDevice single = singleDevice(cell.lrs, cell.hrs);
    double ln = std::log(single.referenceOhm);
    for (const Code &code : {Code::sec74(), Code::secded84()}) {
      Stream stream(4, 0, Draw::Resistance);
      constexpr int words = 150000;
      std::vector<uint8_t> errors(code.length());
      double sum = 0, squares = 0;
      for (int word = 0; word < words; ++word) {
        for (unsigned i = 0; i < code.length(); ++i) {
          auto [device, data] = stream.pair(uint64_t(word), i);
          errors[i] = data & 1 ? cell.lrs.lnSample(device) > ln
                               : cell.hrs.lnSample(device) < ln;
        }
        code.decode(errors);
        double left = 0;
        for (uint8_t error : errors)
          left += error;
        sum += left;
        squares += left * left;
      }
      double mean = sum / words,
             error = std::sqrt((squares / words - mean * mean) / words);
      double expected = code.residual(single.rate) * code.length();
      EXPECT_LT(std::fabs(mean - expected) / error, 4) << code.name() << hrs;
      EXPECT_GT(0.2 * expected / error, 6) << code.name() << hrs;
    }
  }
}

/// All words of a short code: each neighbour of one is corrected to it.
std::vector<uint32_t> wordsOf(const Code &code) {
  std::vector<uint32_t> words;
  for (uint32_t word = 0; word < 1U << code.length(); ++word) {
    bool isWord = true;
    for (unsigned flipped = 0; isWord && flipped < code.length(); ++flipped) {
      std::vector<uint8_t> bits(code.length());
      for (unsigned i = 0; i < code.length(); ++i)
        bits[i] = (word ^ 1U << flipped) >> i & 1;
      code.decode(bits);
      for (unsigned i = 0; i < code.length(); ++i)
        isWord &= bits[i] == (word >> i & 1);
    }
    if (isWord)
      words.push_back(word);
  }
  return words;
}

/// States that err at different rates: words of the code, drawn at random, keep
/// what is left of their mean rate, up to the fourth order in it.
TEST(SingleDevice, SampledCodesOfUnequalStates) {
  for (double hrs : {6e4, 8e4}) {
    CellParameters cell = lognormalCell(6988, 0.2, hrs, 0.6);
    SingleDevice single = singleDevice(
        cell.lrs, cell.hrs, Reference{Reference::Kind::GeometricMean, 0});
    EXPECT_GT(single.hrsBelow, 100 * single.lrsAbove);
    double ln = std::log(single.referenceOhm);
    for (const Code &code : {Code::sec74(), Code::secded84()}) {
      std::vector<uint32_t> words = wordsOf(code);
      ASSERT_EQ(words.size(), 16U);
      Stream stream(6, 0, Draw::Resistance);
      const int samples = hrs < 7e4 ? 200000 : 600000;
      std::vector<uint8_t> errors(code.length());
      double sum = 0, squares = 0;
      for (int sample = 0; sample < samples; ++sample) {
        uint32_t word = words[stream.pair(uint64_t(sample), 99)[0] % 16];
        for (unsigned i = 0; i < code.length(); ++i) {
          uint64_t device = stream.pair(uint64_t(sample), i)[0];
          errors[i] = word >> i & 1 ? cell.lrs.lnSample(device) > ln
                                    : cell.hrs.lnSample(device) < ln;
        }
        code.decode(errors);
        double left = 0;
        for (uint8_t error : errors)
          left += error;
        sum += left;
        squares += left * left;
      }
      double mean = sum / samples,
             error = std::sqrt((squares / samples - mean * mean) / samples);
      double expected = code.residual(single.rate) * code.length();
      EXPECT_LT(std::fabs(mean - expected) / error, 4)
          << code.name() << ' ' << mean << ' ' << expected;
      EXPECT_GT(0.2 * expected / error, 6) << code.name() << hrs;
    }
  }
}

/// 2T2R against codes under the conditions of the equivalence: equal spreads of
/// ln R, no offset, the best reference, two devices a bit. The table's values
/// have two digits.
TEST(SingleDevice, TableOf2T2RAgainstCodes) {
  struct Row {
    double single, differential, sec74, secded84, secded7264;
  };
  for (const Row &row : {Row{1e-1, 3.5e-2, 6.8e-2, 5.6e-2, 1.1e-1},
                         Row{3.3e-2, 4.7e-3, 8.9e-3, 7.1e-3, 3.4e-2},
                         Row{1e-2, 5.0e-4, 8.8e-4, 6.9e-4, 5.5e-3},
                         Row{1e-3, 6.2e-6, 9.0e-6, 7.0e-6, 6.9e-5},
                         Row{1e-4, 7.2e-8, 9.0e-8, 7.0e-8, 7.1e-7}}) {
    double sigma = 0.5;
    double hrs =
        7e3 * std::exp(2 * sigma * -normalQuantile({row.single, false}));
    CellParameters cell = lognormalCell(7e3, sigma, hrs, sigma);
    SingleDevice single = singleDevice(cell.lrs, cell.hrs);
    EXPECT_NEAR(single.rate / row.single, 1, 1e-6);
    EXPECT_NEAR(single.referenceOhm / std::sqrt(7e3 * hrs), 1, 1e-3);
    double differential = CellModel(cell).rates(false).flip;
    EXPECT_NEAR(differential / row.differential, 1, 0.02);
    EXPECT_NEAR(Code::sec74().residual(single.rate) / row.sec74, 1, 0.03);
    EXPECT_NEAR(Code::secded84().residual(single.rate) / row.secded84, 1, 0.03);
    // The table's long code was checked to leading order only.
    EXPECT_NEAR(Code::secded7264().residual(single.rate) / row.secded7264, 1,
                0.1);
    double ratio = differential / Code::secded84().residual(single.rate);
    EXPECT_GT(ratio, 0.6);
    EXPECT_LT(ratio, 1.04);
  }
}

} // namespace
