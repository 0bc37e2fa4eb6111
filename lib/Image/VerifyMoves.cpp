//===- VerifyMoves.cpp - Shapes of reductions and moves -------------------===//

#include "ShapeInference.h"

using namespace llvm;

namespace bnn::image::verifier {

Error ShapeInference::reduction() {
  const Shape &x = operands[0];
  if (op.axes().empty())
    return fail("axes are empty; all are listed in an image");
  std::vector<bool> reduced(x.size());
  for (int64_t axis : op.axes()) {
    if (axis < 0 || axis >= int64_t(x.size()) || reduced[size_t(axis)])
      return fail("axis " + Twine(axis) + " is outside the shape " + text(x) +
                  " or occurs twice");
    reduced[size_t(axis)] = true;
  }
  Shape result;
  for (size_t i = 0; i < x.size(); ++i) {
    if (!reduced[i])
      result.push_back(x[i]);
    else if (op.keep_dims())
      result.push_back(1);
  }
  return done(std::move(result));
}

Error ShapeInference::softmax() {
  if (Error error = checkAxis(operands[0]))
    return error;
  return done(operands[0]);
}

Error ShapeInference::argument() {
  Shape result = operands[0];
  if (Error error = checkAxis(result))
    return error;
  if (op.keep_dims())
    result[size_t(op.axis())] = 1;
  else
    result.erase(result.begin() + op.axis());
  return done(std::move(result));
}

Error ShapeInference::topK() {
  Shape result = operands[0];
  if (Error error = checkAxis(result))
    return error;
  int64_t &size = result[size_t(op.axis())];
  if (op.k() < 1 || op.k() > size)
    return fail("k = " + Twine(op.k()) + " is not in 1 to " + Twine(size));
  size = op.k();
  results.push_back(result);
  return done(std::move(result));
}

Error ShapeInference::reshape() {
  Shape result(op.shape().begin(), op.shape().end());
  int64_t before = 1, after = 1;
  for (int64_t size : operands[0])
    before *= size;
  for (int64_t size : result) {
    if (size < 1 || after > before / size)
      return fail("shape " + text(result) + " does not hold the elements of " +
                  text(operands[0]));
    after *= size;
  }
  if (after != before)
    return fail("shape " + text(result) + " does not hold the elements of " +
                text(operands[0]));
  return done(std::move(result));
}

Error ShapeInference::transpose() {
  const Shape &x = operands[0];
  if (Error error = checkField("permutation", op.permutation(), x.size(), 0,
                               int64_t(x.size()) - 1))
    return error;
  std::vector<bool> used(x.size());
  Shape result;
  for (int64_t axis : op.permutation()) {
    if (used[size_t(axis)])
      return fail("permutation holds axis " + Twine(axis) + " twice");
    used[size_t(axis)] = true;
    result.push_back(x[size_t(axis)]);
  }
  return done(std::move(result));
}

Error ShapeInference::concat() {
  Shape result = operands[0];
  if (Error error = checkAxis(result))
    return error;
  size_t axis = size_t(op.axis());
  for (const Shape &operand : drop_begin(operands)) {
    Shape rest = operand;
    if (rest.size() == result.size())
      rest[axis] = result[axis];
    if (rest != result)
      return fail("shapes " + text(result) + " and " + text(operand) +
                  " differ outside axis " + Twine(axis));
    result[axis] += operand[axis];
  }
  return done(std::move(result));
}

Error ShapeInference::slice() {
  Shape result = operands[0];
  size_t rank = result.size();
  if (Error error = checkField("starts", op.starts(), rank, 0, maxExtent))
    return error;
  if (Error error = checkField("ends", op.ends(), rank, -1, maxExtent))
    return error;
  if (Error error =
          checkField("steps", op.steps(), rank, -maxExtent, maxExtent))
    return error;
  for (int i = 0; i < int(rank); ++i) {
    int64_t &size = result[size_t(i)];
    int64_t start = op.starts(i), end = op.ends(i), step = op.steps(i);
    if (step == 0 || start >= size || end > size ||
        (step > 0 ? end <= start : end >= start))
      return fail("axis " + Twine(i) + ": " + Twine(start) + " to " +
                  Twine(end) + " by " + Twine(step) +
                  " selects nothing of, or leaves, its size " + Twine(size));
    size = step > 0 ? (end - start + step - 1) / step
                    : (start - end - step - 1) / -step;
  }
  return done(std::move(result));
}

Error ShapeInference::pad() {
  Shape result = operands[0];
  size_t rank = result.size();
  // Negative pads crop.
  if (Error error = checkField("pads_begin", op.pads_begin(), rank, -maxExtent,
                               maxExtent))
    return error;
  if (Error error =
          checkField("pads_end", op.pads_end(), rank, -maxExtent, maxExtent))
    return error;
  for (int i = 0; i < int(rank); ++i) {
    int64_t &size = result[size_t(i)];
    int64_t longest = std::max(op.pads_begin(i), op.pads_end(i));
    if (op.pad_mode() == Op::REFLECT && longest >= size)
      return fail("axis " + Twine(i) + ": a reflection of " + Twine(longest) +
                  " is longer than the size " + Twine(size));
    size += op.pads_begin(i) + op.pads_end(i);
    if (size < 1)
      return fail("axis " + Twine(i) + ": the pads leave nothing of it");
  }
  return done(std::move(result));
}

Error ShapeInference::gather() {
  const Shape &x = operands[0];
  if (Error error = checkAxis(x))
    return error;
  Shape result(x.begin(), x.begin() + op.axis());
  result.append(operands[1].begin(), operands[1].end());
  result.append(x.begin() + op.axis() + 1, x.end());
  return done(std::move(result));
}

Error ShapeInference::broadcastTo() {
  Shape result(op.shape().begin(), op.shape().end());
  for (int64_t size : result)
    if (size < 1 || size > maxExtent)
      return fail("shape " + text(result) + " has a size outside 1 to 2^31");
  Shape both = operands[0];
  if (Error error = broadcast(both, result))
    return error;
  if (both != result)
    return fail("shape " + text(operands[0]) + " cannot be broadcast to " +
                text(result));
  return done(std::move(result));
}

} // namespace bnn::image::verifier
