//===- SamplingTest.cpp - Sampled against computed error rates ------------===//
//
// Every model under three conditions: what the production sampler makes of
// devices, against the quadrature, |z| < 4. Each comparison also computes its
// power: a rate that is wrong by a factor of 1.2 is more than 6 standard errors
// away, so that it is caught in 97 of 100 tests at least.
//
//===----------------------------------------------------------------------===//

#include "bnn/Device/Sampling.h"
#include "TestImage.h"
#include "bnn/Device/Program.h"
#include "bnn/Device/Random.h"
#include "bnn/Device/WeakReset.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/STLExtras.h"
#include <gtest/gtest.h>

using namespace bnn;
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

/// Expected wrong reads of input 1, by kind of error (flip, toZero, fromZero),
/// for each subarray: columns share offsets, so subarrays are the independent
/// units.
using Kinds = std::array<double, 3>;

class Counter {
public:
  Counter(const image::Image &image)
      : cells(image), rows(image.target().rows()),
        columns(image.target().columns()), sums(image.num_subarrays()) {}

  void add(const Chip &chip) {
    llvm::DenseMap<CellIndex, int> wrong;
    for (const FrozenError &error : chip.errors) {
      wrong[error.cell] = error.toOne;
      count(error.cell, error.toOne, 1);
    }
    for (const MarginalCell &cell : chip.marginal) {
      int stored = weightOf(cell.cell);
      auto found = wrong.find(cell.cell);
      bool errs = found != wrong.end() && found->second != stored;
      count(cell.cell, -stored,
            errs ? -double(cell.flipOne) : double(cell.flipOne));
    }
    for (const UncertainCell &cell : chip.uncertain)
      for (int answer = -1; answer <= 1; ++answer)
        count(cell.cell, answer, double(cell.one[size_t(answer + 1)]));
    for (const TelegraphCell &cell : chip.telegraph)
      for (unsigned s = 0; s < 4; ++s) {
        double share = (s & 1 ? cell.occupancyBl : 1 - cell.occupancyBl) *
                       (s & 2 ? cell.occupancyBlb : 1 - cell.occupancyBlb);
        for (int answer = -1; answer <= 1; ++answer)
          count(cell.cell, answer,
                share * double(cell.states[s].one[size_t(answer + 1)]));
      }
  }

  /// Moves on to another chip, whose subarrays are further units.
  void finish() {
    llvm::append_range(all, sums);
    sums.assign(sums.size(), {});
  }

  std::vector<Kinds> all;

private:
  int weightOf(CellIndex cell) const {
    return cells.weight(cell / columns / rows, uint32_t(cell / columns % rows),
                        uint32_t(cell % columns));
  }
  void count(CellIndex cell, int answer, double share) {
    int stored = weightOf(cell);
    if (answer != stored)
      sums[cell / columns / rows][stored == 0   ? 2
                                  : answer == 0 ? 1
                                                : 0] += share;
  }
  image::CellArray cells;
  uint64_t rows, columns;
  std::vector<Kinds> sums;
};

