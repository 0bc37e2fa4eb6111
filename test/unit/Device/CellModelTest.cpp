//===- CellModelTest.cpp - A 2T2R cell and its sense amplifier ------------===//

#include "bnn/Device/CellModel.h"
#include <cmath>
#include <gtest/gtest.h>

using namespace bnn::device;
using llvm::cantFail;

namespace {

double q(double z) { return 0.5 * std::erfc(z / std::sqrt(2)); }

CellParameters cellOf(Distribution lrs, Distribution hrs) {
  CellParameters cell;
  cell.lrs = std::move(lrs);
  cell.hrs = std::move(hrs);
  return cell;
}

CellParameters lognormalCell(double lrs, double lrsSigma, double hrs,
                             double hrsSigma) {
  return cellOf(cantFail(Distribution::lognormal(lrs, lrsSigma)),
                cantFail(Distribution::lognormal(hrs, hrsSigma)));
}

TEST(CellModel, ClosedFormOfLognormalStates) {
  struct Case {
    double lrsSigma, hrsSigma, offset;
  };
  for (Case c : {Case{0.3, 0.3, 0}, Case{0.055, 0.9, 0.1}, Case{0.6, 0.3, 0.3}})
    for (double hrs : {2e4, 1e5, 1e6}) {
      CellParameters cell = lognormalCell(6988, c.lrsSigma, hrs, c.hrsSigma);
      cell.sense.latchSigma = c.offset;
      double sd = std::sqrt(c.lrsSigma * c.lrsSigma + c.hrsSigma * c.hrsSigma +
                            c.offset * c.offset);
      double expected = q(std::log(hrs / 6988) / sd);
      if (expected < 1e-17)
        continue; // beyond the words' range
      EXPECT_NEAR(CellModel(cell).rates(false).flip / expected, 1, 1e-6) << hrs;
      cell.sense.latchSigma = 0; // an offset and noise add up in one read
      cell.sense.readSigma = c.offset;
      EXPECT_NEAR(CellModel(cell).rates(true).flip / expected, 1, 1e-6) << hrs;
    }
}

/// HRS medians that were computed elsewhere for wanted error rates (kohm, to
/// three digits).
TEST(CellModel, MediansForWantedRates) {
  struct Row {
    double lrsSigma, hrsSigma, kohm[4];
  };
  for (const Row &row : {Row{0.055, 0.6, {28.4, 45.0, 65.7, 122.5}},
                         Row{0.055, 0.9, {56.9, 113, 200, 508}},
                         Row{0.3, 0.6, {33.3, 55.5, 84.7, 169.5}},
                         Row{0.6, 0.6, {50.3, 96.2, 164, 395}}}) {
    double wanted[4] = {1e-2, 1e-3, 1e-4, 1e-6};
    for (int i = 0; i < 4; ++i) {
      CellModel model(
          lognormalCell(6988, row.lrsSigma, row.kohm[i] * 1e3, row.hrsSigma));
      EXPECT_NEAR(model.rates(false).flip / wanted[i], 1, 0.05) << row.kohm[i];
    }
  }
}

/// R_s takes away from the ratio what the devices have: an independent sum over
/// both devices, by midpoints.
TEST(CellModel, SeriesResistance) {
  for (double series : {0.0, 5e3, 25e3}) {
    CellParameters cell = lognormalCell(6988, 0.3, 3e4, 0.5);
    cell.sense.seriesOhm = series;
    double sum = 0;
    constexpr int steps = 1600;
    for (int i = 0; i < steps; ++i)
      for (int j = 0; j < steps; ++j) {
        double a = -8 + 16 * (i + 0.5) / steps, b = -8 + 16 * (j + 0.5) / steps;
        double lrs = 6988 * std::exp(0.3 * a), hrs = 3e4 * std::exp(0.5 * b);
        double m = std::log((lrs + series) / (hrs + series));
        // An array offset of 0.2 sd.
        sum += std::exp(-0.5 * (a * a + b * b)) / (2 * M_PI) * q(-m / 0.2) *
               (16.0 / steps) * (16.0 / steps);
      }
    cell.sense.arraySigma = 0.2;
    EXPECT_NEAR(CellModel(cell).rates(false).flip / sum, 1, 1e-4) << series;
  }
}

TEST(CellModel, TernaryRatesAtZeroOffset) {
  for (double threshold : {3e4, 1e5, 3e5}) {
    CellParameters cell = lognormalCell(2e4, 0.7, 3e5, 0.6);
    cell.sense.ternary = true;
    cell.sense.zeroOhm = threshold;
    CellRates rates = CellModel(cell).rates(false);
    double lrsAbove = q(std::log(threshold / 2e4) / 0.7),
           hrsAbove = q(std::log(threshold / 3e5) / 0.6);
    EXPECT_NEAR(rates.fromZero / (1 - hrsAbove * hrsAbove), 1, 1e-6);
    EXPECT_NEAR(rates.toZero / (lrsAbove * hrsAbove), 1, 1e-6);
    // P(HRS < LRS, HRS < R_th), over the HRS device.
    double flip = 0;
    constexpr int steps = 40000;
    for (int i = 0; i < steps; ++i) {
      double z = -9 + 18 * (i + 0.5) / steps;
      double hrs = 3e5 * std::exp(0.6 * z);
      if (hrs < threshold)
        flip += std::exp(-0.5 * z * z) / std::sqrt(2 * M_PI) * 18.0 / steps *
                q(std::log(hrs / 2e4) / 0.7);
    }
    EXPECT_NEAR(rates.flip / flip, 1, 1e-3) << threshold;
  }
}

/// 6.5 % of zeros that are read as signed mean 3.3 % of devices below R_th.
TEST(CellModel, ZerosOfTheRecalledRates) {
  CellParameters cell = lognormalCell(6988, 0.3, 3e5, 0.6);
  cell.sense.ternary = true;
  cell.sense.zeroOhm = 3e5 * std::exp(0.6 * normalQuantile({0.033, false}));
  EXPECT_NEAR(CellModel(cell).rates(false).fromZero, 0.065, 5e-4);
}

/// A width of R_th and its spread over columns act alike on the mean.
TEST(CellModel, WidthOfTheZeroThreshold) {
  CellParameters cell = lognormalCell(6988, 0.3, 3e5, 0.6);
  cell.sense.ternary = true;
  cell.sense.zeroOhm = 1e5;
  cell.sense.zeroReadSigma = 0.25;
  CellRates sharp = CellModel(cell).rates(false),
            soft = CellModel(cell).rates(true);
  EXPECT_GT(soft.fromZero, 1.1 * sharp.fromZero);
  cell.sense.zeroReadSigma = 0;
  cell.sense.zeroColumnSigma = 0.25;
  CellRates spread = CellModel(cell).rates(false);
  EXPECT_NEAR(spread.fromZero, soft.fromZero, 1e-12);
  EXPECT_NEAR(spread.flip, soft.flip, 1e-12);
}

/// Of a cell near the tie the latch's offset makes the same answer for both
/// inputs wrong for one of them; an offset of the array makes both wrong.
TEST(CellModel, LatchOffsetDependsOnTheInput) {
  CellParameters cell = lognormalCell(7e3, 0.3, 7e4, 0.3);
  CellModel model(cell);
  double bl = std::log(10e3), blb = std::log(11e3); // BL wins by 0.095
  EXPECT_EQ(model.outcome(bl, blb, {0, 0.2}, true), Outcome::BLb);
  EXPECT_EQ(model.outcome(bl, blb, {0, 0.2}, false), Outcome::BL);
  EXPECT_EQ(model.outcome(bl, blb, {0, -0.2}, true), Outcome::BL);
  EXPECT_EQ(model.outcome(bl, blb, {0, -0.2}, false), Outcome::BLb);
  for (bool input : {false, true}) {
    EXPECT_EQ(model.outcome(bl, blb, {0.2, 0}, input), Outcome::BLb);
    EXPECT_EQ(model.outcome(bl, blb, {-0.2, 0}, input), Outcome::BL);
  }
  cell.sense.xnorAfterLatch = true;
  EXPECT_EQ(CellModel(cell).outcome(bl, blb, {0, 0.2}, false), Outcome::BLb);
}

TEST(CellModel, OddsOfARead) {
  CellParameters cell = lognormalCell(7e3, 0.3, 3e5, 0.3);
  cell.sense.readSigma = 0.05;
  cell.sense.ternary = true;
  cell.sense.zeroOhm = 1e5;
  cell.sense.zeroReadSigma = 0.1;
  CellModel model(cell);
  double bl = std::log(9.5e4), blb = std::log(9.6e4);
  Odds odds = model.odds(bl, blb, {0, 0.01}, true);
  EXPECT_NEAR(odds.zero, q(std::log(1e5 / 9.5e4) / 0.1), 1e-12);
  double m = bl - blb + 0.01;
  EXPECT_NEAR(odds.bl, (1 - odds.zero) * q(m / 0.05), 1e-12);
  EXPECT_NEAR(odds.bl + odds.blb + odds.zero, 1, 1e-12);
}

/// Telegraph noise makes a mixture of laws.
TEST(CellModel, TelegraphNoiseInTheMean) {
  CellParameters cell = lognormalCell(6988, 0.3, 5e4, 0.5);
  cell.lrsTelegraph = {0.4, 1.0, 0.5};
  double sum = 0;
  auto ber = [](double shift) {
    return q((std::log(5e4 / 6988) - shift) / std::hypot(0.3, 0.5));
  };
  for (int i = 0; i < 1000; ++i)
    sum += ber((i + 0.5) / 1000) / 1000;
  EXPECT_NEAR(CellModel(cell).rates(false).flip / (0.8 * ber(0) + 0.2 * sum), 1,
              1e-5);
}

TEST(CellModel, NamesTheResolutionOfMeasuredDevices) {
  std::vector<double> lrs, hrs;
  for (int i = 0; i < 1024; ++i) {
    lrs.push_back(6000 + i);
    hrs.push_back(2e5 + 100 * i);
  }
  CellModel model(
      cellOf(cantFail(Distribution::measured(lrs, TailModel::None)),
             cantFail(Distribution::measured(hrs, TailModel::None))));
  EXPECT_EQ(model.rates(false).flip, 0);
  EXPECT_EQ(model.formatRate(0), "< 2.93e-03 (1024 devices measured)");
  EXPECT_EQ(model.formatRate(0.01), "1.00e-02");
}

} // namespace
