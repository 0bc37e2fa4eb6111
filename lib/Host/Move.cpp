//===- Move.cpp - Operators that only move values -------------------------===//

#include "Families.h"
#include "llvm/ADT/STLExtras.h"
#include <cmath>

using namespace llvm;

namespace bnn::host {

using image::Op;

namespace {

/// Fills `out` (allocated) from x: element at `index` of the result comes from
/// sum over axes of source[axis][index[axis]], or is `fill` where one is -1.
void gatherAxes(const Tensor &x, ArrayRef<std::vector<int64_t>> source,
                double fill, Tensor &out) {
  size_t rank = out.shape.size();
  Shape at(rank, 0);
  for (double &element : out.data) {
    int64_t from = 0;
    for (size_t axis = 0; axis < rank && from >= 0; ++axis) {
      int64_t part = source[axis][at[axis]];
      from = part < 0 ? -1 : from + part;
    }
    element = from < 0 ? fill : x.data[from];
    for (size_t axis = rank; axis-- > 0;) {
      if (++at[axis] < out.shape[axis])
        break;
      at[axis] = 0;
    }
  }
}

Shape rowMajorStrides(ArrayRef<int64_t> shape) {
  Shape strides(shape.size());
  int64_t stride = 1;
  for (size_t i = shape.size(); i-- > 0;) {
    strides[i] = stride;
    stride *= shape[i];
  }
  return strides;
}

Error transpose(const Op &op, const Tensor &x, Tensor &out) {
  SmallVector<bool, 8> used(x.rank(), false);
  Shape shape;
  if (op.permutation_size() != x.rank())
    return makeError("permutation does not fit the shape " +
                     shapeString(x.shape));
  for (int64_t axis : op.permutation()) {
    if (axis < 0 || axis >= x.rank() || used[axis])
      return makeError("permutation is none");
    used[axis] = true;
    shape.push_back(x.shape[axis]);
  }
  if (Error error = allocate(out, shape, x.type))
    return error;
  Shape strides = rowMajorStrides(x.shape);
  std::vector<std::vector<int64_t>> source(x.rank());
  for (int64_t i = 0; i < x.rank(); ++i)
    for (int64_t k = 0; k < shape[i]; ++k)
      source[i].push_back(k * strides[op.permutation(int(i))]);
  gatherAxes(x, source, 0, out);
  return Error::success();
}

Error concat(const Op &op, Inputs inputs, Tensor &out) {
  if (Error error = checkAxis(op.axis(), *inputs[0]))
    return error;
  size_t axis = op.axis();
  Shape shape = inputs[0]->shape;
  for (const Tensor *input : inputs.drop_front()) {
    Shape other = input->shape;
    if (other.size() != shape.size())
      return makeError("inputs differ in rank");
    shape[axis] += other[axis];
    other[axis] = shape[axis];
    if (other != shape)
      return makeError("inputs differ in another axis than " + Twine(axis));
  }
  if (Error error = allocate(out, shape, inputs[0]->type))
    return error;
  int64_t outer = product(shape, 0, axis);
  auto to = out.data.begin();
  for (int64_t o = 0; o < outer; ++o)
    for (const Tensor *input : inputs) {
      int64_t length = input->size() / outer;
      auto from = input->data.begin() + o * length;
      to = std::copy(from, from + length, to);
    }
  return Error::success();
}

Error slice(const Op &op, const Tensor &x, Tensor &out) {
  if (op.starts_size() != x.rank() || op.ends_size() != x.rank() ||
      op.steps_size() != x.rank())
    return makeError("starts, ends and steps are not given for each axis");
  Shape shape, strides = rowMajorStrides(x.shape);
  std::vector<std::vector<int64_t>> source(x.rank());
  for (int i = 0; i < x.rank(); ++i) {
    int64_t start = op.starts(i), end = op.ends(i), step = op.steps(i);
    if (!step || end < -1 || end > x.shape[i] || start < 0 ||
        (start >= x.shape[i] && start != end && step > 0) ||
        (step < 0 && start >= std::max<int64_t>(x.shape[i], 1)))
      return makeError("start, end or step of axis " + Twine(i) +
                       " is out of range");
    // Unsigned steps: a step may be as large as the type is.
    if (step > 0)
      for (int64_t k = start; k < end; k += std::min(step, end - k))
        source[i].push_back(k * strides[i]);
    else
      for (int64_t k = start; k > end; k += std::max(step, end - k))
        source[i].push_back(k * strides[i]);
    shape.push_back(int64_t(source[i].size()));
  }
  if (Error error = allocate(out, shape, x.type))
    return error;
  gatherAxes(x, source, 0, out);
  return Error::success();
}

int64_t reflect(int64_t index, int64_t size) {
  if (size == 1)
    return 0;
  int64_t period = 2 * (size - 1);
  index = (index % period + period) % period;
  return index < size ? index : period - index;
}

Error pad(const Op &op, const Tensor &x, Tensor &out) {
  if (op.pads_begin_size() != x.rank() || op.pads_end_size() != x.rank())
    return makeError("pads are not given for each axis");
  constexpr int64_t limit = int64_t(1) << 31;
  Shape shape, strides = rowMajorStrides(x.shape);
  for (int i = 0; i < x.rank(); ++i) {
    if (std::abs(op.pads_begin(i)) > limit || std::abs(op.pads_end(i)) > limit)
      return makeError("pad of axis " + Twine(i) + " is out of range");
    shape.push_back(x.shape[i] + op.pads_begin(i) + op.pads_end(i));
    if (op.pad_mode() != Op::CONSTANT && !x.shape[i] && shape.back())
      return makeError("axis " + Twine(i) + " has nothing to pad with");
  }
  if (Error error = allocate(out, shape, x.type))
    return error;
  std::vector<std::vector<int64_t>> source(x.rank());
  for (int i = 0; i < x.rank(); ++i)
    for (int64_t k = 0; k < shape[i]; ++k) {
      int64_t index = k - op.pads_begin(i), size = x.shape[i];
      if (op.pad_mode() == Op::EDGE)
        index = std::clamp<int64_t>(index, 0, size - 1);
      else if (op.pad_mode() == Op::REFLECT)
        index = reflect(index, size);
      else if (index < 0 || index >= size)
        index = -1;
      source[i].push_back(index < 0 ? -1 : index * strides[i]);
    }
  gatherAxes(x, source, op.alpha(), out);
  return Error::success();
}

Error gather(const Op &op, const Tensor &x, const Tensor &y, Tensor &out) {
  if (Error error = checkAxis(op.axis(), x))
    return error;
  size_t axis = op.axis();
  Shape shape(x.shape.begin(), x.shape.begin() + axis);
  shape.append(y.shape.begin(), y.shape.end());
  shape.append(x.shape.begin() + axis + 1, x.shape.end());
  if (Error error = allocate(out, shape, x.type))
    return error;
  int64_t outer = product(x.shape, 0, axis), size = x.shape[axis],
          inner = product(x.shape, axis + 1, x.shape.size());
  auto to = out.data.begin();
  for (int64_t o = 0; o < outer; ++o)
    for (double index : y.data) {
      if (!(index >= -double(size) && index < double(size)))
        return makeError("index " + std::to_string(index) +
                         " is outside the axis of size " + Twine(size));
      int64_t k = int64_t(index) + (index < 0 ? size : 0);
      auto from = x.data.begin() + (o * size + k) * inner;
      to = std::copy(from, from + inner, to);
    }
  return Error::success();
}

Error broadcast(const Op &op, const Tensor &x, Tensor &out) {
  Shape wanted(op.shape().begin(), op.shape().end());
  Expected<Shape> shape = broadcastShapes(x.shape, wanted);
  if (!shape)
    return shape.takeError();
  if (Error error = allocate(out, *shape, x.type))
    return error;
  size_t rank = shape->size(), missing = rank - x.shape.size();
  Shape strides = rowMajorStrides(x.shape);
  std::vector<std::vector<int64_t>> source(rank);
  for (size_t i = 0; i < rank; ++i)
    for (int64_t k = 0; k < (*shape)[i]; ++k)
      source[i].push_back(i < missing || x.shape[i - missing] == 1
                              ? 0
                              : k * strides[i - missing]);
  gatherAxes(x, source, 0, out);
  return Error::success();
}

} // namespace

Error evaluateMove(const Op &op, Inputs inputs, Tensor &out) {
  const Tensor &x = *inputs[0];
  switch (op.kind()) {
  case Op::RESHAPE: {
    Shape shape(op.shape().begin(), op.shape().end());
    Expected<int64_t> count = elementCount(shape);
    if (!count)
      return count.takeError();
    if (*count != x.size())
      return makeError("shape " + shapeString(x.shape) + " cannot become " +
                       shapeString(shape));
    out = Tensor(shape, x.data, x.type);
    return Error::success();
  }
  case Op::TRANSPOSE:
    return transpose(op, x, out);
  case Op::CONCAT:
    return concat(op, inputs, out);
  case Op::SLICE:
    return slice(op, x, out);
  case Op::PAD:
    return pad(op, x, out);
  case Op::GATHER:
    return gather(op, x, *inputs[1], out);
  case Op::BROADCAST:
    return broadcast(op, x, out);
  default: // IDENTITY
    out = x;
    return Error::success();
  }
}

} // namespace bnn::host
