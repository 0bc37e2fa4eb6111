//===- PackingTest.cpp ----------------------------------------------------===//

#include "bnn/Support/Packing.h"
#include "gtest/gtest.h"
#include <algorithm>
#include <map>
#include <random>
#include <set>

using namespace bnn;

namespace {

int64_t binsOf(const std::vector<PackedItem> &places) {
  int64_t bins = 0;
  for (const PackedItem &place : places)
    bins = std::max(bins, place.bin + 1);
  return bins;
}

/// Every cell of every bin belongs to one item at most.
void checkApart(const std::vector<PackItem> &items,
                const std::vector<PackedItem> &places, int64_t rows,
                int64_t columns) {
  std::map<std::array<int64_t, 3>, size_t> owner;
  for (size_t i = 0; i < items.size(); ++i)
    for (int64_t r = 0; r < items[i].rows; ++r)
      for (int64_t c = 0; c < items[i].columns; ++c) {
        ASSERT_LT(places[i].row + r, rows);
        ASSERT_LT(places[i].column + c, columns);
        ASSERT_TRUE(owner
                        .insert({{places[i].bin, places[i].row + r,
                                  places[i].column + c},
                                 i})
                        .second);
      }
}

class Packing : public testing::TestWithParam<int> {};

TEST_P(Packing, ItemsLieApartAndTheBoundHolds) {
  std::mt19937 random{unsigned(GetParam())};
  auto draw = [&](int64_t from, int64_t to) {
    return std::uniform_int_distribution<int64_t>(from, to)(random);
  };
  int64_t rows = draw(1, 20), columns = draw(1, 20);
  std::vector<PackItem> items(size_t(draw(1, 60)));
  for (PackItem &item : items)
    item = {draw(1, rows), draw(1, columns), draw(0, 5)};
  for (Sharing sharing : {Sharing::Never, Sharing::IfNeeded}) {
    std::vector<PackedItem> places = pack(items, rows, columns, sharing);
    ASSERT_EQ(places.size(), items.size());
    checkApart(items, places, rows, columns);
    EXPECT_GE(binsOf(places), packingBound(items, rows, columns, sharing));
    std::set<std::pair<int64_t, int64_t>> keys;
    std::set<int64_t> bins;
    for (size_t i = 0; i < items.size(); ++i) {
      bool fresh = keys.insert({places[i].bin, items[i].readWith}).second;
      EXPECT_TRUE(fresh || sharing == Sharing::IfNeeded);
      bins.insert(places[i].bin);
    }
    EXPECT_EQ(int64_t(bins.size()), binsOf(places)) << "a number is left out";
  }
}

INSTANTIATE_TEST_SUITE_P(Random, Packing, testing::Range(0, 60));

TEST(Packing, BoundKnowsWhatCannotStandSideBySide) {
  // Three squares of more than half a side: the area would allow two bins.
  std::vector<PackItem> items(3, PackItem{6, 6, 0});
  EXPECT_EQ(packingBound(items, 10, 10), 3);
  EXPECT_EQ(binsOf(pack(items, 10, 10, Sharing::IfNeeded)), 3);
  // Quarters fill bins exactly.
  items.assign(8, {5, 5, 0});
  EXPECT_EQ(packingBound(items, 10, 10), 2);
  EXPECT_EQ(binsOf(pack(items, 10, 10, Sharing::IfNeeded)), 2);
}

TEST(Packing, BoundKnowsWhatFitsOnlyTwice) {
  // A third one of 11 rows does not fit into 32, whatever the area says.
  std::vector<PackItem> items(7, PackItem{11, 32, 0});
  EXPECT_EQ(packingBound(items, 32, 32), 4);
  EXPECT_EQ(binsOf(pack(items, 32, 32, Sharing::IfNeeded)), 4);
}

TEST(Packing, BoundKnowsWhatStandsNeverTogether) {
  // Full columns and full rows: each kind needs bins of its own.
  std::vector<PackItem> items{{64, 16, 0}, {10, 64, 1}, {64, 4, 2}, {8, 64, 3}};
  EXPECT_EQ(packingBound(items, 64, 64), 2);
  EXPECT_EQ(binsOf(pack(items, 64, 64, Sharing::IfNeeded)), 2);
}

TEST(Packing, BoundKnowsWhatIsReadAtOnce) {
  // Five of one key and, beside none of them, two full ones.
  std::vector<PackItem> items(5, PackItem{4, 32, 0});
  items.push_back({32, 32, 1});
  items.push_back({32, 32, 1});
  EXPECT_EQ(packingBound(items, 32, 32), 3);
  EXPECT_EQ(packingBound(items, 32, 32, Sharing::Never), 7);
  // However many full ones are read with others.
  items.insert(items.end(), 9, {32, 32, 0});
  for (int64_t key = 2; key < 20; ++key)
    items.insert(items.end(), 6, {32, 32, key});
  EXPECT_EQ(packingBound(items, 32, 32, Sharing::Never), 5 + 2 + 9 + 18 * 6);
}

/// Whether items first .. can be placed beside `placed` in bins 0 .. bins - 1.
/// All places are tried: an independent judge of small packings.
bool fitsInto(const std::vector<PackItem> &items,
              std::vector<PackedItem> &placed, int64_t bins, int64_t rows,
              int64_t columns, Sharing sharing) {
  size_t next = placed.size();
  if (next == items.size())
    return true;
  const PackItem &item = items[next];
  int64_t used = binsOf(placed);
  for (int64_t bin = 0; bin < std::min(bins, used + 1); ++bin)
    for (int64_t row = 0; row + item.rows <= rows; ++row)
      for (int64_t column = 0; column + item.columns <= columns; ++column) {
        bool free = true;
        for (size_t i = 0; i < next && free; ++i)
          free = placed[i].bin != bin ||
                 ((sharing == Sharing::IfNeeded ||
                   items[i].readWith != item.readWith) &&
                  (placed[i].row >= row + item.rows ||
                   row >= placed[i].row + items[i].rows ||
                   placed[i].column >= column + item.columns ||
                   column >= placed[i].column + items[i].columns));
        if (!free)
          continue;
        placed.push_back({bin, row, column});
        if (fitsInto(items, placed, bins, rows, columns, sharing))
          return true;
        placed.pop_back();
      }
  return false;
}

TEST(Packing, BoundIsNoMoreThanTheLeastOfAllPackings) {
  std::mt19937 random{1};
  auto draw = [&](int64_t from, int64_t to) {
    return std::uniform_int_distribution<int64_t>(from, to)(random);
  };
  int reached = 0, least = 0;
  for (int round = 0; round < 300; ++round) {
    int64_t rows = draw(2, 4), columns = draw(2, 4);
    std::vector<PackItem> items(size_t(draw(1, 6)));
    for (PackItem &item : items)
      item = {draw(1, rows), draw(1, columns), draw(0, 2)};
    for (Sharing sharing : {Sharing::Never, Sharing::IfNeeded}) {
      int64_t bins = 1;
      for (;; ++bins) {
        std::vector<PackedItem> placed;
        if (fitsInto(items, placed, bins, rows, columns, sharing))
          break;
      }
      EXPECT_LE(packingBound(items, rows, columns, sharing), bins);
      reached += packingBound(items, rows, columns, sharing) == bins;
      least += binsOf(pack(items, rows, columns, sharing)) == bins;
    }
  }
  EXPECT_GE(reached, 570); // of 600
  EXPECT_GE(least, 590);
}

TEST(Packing, WhatIsReadAtOnceSharesOnlyForABin) {
  std::vector<PackItem> items{{4, 4, 1}, {4, 4, 1}};
  EXPECT_EQ(binsOf(pack(items, 8, 8, Sharing::Never)), 2);
  EXPECT_EQ(binsOf(pack(items, 8, 8, Sharing::IfNeeded)), 1);
  // With a second bin open anyway, each gets its own.
  items.push_back({8, 4, 2});
  items.push_back({8, 4, 3});
  items.push_back({8, 4, 4});
  std::vector<PackedItem> places = pack(items, 8, 8, Sharing::IfNeeded);
  EXPECT_EQ(binsOf(places), 2);
}

TEST(Packing, BinsAreReadNoMoreThanAllowed) {
  // Four quarters fill a bin, which is then read 14 times.
  std::vector<PackItem> items{
      {4, 4, 0, 6}, {4, 4, 1, 4}, {4, 4, 2, 3}, {4, 4, 3, 1}};
  EXPECT_EQ(binsOf(pack(items, 8, 8, Sharing::IfNeeded)), 1);
  for (int64_t most : {6, 7, 8, 10, 14}) {
    std::vector<PackedItem> places = pack(items, 8, 8, Sharing::IfNeeded, most);
    checkApart(items, places, 8, 8);
    std::map<int64_t, int64_t> reads;
    for (size_t i = 0; i < items.size(); ++i)
      reads[places[i].bin] += items[i].reads;
    for (auto [bin, sum] : reads)
      EXPECT_LE(sum, most);
    EXPECT_EQ(binsOf(places), most == 14 ? 1 : most == 6 ? 3 : 2) << most;
  }
  // What is read more by itself has a bin by itself.
  EXPECT_EQ(binsOf(pack(items, 8, 8, Sharing::IfNeeded, 1)), 4);
}

} // namespace
