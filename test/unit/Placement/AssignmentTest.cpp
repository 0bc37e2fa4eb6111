//===- AssignmentTest.cpp - The cheapest assignment, against all of them --===//

#include "Assignment.h"
#include "gtest/gtest.h"
#include <algorithm>
#include <numeric>
#include <random>

using namespace bnn::placement;

namespace {

float costOf(const std::vector<float> &cost, size_t columns,
             llvm::ArrayRef<uint32_t> columnOf) {
  float sum = 0;
  for (size_t row = 0; row < columnOf.size(); ++row)
    sum += cost[row * columns + columnOf[row]];
  return sum;
}

/// Of all assignments.
float cheapest(const std::vector<float> &cost, size_t rows, size_t columns) {
  std::vector<uint32_t> order(columns);
  std::iota(order.begin(), order.end(), 0);
  float best = std::numeric_limits<float>::infinity();
  do
    best = std::min(
        best, costOf(cost, columns, llvm::ArrayRef(order).take_front(rows)));
  while (std::next_permutation(order.begin(), order.end()));
  return best;
}

TEST(Assignment, IsCheapest) {
  std::mt19937 random(1);
  for (int run = 0; run < 300; ++run) {
    size_t rows = 1 + random() % 6, columns = rows + random() % 2;
    // Few values, so that many are equal; halves, so that sums are exact.
    std::vector<float> cost(rows * columns);
    for (float &entry : cost)
      entry = float(random() % (run % 2 ? 4 : 100)) / 2;
    std::vector<uint32_t> found = assign(cost, rows, columns);
    ASSERT_EQ(found.size(), rows);
    std::vector<uint32_t> taken = found;
    std::sort(taken.begin(), taken.end());
    EXPECT_EQ(std::adjacent_find(taken.begin(), taken.end()), taken.end());
    EXPECT_LT(taken.back(), columns);
    EXPECT_EQ(costOf(cost, columns, found), cheapest(cost, rows, columns));
  }
}

TEST(Assignment, StaysWhereNothingIsToGain) {
  std::vector<float> cost(25, 1);
  for (size_t i = 0; i < 5; ++i)
    cost[i * 6] = 0;
  EXPECT_EQ(assign(cost, 5, 5), (std::vector<uint32_t>{0, 1, 2, 3, 4}));
}

} // namespace
