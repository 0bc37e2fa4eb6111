//===- Elementwise.cpp - One element at a time ----------------------------===//

#include "Families.h"
#include <cmath>

using namespace llvm;

namespace bnn::host {

using image::Op;

namespace {

double roundHalfEven(double x) {
  // Spelled out: nearbyint would follow the thread's rounding mode.
  double low = std::floor(x), rest = x - low;
  if (rest != 0.5)
    return rest < 0.5 ? low : low + 1;
  return std::fmod(low, 2) == 0 ? low : low + 1;
}

double roundHalfTowardZero(double x) {
  double magnitude = std::abs(x), low = std::floor(magnitude);
  return std::copysign(magnitude - low > 0.5 ? low + 1 : low, x);
}

double sigmoid(double x) {
  if (x >= 0)
    return 1 / (1 + std::exp(-x));
  double e = std::exp(x);
  return e / (1 + e);
}

template <typename Function>
void map(const Tensor &x, Tensor &out, Function function) {
  for (size_t i = 0, size = x.data.size(); i < size; ++i)
    out.data[i] = function(x.data[i]);
}

/// Strides of `shape` seen as `to`: 0 along axes that are repeated.
Shape broadcastStrides(ArrayRef<int64_t> shape, ArrayRef<int64_t> to) {
  Shape strides(to.size(), 0);
  int64_t stride = 1;
  for (size_t i = 0; i < shape.size(); ++i) {
    size_t from = shape.size() - 1 - i, axis = to.size() - 1 - i;
    strides[axis] = shape[from] == 1 ? 0 : stride;
    stride *= shape[from];
  }
  return strides;
}

/// Walks the broadcast result row by row: `row(start, length, indices,
/// steps)` with the operands' first indices and steps along the last axis.
template <size_t N, typename Row>
void forEachRow(ArrayRef<int64_t> shape, const Shape (&strides)[N], Row row) {
  size_t rank = shape.size();
  int64_t length = rank ? shape.back() : 1;
  int64_t total = product(shape, 0, rank);
  if (!total)
    return;
  int64_t indices[N] = {}, steps[N];
  for (size_t n = 0; n < N; ++n)
    steps[n] = rank ? strides[n].back() : 0;
  Shape at(rank, 0);
  for (int64_t start = 0; start < total; start += length) {
    row(start, length, indices, steps);
    for (size_t axis = rank ? rank - 1 : 0; axis-- > 0;) {
      for (size_t n = 0; n < N; ++n)
        indices[n] += strides[n][axis];
      if (++at[axis] < shape[axis])
        break;
      for (size_t n = 0; n < N; ++n)
        indices[n] -= strides[n][axis] * shape[axis];
      at[axis] = 0;
    }
  }
}

template <typename Function>
Error zip(const Tensor &x, const Tensor &y, ElementType type, Tensor &out,
          Function function) {
  Expected<Shape> shape = broadcastShapes(x.shape, y.shape);
  if (!shape)
    return shape.takeError();
  if (Error error = allocate(out, *shape, type))
    return error;
  const Shape strides[2] = {broadcastStrides(x.shape, *shape),
                            broadcastStrides(y.shape, *shape)};
  forEachRow<2>(*shape, strides,
                [&](int64_t start, int64_t length, const int64_t *index,
                    const int64_t *step) {
                  const double *a = x.data.data() + index[0],
                               *b = y.data.data() + index[1];
                  for (int64_t i = 0; i < length; ++i)
                    out.data[start + i] =
                        function(a[i * step[0]], b[i * step[1]]);
                });
  return Error::success();
}

} // namespace

Expected<Shape> broadcastShapes(ArrayRef<int64_t> a, ArrayRef<int64_t> b) {
  Shape shape(std::max(a.size(), b.size()), 1);
  for (size_t i = 0; i < shape.size(); ++i) {
    int64_t x = i < a.size() ? a[a.size() - 1 - i] : 1;
    int64_t y = i < b.size() ? b[b.size() - 1 - i] : 1;
    if (x != y && x != 1 && y != 1)
      return makeError("shapes " + shapeString(a) + " and " + shapeString(b) +
                       " do not broadcast");
    shape[shape.size() - 1 - i] = x == 1 ? y : x;
  }
  return shape;
}

Error evaluateUnary(const Op &op, const Tensor &x, Tensor &out) {
  double alpha = op.alpha(), beta = op.beta();
  ElementType type = x.type;
  if (op.kind() == Op::NOT || op.kind() == Op::CAST_BOOL)
    type = ElementType::Bool;
  else if (op.kind() == Op::CAST_INTEGER)
    type = ElementType::Int64;
  else if (op.kind() == Op::CAST_REAL)
    type = ElementType::Float32;
  if (Error error = allocate(out, x.shape, type))
    return error;
  auto apply = [&](auto function) {
    map(x, out, function);
    return Error::success();
  };
  switch (op.kind()) {
  case Op::NEG:
    return apply([](double v) { return -v; });
  case Op::ABS:
    return apply([](double v) { return std::abs(v); });
  case Op::SQRT:
    return apply([](double v) { return std::sqrt(v); });
  case Op::EXP:
    return apply([](double v) { return std::exp(v); });
  case Op::LOG:
    return apply([](double v) { return std::log(v); });
  case Op::RECIPROCAL:
    return apply([](double v) { return 1 / v; });
  case Op::SIGN:
    return apply([](double v) { return double((v > 0) - (v < 0)); });
  case Op::FLOOR:
    return apply([](double v) { return std::floor(v); });
  case Op::CEIL:
    return apply([](double v) { return std::ceil(v); });
  case Op::TRUNC:
  case Op::CAST_INTEGER:
    return apply([](double v) { return std::trunc(v); });
  case Op::ROUND_HALF_EVEN:
    return apply(roundHalfEven);
  case Op::ROUND_HALF_AWAY:
    return apply([](double v) { return std::round(v); });
  case Op::ROUND_HALF_TOWARD_ZERO:
    return apply(roundHalfTowardZero);
  case Op::ROUND_AWAY:
    return apply(
        [](double v) { return std::copysign(std::ceil(std::abs(v)), v); });
  case Op::RELU:
    return apply([](double v) { return v < 0 ? 0 : v; });
  case Op::SIGMOID:
    return apply(sigmoid);
  case Op::TANH:
    return apply([](double v) { return std::tanh(v); });
  case Op::ERF:
    return apply([](double v) { return std::erf(v); });
  case Op::SOFTPLUS:
    return apply([](double v) {
      return std::max(v, 0.0) + std::log1p(std::exp(-std::abs(v)));
    });
  case Op::SOFTSIGN:
    return apply([](double v) { return v / (1 + std::abs(v)); });
  case Op::LEAKY_RELU:
    return apply([=](double v) { return v < 0 ? alpha * v : v; });
  case Op::ELU:
    return apply([=](double v) { return v < 0 ? alpha * std::expm1(v) : v; });
  case Op::SELU:
    return apply(
        [=](double v) { return beta * (v > 0 ? v : alpha * std::expm1(v)); });
  case Op::HARD_SIGMOID:
    return apply([=](double v) {
      return std::max(0.0, std::min(1.0, alpha * v + beta));
    });
  case Op::NOT:
    return apply([](double v) { return double(v == 0); });
  case Op::CAST_BOOL:
    return apply([](double v) { return double(v != 0); });
  case Op::CAST_REAL:
    return apply([](double v) { return v; });
  default:
    return makeError("is no elementwise operator of one operand");
  }
}

Error evaluateBinary(const Op &op, const Tensor &x, const Tensor &y,
                     Tensor &out) {
  auto apply = [&](auto function) { return zip(x, y, x.type, out, function); };
  auto test = [&](auto function) {
    return zip(x, y, ElementType::Bool, out,
               [=](double a, double b) { return double(function(a, b)); });
  };
  switch (op.kind()) {
  case Op::ADD:
    return apply([](double a, double b) { return a + b; });
  case Op::SUB:
    return apply([](double a, double b) { return a - b; });
  case Op::MUL:
    return apply([](double a, double b) { return a * b; });
  case Op::DIV:
    return apply([](double a, double b) { return a / b; });
  case Op::POW:
    return apply([](double a, double b) { return std::pow(a, b); });
  case Op::MIN:
    return apply([](double a, double b) { return b < a ? b : a; });
  case Op::MAX:
    return apply([](double a, double b) { return a < b ? b : a; });
  case Op::PRELU:
    return apply([](double a, double b) { return a < 0 ? b * a : a; });
  case Op::GREATER:
    return test([](double a, double b) { return a > b; });
  case Op::GREATER_EQUAL:
    return test([](double a, double b) { return a >= b; });
  case Op::LESS:
    return test([](double a, double b) { return a < b; });
  case Op::LESS_EQUAL:
    return test([](double a, double b) { return a <= b; });
  case Op::EQUAL:
    return test([](double a, double b) { return a == b; });
  case Op::NOT_EQUAL:
    return test([](double a, double b) { return a != b; });
  case Op::AND:
    return test([](double a, double b) { return a != 0 && b != 0; });
  case Op::OR:
    return test([](double a, double b) { return a != 0 || b != 0; });
  case Op::XOR:
    return test([](double a, double b) { return (a != 0) != (b != 0); });
  default:
    return makeError("is no elementwise operator of two operands");
  }
}

Error evaluateSelect(const Tensor &x, const Tensor &y, const Tensor &z,
                     Tensor &out) {
  Expected<Shape> shape = broadcastShapes(y.shape, z.shape);
  if (shape)
    shape = broadcastShapes(x.shape, *shape);
  if (!shape)
    return shape.takeError();
  if (Error error = allocate(out, *shape, y.type))
    return error;
  const Shape strides[3] = {broadcastStrides(x.shape, *shape),
                            broadcastStrides(y.shape, *shape),
                            broadcastStrides(z.shape, *shape)};
  forEachRow<3>(*shape, strides,
                [&](int64_t start, int64_t length, const int64_t *index,
                    const int64_t *step) {
                  for (int64_t i = 0; i < length; ++i)
                    out.data[start + i] = x.data[index[0] + i * step[0]] != 0
                                              ? y.data[index[1] + i * step[1]]
                                              : z.data[index[2] + i * step[2]];
                });
  return Error::success();
}

Error evaluateBatchNorm(const Op &op, Inputs inputs, Tensor &out) {
  const Tensor &x = *inputs[0];
  if (Error error = checkAxis(op.axis(), x))
    return error;
  int64_t channels = x.shape[op.axis()];
  for (const Tensor *parameter : inputs.drop_front())
    if (parameter->size() != channels)
      return makeError("a parameter has " + Twine(parameter->size()) +
                       " elements for " + Twine(channels) + " channels");
  if (Error error = allocate(out, x.shape, x.type))
    return error;
  int64_t inner = product(x.shape, op.axis() + 1, x.shape.size());
  for (int64_t i = 0, size = x.size(); i < size;) {
    int64_t c = i / inner % channels;
    double gamma = inputs[1]->data[c], beta = inputs[2]->data[c],
           mean = inputs[3]->data[c],
           sigma = std::sqrt(inputs[4]->data[c] + op.alpha());
    for (int64_t end = i + inner; i < end; ++i)
      out.data[i] = (x.data[i] - mean) / sigma * gamma + beta;
  }
  return Error::success();
}

} // namespace bnn::host
