//===- ProgramTest.cpp - Programming the devices of a chip ----------------===//

#include "bnn/Device/Program.h"
#include "TestImage.h"
#include "bnn/Device/Random.h"
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

/// What programming a chip is, cell after cell and without any haste.
class Oracle {
public:
  Oracle(const CellModel &model, const image::Image &image,
         const image::CellMap &map, uint64_t seed, uint64_t number)
      : model(model), image(image), map(map), cells(image), seed(seed),
        number(number) {
    for (const image::MappedTile &tile : map.tiles())
      for (uint32_t r = tile.row; r < tile.row + tile.rows; ++r)
        for (uint32_t c = tile.column; c < tile.column + tile.columns; ++c)
          add(tile.subarray, r, c);
  }
  Chip chip;

private:
  double normal(Draw what, uint64_t high, uint64_t low) const {
    return toNormal(Stream(seed, number, what).pair(high, low)[0]);
  }

  void add(uint64_t subarray, uint32_t r, uint32_t c) {
    const Sense &sense = model.sense();
    unsigned code = cells.code(subarray, r, c);
    int weight = cells.weight(subarray, r, c);
    uint64_t row = subarray * map.rows() + r, cell = map.index(subarray, r, c);
    // The first 16 bits of both words from a block of four cells.
    Stream stream(seed, number, Draw::Resistance);
    uint64_t block = c / 64 * 16 + c % 16;
    uint32_t first = stream.words(row, uint64_t(1) << 32 | block)[c % 64 / 16];
    std::array<uint64_t, 2> words = stream.pair(row, c);
    words[0] = words[0] >> 16 | uint64_t(first & 0xffff) << 48;
    words[1] = words[1] >> 16 | uint64_t(first >> 16) << 48;
    double ln[2];
    for (unsigned d : {0u, 1u})
      ln[d] = (code >> d & 1 ? model.parameters().lrs : model.parameters().hrs)
                  .lnSample(words[d]);
    Offsets offsets;
    uint32_t amplifier = c / image.target().columns_per_sense_amplifier();
    offsets.array = sense.arraySigma * normal(Draw::ArrayOffset, subarray, c);
    offsets.latch =
        sense.latchSigma * normal(Draw::LatchOffset, subarray, amplifier);
    offsets.zero =
        sense.zeroColumnSigma * normal(Draw::ZeroThreshold, subarray, c);
    double amplitude[2] = {0, 0};
    float occupancy[2] = {0, 0};
    auto telegraph = Stream(seed, number, Draw::Telegraph).pair(row, c);
    for (unsigned d : {0u, 1u}) {
      const Telegraph &law = code >> d & 1 ? model.parameters().lrsTelegraph
                                           : model.parameters().hrsTelegraph;
      if (law.any() && double(telegraph[d] >> 32) * 0x1p-32 < law.share) {
        amplitude[d] =
            law.amplitude * (double(telegraph[d] & 0xffffffff) + 0.5) * 0x1p-32;
        occupancy[d] = float(law.occupancy);
      }
    }
    auto answersOf = [&](double bl, double blb, bool input) -> AnswerOdds {
      Odds odds = model.odds(bl, blb, offsets, input);
      return {float(odds.blb), float(odds.zero), float(odds.bl)};
    };
    TelegraphCell states{cell, occupancy[0], occupancy[1], {}};
    bool differ = false;
    for (unsigned s = 0; s < 4; ++s) {
      double bl = ln[0] + (s & 1) * amplitude[0];
      double blb = ln[1] + (s >> 1) * amplitude[1];
      states.states[s] = {answersOf(bl, blb, true), answersOf(bl, blb, false)};
      for (unsigned k : {0u, 1u, 2u})
        for (bool input : {false, true}) {
          auto of = [&](unsigned state) {
            auto &answer = states.states[state];
            return (input ? answer.one : answer.zero)[k];
          };
          differ |= std::fabs(of(s) - of(0)) > 1e-12;
        }
    }
    if (differ) {
      chip.telegraph.push_back(states);
      return;
    }
    AnswerOdds odds[2] = {answersOf(ln[0], ln[1], false),
                          answersOf(ln[0], ln[1], true)};
    int8_t frozen[2];
    double wavers[2] = {0, 0};
    for (bool input : {false, true}) {
      Outcome outcome = model.outcome(ln[0], ln[1], offsets, input);
      frozen[input] = outcome == Outcome::Zero ? 0
                      : outcome == Outcome::BL ? 1
                                               : -1;
      for (int answer = -1; answer <= 1; ++answer)
        if (answer != frozen[input])
          wavers[input] =
              std::max<double>(wavers[input], odds[input][answer + 1]);
    }
    bool any = std::max(wavers[0], wavers[1]) > 1e-12;
    if (any && sense.ternary) {
      chip.uncertain.push_back({cell, odds[1], odds[0]});
      return;
    }
    if (frozen[0] != weight || frozen[1] != weight)
      chip.errors.push_back({cell, frozen[1], frozen[0]});
    if (any)
      chip.marginal.push_back({cell, float(wavers[1]), float(wavers[0])});
  }