/// Programs chips until there are `cells` cells and compares.
void expectRates(const CellParameters &cell, double cells,
                 bool ternary = false) {
  static image::Image images[2] = {makeImage(300, false), makeImage(300, true)};
  const image::Image &image = images[ternary];
  image::CellMap map(image);
  CellModel model(cell);
  Programmer programmer = cantFail(Programmer::create(model, image, map));
  Counter counter(image);
  if (BNN_SANITIZED)
    cells = 1;
  for (uint64_t chip = 0; double(chip) * double(map.countedCells()) < cells;
       ++chip) {
    counter.add(programmer.program(11, chip));
    counter.finish();
  }
  if (BNN_SANITIZED)
    return;
  // Weights come in equal shares: cells of each stored state in a subarray.
  std::array<uint64_t, 3> stored{};
  image::CellArray array(image);
  for (uint32_t r = 0; r < side; ++r)
    for (uint32_t c = 0; c < side; ++c)
      ++stored[array.weight(0, r, c) + 1];
  CellRates rates = model.rates(true);
  double expected[3] = {rates.flip * double(stored[0] + stored[2]),
                        rates.toZero * double(stored[0] + stored[2]),
                        rates.fromZero * double(stored[1])};
  for (unsigned kind = 0; kind < (ternary ? 3u : 1u); ++kind) {
    double n = double(counter.all.size()), sum = 0, squares = 0;
    for (const Kinds &kinds : counter.all) {
      sum += kinds[kind];
      squares += kinds[kind] * kinds[kind];
    }
    double mean = sum / n, error = std::sqrt((squares / n - mean * mean) / n);
    std::string name = model.parameters().hrs.describe() + ", error type " +
                       std::to_string(kind + 1);
    EXPECT_LT(std::fabs(mean - expected[kind]) / error, 4) << name;
    EXPECT_GT(0.2 * expected[kind] / error, 6) << "too few cells: " << name;
  }
}

TEST(Sampling, LognormalStates) {
  expectRates(lognormalCell(6988, 0.6, 96e3, 0.6), 2e6);     // 1e-3
  expectRates(lognormalCell(6988, 0.3, 84.7e3, 0.6), 2e7);   // 1e-4
  expectRates(lognormalCell(6988, 0.055, 90e3, 0.6), 1.2e8); // 1e-5
}

TEST(Sampling, PublishedLrs) {
  for (auto [hrs, cells] :
       {std::pair(45e3, 2e6), std::pair(66e3, 2e7), std::pair(90e3, 1.2e8)}) {
    CellParameters cell = lognormalCell(6988, 0.055, hrs, 0.6);
    cell.lrs = cantFail(Distribution::truncatedNormal(6988, 381.7, 6252, 7897));
    expectRates(cell, cells);
  }
}

/// Resistances as a laboratory's file has them.
std::vector<double> measuredHrs() {
  Stream stream(1, 0, Draw::Resistance);
  Distribution truth = cantFail(Distribution::lognormal(5e4, 0.7));
  std::vector<double> ohms;
  for (uint64_t i = 0; i < 500; ++i)
    ohms.push_back(expOf(truth.lnSample(stream.pair(0, i)[0])));
  return ohms;
}

TEST(Sampling, MeasuredDevices) {
  std::vector<double> ohms = measuredHrs();
  for (TailModel tail :
       {TailModel::None, TailModel::Lognormal, TailModel::Gpd}) {
    CellParameters cell = lognormalCell(7e3, 0.4, 5e4, 0.5);
    cell.hrs = cantFail(Distribution::measured(ohms, tail));
    expectRates(cell, 2e6);
    if (tail == TailModel::None) // nothing below the lowest device
      continue;
    cell.lrs = cantFail(Distribution::lognormal(1800, 0.3)); // 1e-5
    expectRates(cell, 1.2e8);
  }
}

// After a time: the medians come closer and the laws wider.
TEST(Sampling, Retention) {
  for (auto [shift, widening, cells] :
       {std::tuple(-0.8, 0.2, 2e6), std::tuple(-0.3, 0.3, 4e6),
        std::tuple(-0.15, 0.2, 1.2e8)}) {
    CellParameters cell = lognormalCell(6988, 0.3, 84.7e3, 0.5);
    cell.lrs = cantFail(Distribution::truncatedNormal(6988, 381.7, 6252, 7897))
                   .aged(-shift / 4, widening / 2);
    cell.hrs = cell.hrs.aged(shift, widening);
    expectRates(cell, cells);
  }
}

