//===- Steps.cpp - Step functions and changes of encoding -----------------===//

#include "Families.h"
#include <cmath>

using namespace llvm;

namespace bnn::host {

using image::Op;

int64_t stepIndex(const image::Thresholds &table, int64_t first, uint32_t count,
                  double value) {
  const int64_t *begin = table.thresholds().data() + first;
  return std::upper_bound(begin, begin + count, value,
                          [](double v, int64_t t) { return v < double(t); }) -
         begin;
}

namespace {

/// count of t with x >= t; y is [C or 1, B] along the axis.
Error multiThreshold(const Op &op, const Tensor &x, const Tensor &y,
                     Tensor &out) {
  if (Error error = checkAxis(op.axis(), x))
    return error;
  int64_t channels = x.shape[op.axis()];
  if (y.rank() != 2 || (y.shape[0] != channels && y.shape[0] != 1))
    return makeError("thresholds of shape " + shapeString(y.shape) +
                     " do not fit " + Twine(channels) + " channels");
  if (Error error = allocate(out, x.shape, x.type))
    return error;
  int64_t inner = product(x.shape, op.axis() + 1, x.shape.size());
  int64_t count = y.shape[1];
  for (int64_t i = 0, size = x.size(); i < size; ++i) {
    int64_t c = y.shape[0] == 1 ? 0 : i / inner % channels;
    const double *t = y.data.data() + c * count;
    int64_t passed = 0;
    for (int64_t j = 0; j < count; ++j)
      passed += x.data[i] >= t[j];
    out.data[i] = double(passed);
  }
  return Error::success();
}

Error threshold(const Op &op, const Tensor &x, Tensor &out) {
  if (Error error = checkAxis(op.axis(), x))
    return error;
  const image::Thresholds &table = op.thresholds();
  int64_t channels = x.shape[op.axis()];
  if (table.counts_size() != channels)
    return makeError("has " + Twine(table.counts_size()) +
                     " step functions for " + Twine(channels) + " channels");
  std::vector<int64_t> first;
  int64_t total = 0;
  for (uint32_t count : table.counts()) {
    first.push_back(total);
    total += count;
  }
  if (table.thresholds_size() != total ||
      table.codes_size() != total + channels)
    return makeError("lists of thresholds and codes do not match the counts");
  if (Error error = allocate(out, x.shape, ElementType::Int32))
    return error;
  int64_t inner = product(x.shape, op.axis() + 1, x.shape.size());
  for (int64_t i = 0, size = x.size(); i < size; ++i) {
    int64_t c = i / inner % channels;
    int64_t step = stepIndex(table, first[c], table.counts(c), x.data[i]);
    // Function c has one code more than thresholds, hence + c.
    out.data[i] = table.codes(int(first[c] + c + step));
  }
  return Error::success();
}

Error combine(const Op &op, Inputs inputs, Tensor &out) {
  Shape shape = inputs[0]->shape;
  for (const Tensor *input : inputs) {
    Expected<Shape> next = broadcastShapes(shape, input->shape);
    if (!next)
      return next.takeError();
    shape = *next;
  }
  // One factor per input, or one per input and channel of the result.
  bool perChannel = size_t(op.factors_size()) != inputs.size();
  Tensor factor;
  if (perChannel) {
    if (op.axis() < 0 || size_t(op.axis()) >= shape.size() ||
        size_t(op.factors_size()) != inputs.size() * shape[op.axis()])
      return makeError("has " + Twine(op.factors_size()) + " factors for " +
                       Twine(inputs.size()) + " inputs");
    factor.shape.assign(shape.size() - op.axis(), 1);
    factor.shape[0] = shape[op.axis()];
  }
  factor.data.resize(perChannel ? shape[op.axis()] : 1);
  Tensor sum;
  if (Error error = allocate(sum, shape, inputs[0]->type))
    return error;
  Op add, multiply;
  add.set_kind(Op::ADD);
  multiply.set_kind(Op::MUL);
  for (auto [i, input] : enumerate(inputs)) {
    Tensor term, next;
    for (auto [c, value] : enumerate(factor.data))
      value = double(op.factors(int(i * factor.data.size() + c)));
    if (Error error = evaluateBinary(multiply, *input, factor, term))
      return error;
    if (Error error = evaluateBinary(add, sum, term, next))
      return error;
    sum = std::move(next);
  }
  out = std::move(sum);
  return Error::success();
}

} // namespace

Error evaluateSteps(const Op &op, Inputs inputs, Tensor &out) {
  const Tensor &x = *inputs[0];
  switch (op.kind()) {
  case Op::MULTI_THRESHOLD:
    return multiThreshold(op, x, *inputs[1], out);
  case Op::THRESHOLD:
    return threshold(op, x, out);
  case Op::COMBINE:
    return combine(op, inputs, out);
  case Op::ENCODE:
    if (Error error = allocate(out, x.shape, ElementType::Int32))
      return error;
    for (int64_t i = 0; i < x.size(); ++i)
      out.data[i] = std::round(x.data[i] / op.scale() - op.offset());
    return Error::success();
  default: // DECODE
    if (Error error = allocate(out, x.shape, ElementType::Float32))
      return error;
    for (int64_t i = 0; i < x.size(); ++i)
      out.data[i] = op.scale() * x.data[i] + op.offset();
    return Error::success();
  }
}

} // namespace bnn::host
