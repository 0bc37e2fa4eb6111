//===- VerifyRanges.cpp - Integers that digital operators produce ---------===//
//
// Interval arithmetic over the ranges of the operands, so that an executor need
// not look for overflow. Bounds are those of independent operands: a range may
// be wider than what occurs, never narrower.
//
//===----------------------------------------------------------------------===//

#include "VerifierImpl.h"
#include <algorithm>
#include <cmath>

using namespace llvm;

namespace bnn::image::verifier {

namespace {

/// Wide enough for any product of two 63-bit bounds.
struct Wide {
  __int128 low = 0, high = 0;

  void include(__int128 value) {
    low = std::min(low, value);
    high = std::max(high, value);
  }
};

Wide scaled(Range range, __int128 factor) {
  __int128 a = range.low * factor, b = range.high * factor;
  return {std::min(a, b), std::max(a, b)};
}

Error narrow(const Twine &place, Wide wide, Range &range) {
  if (wide.low < -maxInteger || wide.high > maxInteger)
    return fail(place, "its result can leave the 53 bits in which integers "
                       "are exact");
  range = {int64_t(wide.low), int64_t(wide.high)};
  return Error::success();
}

Error combine(const State &state, const Op &op, const Twine &place,
              Range &range) {
  int channels = 1;
  if (op.factors_size() != op.inputs_size()) {
    const Value &result = state.value(op.outputs(0));
    if (op.axis() < 0 || op.axis() >= result.shape_size())
      return fail(place, "axis " + Twine(op.axis()) + " of its factors is " +
                             "outside a result of " +
                             Twine(result.shape_size()) + " dimensions");
    int64_t size = result.shape(int(op.axis()));
    if (op.factors_size() != size * op.inputs_size())
      return fail(place, Twine(op.factors_size()) + " factors for " +
                             Twine(op.inputs_size()) + " inputs");
    channels = int(size);
  }
  Wide sum;
  for (auto [i, id] : enumerate(op.inputs())) {
    // An input's part is bounded by that of its channels together.
    Wide part = scaled(state.ranges[id], op.factors(int(i) * channels));
    for (int c = 0; c < channels; ++c) {
      int64_t factor = op.factors(int(i) * channels + c);
      if (factor < -maxInteger || factor > maxInteger)
        return fail(place, "factor " + Twine(factor) + " is beyond 53 bits");
      Wide channel = scaled(state.ranges[id], factor);
      part.low = std::min(part.low, channel.low);
      part.high = std::max(part.high, channel.high);
    }
    sum.low += part.low;
    sum.high += part.high;
  }
  return narrow(place, sum, range);
}

/// A sum of up to `terms` elements; windows in the padding have fewer.
Error sumOf(const Twine &place, Range operand, __int128 terms, Range &range) {
  Wide sum = scaled(operand, terms);
  sum.include(operand.low);
  sum.include(operand.high);
  sum.include(0);
  return narrow(place, sum, range);
}

Error pad(const Op &op, const Twine &place, Range &range) {
  if (op.pad_mode() != Op::CONSTANT)
    return Error::success();
  if (op.alpha() != std::trunc(op.alpha()) ||
      std::fabs(op.alpha()) > double(maxInteger))
    return fail(place,
                "integers cannot be padded with " + std::to_string(op.alpha()));
  range.low = std::min(range.low, int64_t(op.alpha()));
  range.high = std::max(range.high, int64_t(op.alpha()));
  return Error::success();
}

Error indices(const State &state, const Op &op, const Twine &place) {
  int64_t size = state.value(op.inputs(0)).shape(int(op.axis()));
  const Range &range = state.ranges[op.inputs(1)];
  if (range.low >= -size && range.high < size)
    return Error::success();
  return fail(place, "indices from " + Twine(range.low) + " to " +
                         Twine(range.high) + " are outside the axis of size " +
                         Twine(size));
}

} // namespace

Error inferRange(const State &state, const Op &op, const Twine &place,
                 Range &range) {
  const Range x = state.ranges[op.inputs(0)];
  range = x;
  switch (op.kind()) {
  case Op::PRESENT:
  case Op::ENCODE: {
    const Value &value = state.value(op.outputs(0));
    range = {value.code_min(), value.code_max()};
    return Error::success();
  }
  case Op::THRESHOLD: {
    const Value &value = state.value(op.outputs(0));
    range = {value.code_min(), value.code_max()};
    return checkThresholds(place, op.thresholds(),
                           uint64_t(value.shape(int(op.axis()))), range);
  }
  case Op::COMBINE:
    return combine(state, op, place, range);
  case Op::NEG:
    range = {-x.high, -x.low};
    return Error::success();
  case Op::ADD:
  case Op::SUB: {
    const Range y = state.ranges[op.inputs(1)];
    bool add = op.kind() == Op::ADD;
    return narrow(place,
                  {__int128(x.low) + (add ? y.low : -y.high),
                   __int128(x.high) + (add ? y.high : -y.low)},
                  range);
  }
  case Op::MIN: {
    const Range y = state.ranges[op.inputs(1)];
    range = {std::min(x.low, y.low), std::min(x.high, y.high)};
    return Error::success();
  }
  case Op::MAX: {
    const Range y = state.ranges[op.inputs(1)];
    range = {std::max(x.low, y.low), std::max(x.high, y.high)};
    return Error::success();
  }
  case Op::SUM_POOL: {
    // Taps beyond the tensor add nothing, so its size is a bound as well.
    __int128 taps = 1;
    for (int64_t size : op.kernel())
      taps = std::min<__int128>(taps * size, state.elements[op.inputs(0)]);
    return sumOf(place, x, taps, range);
  }
  case Op::REDUCE_SUM:
    return sumOf(place, x,
                 state.elements[op.inputs(0)] / state.elements[op.outputs(0)],
                 range);
  case Op::CONCAT:
    for (uint32_t id : op.inputs()) {
      range.low = std::min(range.low, state.ranges[id].low);
      range.high = std::max(range.high, state.ranges[id].high);
    }
    return Error::success();
  case Op::PAD:
    return pad(op, place, range);
  case Op::GATHER:
    return indices(state, op, place);
  default: // moves, maxima and minima of one operand
    return Error::success();
  }
}

} // namespace bnn::image::verifier