  const CellModel &model;
  const image::Image &image;
  const image::CellMap &map;
  image::CellArray cells;
  uint64_t seed, number;
};

void expectSame(const Chip &chip, const Chip &oracle) {
  ASSERT_EQ(chip.errors.size(), oracle.errors.size());
  for (auto [a, b] : llvm::zip(chip.errors, oracle.errors)) {
    EXPECT_EQ(a.cell, b.cell);
    EXPECT_EQ(a.toOne, b.toOne);
    EXPECT_EQ(a.toZero, b.toZero);
  }
  ASSERT_EQ(chip.marginal.size(), oracle.marginal.size());
  for (auto [a, b] : llvm::zip(chip.marginal, oracle.marginal)) {
    EXPECT_EQ(a.cell, b.cell);
    EXPECT_EQ(a.flipOne, b.flipOne);
    EXPECT_EQ(a.flipZero, b.flipZero);
  }
  ASSERT_EQ(chip.uncertain.size(), oracle.uncertain.size());
  for (auto [a, b] : llvm::zip(chip.uncertain, oracle.uncertain)) {
    EXPECT_EQ(a.cell, b.cell);
    EXPECT_EQ(a.one, b.one);
    EXPECT_EQ(a.zero, b.zero);
  }
  ASSERT_EQ(chip.telegraph.size(), oracle.telegraph.size());
  for (auto [a, b] : llvm::zip(chip.telegraph, oracle.telegraph)) {
    EXPECT_EQ(a.cell, b.cell);
    EXPECT_EQ(a.occupancyBl, b.occupancyBl);
    EXPECT_EQ(a.occupancyBlb, b.occupancyBlb);
    for (unsigned s = 0; s < 4; ++s) {
      EXPECT_EQ(a.states[s].one, b.states[s].one);
      EXPECT_EQ(a.states[s].zero, b.states[s].zero);
    }
  }
}

Chip programAndCompare(const CellParameters &cell, bool ternary,
                       uint32_t columnsPerAmplifier = 1) {
  image::Image image = makeImage(4, ternary); // 32,768 cells
  image.mutable_target()->set_columns_per_sense_amplifier(columnsPerAmplifier);
  image::CellMap map(image);
  CellModel model(cell);
  Chip chip = cantFail(Programmer::create(model, image, map)).program(7, 3, 0);
  expectSame(chip, Oracle(model, image, map, 7, 3).chip);
  return chip;
}

TEST(Program, ErrorsOfDevices) {
  Chip chip = programAndCompare(lognormalCell(7e3, 0.3, 3e4, 0.6), false);
  EXPECT_GT(chip.errors.size(), 200u);
  EXPECT_TRUE(chip.marginal.empty());
  // Hardly two states, and the published LRS.
  programAndCompare(lognormalCell(7e3, 0.9, 1e4, 0.9), false);
  CellParameters cell = lognormalCell(7e3, 0.3, 2e4, 0.6);
  cell.lrs = cantFail(Distribution::truncatedNormal(6988, 381.7, 6252, 7897));
  EXPECT_GT(programAndCompare(cell, false).errors.size(), 100u);
}

TEST(Program, OffsetsAndReadNoise) {
  CellParameters cell = lognormalCell(7e3, 0.3, 5e4, 0.5);
  cell.sense.seriesOhm = 8e3;
  cell.sense.arraySigma = 0.1;
  cell.sense.latchSigma = 0.2;
  cell.sense.readSigma = 0.05;
  Chip chip = programAndCompare(cell, false, 4);
  size_t oneSided = llvm::count_if(chip.errors, [](const FrozenError &error) {
    return error.toOne != error.toZero;
  });
  EXPECT_GT(oneSided, 20u);
  EXPECT_GT(chip.marginal.size(), 50u);
  EXPECT_GT(chip.droppedProbability, 0);
  cell.sense.xnorAfterLatch = true;
  for (const FrozenError &error : programAndCompare(cell, false).errors)
    EXPECT_EQ(error.toOne, error.toZero);
}