// LRS devices after weak RESET pulses for an HRS; it stays close to the LRS.
TEST(Sampling, WeakReset) {
  WeakReset law;
  law.slopeMinimum = 3.74e-5;
  law.slopeScale = 6.565e-4;
  law.slopeMaximum = 0.0076;
  law.kneeMedian = 542.5;
  law.kneeLnSigma = 0.803;
  law.kneeMinimum = 41;
  law.kneeMaximum = 2000;
  law.lateSlopeScale = 2.889e-5;
  law.lateSlopeMaximum = 1.3e-4;
  law.stepMean = 0.00529;
  law.stepSd = 0.0532;
  law.stepLimit = 0.15;
  law.noiseSigma = 0.025;
  for (double pulses : {100.0, 1000.0, 5000.0}) {
    CellParameters cell = lognormalCell(6988, 0.05, 1e5, 0.5);
    cell.lrs = cantFail(Distribution::truncatedNormal(6988, 381.7, 6252, 7897));
    cell.hrs = cantFail(afterWeakReset(cell.lrs, law, pulses));
    expectRates(cell, 2e6);
  }
}

TEST(Sampling, OffsetsSeriesResistanceAndNoise) {
  for (auto [hrs, sigma, cells] :
       {std::tuple(5e4, 0.1, 3e6), std::tuple(8e4, 0.2, 1.5e7),
        std::tuple(9.5e4, 0.05, 1.5e8)}) {
    CellParameters cell = lognormalCell(7e3, 0.3, hrs, 0.5);
    cell.sense.seriesOhm = 8e3;
    cell.sense.arraySigma = sigma;
    cell.sense.latchSigma = sigma;
    cell.sense.readSigma = 0.05;
    expectRates(cell, cells);
  }
}

TEST(Sampling, TernarySensing) {
  for (auto [threshold, width] :
       {std::pair(1e5, 0.0), std::pair(7e4, 0.1), std::pair(1.5e5, 0.2)}) {
    CellParameters cell = lognormalCell(2e4, 0.6, 2e5, 0.6);
    cell.sense.ternary = true;
    cell.sense.zeroOhm = threshold;
    cell.sense.zeroReadSigma = width;
    cell.sense.zeroColumnSigma = width / 2;
    cell.sense.latchSigma = 0.1;
    cell.sense.readSigma = 0.05;
    expectRates(cell, 3e6, true);
  }
}

TEST(Sampling, TelegraphNoise) {
  for (auto [share, amplitude, occupancy] :
       {std::tuple(0.3, 0.5, 0.3), std::tuple(1.0, 0.3, 0.5),
        std::tuple(0.5, 1.0, 0.1)}) {
    CellParameters cell = lognormalCell(7e3, 0.3, 45e3, 0.5);
    cell.lrsTelegraph = {share, amplitude, occupancy};
    cell.hrsTelegraph = {share / 2, amplitude, occupancy};
    expectRates(cell, 6e6);
  }
}

// To 1e-5, too: an LRS that hardly reaches the others.
TEST(Sampling, RareTelegraphNoise) {
  CellParameters cell = lognormalCell(7e3, 0.3, 8e4, 0.5);
  cell.lrsTelegraph = {0.3, 0.5, 0.3};
  cell.hrsTelegraph = {0.2, 0.4, 0.5};
  expectRates(cell, 1.2e8);
}

TEST(Sampling, RareTernaryErrors) {
  CellParameters cell = lognormalCell(1e4, 0.3, 1.2e5, 0.5);
  cell.sense.ternary = true;
  cell.sense.zeroOhm = 3.4e4;
  cell.sense.zeroReadSigma = cell.sense.zeroColumnSigma = 0.05;
  cell.sense.latchSigma = cell.sense.arraySigma = 0.1;
  expectRates(cell, 1.6e8, true);
}

