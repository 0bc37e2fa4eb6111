//===- CellArrayTest.cpp - Packed cells and recovered weights -------------===//

#include "bnn/Image/CellArray.h"
#include "Samples.h"
#include "gtest/gtest.h"
#include <random>

using namespace llvm;
using namespace bnn::image;

namespace {

/// Random codes in odd geometries: planes of any piece of a row agree with the
/// single cells.
TEST(CellArray, RowsAgreeWithCells) {
  std::mt19937 random(1);
  for (uint32_t columns : {1u, 3u, 4u, 31u, 32u, 33u, 64u, 67u, 200u}) {
    Image image = samples::ternary();
    Target &target = *image.mutable_target();
    target.set_rows(3);
    target.set_columns(columns);
    CellArrayBuilder builder = cantFail(CellArrayBuilder::create(target, 2));
    std::vector<unsigned> codes;
    for (uint64_t subarray = 0; subarray < 2; ++subarray)
      for (uint32_t row = 0; row < 3; ++row)
        for (uint32_t column = 0; column < columns; ++column) {
          codes.push_back(random() % 4);
          builder.setCode(subarray, row, column, codes.back());
        }
    std::move(builder).finish(image);
    ASSERT_EQ(image.cells().size(), 2 * 3 * ((2 * columns + 7) / 8));
    CellArray cells(image);
    auto codeAt = [&](uint64_t subarray, uint32_t row, uint32_t column) {
      return codes[(subarray * 3 + row) * columns + column];
    };
    for (int trial = 0; trial < 200; ++trial) {
      uint64_t subarray = random() % 2;
      uint32_t row = random() % 3, first = random() % columns;
      uint32_t count = 1 + random() % (columns - first);
      size_t words = (count + 63) / 64;
      std::vector<uint64_t> a(words, 7), b(words, 7), plus(words, 7),
          minus(words, 7);
      cells.rowDevices(subarray, row, first, count, a.data(), b.data());
      cells.rowPlanes(subarray, row, first, count, plus.data(), minus.data());
      for (uint32_t i = 0; i < words * 64; ++i) {
        unsigned code = i < count ? codeAt(subarray, row, first + i) : 0;
        auto bit = [&](const std::vector<uint64_t> &plane) {
          return unsigned(plane[i / 64] >> (i % 64) & 1);
        };
        ASSERT_EQ(bit(a), code & 1);
        ASSERT_EQ(bit(b), code >> 1);
        ASSERT_EQ(bit(plus), code == 1);
        ASSERT_EQ(bit(minus), code == 2);
        if (i < count) {
          ASSERT_EQ(cells.code(subarray, row, first + i), code);
          ASSERT_EQ(cells.weight(subarray, row, first + i), code == 1   ? 1
                                                            : code == 2 ? -1
                                                                        : 0);
        }
      }
    }
  }
}

/// The table of the target decides the polarity.
TEST(CellArray, PolarityIsAField) {
  Image image = samples::worked();
  EXPECT_EQ(CellArray(image).weight(0, 0, 1), -1);
  for (CellCode &entry : *image.mutable_target()->mutable_cell_codes())
    entry.set_weight(-entry.weight());
  EXPECT_EQ(CellArray(image).weight(0, 0, 1), 1);
  uint64_t plus, minus;
  CellArray(image).rowPlanes(0, 0, 0, 3, &plus, &minus);
  EXPECT_EQ(plus, 2u);
  EXPECT_EQ(minus, 5u);
}

TEST(CellArray, BuilderRefusesWhatDoesNotFit) {
  Target target = samples::worked().target();
  target.set_rows(0);
  Expected<CellArrayBuilder> builder = CellArrayBuilder::create(target, 1);
  EXPECT_NE(toString(builder.takeError()).find("0x4"), std::string::npos);
  target.set_rows(1 << 20);
  target.set_columns(1 << 20);
  builder = CellArrayBuilder::create(target, 1);
  EXPECT_NE(toString(builder.takeError()).find("2 GiB"), std::string::npos);
}

TEST(RecoverWeights, OneBinaryPlane) {
  Image image = samples::worked();
  PackedWeights weights = recoverWeights(image, image.steps(1).array());
  const int expected[3][3] = {{1, -1, 1}, {-1, -1, 1}, {1, 1, 1}};
  ASSERT_EQ(weights.rows, 3u);
  ASSERT_EQ(weights.columns, 3u);
  for (uint32_t n = 0; n < 3; ++n)
    for (uint32_t j = 0; j < 3; ++j)
      EXPECT_EQ(weights.at(n, j), expected[n][j]);
}

TEST(RecoverWeights, TwoPlanesOverThreeTiles) {
  Image image = samples::convolution();
  PackedWeights weights = recoverWeights(image, image.steps(1).array());
  ASSERT_EQ(weights.rows, 4u);
  ASSERT_EQ(weights.columns, 9u);
  auto lane = [](uint32_t n, uint32_t j) { return (n + j * j) % 3 ? 1 : -1; };
  for (uint32_t n = 0; n < 4; ++n)
    for (uint32_t j = 0; j < 9; ++j)
      EXPECT_EQ(weights.at(n, j), (lane(n, j) + lane(n, 9 + j)) / 2);
}

TEST(RecoverWeights, TernaryCellsAcrossWords) {
  Image image = samples::ternary();
  PackedWeights weights = recoverWeights(image, image.steps(0).array());
  ASSERT_EQ(weights.columns, 100u);
  for (uint32_t n = 0; n < 2; ++n)
    for (uint32_t j = 0; j < 100; ++j)
      EXPECT_EQ(weights.at(n, j), int((n + j) % 3) - 1);
}

} // namespace
