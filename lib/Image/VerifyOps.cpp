//===- VerifyOps.cpp - Operators outside the arrays -----------------------===//
//
// Arity, encodings and integer ranges; the shapes are inferred in the files of
// ShapeInference.h.
//
//===----------------------------------------------------------------------===//

#include "VerifierImpl.h"
#include <cmath>

using namespace llvm;

namespace bnn::image::verifier {

namespace {

/// Whether a digital result can be 0 because a table or a pad says so, or an
/// operand can.
bool givesZero(const State &state, const Op &op) {
  if (op.kind() == Op::THRESHOLD)
    return is_contained(op.thresholds().codes(), 0);
  if (op.kind() == Op::PRESENT)
    return true;
  if (op.kind() == Op::PAD && op.pad_mode() == Op::CONSTANT && op.alpha() == 0)
    return true;
  return any_of(op.inputs(), [&](uint32_t id) { return state.holdsZero[id]; });
}

/// How many operands a kind takes, how many results it gives.
struct Arity {
  int operands;
  bool orMore = false;
  int results = 1;
};

Arity arityOf(Op::Kind kind) {
  switch (kind) {
  case Op::SELECT:
    return {3};
  case Op::BATCH_NORM:
    return {5};
  case Op::TOP_K:
    return {1, false, 2};
  case Op::CONCAT:
  case Op::COMBINE:
    return {1, true};
  case Op::CONV:
  case Op::MATMUL:
  case Op::LINEAR:
  case Op::MULTI_THRESHOLD:
  case Op::GATHER:
    return {2};
  default:
    return {kind >= Op::ADD && kind <= Op::XOR ? 2 : 1};
  }
}

/// What the periphery of the chip can do on integers and codes.
bool isDigital(Op::Kind kind) {
  switch (kind) {
  case Op::NEG:
  case Op::ADD:
  case Op::SUB:
  case Op::MIN:
  case Op::MAX:
  case Op::MAX_POOL:
  case Op::SUM_POOL:
  case Op::REDUCE_SUM:
  case Op::REDUCE_MAX:
  case Op::REDUCE_MIN:
  case Op::THRESHOLD:
  case Op::COMBINE:
  case Op::PRESENT:
    return true;
  default:
    return kind >= Op::RESHAPE && kind <= Op::IDENTITY;
  }
}

/// Digital kinds whose result may leave the range of their operands.
bool isSum(Op::Kind kind) {
  return kind == Op::NEG || kind == Op::ADD || kind == Op::SUB ||
         kind == Op::SUM_POOL || kind == Op::REDUCE_SUM || kind == Op::COMBINE;
}

Error checkEncoding(const State &state, const Op &op, const std::string &place,
                    uint32_t id, bool real) {
  const Value &value = state.value(id);
  if ((value.encoding() == Value::REAL) == real)
    return Error::success();
  return fail(place, "value '" + value.name() + "' is " +
                         Value::Encoding_Name(value.encoding()) + ", but a " +
                         Op::Place_Name(op.place()) + " " +
                         Op::Kind_Name(op.kind()) + " has " +
                         (real ? "a real" : "an integer or a code") + " there");
}

Error checkEncodings(const State &state, const Op &op,
                     const std::string &place) {
  if (op.kind() == Op::ENCODE || op.kind() == Op::DECODE) {
    bool encode = op.kind() == Op::ENCODE;
    if (Error error = checkEncoding(state, op, place, op.inputs(0), encode))
      return error;
    if (Error error = checkEncoding(state, op, place, op.outputs(0), !encode))
      return error;
    if (encode && state.value(op.outputs(0)).encoding() != Value::CODE)
      return fail(place, "its result must be CODE");
    if (op.scale() == 0)
      return fail(place, "scale is 0");
    return Error::success();
  }
  bool host = op.place() == Op::HOST;
  if (!host && !isDigital(op.kind()))
    return fail(place, "the periphery of the chip has no such operator in "
                       "version 2; it must be placed on the HOST");
  if (host && (op.kind() == Op::THRESHOLD || op.kind() == Op::COMBINE ||
               op.kind() == Op::SUM_POOL || op.kind() == Op::PRESENT))
    return fail(place, "it works on integers and must be DIGITAL");
  for (auto [i, id] : enumerate(op.inputs())) {
    // Indices are integers in any case; the host may hold them as reals.
    if (host && op.kind() == Op::GATHER && i == 1)
      continue;
    if (Error error = checkEncoding(state, op, place, id, host))
      return error;
  }
  for (uint32_t id : op.outputs()) {
    if (Error error = checkEncoding(state, op, place, id, host))
      return error;
    Value::Encoding encoding = state.value(id).encoding();
    if (!host && (op.kind() == Op::THRESHOLD || op.kind() == Op::PRESENT) &&
        encoding != Value::CODE)
      return fail(place, "its result must be CODE");
    if (!host && isSum(op.kind()) && encoding != Value::INTEGER)
      return fail(place, "its result must be INTEGER");
  }
  return Error::success();
}

Error checkPresent(const State &state, const Op &op, const std::string &place) {
  const Value &from = state.value(op.inputs(0));
  const Value &to = state.value(op.outputs(0));
  if (from.encoding() != Value::CODE || from.code_min() == from.code_max())
    return fail(place, "its operand must be CODE with two codes and more");
  if (op.k() < 1 || op.k() > maxPresentations)
    return fail(place, Twine(op.k()) + " presentations, outside 1 to " +
                           Twine(maxPresentations));
  if (to.code_min() != 0 || to.code_max() != op.k())
    return fail(place, "its result must be CODE 0 to " + Twine(op.k()));
  if (op.axis() < 0 || op.axis() >= state.image.inputs_size())
    return fail(place,
                "axis is " + Twine(op.axis()) + ", no number of an input");
  return Error::success();
}

Error checkResult(State &state, const std::string &place, uint32_t id,
                  Range range) {
  const Value &value = state.value(id);
  Range allowed = {-maxInteger, maxInteger};
  if (value.encoding() == Value::CODE)
    allowed = {value.code_min(), value.code_max()};
  if (range.low < allowed.low || range.high > allowed.high)
    return fail(place, "results from " + Twine(range.low) + " to " +
                           Twine(range.high) + " are possible, outside " +
                           Twine(allowed.low) + " to " + Twine(allowed.high) +
                           " of value '" + value.name() + "'");
  state.ranges[id] = range;
  return Error::success();
}

} // namespace

Error checkOp(State &state, const Op &op) {
  std::string place =
      "op '" + op.node() + "' (" + Op::Kind_Name(op.kind()) + ")";
  if (op.kind() == Op::INVALID)
    return fail("op '" + op.node() + "'", "it has no kind");
  Arity arity = arityOf(op.kind());
  if (op.inputs_size() < arity.operands ||
      (op.inputs_size() > arity.operands && !arity.orMore))
    return fail(place, Twine(op.inputs_size()) + " inputs, expected " +
                           (arity.orMore ? "at least " : "") +
                           Twine(arity.operands));
  if (op.outputs_size() != arity.results)
    return fail(place, Twine(op.outputs_size()) + " outputs, expected " +
                           Twine(arity.results));
  if (Error error = checkEncodings(state, op, place))
    return error;
  if (op.kind() == Op::PRESENT)
    if (Error error = checkPresent(state, op, place))
      return error;

  SmallVector<Shape, 2> shapes;
  if (Error error = inferShapes(state, op, place, shapes))
    return error;
  for (auto [id, shape] : zip_equal(op.outputs(), shapes))
    if (shape != state.shape(id))
      return fail(place, "value '" + state.value(id).name() +
                             "' is declared as " + text(state.shape(id)) +
                             ", but the operator gives " + text(shape));

  if (state.value(op.outputs(0)).encoding() == Value::REAL)
    return Error::success();
  Range range;
  if (Error error = inferRange(state, op, place, range))
    return error;
  state.holdsZero[op.outputs(0)] = givesZero(state, op);
  return checkResult(state, place, op.outputs(0), range);
}

} // namespace bnn::image::verifier
