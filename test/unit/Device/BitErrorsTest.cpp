//===- BitErrorsTest.cpp - Errors at a rate -------------------------------===//

#include "bnn/Device/BitErrors.h"
#include "TestImage.h"
#include <cmath>
#include <gtest/gtest.h>
#include <map>

using namespace bnn;
using namespace bnn::device;
using image::ArrayLayer;

namespace {

TEST(BitErrors, ComeAtTheirRate) {
  image::Image image = makeImage(120, false); // a million cells
  image::CellMap map(image);
  double cells = double(map.countedCells());
  EXPECT_EQ(cells, 240.0 * side * side);
  for (double rate : {1e-4, 1e-2, 0.5}) {
    BitErrorModel model;
    model.rates.flip = rate;
    Chip chip = program(model, image, map, 1, 0);
    EXPECT_LT(deviation(chip.errors.size(), cells, rate), 4) << rate;
    for (size_t i = 0; i + 1 < chip.errors.size(); ++i)
      ASSERT_LT(chip.errors[i].cell, chip.errors[i + 1].cell);
    // The same chip again, and another one.
    auto cellsOf = [&](uint64_t number) {
      std::vector<CellIndex> result;
      for (const FrozenError &error :
           program(model, image, map, 1, number).errors)
        result.push_back(error.cell);
      return result;
    };
    EXPECT_EQ(cellsOf(0), cellsOf(0));
    EXPECT_NE(cellsOf(0), cellsOf(1));
  }
}

// To 1e-5; a wrong factor of 1.2 would be more than 6 standard errors away.
TEST(BitErrors, RatesAgainstManyCells) {
  image::Image image = makeImage(120, false);
  image::CellMap map(image);
  for (auto [rate, chips] :
       {std::pair(1e-3, 4), std::pair(1e-4, 20), std::pair(1e-5, 120)})
    for (bool stuck : {false, true}) {
      BitErrorModel model;
      (stuck ? model.stuckPlus : model.rates.flip) = rate;
      // Half of the cells hold +1 already.
      double cells = chips * double(map.countedCells()) / (stuck ? 2 : 1);
      uint64_t found = 0;
      for (int chip = 0; chip < chips; ++chip)
        found += program(model, image, map, 8, uint64_t(chip)).errors.size();
      EXPECT_LT(deviation(found, cells, rate), 4) << rate;
      if (!stuck) {
        EXPECT_GT(deviation(uint64_t(1.2 * cells * rate), cells, rate), 6);
      }
    }
}

TEST(BitErrors, TernaryRatesAgainstManyCells) {
  image::Image image = makeImage(120, true);
  image::CellMap map(image);
  image::CellArray array(image);
  for (auto [rate, chips] :
       {std::pair(1e-3, 8), std::pair(1e-4, 40), std::pair(1e-5, 300)}) {
    BitErrorModel model;
    model.rates = {rate, 2 * rate, 3 * rate};
    uint64_t found[3] = {};
    for (int chip = 0; chip < chips; ++chip)
      for (const FrozenError &error :
           program(model, image, map, 9, uint64_t(chip)).errors) {
        uint64_t row = error.cell / side;
        int stored = array.weight(row / side, uint32_t(row % side),
                                  uint32_t(error.cell % side));
        ++found[stored == 0 ? 2 : error.toOne == 0 ? 1 : 0];
      }
    double zeros = chips * 240.0 * side * 21, // of 64 columns
        signs = chips * 240.0 * side * 43;
    for (auto [count, cells, expected] :
         {std::tuple(found[0], signs, rate),
          std::tuple(found[1], signs, 2 * rate),
          std::tuple(found[2], zeros, 3 * rate)}) {
      EXPECT_LT(deviation(count, cells, expected), 4) << expected;
      EXPECT_GT(deviation(uint64_t(1.2 * cells * expected), cells, expected),
                6);
    }
  }
}

TEST(BitErrors, TernaryRatesAreThoseOfTheStoredState) {
  image::Image image = makeImage(120, true);
  image::CellMap map(image);
  image::CellArray array(image);
  BitErrorModel model;
  model.rates = {0.01, 0.03, 0.2};
  Chip chip = program(model, image, map, 5, 0);
  std::map<std::pair<int, int>, uint64_t> found; // stored, answered
  for (const FrozenError &error : chip.errors) {
    uint64_t column = error.cell % side, row = error.cell / side % side;
    ++found[{
        array.weight(error.cell / side / side, uint32_t(row), uint32_t(column)),
        error.toOne}];
    EXPECT_EQ(error.toOne, error.toZero);
  }
  double minus = 240.0 * side * 22, zero = 240.0 * side * 21; // of 64 columns
  EXPECT_LT(deviation(found[std::pair(-1, 1)], minus, 0.01), 4);
  EXPECT_LT(deviation(found[std::pair(-1, 0)], minus, 0.03), 4);
  EXPECT_LT(deviation(found[std::pair(0, 1)], zero, 0.1), 4);
  EXPECT_LT(deviation(found[std::pair(0, -1)], zero, 0.1), 4);
}

TEST(BitErrors, LayersMayHaveRatesOfTheirOwn) {
  image::Image image = makeImage(60, false);
  image::CellMap map(image);
  BitErrorModel model;
  model.rates.flip = 0.01;
  model.layers = {{"b", {}}};
  Chip chip = program(model, image, map, 1, 0);
  EXPECT_LT(deviation(chip.errors.size(), 60.0 * side * side, 0.01), 4);
  EXPECT_LT(chip.errors.back().cell, 60u * side * side);
}

TEST(BitErrors, StuckCellsThatAgreeAreNoErrors) {
  image::Image image = makeImage(60, false);
  image::CellMap map(image);
  BitErrorModel model;
  model.rates.flip = 0.5;
  model.stuckPlus = 1;
  Chip chip = program(model, image, map, 1, 0);
  EXPECT_EQ(chip.errors.size(), map.countedCells() / 2);
  for (const FrozenError &error : chip.errors)
    ASSERT_EQ(error.toOne, 1);
}

TEST(BitErrors, RefusesRatesThatMakeNoSense) {
  image::Image binary = makeImage(1, false), ternary = makeImage(1, true);
  auto message = [](const BitErrorModel &model, const image::Image &image) {
    llvm::Error error = checkRates(model, image);
    return error ? llvm::toString(std::move(error)) : std::string();
  };
  BitErrorModel model;
  model.rates.flip = 0.6;
  EXPECT_NE(message(model, binary).find("above 1/2"), std::string::npos);
  model.rates = {0.4, 0.7, 0};
  EXPECT_NE(message(model, ternary).find("above 1"), std::string::npos);
  model.rates = {0, 0.1, 0};
  EXPECT_NE(message(model, binary).find("ternary sensing"), std::string::npos);
  EXPECT_EQ(message(model, ternary), "");
  model.rates.flip = -1;
  EXPECT_NE(message(model, ternary).find("no probability"), std::string::npos);
  model.rates = {};
  model.layers = {{"c", {}}};
  EXPECT_NE(message(model, binary).find("no layer 'c'"), std::string::npos);
  model.layers = {};
  model.stuckPlus = model.stuckMinus = 0.7;
  EXPECT_NE(message(model, binary).find("above 1"), std::string::npos);
}

} // namespace
