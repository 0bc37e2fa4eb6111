//===- IntervalsTest.cpp - Bounds hold every float32 evaluation -----------===//

#include "Intervals.h"
#include "bnn/Host/Kernels.h"
#include <cmath>
#include <gtest/gtest.h>
#include <random>

using namespace bnn;
using namespace bnn::sim;
using image::Op;

namespace {

Op make(Op::Kind kind) {
  Op op;
  op.set_kind(kind);
  return op;
}

Interval boundsOf(const Op &op, llvm::ArrayRef<Bounds> inputs) {
  llvm::SmallVector<const Tensor *> operands;
  for (Bounds x : inputs)
    operands.push_back(x.low);
  Tensor result;
  llvm::cantFail(host::evaluate(op, operands, result));
  Interval interval;
  llvm::cantFail(evaluateBounds(op, inputs, &result, interval));
  return interval;
}

Tensor vector(std::vector<double> data) {
  int64_t size = data.size();
  return Tensor({1, size}, std::move(data));
}

TEST(Intervals, ProductsHoldSumsInAnyOrder) {
  std::mt19937 random(1);
  std::normal_distribution<float> normal;
  int64_t depth = 300;
  Tensor x({1, depth}, {}), w({1, depth}, {});
  for (int64_t i = 0; i < depth; ++i) {
    x.data.push_back(normal(random));
    w.data.push_back(normal(random));
  }
  Op op = make(Op::LINEAR);
  Interval bounds = boundsOf(op, {{&x, &x}, {&w, &w}});
  std::vector<int64_t> order(depth);
  for (int64_t i = 0; i < depth; ++i)
    order[i] = i;
  bool differs = false;
  float first = 0;
  for (int trial = 0; trial < 200; ++trial) {
    float sum = 0;
    for (int64_t i : order)
      sum += float(x.data[i]) * float(w.data[i]);
    EXPECT_LE(bounds.low.data[0], sum);
    EXPECT_GE(bounds.high.data[0], sum);
    differs |= trial && sum != first;
    first = sum;
    std::shuffle(order.begin(), order.end(), random);
  }
  EXPECT_TRUE(differs);
  // Narrow enough to be of use.
  EXPECT_LT(bounds.high.data[0] - bounds.low.data[0], 0.1);
}

TEST(Intervals, IntegersDoNotRound) {
  Tensor x = vector({3, -200, 255}), w({2, 3}, {1, -1, 1, -1, 1, 1});
  Interval bounds = boundsOf(make(Op::LINEAR), {{&x, &x}, {&w, &w}});
  EXPECT_EQ(bounds.low.data, bounds.high.data);
  EXPECT_EQ(bounds.low.data, (std::vector<double>{458, 52}));
  // Halves of them neither.
  Tensor half = vector({0.5});
  bounds = boundsOf(make(Op::MUL), {{&x, &x}, {&half, &half}});
  EXPECT_EQ(bounds.low.data, bounds.high.data);
  // Nor what was only moved before.
  Interval moved = boundsOf(make(Op::IDENTITY), {{&x, &x}});
  EXPECT_TRUE(moved.bounds().exact());
  bounds = boundsOf(make(Op::LINEAR), {moved.bounds(), {&w, &w}});
  EXPECT_TRUE(bounds.bounds().exact());
  // Thirds do.
  Tensor third = vector({3});
  Tensor y = vector({1});
  bounds = boundsOf(make(Op::DIV), {{&y, &y}, {&third, &third}});
  EXPECT_LT(bounds.low.data[0], double(1.0f / 3.0f));
  EXPECT_GT(bounds.high.data[0], double(1.0f / 3.0f));
}

/// Every elementwise operator at random points of random intervals.
TEST(Intervals, ElementwiseHoldsAllPoints) {
  std::mt19937 random(2);
  std::uniform_real_distribution<double> uniform(-2, 2);
  const google::protobuf::EnumDescriptor *kinds = Op::Kind_descriptor();
  for (int k = 0; k < kinds->value_count(); ++k) {
    Op op = make(Op::Kind(kinds->value(k)->number()));
    llvm::Expected<host::Arity> arity = host::arity(op.kind());
    bool elementwise = op.kind() >= Op::NEG && op.kind() < Op::BATCH_NORM;
    if (!arity || !elementwise) {
      llvm::consumeError(arity.takeError());
      continue;
    }
    bool positive =
        op.kind() == Op::SQRT || op.kind() == Op::LOG || op.kind() == Op::POW;
    for (int trial = 0; trial < 400; ++trial) {
      op.set_alpha(uniform(random));
      op.set_beta(uniform(random));
      std::vector<Tensor> low, high, at;
      for (unsigned i = 0; i < arity->inputs; ++i) {
        double a = uniform(random), b = uniform(random);
        if (positive) {
          a = std::abs(a);
          b = std::abs(b);
        }
        if (a > b)
          std::swap(a, b);
        // Integers, so that equalities and jumps are met.
        if (trial % 3 == 0) {
          a = std::floor(a);
          b = std::ceil(b);
        }
        double t = std::uniform_real_distribution<double>(0, 1)(random);
        // Operands are float32 themselves; conditions are 0 or 1.
        a = float(a);
        b = float(b);
        bool condition = (op.kind() >= Op::AND && op.kind() <= Op::XOR) ||
                         (op.kind() == Op::SELECT && i == 0);
        if (condition) {
          a = a > 0;
          b = std::max(a, double(b > 0));
        }
        double inside = trial % 5 ? a + t * (b - a) : std::round(a);
        inside = std::min(std::max(double(float(inside)), a), b);
        if (condition)
          inside = inside > 0.5 ? b : a;
        low.push_back(vector({a}));
        high.push_back(vector({b}));
        at.push_back(vector({inside}));
      }
      std::vector<Bounds> inputs;
      std::vector<const Tensor *> points;
      for (unsigned i = 0; i < arity->inputs; ++i) {
        inputs.push_back({&low[i], &high[i]});
        points.push_back(&at[i]);
      }
      Interval bounds = boundsOf(op, inputs);
      Tensor result;
      llvm::cantFail(host::evaluateFloat32(op, points, result));
      double value = result.data[0];
      if (std::isnan(value))
        continue;
      EXPECT_LE(bounds.low.data[0], value) << kinds->value(k)->name();
      EXPECT_GE(bounds.high.data[0], value) << kinds->value(k)->name();
    }
  }
}

TEST(Intervals, TiesAreCountedAtTheDecisionPoint) {
  Op encode = make(Op::ENCODE);
  encode.set_scale(1);
  Tensor low = vector({-0.2, 0.4, -1, 1}), high = vector({0.2, 0.6, -1, 1});
  EXPECT_EQ(countTies(encode, {&low, &high}), 1);
  EXPECT_EQ(countTies(encode, {&low, &low}), 0);
  // A sign decided by a sum that may be on either side of 0.
  Tensor x = vector({1e8, 1, -1e8}), w({1, 3}, {1, 1e-9, 1});
  Interval sum = boundsOf(make(Op::LINEAR), {{&x, &x}, {&w, &w}});
  Interval sign = boundsOf(make(Op::SIGN), sum.bounds());
  EXPECT_EQ(sign.low.data[0], -1);
  EXPECT_EQ(sign.high.data[0], 1);
  EXPECT_EQ(countTies(encode, sign.bounds()), 1);
}

} // namespace
