//===- VerifyWindows.cpp - Shapes of linear operators and pools -----------===//

#include "ShapeInference.h"

using namespace llvm;

namespace bnn::image::verifier {

Error ShapeInference::checkWindow(size_t rank) const {
  if (Error error = checkField("strides", op.strides(), rank, 1, maxExtent))
    return error;
  if (Error error = checkField("dilations", op.dilations(), rank, 1, maxExtent))
    return error;
  if (Error error =
          checkField("pads_begin", op.pads_begin(), rank, 0, maxExtent))
    return error;
  return checkField("pads_end", op.pads_end(), rank, 0, maxExtent);
}

Error ShapeInference::windowSize(int i, int64_t input, int64_t kernel,
                                 int64_t &output) const {
  // All factors are at most 2^31, so nothing here overflows.
  int64_t covered = (kernel - 1) * op.dilations(i) + 1;
  int64_t padded = input + op.pads_begin(i) + op.pads_end(i);
  if (covered > padded)
    return fail("a window of " + Twine(covered) + " does not fit into " +
                Twine(padded) + " elements of spatial dimension " + Twine(i));
  output = (padded - covered) / op.strides(i) + 1;
  return Error::success();
}

Error ShapeInference::convolution() {
  const Shape &x = operands[0], &y = operands[1];
  if (x.size() < 3 || y.size() != x.size())
    return fail("shapes " + text(x) + " and " + text(y) +
                " are not [N, C, spatial..] and [O, C/groups, kernel..]");
  size_t rank = x.size() - 2;
  if (Error error = checkWindow(rank))
    return error;
  if (op.groups() < 1 || op.groups() > x[1] || x[1] % op.groups() ||
      y[0] % op.groups() || y[1] != x[1] / op.groups())
    return fail(Twine(op.groups()) + " groups do not divide the shapes " +
                text(x) + " and " + text(y));
  if (!op.kernel().empty() &&
      Shape(op.kernel().begin(), op.kernel().end()) != Shape(drop_begin(y, 2)))
    return fail("kernel is not that of the weights " + text(y));
  Shape result = {x[0], y[0]};
  for (size_t i = 0; i < rank; ++i) {
    result.push_back(0);
    if (Error error = windowSize(int(i), x[i + 2], y[i + 2], result.back()))
      return error;
  }
  return done(std::move(result));
}

Error ShapeInference::matmul() {
  Shape x = operands[0], y = operands[1];
  if (x.empty() || y.empty())
    return fail("a scalar is no matrix");
  if (op.transpose_rhs()) {
    if (y.size() < 2)
      return fail("transpose_rhs needs a right-hand side of two dimensions");
    std::swap(y[y.size() - 1], y[y.size() - 2]);
  }
  bool vectorX = x.size() == 1, vectorY = y.size() == 1;
  if (vectorX)
    x.insert(x.begin(), 1);
  if (vectorY)
    y.push_back(1);
  if (x.back() != y[y.size() - 2])
    return fail("inner sizes " + Twine(x.back()) + " and " +
                Twine(y[y.size() - 2]) + " differ");
  Shape result(x.begin(), x.end() - 2);
  if (Error error = broadcast(result, Shape(y.begin(), y.end() - 2)))
    return error;
  if (!vectorX)
    result.push_back(x[x.size() - 2]);
  if (!vectorY)
    result.push_back(y.back());
  return done(std::move(result));
}

Error ShapeInference::linear() {
  Shape result = operands[0];
  const Shape &y = operands[1];
  if (result.empty() || y.size() != 2 || result.back() != y[1])
    return fail("shapes " + text(result) + " and " + text(y) +
                " are not [.., K] and [N, K]");
  result.back() = y[0];
  return done(std::move(result));
}

/// The maximum of nothing is no code: each window needs an element.
Error ShapeInference::checkWindowsHit(int i, int64_t input,
                                      int64_t output) const {
  auto missed = [&](int64_t position) {
    return fail("window " + Twine(position) + " of spatial dimension " +
                Twine(i) + " lies in the padding alone");
  };
  int64_t stride = op.strides(i), step = op.dilations(i);
  int64_t pad = op.pads_begin(i);
  if (pad > maxDigitalPad)
    return fail("pads_begin " + Twine(pad) + " is beyond the periphery's " +
                Twine(maxDigitalPad));
  // Windows that begin in the padding, then those that begin behind it.
  int64_t position = 0;
  for (; position < output && position * stride < pad; ++position) {
    int64_t first = position * stride - pad;
    int64_t tap = (-first + step - 1) / step;
    if (tap >= op.kernel(i) || first + tap * step >= input)
      return missed(position);
  }
  if (position < output && (output - 1) * stride - pad >= input)
    return missed(std::max(position, (input + pad + stride - 1) / stride));
  return Error::success();
}

Error ShapeInference::pool() {
  Shape result = operands[0];
  if (result.size() < 3)
    return fail("shape " + text(result) + " is not [N, C, spatial..]");
  size_t rank = result.size() - 2;
  if (Error error = checkField("kernel", op.kernel(), rank, 1, maxExtent))
    return error;
  if (Error error = checkWindow(rank))
    return error;
  if (!op.minimum_channels().empty() &&
      (op.kind() != Op::MAX_POOL || op.minimum_channels_size() != result[1]))
    return fail("minimum_channels has " + Twine(op.minimum_channels_size()) +
                " entries, expected none" +
                (op.kind() == Op::MAX_POOL
                     ? ", or one for each of the " + std::to_string(result[1]) +
                           " channels"
                     : std::string()));
  for (int i = 0; i < int(rank); ++i) {
    int64_t input = result[size_t(i) + 2];
    int64_t &output = result[size_t(i) + 2];
    if (Error error = windowSize(i, input, op.kernel(i), output))
      return error;
    if (op.place() != Op::DIGITAL || op.kind() != Op::MAX_POOL)
      continue;
    if (Error error = checkWindowsHit(i, input, output))
      return error;
  }
  return done(std::move(result));
}

} // namespace bnn::image::verifier
