//===- Reduce.cpp - Reductions, softmax, arg-max and top-k ----------------===//

#include "Families.h"
#include "llvm/ADT/STLExtras.h"
#include <cmath>
#include <numeric>

using namespace llvm;

namespace bnn::host {

using image::Op;

namespace {

/// A tensor seen as [outer, size, inner] around one axis.
struct Around {
  int64_t outer, size, inner;
  Around(const Tensor &x, int64_t axis)
      : outer(product(x.shape, 0, axis)), size(x.shape[axis]),
        inner(product(x.shape, axis + 1, x.shape.size())) {}
  int64_t at(int64_t o, int64_t k, int64_t i) const {
    return (o * size + k) * inner + i;
  }
};

Error reduceAxes(const Op &op, const Tensor &x, Tensor &out) {
  SmallVector<bool, 8> reduced(x.rank(), false);
  for (int64_t axis : op.axes()) {
    if (Error error = checkAxis(axis, x))
      return error;
    reduced[axis] = true;
  }
  Shape shape, strides(x.rank(), 0);
  int64_t terms = 1, stride = 1;
  for (int64_t i = 0; i < x.rank(); ++i) {
    if (reduced[i])
      terms *= x.shape[i];
    if (!reduced[i] || op.keep_dims())
      shape.push_back(reduced[i] ? 1 : x.shape[i]);
  }
  for (int64_t i = x.rank(); i-- > 0;)
    if (!reduced[i]) {
      strides[i] = stride;
      stride *= x.shape[i];
    }
  Op::Kind kind = op.kind();
  bool isExtreme = kind == Op::REDUCE_MAX || kind == Op::REDUCE_MIN;
  if (Error error = allocate(out, shape, x.type))
    return error;
  if (isExtreme && !terms && out.size())
    return makeError("reduces over no element");
  if (kind == Op::REDUCE_PROD)
    out.data.assign(out.data.size(), 1.0);
  std::vector<bool> seen(isExtreme ? out.data.size() : 0);

  // Row-major order of x, so each sum runs in ascending order.
  Shape at(x.rank(), 0);
  int64_t to = 0;
  for (double value : x.data) {
    double &sum = out.data[to];
    switch (kind) {
    case Op::REDUCE_MAX:
      sum = !seen[to] || value > sum ? value : sum;
      seen[to] = true;
      break;
    case Op::REDUCE_MIN:
      sum = !seen[to] || value < sum ? value : sum;
      seen[to] = true;
      break;
    case Op::REDUCE_PROD:
      sum *= value;
      break;
    case Op::REDUCE_L2:
      sum += value * value;
      break;
    default:
      sum += value;
    }
    for (int64_t axis = x.rank(); axis-- > 0;) {
      to += strides[axis];
      if (++at[axis] < x.shape[axis])
        break;
      to -= strides[axis] * x.shape[axis];
      at[axis] = 0;
    }
  }
  if (kind == Op::REDUCE_MEAN)
    for (double &value : out.data)
      value /= double(terms);
  if (kind == Op::REDUCE_L2)
    for (double &value : out.data)
      value = std::sqrt(value);
  return Error::success();
}

Error softmax(const Op &op, const Tensor &x, Tensor &out) {
  if (Error error = allocate(out, x.shape, x.type))
    return error;
  Around around(x, op.axis());
  for (int64_t o = 0; o < around.outer; ++o)
    for (int64_t i = 0; i < around.inner; ++i) {
      double highest = -INFINITY, sum = 0;
      for (int64_t k = 0; k < around.size; ++k)
        highest = std::max(highest, x.data[around.at(o, k, i)]);
      for (int64_t k = 0; k < around.size; ++k)
        sum += std::exp(x.data[around.at(o, k, i)] - highest);
      for (int64_t k = 0; k < around.size; ++k) {
        double shifted = x.data[around.at(o, k, i)] - highest;
        out.data[around.at(o, k, i)] = op.kind() == Op::SOFTMAX
                                           ? std::exp(shifted) / sum
                                           : shifted - std::log(sum);
      }
    }
  return Error::success();
}

Error argExtreme(const Op &op, const Tensor &x, Tensor &out) {
  Shape shape = x.shape;
  if (op.keep_dims())
    shape[op.axis()] = 1;
  else
    shape.erase(shape.begin() + op.axis());
  if (!x.shape[op.axis()])
    return makeError("has no element along its axis");
  if (Error error = allocate(out, shape, ElementType::Int64))
    return error;
  Around around(x, op.axis());
  bool isMax = op.kind() == Op::ARG_MAX;
  for (int64_t o = 0; o < around.outer; ++o)
    for (int64_t i = 0; i < around.inner; ++i) {
      int64_t best = 0;
      for (int64_t k = 1; k < around.size; ++k) {
        double value = x.data[around.at(o, k, i)],
               old = x.data[around.at(o, best, i)];
        bool better = isMax ? value > old : value < old;
        if (better || (op.select_last() && value == old))
          best = k;
      }
      out.data[o * around.inner + i] = double(best);
    }
  return Error::success();
}

Error topK(const Op &op, const Tensor &x, Outputs outputs) {
  Around around(x, op.axis());
  if (op.k() < 0 || op.k() > around.size)
    return makeError("k is " + Twine(op.k()) + ", but there are " +
                     Twine(around.size) + " elements along its axis");
  Shape shape = x.shape;
  shape[op.axis()] = op.k();
  if (Error error = allocate(outputs[0], shape, x.type))
    return error;
  if (Error error = allocate(outputs[1], shape, ElementType::Int64))
    return error;
  std::vector<int64_t> order(around.size);
  for (int64_t o = 0; o < around.outer; ++o)
    for (int64_t i = 0; i < around.inner; ++i) {
      std::iota(order.begin(), order.end(), 0);
      // Stable, so among equal values the lower index comes first.
      stable_sort(order, [&](int64_t a, int64_t b) {
        double va = x.data[around.at(o, a, i)], vb = x.data[around.at(o, b, i)];
        return op.largest() ? va > vb : va < vb;
      });
      for (int64_t k = 0; k < op.k(); ++k) {
        int64_t to = (o * op.k() + k) * around.inner + i;
        outputs[0].data[to] = x.data[around.at(o, order[k], i)];
        outputs[1].data[to] = double(order[k]);
      }
    }
  return Error::success();
}

} // namespace

Error evaluateReduction(const Op &op, const Tensor &x, Outputs outputs) {
  if (op.kind() <= Op::REDUCE_L2)
    return reduceAxes(op, x, outputs[0]);
  if (Error error = checkAxis(op.axis(), x))
    return error;
  switch (op.kind()) {
  case Op::SOFTMAX:
  case Op::LOG_SOFTMAX:
    return softmax(op, x, outputs[0]);
  case Op::TOP_K:
    return topK(op, x, outputs);
  default:
    return argExtreme(op, x, outputs[0]);
  }
}

} // namespace bnn::host
