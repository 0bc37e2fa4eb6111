//===- SweepTest.cpp ------------------------------------------------------===//

#include "bnn/MonteCarlo/Sweep.h"
#include "gtest/gtest.h"

using namespace bnn::mc;
using Values = std::vector<double>;

namespace {

Values valuesOf(llvm::StringRef spec) {
  llvm::Expected<Axis> axis = parseAxis(spec);
  if (!axis) {
    ADD_FAILURE() << toString(axis.takeError());
    return {};
  }
  return axis->values;
}

std::string errorOf(llvm::StringRef spec) {
  llvm::Expected<Axis> axis = parseAxis(spec);
  return axis ? "none" : toString(axis.takeError());
}

TEST(Sweep, Lists) {
  EXPECT_EQ(valuesOf("supply=0.6,0.8,1.2"), (Values{0.6, 0.8, 1.2}));
  EXPECT_EQ(valuesOf("ber=1e-4"), (Values{1e-4}));
}

TEST(Sweep, RangesHaveBothEndsAndRoundBetween) {
  EXPECT_EQ(valuesOf("ber=1e-5:1e-1:log5"),
            (Values{1e-5, 1e-4, 1e-3, 1e-2, 1e-1}));
  EXPECT_EQ(valuesOf("ber=1e-5:1e-1:log9")[1], 3.16228e-5);
  EXPECT_EQ(valuesOf("x=0:1:lin5"), (Values{0, 0.25, 0.5, 0.75, 1}));
  EXPECT_EQ(valuesOf("x=2:1:lin2"), (Values{2, 1}));
}

TEST(Sweep, Refuses) {
  EXPECT_EQ(errorOf("ber"), "--sweep ber: write NAME=A,B,C, "
                            "NAME=FIRST:LAST:linN or NAME=FIRST:LAST:logN");
  EXPECT_EQ(errorOf("ber=1,x"), "--sweep ber=1,x: 'x' is no number");
  EXPECT_EQ(errorOf("ber=1,1.0"), "--sweep ber=1,1.0: 1.0 is there twice");
  EXPECT_EQ(errorOf("ber=1:2"),
            "--sweep ber=1:2: '1:2' is no FIRST:LAST:linN or FIRST:LAST:logN");
  EXPECT_EQ(errorOf("ber=1:2:log"),
            "--sweep ber=1:2:log: 'log' is no linN or logN, such as log9");
  EXPECT_EQ(errorOf("ber=0:1:log3"),
            "--sweep ber=0:1:log3: a logarithmic range has positive ends");
  EXPECT_EQ(errorOf("ber=0:1:lin1"),
            "--sweep ber=0:1:lin1: 1 values; a range has 2 to 10000");
  EXPECT_EQ(errorOf("ber=nan"), "--sweep ber=nan: 'nan' is no number");
}

TEST(Sweep, Grid) {
  std::vector<Axis> axes = {{"a", {1, 2}}, {"b", {3, 4, 5}}};
  auto grid = makeGrid(axes);
  ASSERT_TRUE(bool(grid));
  ASSERT_EQ(grid->size(), 6u);
  EXPECT_EQ((*grid)[1][0].value, 1);
  EXPECT_EQ((*grid)[1][1].value, 4);
  EXPECT_EQ((*grid)[3][0].value, 2);
  EXPECT_EQ(makeGrid({})->size(), 1u);
  axes[1].name = "a";
  EXPECT_EQ(toString(makeGrid(axes).takeError()), "--sweep names 'a' twice");
  axes = {{"a", Values(200, 0)}, {"b", Values(200, 0)}};
  EXPECT_EQ(toString(makeGrid(axes).takeError()),
            "the grid of --sweep has more than 10000 points");
}

TEST(Sweep, NumbersReadBack) {
  for (double value : {1e-5, 3.16228e-5, 0.1, 0.001, 1e22, 0.0, 1.0 / 3})
    EXPECT_EQ(std::stod(formatNumber(value)), value);
  EXPECT_EQ(formatNumber(1e-5), "1e-5");
  EXPECT_EQ(formatNumber(1e-10), "1e-10");
  EXPECT_EQ(formatNumber(0.6), "0.6");
}

} // namespace
