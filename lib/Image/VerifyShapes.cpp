//===- VerifyShapes.cpp - Shapes of elementwise operators, dispatch -------===//

#include "ShapeInference.h"

using namespace llvm;

namespace bnn::image::verifier {

Error ShapeInference::checkField(
    StringRef name, const google::protobuf::RepeatedField<int64_t> &field,
    size_t count, int64_t low, int64_t high) const {
  if (size_t(field.size()) != count)
    return fail(name + " has " + Twine(field.size()) + " entries, expected " +
                Twine(count));
  for (int64_t entry : field)
    if (entry < low || entry > high)
      return fail(name + " holds " + Twine(entry) + ", allowed are " +
                  Twine(low) + " to " + Twine(high));
  return Error::success();
}

Error ShapeInference::checkAxis(const Shape &shape) const {
  if (op.axis() < 0 || op.axis() >= int64_t(shape.size()))
    return fail("axis " + Twine(op.axis()) + " is outside the shape " +
                text(shape));
  return Error::success();
}

Error ShapeInference::broadcast(Shape &a, const Shape &b) const {
  Shape result(std::max(a.size(), b.size()), 1);
  size_t skipA = result.size() - a.size(), skipB = result.size() - b.size();
  for (size_t i = 0; i < result.size(); ++i) {
    int64_t sizeA = i < skipA ? 1 : a[i - skipA];
    int64_t sizeB = i < skipB ? 1 : b[i - skipB];
    if (sizeA != sizeB && sizeA != 1 && sizeB != 1)
      return fail("the shapes " + text(a) + " and " + text(b) +
                  " cannot be broadcast");
    result[i] = std::max(sizeA, sizeB);
  }
  a = std::move(result);
  return Error::success();
}

Error ShapeInference::elementwise() {
  Shape result = operands[0];
  for (const Shape &operand : drop_begin(operands))
    if (Error error = broadcast(result, operand))
      return error;
  return done(std::move(result));
}

Error ShapeInference::batchNorm() {
  if (Error error = checkAxis(operands[0]))
    return error;
  int64_t channels = operands[0][size_t(op.axis())];
  for (const Shape &parameter : drop_begin(operands))
    if (parameter != Shape{channels})
      return fail("a parameter has shape " + text(parameter) +
                  ", expected one for each of the " + Twine(channels) +
                  " channels");
  return done(operands[0]);
}

Error ShapeInference::multiThreshold() {
  if (Error error = checkAxis(operands[0]))
    return error;
  int64_t channels = operands[0][size_t(op.axis())];
  const Shape &table = operands[1];
  if (table.size() != 2 || (table[0] != channels && table[0] != 1))
    return fail("the thresholds have shape " + text(table) +
                ", expected one row, or one for each of the " +
                Twine(channels) + " channels");
  return done(operands[0]);
}

Error inferShapes(const State &state, const Op &op, const Twine &place,
                  SmallVectorImpl<Shape> &shapes) {
  ShapeInference inference{op, place.str(), {}, shapes};
  for (uint32_t id : op.inputs())
    inference.operands.push_back(state.shape(id));
  switch (op.kind()) {
  case Op::CONV:
    return inference.convolution();
  case Op::MATMUL:
    return inference.matmul();
  case Op::LINEAR:
    return inference.linear();
  case Op::BATCH_NORM:
    return inference.batchNorm();
  case Op::MULTI_THRESHOLD:
    return inference.multiThreshold();
  case Op::MAX_POOL:
  case Op::AVERAGE_POOL:
  case Op::SUM_POOL:
    return inference.pool();
  case Op::REDUCE_SUM:
  case Op::REDUCE_MEAN:
  case Op::REDUCE_MAX:
  case Op::REDUCE_MIN:
  case Op::REDUCE_PROD:
  case Op::REDUCE_L2:
    return inference.reduction();
  case Op::SOFTMAX:
  case Op::LOG_SOFTMAX:
    return inference.softmax();
  case Op::ARG_MAX:
  case Op::ARG_MIN:
    return inference.argument();
  case Op::TOP_K:
    return inference.topK();
  case Op::RESHAPE:
    return inference.reshape();
  case Op::TRANSPOSE:
    return inference.transpose();
  case Op::CONCAT:
    return inference.concat();
  case Op::SLICE:
    return inference.slice();
  case Op::PAD:
    return inference.pad();
  case Op::GATHER:
    return inference.gather();
  case Op::BROADCAST:
    return inference.broadcastTo();
  case Op::THRESHOLD:
    if (Error error = inference.checkAxis(inference.operands[0]))
      return error;
    return inference.done(inference.operands[0]);
  default: // unary, binary, SELECT, IDENTITY, ENCODE, DECODE, COMBINE
    return inference.elementwise();
  }
}

} // namespace bnn::image::verifier
