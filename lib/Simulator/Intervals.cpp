//===- Intervals.cpp - What float32 could have computed -------------------===//

#include "Intervals.h"
#include "IntervalRules.h"
#include "bnn/Host/Kernels.h"
#include <algorithm>
#include <cmath>

using namespace llvm;

namespace bnn::sim {

using image::Op;

namespace {

constexpr double unit = 0x1p-24;      // of a correctly rounded operation
constexpr double smallest = 0x1p-149; // what rounding loses near 0

Expected<Tensor> run(const Op &op, ArrayRef<const Tensor *> inputs) {
  // TOP_K, the only operator of two results, never comes here.
  Tensor out;
  if (Error error = host::evaluate(op, inputs, out))
    return std::move(error);
  return out;
}

Tensor clampToZero(Bounds x) {
  Tensor result = *x.low;
  for (int64_t i = 0; i < result.size(); ++i)
    result.data[i] = std::clamp(0.0, x.low->data[i], x.high->data[i]);
  return result;
}

/// Largest magnitude of each element.
Tensor magnitude(Bounds x) {
  Tensor result = *x.low;
  for (int64_t i = 0; i < result.size(); ++i)
    result.data[i] =
        std::max(std::abs(x.low->data[i]), std::abs(x.high->data[i]));
  return result;
}

bool exactIntegers(ArrayRef<Bounds> inputs) {
  return all_of(inputs, [](Bounds x) {
    return x.exact() && all_of(x.low->data, [](double v) {
             return v == std::floor(v) && std::abs(v) <= 0x1p24;
           });
  });
}

void widen(Interval &out, int64_t i, double by) {
  if (!(by > 0))
    return;
  out.low.data[i] -= by;
  out.high.data[i] += by;
}

/// The hull of the results at all corners of the box of operands.
Error corners(const Op &op, ArrayRef<Bounds> inputs, Interval &out) {
  std::vector<std::vector<const Tensor *>> choices;
  Tensor zero;
  for (auto [i, x] : enumerate(inputs)) {
    auto &choice = choices.emplace_back(1, x.low);
    if (!x.exact())
      choice.push_back(x.high);
    if (i == 0 && !x.exact() && turnsAtZero(op.kind())) {
      zero = clampToZero(x);
      choice.push_back(&zero);
    }
  }
  // Concatenations may have many operands but are monotone in each.
  bool together = op.kind() == Op::CONCAT;
  size_t total = 1;
  for (auto &choice : choices)
    total = together ? std::max(total, choice.size()) : total * choice.size();
  for (size_t n = 0; n < total; ++n) {
    std::vector<const Tensor *> operands;
    size_t rest = n;
    for (auto &choice : choices) {
      operands.push_back(choice[std::min(
          rest % (together ? total : choice.size()), choice.size() - 1)]);
      rest /= together ? 1 : choice.size();
    }
    Expected<Tensor> value = run(op, operands);
    if (!value)
      return value.takeError();
    if (n == 0) {
      out.low = *value;
      out.high = std::move(*value);
      continue;
    }
    for (int64_t i = 0; i < value->size(); ++i) {
      out.low.data[i] = std::min(out.low.data[i], value->data[i]);
      out.high.data[i] = std::max(out.high.data[i], value->data[i]);
    }
  }
  return Error::success();
}

/// Equality is certain only between certain values or disjoint intervals; a
/// quotient is unbounded where the divisor may be 0.
Error special(const Op &op, ArrayRef<Bounds> inputs, Interval &out) {
  auto evaluateAs = [&](Op::Kind kind, const Tensor *a, const Tensor *b) {
    Op other;
    other.set_kind(kind);
    return run(other, {a, b});
  };
  if (op.kind() == Op::EQUAL || op.kind() == Op::NOT_EQUAL) {
    Bounds x = inputs[0], y = inputs[1];
    if (x.exact() && y.exact())
      return Error::success();
    Expected<Tensor> below = evaluateAs(Op::LESS, x.high, y.low);
    Expected<Tensor> above = evaluateAs(Op::GREATER, x.low, y.high);
    if (!below || !above)
      return joinErrors(below.takeError(), above.takeError());
    for (int64_t i = 0; i < below->size(); ++i) {
      bool apart = below->data[i] != 0 || above->data[i] != 0;
      bool differ = op.kind() == Op::NOT_EQUAL;
      out.low.data[i] = apart ? double(differ) : 0;
      out.high.data[i] = apart ? double(differ) : 1;
    }
    return Error::success();
  }
  if (op.kind() != Op::DIV && op.kind() != Op::RECIPROCAL)
    return Error::success();
  Bounds divisor = inputs.back();
  if (divisor.exact())
    return Error::success();
  Tensor spans = *divisor.low;
  for (int64_t i = 0; i < spans.size(); ++i)
    spans.data[i] = divisor.low->data[i] <= 0 && divisor.high->data[i] >= 0;
  // Broadcast to the result's shape by adding zeros.
  Tensor zeros(out.low.shape, std::vector<double>(out.low.data.size(), 0.0));
  Expected<Tensor> all = evaluateAs(Op::ADD, &zeros, &spans);
  if (!all)
    return all.takeError();
  for (int64_t i = 0; i < all->size(); ++i)
    if (all->data[i] != 0) {
      out.low.data[i] = -INFINITY;
      out.high.data[i] = INFINITY;
    }
  return Error::success();
}

/// The magnitude of the terms behind each element of an affine operator.
Expected<Tensor> affineTerms(const Op &op, ArrayRef<Bounds> inputs) {
  Tensor x = magnitude(inputs[0]);
  if (op.kind() != Op::BATCH_NORM) {
    bool decode = op.kind() == Op::DECODE;
    double factor = std::abs(decode ? op.scale() : op.alpha());
    double offset = std::abs(decode ? op.offset() : op.beta());
    for (double &value : x.data)
      value = value * factor + offset;
    return x;
  }
  // |x A| + |mean A| + |beta| with A = gamma / sigma, by the operator itself.
  Tensor gamma = magnitude(inputs[1]), beta = magnitude(inputs[2]),
         mean = magnitude(inputs[3]);
  for (double &value : mean.data)
    value = -value;
  return run(op, {&x, &gamma, &beta, &mean, inputs[4].low});
}

Error product(const Op &op, ArrayRef<Bounds> inputs, const Tensor &result,
              Interval &out) {
  Tensor absolute[2], outer[2], center[2];
  for (int i = 0; i < 2; ++i) {
    center[i] = absolute[i] = outer[i] = *inputs[i].low;
    for (int64_t k = 0; k < center[i].size(); ++k) {
      double low = inputs[i].low->data[k], high = inputs[i].high->data[k];
      double middle = low + (high - low) / 2;
      center[i].data[k] = middle;
      absolute[i].data[k] = std::abs(middle);
      outer[i].data[k] = std::abs(middle) + (high - low) / 2;
    }
  }
  bool certain = inputs[0].exact() && inputs[1].exact();
  Expected<Tensor> largest = run(op, {&outer[0], &outer[1]});
  if (!largest)
    return largest.takeError();
  out.low = out.high = result;
  double terms = op.kind() == Op::CONV
                     ? double(center[1].size()) / double(center[1].shape[0])
                     : double(center[0].shape.back());
  bool integers = exactIntegers(inputs);
  Tensor smaller;
  if (!certain) {
    Expected<Tensor> at = run(op, {&center[0], &center[1]});
    Expected<Tensor> inner = run(op, {&absolute[0], &absolute[1]});
    if (!at || !inner)
      return joinErrors(at.takeError(), inner.takeError());
    out.low = out.high = *at;
    smaller = std::move(*inner);
  }
  for (int64_t i = 0; i < result.size(); ++i) {
    double bound = largest->data[i];
    double spread = certain ? 0 : (bound - smaller.data[i]) + 0x1p-48 * bound;
    bool noRounding = integers && bound <= 0x1p24;
    double rounding = noRounding ? 0 : (terms + 1) * (unit * bound + smallest);
    widen(out, i, spread + rounding);
  }
  return Error::success();
}

/// All elements together decide, so one radius serves all.
Error normalize(const Op &op, Bounds x, const Tensor &result, Interval &out) {
  double radius = 0, largest = 0;
  for (int64_t i = 0; i < x.low->size(); ++i) {
    radius = std::max(radius, x.high->data[i] - x.low->data[i]);
    largest = std::max(
        {largest, std::abs(x.low->data[i]), std::abs(x.high->data[i])});
  }
  double terms = double(x.low->shape[op.axis()]) + 16;
  double error = 2 * radius + unit * (2 * largest + terms);
  out.low = out.high = result;
  for (int64_t i = 0; i < result.size(); ++i) {
    double value = result.data[i];
    if (op.kind() == Op::LOG_SOFTMAX) {
      widen(out, i, error + terms * unit * std::abs(value));
      continue;
    }
    out.low.data[i] = value * std::exp(-error) - smallest;
    out.high.data[i] = value * std::exp(error) + smallest;
  }
  return Error::success();
}

Error bound(const Op &op, ArrayRef<Bounds> inputs,
            ArrayRef<const Tensor *> results,
            MutableArrayRef<Interval> bounds) {
  const Tensor &result = *results[0];
  Interval &out = bounds[0];
  Rule rule = ruleOf(op.kind());
  bool certain = all_of(inputs, [](Bounds x) { return x.exact(); });
  // Only the first operand of these may be uncertain.
  if ((op.kind() == Op::BATCH_NORM || op.kind() == Op::MULTI_THRESHOLD) &&
      !all_of(inputs.drop_front(), [](Bounds x) { return x.exact(); }))
    rule = Rule::Unknown;

  if (rule == Rule::Unknown) {
    for (auto [tensor, interval] : zip(results, bounds)) {
      interval.low = interval.high = *tensor;
      // Selections among certain values lose nothing; all else may.
      bool selects = op.kind() == Op::TOP_K || op.kind() == Op::ARG_MAX ||
                     op.kind() == Op::ARG_MIN || op.kind() == Op::GATHER;
      if (certain && selects)
        continue;
      interval.low.data.assign(tensor->data.size(), -INFINITY);
      interval.high.data.assign(tensor->data.size(), INFINITY);
    }
    return Error::success();
  }
  if (rule == Rule::Product)
    return product(op, inputs, result, out);
  if (rule == Rule::Normalize)
    return normalize(op, inputs[0], result, out);

  if (Error error = corners(op, inputs, out))
    return error;
  if (Error error = special(op, inputs, out))
    return error;
  if (rule == Rule::Exact)
    return Error::success();

  Tensor terms;
  double count = 1;
  bool integers = false;
  if (rule == Rule::Affine || rule == Rule::Sum) {
    Tensor x = magnitude(inputs[0]);
    Expected<Tensor> sums =
        rule == Rule::Affine ? affineTerms(op, inputs) : run(op, {&x});
    if (!sums)
      return sums.takeError();
    terms = std::move(*sums);
    if (rule == Rule::Sum) {
      count = double(x.size()) / double(std::max<int64_t>(result.size(), 1));
      if (op.kernel_size()) {
        count = 1;
        for (int64_t size : op.kernel())
          count *= double(size);
      }
      // A mean rounds once more, in the division.
      integers = exactIntegers(inputs) &&
                 (op.kind() == Op::SUM_POOL || op.kind() == Op::REDUCE_SUM);
    }
  }
  for (int64_t i = 0; i < result.size(); ++i) {
    double low = out.low.data[i], high = out.high.data[i];
    // An operation whose result float32 holds does not round. (Of a sum that
    // says nothing about the partial sums.)
    bool holds = low == high && double(float(low)) == low;
    double largest = std::max(std::abs(low), std::abs(high));
    if (rule == Rule::Rounded)
      widen(out, i, holds ? 0 : unit * largest + smallest);
    else if (rule == Rule::Library)
      widen(out, i, 8 * unit * largest + smallest);
    else if (rule == Rule::Affine && op.kind() == Op::DECODE && holds)
      continue;
    else if (rule == Rule::Affine)
      widen(out, i, 4 * (unit * terms.data[i] + smallest));
    else if (!(integers && terms.data[i] <= 0x1p24))
      widen(out, i, (count + 1) * (unit * terms.data[i] + smallest));
  }
  return Error::success();
}

} // namespace

Error evaluateBounds(const Op &op, ArrayRef<Bounds> inputs,
                     ArrayRef<const Tensor *> results,
                     MutableArrayRef<Interval> bounds) {
  if (Error error = bound(op, inputs, results, bounds))
    return error;
  // What is certain stays so: sums of integers downstream do not round.
  for (Interval &interval : bounds)
    interval.certain = interval.low.data == interval.high.data;
  return Error::success();
}

int64_t countTies(const Op &op, Bounds input) {
  if (input.exact())
    return 0;
  int64_t ties = 0;
  for (int64_t i = 0; i < input.low->size(); ++i) {
    double low = std::round(input.low->data[i] / op.scale() - op.offset());
    double high = std::round(input.high->data[i] / op.scale() - op.offset());
    ties += !(low == high);
  }
  return ties;
}

} // namespace bnn::sim
