//===- KernelsTest.cpp - Host operators against hand-made results ---------===//

#include "bnn/Host/Kernels.h"
#include <cmath>
#include <gtest/gtest.h>
#include <random>

using namespace bnn;
using namespace bnn::host;
using image::Op;
using Values = std::vector<double>;

namespace {

std::string message(llvm::Error error) {
  return error ? llvm::toString(std::move(error)) : std::string();
}

template <typename Fill> Op make(Op::Kind kind, Fill fill) {
  Op op;
  op.set_kind(kind);
  fill(op);
  return op;
}
Op make(Op::Kind kind) {
  return make(kind, [](Op &) {});
}

Tensor run(const Op &op, std::vector<Tensor> inputs) {
  std::vector<const Tensor *> pointers;
  for (Tensor &input : inputs)
    pointers.push_back(&input);
  Tensor out;
  if (llvm::Error error = evaluate(op, pointers, out))
    ADD_FAILURE() << message(std::move(error));
  return out;
}

std::string errorOf(const Op &op, std::vector<Tensor> inputs,
                    size_t outputs = 1) {
  std::vector<const Tensor *> pointers;
  for (Tensor &input : inputs)
    pointers.push_back(&input);
  std::vector<Tensor> out(outputs);
  return message(evaluate(op, pointers, out));
}

Tensor vec(Values data) {
  int64_t size = data.size();
  return Tensor({size}, std::move(data));
}

TEST(Elementwise, RoundsAndSigns) {
  Values x{-2.5, -1.5, -0.5, -0.0, 0.5, 1.5, 2.5, 1.4999999};
  EXPECT_EQ(run(make(Op::ROUND_HALF_EVEN), {vec(x)}).data,
            (Values{-2, -2, -0.0, 0, 0, 2, 2, 1}));
  EXPECT_EQ(run(make(Op::ROUND_HALF_AWAY), {vec(x)}).data,
            (Values{-3, -2, -1, 0, 1, 2, 3, 1}));
  EXPECT_EQ(run(make(Op::ROUND_HALF_TOWARD_ZERO), {vec(x)}).data,
            (Values{-2, -1, 0, 0, 0, 1, 2, 1}));
  EXPECT_EQ(run(make(Op::ROUND_AWAY), {vec(x)}).data,
            (Values{-3, -2, -1, 0, 1, 2, 3, 2}));
  EXPECT_EQ(run(make(Op::TRUNC), {vec(x)}).data,
            (Values{-2, -1, 0, 0, 0, 1, 2, 1}));
  EXPECT_EQ(run(make(Op::SIGN), {vec(x)}).data,
            (Values{-1, -1, -1, 0, 1, 1, 1, 1}));
  EXPECT_EQ(run(make(Op::FLOOR), {vec({-0.5, 0x1p60})}).data,
            (Values{-1, 0x1p60}));
  // The smallest denormal is above 0.
  EXPECT_EQ(run(make(Op::SIGN), {vec({0x1p-149, -0x1p-149})}).data,
            (Values{1, -1}));
}

TEST(Elementwise, Activations) {
  Values x{-2, 0, 3};
  auto parameters = [](Op &op) {
    op.set_alpha(0.5);
    op.set_beta(0.25);
  };
  EXPECT_EQ(run(make(Op::RELU), {vec(x)}).data, (Values{0, 0, 3}));
  EXPECT_EQ(run(make(Op::LEAKY_RELU, parameters), {vec(x)}).data,
            (Values{-1, 0, 3}));
  EXPECT_EQ(run(make(Op::HARD_SIGMOID, parameters), {vec(x)}).data,
            (Values{0, 0.25, 1}));
  EXPECT_EQ(run(make(Op::PRELU), {vec({-2, 3}), vec({-3})}).data,
            (Values{6, 3}));
  // No overflow on the way.
  EXPECT_EQ(run(make(Op::SIGMOID), {vec({-1000, 0, 1000})}).data,
            (Values{0, 0.5, 1}));
  EXPECT_EQ(run(make(Op::SOFTPLUS), {vec({-1000, 1000})}).data,
            (Values{0, 1000}));
  Tensor selu = run(make(Op::SELU,
                         [](Op &op) {
                           op.set_alpha(2);
                           op.set_beta(3);
                         }),
                    {vec({-1, 2})});
  EXPECT_DOUBLE_EQ(selu.data[0], 3 * (2 * std::exp(-1.0) - 2));
  EXPECT_EQ(selu.data[1], 6);
}

TEST(Elementwise, Broadcasts) {
  Tensor x({2, 1, 3}, {1, 2, 3, 4, 5, 6}), y({2, 1}, {10, 20});
  Tensor sum = run(make(Op::ADD), {x, y});
  EXPECT_EQ(sum.shape, (Shape{2, 2, 3}));
  EXPECT_EQ(sum.data, (Values{11, 12, 13, 21, 22, 23, 14, 15, 16, 24, 25, 26}));
  Tensor scalar({}, {2});
  EXPECT_EQ(run(make(Op::MUL), {scalar, x}).data, (Values{2, 4, 6, 8, 10, 12}));
  Tensor chosen =
      run(make(Op::SELECT),
          {Tensor({2, 1}, {1, 0}), Tensor({}, {7}), Tensor({3}, {1, 2, 3})});
  EXPECT_EQ(chosen.shape, (Shape{2, 3}));
  EXPECT_EQ(chosen.data, (Values{7, 7, 7, 1, 2, 3}));
  EXPECT_EQ(run(make(Op::ADD), {Tensor({0, 3}, {}), x}).shape,
            (Shape{2, 0, 3}));
  EXPECT_NE(errorOf(make(Op::ADD), {vec({1, 2}), vec({1, 2, 3})}), "");
}

TEST(Elementwise, TypesFollowOnnx) {
  Tensor x = vec({1, 2});
  x.type = ElementType::Int64;
  EXPECT_EQ(run(make(Op::ADD), {x, x}).type, ElementType::Int64);
  EXPECT_EQ(run(make(Op::LESS), {x, x}).type, ElementType::Bool);
  EXPECT_EQ(run(make(Op::CAST_REAL), {x}).type, ElementType::Float32);
  EXPECT_EQ(run(make(Op::CAST_INTEGER), {vec({-1.7})}).data, Values{-1});
}

TEST(Elementwise, BatchNormalization) {
  Op op = make(Op::BATCH_NORM, [](Op &op) {
    op.set_axis(1);
    op.set_alpha(1);
  });
  Tensor out = run(op, {Tensor({1, 2, 2}, {1, 2, 3, 4}), vec({2, -1}),
                        vec({10, 20}), vec({1, 1}), vec({3, 0})});
  EXPECT_EQ(out.data, (Values{10, 11, 18, 17}));
}

TEST(Float32, RoundsRealsOnly) {
  Tensor x = vec({1}), y = vec({3});
  std::vector<const Tensor *> inputs{&x, &y};
  Tensor out;
  llvm::cantFail(evaluateFloat32(make(Op::DIV), inputs, out));
  EXPECT_EQ(out.data[0], double(1.0f / 3.0f));
  Tensor big = vec({16777217});
  big.type = ElementType::Int64;
  inputs = {&big};
  llvm::cantFail(evaluateFloat32(make(Op::IDENTITY), inputs, out));
  EXPECT_EQ(out.data[0], 16777217);
}

TEST(Steps, CountAndMap) {
  Op multi = make(Op::MULTI_THRESHOLD, [](Op &op) { op.set_axis(1); });
  EXPECT_EQ(run(multi, {Tensor({1, 2, 2}, {0, 1, 2, 3}),
                        Tensor({2, 2}, {0, 1, 2.5, 9})})
                .data,
            (Values{1, 2, 0, 1}));
  Op steps = make(Op::THRESHOLD, [](Op &op) {
    op.set_axis(1);
    image::Thresholds &table = *op.mutable_thresholds();
    // A rising pair with two steps, a constant, a falling pair.
    for (int count : {2, 0, 1})
      table.add_counts(uint32_t(count));
    for (int t : {-1, 4, 0})
      table.add_thresholds(t);
    for (int code : {0, 1, 2, 7, 1, -1})
      table.add_codes(code);
  });
  EXPECT_EQ(
      run(steps, {Tensor({1, 3, 3}, {-2, -1, 4, -9, 0, 9, -1, 0, 1})}).data,
      (Values{0, 1, 2, 7, 7, 7, 1, -1, -1}));
  Op combine = make(Op::COMBINE, [](Op &op) {
    op.add_factors(3);
    op.add_factors(-1);
  });
  EXPECT_EQ(run(combine, {vec({1, 2}), vec({10, 20})}).data, (Values{-7, -14}));
  Op encode = make(Op::ENCODE, [](Op &op) {
    op.set_scale(0.5);
    op.set_offset(-1);
  });
  EXPECT_EQ(run(encode, {vec({-0.5, 0, 1})}).data, (Values{0, 1, 3}));
  Op decode = make(Op::DECODE, [](Op &op) {
    op.set_scale(0.5);
    op.set_offset(-1);
  });
  EXPECT_EQ(run(decode, {vec({0, 3})}).data, (Values{-1, 0.5}));
}

TEST(Linear, ConvolvesLikeTheDefinition) {
  std::mt19937 random(5);
  auto pick = [&](int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(random);
  };
  for (int trial = 0; trial < 60; ++trial) {
    int64_t groups = pick(1, 3), channels = groups * pick(1, 5),
            neurons = groups * pick(1, 5), H = pick(3, 12), W = pick(3, 40);
    int64_t kernel[2] = {pick(1, 3), pick(1, 3)},
            stride[2] = {pick(1, 2), pick(1, 3)},
            dilation[2] = {pick(1, 2), pick(1, 2)},
            begin[2] = {pick(0, 3), pick(0, 2)},
            end[2] = {pick(2, 3), pick(2, 4)};
    Op op = make(Op::CONV, [&](Op &op) {
      op.set_groups(groups);
      for (int i = 0; i < 2; ++i) {
        op.add_strides(stride[i]);
        op.add_dilations(dilation[i]);
        op.add_pads_begin(begin[i]);
        op.add_pads_end(end[i]);
      }
    });
    Tensor x({2, channels, H, W}, Values(2 * channels * H * W)),
        w({neurons, channels / groups, kernel[0], kernel[1]},
          Values(neurons * (channels / groups) * kernel[0] * kernel[1]));
    for (double &value : x.data)
      value = double(pick(-9, 9));
    for (double &value : w.data)
      value = double(pick(-9, 9));
    Tensor out = run(op, {x, w});
    ASSERT_EQ(out.rank(), 4);
    size_t at = 0;
    for (int64_t n = 0; n < 2; ++n)
      for (int64_t o = 0; o < neurons; ++o)
        for (int64_t y = 0; y < out.shape[2]; ++y)
          for (int64_t z = 0; z < out.shape[3]; ++z) {
            double sum = 0;
            int64_t per = channels / groups, g = o / (neurons / groups);
            for (int64_t c = 0; c < per; ++c)
              for (int64_t i = 0; i < kernel[0]; ++i)
                for (int64_t j = 0; j < kernel[1]; ++j) {
                  int64_t row = y * stride[0] + i * dilation[0] - begin[0],
                          column = z * stride[1] + j * dilation[1] - begin[1];
                  if (row < 0 || row >= H || column < 0 || column >= W)
                    continue;
                  sum +=
                      w.data[((o * per + c) * kernel[0] + i) * kernel[1] + j] *
                      x.data[((n * channels + g * per + c) * H + row) * W +
                             column];
                }
            ASSERT_EQ(out.data[at++], sum);
          }
  }
}

TEST(Linear, SumsInAscendingOrder) {
  // 2^53 swallows single ones, so the order shows.
  Values x{0x1p53, 1, 1, -0x1p53};
  Tensor ones({1, 4}, {1, 1, 1, 1});
  EXPECT_EQ(run(make(Op::LINEAR), {Tensor({1, 4}, x), ones}).data, Values{0});
  Values y{1, 1, 0x1p53, -0x1p53};
  EXPECT_EQ(run(make(Op::LINEAR), {Tensor({1, 4}, y), ones}).data, Values{2});
}

TEST(Linear, MatMulFollowsNumpy) {
  auto shape = [](Shape a, Shape b) {
    auto count = [](const Shape &s) {
      int64_t size = 1;
      for (int64_t d : s)
        size *= d;
      return size;
    };
    return run(make(Op::MATMUL), {Tensor(a, Values(count(a), 1)),
                                  Tensor(b, Values(count(b), 2))});
  };
  EXPECT_EQ(shape({2, 3}, {3, 4}).shape, (Shape{2, 4}));
  EXPECT_EQ(shape({3}, {3, 4}).shape, Shape{4});
  EXPECT_EQ(shape({2, 3}, {3}).shape, Shape{2});
  EXPECT_EQ(shape({3}, {3}).shape, Shape());
  EXPECT_EQ(shape({5, 1, 2, 3}, {7, 3, 4}).shape, (Shape{5, 7, 2, 4}));
  EXPECT_EQ(shape({3}, {3}).data, Values{6});
  EXPECT_NE(errorOf(make(Op::MATMUL), {vec({1, 2}), vec({1})}), "");
  // Batches pair up.
  Tensor out = run(make(Op::MATMUL), {Tensor({2, 1, 2}, {1, 2, 3, 4}),
                                      Tensor({2, 2, 1}, {5, 6, 7, 8})});
  EXPECT_EQ(out.data, (Values{17, 53}));
  Op transposed = make(Op::MATMUL, [](Op &op) { op.set_transpose_rhs(true); });
  Tensor a({2, 3}, {1, 2, 3, 4, 5, 6}), b({2, 3}, {1, 0, 0, 0, 1, 1});
  EXPECT_EQ(run(transposed, {a, b}).data, (Values{1, 5, 4, 11}));
}

TEST(Pool, KnowsPaddingAndMinima) {
  auto geometry = [](Op &op) {
    op.add_kernel(2);
    op.add_strides(2);
    op.add_dilations(1);
    op.add_pads_begin(1);
    op.add_pads_end(1);
  };
  Tensor x({1, 2, 4}, {-1, -2, -3, -4, 5, 6, 7, 8});
  Op pool = make(Op::MAX_POOL, geometry);
  // Padding never wins, also among negative numbers.
  EXPECT_EQ(run(pool, {x}).data, (Values{-1, -2, -4, 5, 7, 8}));
  pool.add_minimum_channels(false);
  pool.add_minimum_channels(true);
  EXPECT_EQ(run(pool, {x}).data, (Values{-1, -2, -4, 5, 6, 8}));
  Op average = make(Op::AVERAGE_POOL, geometry);
  EXPECT_EQ(run(average, {x}).data, (Values{-1, -2.5, -4, 5, 6.5, 8}));
  average.set_count_include_pad(true);
  EXPECT_EQ(run(average, {x}).data, (Values{-0.5, -2.5, -2, 2.5, 6.5, 4}));
  EXPECT_EQ(run(make(Op::SUM_POOL, geometry), {x}).data,
            (Values{-1, -5, -4, 5, 13, 8}));
  Op wide = make(Op::MAX_POOL, [](Op &op) {
    op.add_kernel(1);
    op.add_strides(1);
    op.add_dilations(1);
    op.add_pads_begin(1);
    op.add_pads_end(0);
  });
  EXPECT_NE(errorOf(wide, {x}).find("in the padding"), std::string::npos);
}

TEST(Reduce, AxesAndOrder) {
  Tensor x({2, 3}, {1, 5, 3, 4, 2, 6});
  auto over = [](std::vector<int64_t> axes, bool keep) {
    return [=](Op &op) {
      for (int64_t axis : axes)
        op.add_axes(axis);
      op.set_keep_dims(keep);
    };
  };
  Tensor sum = run(make(Op::REDUCE_SUM, over({1}, true)), {x});
  EXPECT_EQ(sum.shape, (Shape{2, 1}));
  EXPECT_EQ(sum.data, (Values{9, 12}));
  EXPECT_EQ(run(make(Op::REDUCE_MEAN, over({0, 1}, false)), {x}).data,
            Values{3.5});
  EXPECT_EQ(run(make(Op::REDUCE_MAX, over({0}, false)), {x}).data,
            (Values{4, 5, 6}));
  EXPECT_EQ(run(make(Op::REDUCE_MIN, over({1}, false)), {x}).data,
            (Values{1, 2}));
  EXPECT_EQ(run(make(Op::REDUCE_PROD, over({1}, false)), {x}).data,
            (Values{15, 48}));
  EXPECT_EQ(
      run(make(Op::REDUCE_L2, over({0}, false)), {Tensor({2, 1}, {3, 4})}).data,
      Values{5});
  EXPECT_NE(errorOf(make(Op::REDUCE_SUM, over({2}, true)), {x}), "");
}

TEST(Reduce, SelectionsBreakTiesAsOnnxDoes) {
  Tensor x({1, 5}, {2, 7, 7, 1, 2});
  auto axis = [](Op &op) { op.set_axis(1); };
  EXPECT_EQ(run(make(Op::ARG_MAX, axis), {x}).data, Values{1});
  EXPECT_EQ(run(make(Op::ARG_MAX,
                     [](Op &op) {
                       op.set_axis(1);
                       op.set_select_last(true);
                     }),
                {x})
                .data,
            Values{2});
  EXPECT_EQ(run(make(Op::ARG_MIN, axis), {x}).data, Values{3});
  Op top = make(Op::TOP_K, [](Op &op) {
    op.set_axis(1);
    op.set_k(4);
    op.set_largest(true);
  });
  std::vector<Tensor> out(2);
  llvm::cantFail(evaluate(top, {&x}, out));
  EXPECT_EQ(out[0].data, (Values{7, 7, 2, 2}));
  EXPECT_EQ(out[1].data, (Values{1, 2, 0, 4}));
  EXPECT_EQ(out[1].type, ElementType::Int64);
  top.set_k(6);
  EXPECT_NE(errorOf(top, {x}, 2), "");
  Tensor soft = run(make(Op::SOFTMAX, axis), {Tensor({1, 2}, {1000, 1000})});
  EXPECT_EQ(soft.data, (Values{0.5, 0.5}));
  Tensor log = run(make(Op::LOG_SOFTMAX, axis), {Tensor({1, 2}, {0, -1000})});
  EXPECT_EQ(log.data, (Values{0, -1000}));
}

TEST(Move, Rearranges) {
  Tensor x({2, 3}, {1, 2, 3, 4, 5, 6});
  auto list = [](auto add, std::vector<int64_t> values) {
    for (int64_t value : values)
      add(value);
  };
  Op transpose = make(Op::TRANSPOSE, [](Op &op) {
    op.add_permutation(1);
    op.add_permutation(0);
  });
  EXPECT_EQ(run(transpose, {x}).data, (Values{1, 4, 2, 5, 3, 6}));
  transpose.set_permutation(0, 0);
  EXPECT_NE(errorOf(transpose, {x}), "");
  Op concat = make(Op::CONCAT, [](Op &op) { op.set_axis(1); });
  EXPECT_EQ(run(concat, {x, Tensor({2, 1}, {8, 9})}).data,
            (Values{1, 2, 3, 8, 4, 5, 6, 9}));
  auto slice = [&](std::vector<int64_t> starts, std::vector<int64_t> ends,
                   std::vector<int64_t> steps) {
    return make(Op::SLICE, [&](Op &op) {
      list([&](int64_t v) { op.add_starts(v); }, starts);
      list([&](int64_t v) { op.add_ends(v); }, ends);
      list([&](int64_t v) { op.add_steps(v); }, steps);
    });
  };
  EXPECT_EQ(run(slice({0, 0}, {2, 3}, {1, 2}), {x}).data, (Values{1, 3, 4, 6}));
  EXPECT_EQ(run(slice({1, 2}, {-1, -1}, {-1, -2}), {x}).data,
            (Values{6, 4, 3, 1}));
  EXPECT_EQ(run(slice({1, 0}, {2, 3}, {INT64_MAX, 1}), {x}).data,
            (Values{4, 5, 6}));
  EXPECT_NE(errorOf(slice({0, 0}, {2, 4}, {1, 1}), {x}), "");
  EXPECT_NE(errorOf(slice({0, 0}, {2, 3}, {1, 0}), {x}), "");
  auto pads = [&](Op::PadMode mode, std::vector<int64_t> begin,
                  std::vector<int64_t> end) {
    return make(Op::PAD, [&](Op &op) {
      list([&](int64_t v) { op.add_pads_begin(v); }, begin);
      list([&](int64_t v) { op.add_pads_end(v); }, end);
      op.set_pad_mode(mode);
      op.set_alpha(7);
    });
  };
  Tensor row({1, 3}, {1, 2, 3});
  EXPECT_EQ(run(pads(Op::CONSTANT, {0, 1}, {0, 1}), {row}).data,
            (Values{7, 1, 2, 3, 7}));
  EXPECT_EQ(run(pads(Op::REFLECT, {0, 2}, {0, 1}), {row}).data,
            (Values{3, 2, 1, 2, 3, 2}));
  EXPECT_EQ(run(pads(Op::EDGE, {0, 2}, {0, 0}), {row}).data,
            (Values{1, 1, 1, 2, 3}));
  EXPECT_EQ(run(pads(Op::CONSTANT, {0, -1}, {0, 0}), {row}).data,
            (Values{2, 3}));
  Op gather = make(Op::GATHER, [](Op &op) { op.set_axis(1); });
  EXPECT_EQ(run(gather, {x, vec({2, -3})}).data, (Values{3, 1, 6, 4}));
  EXPECT_NE(errorOf(gather, {x, vec({3})}), "");
  Op broadcast = make(Op::BROADCAST, [](Op &op) {
    op.add_shape(2);
    op.add_shape(1);
  });
  EXPECT_EQ(run(broadcast, {vec({1, 2})}).data, (Values{1, 2, 1, 2}));
  Op reshape = make(Op::RESHAPE, [](Op &op) { op.add_shape(6); });
  EXPECT_EQ(run(reshape, {x}).shape, Shape{6});
  reshape.set_shape(0, 5);
  EXPECT_NE(errorOf(reshape, {x}), "");
}

TEST(Evaluate, RefusesWhatIsNoOperator) {
  EXPECT_NE(errorOf(make(Op::INVALID), {vec({1})}).find("unknown"),
            std::string::npos);
  EXPECT_NE(errorOf(make(Op::Kind(12345)), {vec({1})}), "");
  EXPECT_NE(errorOf(make(Op::ADD), {vec({1})}).find("1 inputs"),
            std::string::npos);
  // Memory is bounded before it is taken.
  Op huge = make(Op::BROADCAST, [](Op &op) { op.add_shape(int64_t(1) << 40); });
  EXPECT_NE(errorOf(huge, {vec({1})}), "");
}

/// Every kind has an arity, so every kind is dispatched somewhere.
TEST(Evaluate, KnowsEveryKind) {
  const google::protobuf::EnumDescriptor *kinds = Op::Kind_descriptor();
  for (int i = 0; i < kinds->value_count(); ++i) {
    Op op = make(Op::Kind(kinds->value(i)->number()));
    llvm::Expected<Arity> found = arity(op.kind());
    if (op.kind() == Op::INVALID) {
      EXPECT_FALSE(bool(found));
      llvm::consumeError(found.takeError());
      continue;
    }
    ASSERT_TRUE(bool(found));
    std::string error =
        errorOf(op, std::vector<Tensor>(found->inputs, Tensor({1, 1, 1}, {1})),
                found->outputs);
    EXPECT_EQ(error.find("is no elementwise"), std::string::npos) << error;
  }
}

} // namespace