/// Tilted samples against the quadrature; a factor of 1.2 is more than 20
/// standard errors.
void expectTilted(const CellParameters &cell, double low, double high,
                  ErrorType type = ErrorType::Flip) {
  CellModel model(cell);
  CellRates rates = model.rates(true);
  double rate = type == ErrorType::Flip     ? rates.flip
                : type == ErrorType::ToZero ? rates.toZero
                                            : rates.fromZero;
  SampledRate sampled =
      sampleTilted(model, type, BNN_SANITIZED ? 100 : 200000, 5);
  if (BNN_SANITIZED)
    return;
  std::string name = cell.hrs.describe() + ", rate " +
                     std::to_string(rate * 1e6) + "e-6, type " +
                     std::to_string(int(type) + 1);
  EXPECT_LT(std::fabs(sampled.rate - rate) / sampled.standardError, 4) << name;
  EXPECT_GT(0.2 * rate / sampled.standardError, 20) << name;
  EXPECT_GT(sampled.weightVariance, 0);
  EXPECT_LT(sampled.weightVariance, 10) << name; // no sample dominates
  EXPECT_GT(rate, low) << name;
  EXPECT_LT(rate, high) << name;
}

TEST(Sampling, TiltedLognormalStates) {
  for (double hrs : {164e3, 395e3, 560e3}) // 1e-4, 1e-6, 1e-7
    expectTilted(lognormalCell(6988, 0.6, hrs, 0.6), 5e-8, 2e-4);
}

TEST(Sampling, TiltedPublishedLrs) {
  for (double hrs : {66e3, 122e3, 155e3}) {
    CellParameters cell = lognormalCell(6988, 0.055, hrs, 0.6);
    cell.lrs = cantFail(Distribution::truncatedNormal(6988, 381.7, 6252, 7897));
    expectTilted(cell, 5e-8, 2e-4);
  }
}

TEST(Sampling, TiltedOffsetsAndSeriesResistance) {
  for (double offset : {0.05, 0.2, 0.4}) {
    CellParameters cell = lognormalCell(6988, 0.3, 2e5, 0.5);
    cell.sense.latchSigma = cell.sense.arraySigma = offset;
    cell.sense.seriesOhm = 1e4;
    cell.sense.readSigma = 0.05;
    expectTilted(cell, 1e-8, 2e-3);
  }
}

TEST(Sampling, TiltedMeasuredDevices) {
  for (TailModel tail : {TailModel::Lognormal, TailModel::Gpd})
    for (double lrs : {1800.0, 1200.0, 900.0}) {
      CellParameters cell = lognormalCell(lrs, 0.3, 5e4, 0.5);
      cell.hrs = cantFail(Distribution::measured(measuredHrs(), tail));
      expectTilted(cell, 1e-8, 5e-4);
    }
}

TEST(Sampling, TiltedRetention) {
  for (double shift : {-0.8, -0.3, 0.1}) {
    CellParameters cell = lognormalCell(6988, 0.3, 1.8e5, 0.5);
    cell.hrs = cell.hrs.aged(shift, 0.2);
    expectTilted(cell, 1e-8, 1e-3);
  }
}

TEST(Sampling, TiltedTelegraphNoise) {
  for (double hrs : {8e4, 1.2e5, 1.7e5}) {
    CellParameters cell = lognormalCell(7e3, 0.3, hrs, 0.5);
    cell.lrsTelegraph = {0.3, 0.5, 0.3};
    cell.hrsTelegraph = {0.2, 0.4, 0.5};
    expectTilted(cell, 5e-8, 1e-4);
  }
}

TEST(Sampling, TiltedTernarySensing) {
  for (double window : {12.0, 18.0, 25.0}) {
    CellParameters cell = lognormalCell(1e4, 0.3, window * 1e4, 0.5);
    cell.sense.ternary = true;
    cell.sense.zeroOhm = 1e4 * std::pow(window, 0.45);
    cell.sense.zeroReadSigma = cell.sense.zeroColumnSigma = 0.05;
    cell.sense.latchSigma = 0.1;
    for (ErrorType type :
         {ErrorType::Flip, ErrorType::ToZero, ErrorType::FromZero})
      expectTilted(cell, 1e-9, 1e-2, type);
  }
}

} // namespace
