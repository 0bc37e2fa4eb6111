//===- VerifyConstants.cpp - Constants against their values ---------------===//

#include "VerifierImpl.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>

using namespace llvm;

namespace bnn::image::verifier {

namespace {

Error checkSize(const Twine &place, StringRef form, StringRef data,
                uint64_t expected) {
  if (data.size() == expected)
    return Error::success();
  return fail(place, "constant of " + Twine(data.size()) + " bytes as " + form +
                         ", but its shape needs " + Twine(expected));
}

Error checkIntegers(const Twine &place, const Value &value, StringRef data,
                    Range &range) {
  range = {INT64_MAX, INT64_MIN};
  for (size_t i = 0; i < data.size(); i += 8) {
    int64_t element = int64_t(support::endian::read64le(data.data() + i));
    range.low = std::min(range.low, element);
    range.high = std::max(range.high, element);
  }
  if (value.encoding() == Value::REAL)
    return Error::success();
  Range allowed = {-maxInteger, maxInteger};
  if (value.encoding() == Value::CODE)
    allowed = {value.code_min(), value.code_max()};
  if (range.low < allowed.low || range.high > allowed.high)
    return fail(place, "the constant's " + Twine(range.low) + " to " +
                           Twine(range.high) + " are outside " +
                           Twine(allowed.low) + " to " + Twine(allowed.high));
  return Error::success();
}

/// `planes` bit planes of one row for each first dimension.
Error checkBits(const State &state, const Twine &place, uint32_t id,
                StringRef data, unsigned planes, Range &range) {
  Shape shape = state.shape(id);
  if (shape.empty())
    return fail(place, "a constant of bits needs a first dimension");
  uint64_t rows = uint64_t(shape[0]);
  uint64_t columns = uint64_t(state.elements[id]) / rows;
  uint64_t words = divideCeil(columns, 64);
  if (Error error = checkSize(place, planes == 1 ? "binary" : "ternary", data,
                              planes * rows * words * 8))
    return error;
  auto wordAt = [&](uint64_t i) {
    return support::endian::read64le(data.data() + 8 * i);
  };
  uint64_t tail =
      columns % 64 ? ~maskTrailingOnes<uint64_t>(unsigned(columns % 64)) : 0;
  for (uint64_t i = 0; i < planes * rows * words; ++i)
    if ((i + 1) % words == 0 && (wordAt(i) & tail))
      return fail(place, "padding bits of row " + Twine(i / words % rows) +
                             " are not zero");
  if (planes == 2)
    for (uint64_t i = 0; i < rows * words; ++i)
      if (wordAt(i) & wordAt(rows * words + i))
        return fail(place, "row " + Twine(i / words) +
                               " has an element that is +1 and -1");
  range = {-1, 1};
  const Value &value = state.value(id);
  if (value.encoding() == Value::CODE &&
      (value.code_min() > -1 || value.code_max() < 1))
    return fail(place, "the constant's -1 and +1 are outside the codes " +
                           Twine(value.code_min()) + " to " +
                           Twine(value.code_max()));
  return Error::success();
}

} // namespace

Error checkConstant(const State &state, const Constant &constant,
                    Range &range) {
  uint32_t id = constant.value();
  const Value &value = state.value(id);
  std::string place = "value '" + value.name() + "'";
  uint64_t elements = uint64_t(state.elements[id]);
  auto checkReal = [&](StringRef form, StringRef data, unsigned size) {
    if (value.encoding() != Value::REAL)
      return fail(place, "a constant as " + form + " must be REAL");
    return checkSize(place, form, data, elements * size);
  };
  switch (constant.data_case()) {
  case Constant::kF32:
    return checkReal("f32", constant.f32(), 4);
  case Constant::kF64:
    return checkReal("f64", constant.f64(), 8);
  case Constant::kI64:
    if (Error error = checkSize(place, "i64", constant.i64(), elements * 8))
      return error;
    return checkIntegers(place, value, constant.i64(), range);
  case Constant::kBinary:
    return checkBits(state, place, id, constant.binary(), 1, range);
  case Constant::kTernary:
    return checkBits(state, place, id, constant.ternary(), 2, range);
  case Constant::DATA_NOT_SET:
    break;
  }
  return fail(place, "the constant has no data");
}

} // namespace bnn::image::verifier