TEST(Program, TernarySensing) {
  CellParameters cell = lognormalCell(2e4, 0.6, 3e5, 0.6);
  cell.sense.ternary = true;
  cell.sense.zeroOhm = 1e5;
  Chip chip = programAndCompare(cell, true);
  bool types[3] = {false, false, false};
  for (const FrozenError &error : chip.errors)
    types[error.toOne + 1] = true;
  EXPECT_TRUE(types[0] && types[1] && types[2]);
  cell.sense.zeroReadSigma = 0.1;
  cell.sense.zeroColumnSigma = 0.2;
  cell.sense.latchSigma = 0.1;
  cell.sense.readSigma = 0.05;
  EXPECT_GT(programAndCompare(cell, true).uncertain.size(), 100u);
}

TEST(Program, TelegraphNoise) {
  CellParameters cell = lognormalCell(7e3, 0.3, 5e4, 0.5);
  cell.lrsTelegraph = {0.5, 0.5, 0.25};
  cell.hrsTelegraph = {0.3, 0.4, 0.5};
  EXPECT_GT(programAndCompare(cell, false).telegraph.size(), 20u);
  cell.sense.readSigma = 0.05;
  cell.telegraphDwellReads = 1000;
  EXPECT_EQ(programAndCompare(cell, false).telegraphDwellReads, 1000);
  cell.sense.ternary = true;
  cell.sense.zeroOhm = 4e4;
  cell.sense.zeroReadSigma = 0.1;
  EXPECT_GT(programAndCompare(cell, true).telegraph.size(), 100u);
}

TEST(Program, MeasuredDistributions) {
  Stream stream(1, 0, Draw::Resistance);
  std::vector<double> ohms;
  Distribution truth = cantFail(Distribution::lognormal(4e4, 0.7));
  for (uint64_t i = 0; i < 500; ++i)
    ohms.push_back(std::round(expOf(truth.lnSample(stream.pair(0, i)[0]))));
  for (TailModel tail :
       {TailModel::None, TailModel::Lognormal, TailModel::Gpd}) {
    CellParameters cell = lognormalCell(7e3, 0.3, 5e4, 0.5);
    cell.hrs = cantFail(Distribution::measured(ohms, tail));
    EXPECT_GT(programAndCompare(cell, false).errors.size(), 20u);
    cell.hrs = cell.hrs.aged(-0.1, 0.2);
    EXPECT_GT(programAndCompare(cell, false).errors.size(), 20u);
  }
}

/// Chips, seeds and programming events are different draws; the periphery's
/// offsets stay with the chip.
TEST(Program, KeysOfDraws) {
  image::Image image = makeImage(4, false);
  image::CellMap map(image);
  Programmer programmer = cantFail(Programmer::create(
      CellModel(lognormalCell(7e3, 0.3, 3e4, 0.6)), image, map));
  auto cellsOf = [&](uint64_t seed, uint64_t chip, uint64_t event) {
    std::vector<CellIndex> cells;
    for (const FrozenError &e : programmer.program(seed, chip, event).errors)
      cells.push_back(e.cell);
    return cells;
  };
  EXPECT_EQ(cellsOf(1, 0, 0), cellsOf(1, 0, 0));
  EXPECT_NE(cellsOf(1, 0, 0), cellsOf(2, 0, 0));
  EXPECT_NE(cellsOf(1, 0, 0), cellsOf(1, 1, 0));
  EXPECT_NE(cellsOf(1, 0, 0), cellsOf(1, 0, 1));
}

TEST(Program, NeedsTheThresholdOfTernarySensing) {
  image::Image image = makeImage(1, true);
  image::CellMap map(image);
  auto programmer = Programmer::create(
      CellModel(lognormalCell(7e3, 0.3, 3e4, 0.6)), image, map);
  ASSERT_FALSE(bool(programmer));
  EXPECT_EQ(llvm::toString(programmer.takeError()),
            "the image senses three levels, but the target's devices have no "
            "zero_threshold: measure the resistance above which a branch does "
            "not discharge in the sense time");
}

} // namespace
