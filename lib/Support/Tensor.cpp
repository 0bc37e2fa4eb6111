//===- Tensor.cpp - A tensor of numbers in memory -------------------------===//

#include "bnn/Support/Tensor.h"
#include "bnn/Support/Error.h"
#include "llvm/ADT/APFloat.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Endian.h"
#include <bit>
#include <cmath>
#include <limits>

using namespace llvm;

namespace bnn {

namespace {

struct TypeInfo {
  const char *name;
  unsigned size;
  bool integer;
};

// Indexed by ElementType.
constexpr TypeInfo typeInfos[] = {
    {"bool", 1, true},     {"int8", 1, true},      {"int16", 2, true},
    {"int32", 4, true},    {"int64", 8, true},     {"uint8", 1, true},
    {"uint16", 2, true},   {"uint32", 4, true},    {"uint64", 8, true},
    {"float16", 2, false}, {"bfloat16", 2, false}, {"float32", 4, false},
    {"float64", 8, false},
};

constexpr double exactLimit = 9007199254740992.0; // 2^53

double fromHalf(uint16_t bits, const fltSemantics &semantics) {
  return APFloat(semantics, APInt(16, bits)).convertToDouble();
}

uint16_t toHalf(double value, const fltSemantics &semantics) {
  APFloat number(value);
  bool losesInfo;
  number.convert(semantics, APFloat::rmNearestTiesToEven, &losesInfo);
  return uint16_t(number.bitcastToAPInt().getZExtValue());
}

template <typename Bits> Bits load(const char *bytes, bool bigEndian) {
  return bigEndian ? support::endian::read<Bits>(bytes, endianness::big)
                   : support::endian::read<Bits>(bytes, endianness::little);
}

template <typename Bits, typename Convert>
void decodeAs(const char *bytes, int64_t count, bool bigEndian,
              std::vector<double> &out, Convert convert) {
  for (int64_t i = 0; i < count; ++i)
    out.push_back(convert(load<Bits>(bytes + i * sizeof(Bits), bigEndian)));
}

template <typename Bits> void put(std::string &out, Bits bits) {
  char bytes[sizeof(Bits)];
  support::endian::write<Bits>(bytes, bits, endianness::little);
  out.append(bytes, sizeof(Bits));
}

template <typename Integer>
Error encodeIntegers(ElementType type, ArrayRef<double> data,
                     std::string &out) {
  // 2^63 and 2^64 are exact as double while the largest integers are not.
  double low = double(std::numeric_limits<Integer>::min());
  double high = std::ldexp(1.0, std::numeric_limits<Integer>::digits);
  for (auto [index, value] : enumerate(data)) {
    if (!(value >= low && value < high && value == std::floor(value)))
      return makeError("element " + Twine(index) + " is " +
                       std::to_string(value) + ", which " +
                       elementTypeName(type) + " cannot hold");
    put<Integer>(out, Integer(value));
  }
  return Error::success();
}

} // namespace

StringRef elementTypeName(ElementType type) {
  return typeInfos[unsigned(type)].name;
}

std::optional<ElementType> parseElementType(StringRef name) {
  for (unsigned i = 0; i < std::size(typeInfos); ++i)
    if (name == typeInfos[i].name)
      return ElementType(i);
  return std::nullopt;
}

unsigned elementSize(ElementType type) {
  return typeInfos[unsigned(type)].size;
}

bool isInteger(ElementType type) { return typeInfos[unsigned(type)].integer; }

Expected<int64_t> elementCount(ArrayRef<int64_t> shape, int64_t limit) {
  int64_t count = 1;
  bool empty = is_contained(shape, 0);
  for (int64_t size : shape) {
    if (size < 0)
      return makeError("shape " + shapeString(shape) + " has a negative size");
    if (!empty && size > limit / count)
      return makeError("shape " + shapeString(shape) + " has more than " +
                       Twine(limit) + " elements");
    count = empty ? 0 : count * size;
  }
  return count;
}

std::string shapeString(ArrayRef<int64_t> shape) {
  std::string text = "[";
  for (auto [i, size] : enumerate(shape))
    text += (i ? ", " : "") + std::to_string(size);
  return text + "]";
}

Error decodeElements(ElementType type, const char *bytes, int64_t count,
                     bool bigEndian, std::vector<double> &out) {
  size_t first = out.size();
  out.reserve(first + count);
  auto same = [](auto value) { return double(value); };
  switch (type) {
  case ElementType::Bool:
    decodeAs<uint8_t>(bytes, count, bigEndian, out,
                      [](uint8_t b) { return b ? 1.0 : 0.0; });
    break;
  case ElementType::Int8:
    decodeAs<int8_t>(bytes, count, bigEndian, out, same);
    break;
  case ElementType::Int16:
    decodeAs<int16_t>(bytes, count, bigEndian, out, same);
    break;
  case ElementType::Int32:
    decodeAs<int32_t>(bytes, count, bigEndian, out, same);
    break;
  case ElementType::Int64:
    decodeAs<int64_t>(bytes, count, bigEndian, out, same);
    break;
  case ElementType::UInt8:
    decodeAs<uint8_t>(bytes, count, bigEndian, out, same);
    break;
  case ElementType::UInt16:
    decodeAs<uint16_t>(bytes, count, bigEndian, out, same);
    break;
  case ElementType::UInt32:
    decodeAs<uint32_t>(bytes, count, bigEndian, out, same);
    break;
  case ElementType::UInt64:
    decodeAs<uint64_t>(bytes, count, bigEndian, out, same);
    break;
  case ElementType::Float16:
    decodeAs<uint16_t>(bytes, count, bigEndian, out, [](uint16_t b) {
      return fromHalf(b, APFloat::IEEEhalf());
    });
    break;
  case ElementType::BFloat16:
    decodeAs<uint16_t>(bytes, count, bigEndian, out, [](uint16_t b) {
      return double(std::bit_cast<float>(uint32_t(b) << 16));
    });
    break;
  case ElementType::Float32:
    decodeAs<uint32_t>(bytes, count, bigEndian, out, [](uint32_t b) {
      return double(std::bit_cast<float>(b));
    });
    break;
  case ElementType::Float64:
    decodeAs<uint64_t>(bytes, count, bigEndian, out,
                       [](uint64_t b) { return std::bit_cast<double>(b); });
    break;
  }
  if (type == ElementType::Int64 || type == ElementType::UInt64)
    for (size_t i = first; i < out.size(); ++i)
      if (std::abs(out[i]) >= exactLimit)
        return makeError("element " + Twine(i - first) +
                         " is an integer of 2^53 or more, which is not "
                         "exact here");
  return Error::success();
}

Error encodeElements(ElementType type, ArrayRef<double> data,
                     std::string &out) {
  out.reserve(out.size() + data.size() * elementSize(type));
  switch (type) {
  case ElementType::Bool:
    for (double value : data)
      out.push_back(value != 0);
    return Error::success();
  case ElementType::Int8:
    return encodeIntegers<int8_t>(type, data, out);
  case ElementType::Int16:
    return encodeIntegers<int16_t>(type, data, out);
  case ElementType::Int32:
    return encodeIntegers<int32_t>(type, data, out);
  case ElementType::Int64:
    return encodeIntegers<int64_t>(type, data, out);
  case ElementType::UInt8:
    return encodeIntegers<uint8_t>(type, data, out);
  case ElementType::UInt16:
    return encodeIntegers<uint16_t>(type, data, out);
  case ElementType::UInt32:
    return encodeIntegers<uint32_t>(type, data, out);
  case ElementType::UInt64:
    return encodeIntegers<uint64_t>(type, data, out);
  case ElementType::Float16:
    for (double value : data)
      put<uint16_t>(out, toHalf(value, APFloat::IEEEhalf()));
    return Error::success();
  case ElementType::BFloat16:
    for (double value : data)
      put<uint16_t>(out, toHalf(value, APFloat::BFloat()));
    return Error::success();
  case ElementType::Float32:
    for (double value : data)
      put<uint32_t>(out, std::bit_cast<uint32_t>(float(value)));
    return Error::success();
  case ElementType::Float64:
    for (double value : data)
      put<uint64_t>(out, std::bit_cast<uint64_t>(value));
    return Error::success();
  }
  return Error::success();
}

} // namespace bnn
