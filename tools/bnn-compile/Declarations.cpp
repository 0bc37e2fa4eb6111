//===- Declarations.cpp - What --input and --shape say --------------------===//

#include "Declarations.h"
#include "bnn/Support/Error.h"
#include "llvm/ADT/StringExtras.h"
#include <cmath>
#include <optional>

namespace bnn {

/// A finite decimal number or a fraction of two.
static std::optional<double> parseNumber(llvm::StringRef text) {
  auto [numerator, denominator] = text.split('/');
  double value = 0, divisor = 1;
  if (numerator.getAsDouble(value))
    return std::nullopt;
  if (text.contains('/') && denominator.getAsDouble(divisor))
    return std::nullopt;
  value /= divisor;
  return std::isfinite(value) ? std::optional(value) : std::nullopt;
}

static bool isCodeType(llvm::StringRef type) {
  if (type == "bipolar")
    return true;
  unsigned bits = 0;
  if (!type.consume_front("u") && !type.consume_front("s"))
    return false;
  return !type.getAsInteger(10, bits) && bits >= 1 && bits <= 16;
}

llvm::Expected<InputDeclaration> parseInput(llvm::StringRef text) {
  auto fail = [&](const llvm::Twine &reason) {
    return makeError("--input " + text + ": " + reason);
  };
  // Names may hold '=' and ':', types and numbers do not.
  auto [name, rest] = text.rsplit('=');
  auto [type, numbers] = rest.split(':');
  if (name.empty() || !text.contains('='))
    return fail("is not of the form NAME=TYPE[:SCALE[,OFFSET]]");
  if (!isCodeType(type))
    return fail("'" + type +
                "' is no type; expected u1 to u16, s1 to s16 or "
                "bipolar");
  auto [scale, offset] = numbers.split(',');
  if (rest.contains(':')) {
    std::optional<double> value = parseNumber(scale);
    if (!value || *value <= 0)
      return fail("scale '" + scale + "' is no finite number above 0");
    if (numbers.contains(',') && !parseNumber(offset))
      return fail("offset '" + offset + "' is no finite number");
  }
  return InputDeclaration{name.str(), text.str()};
}

llvm::Error parseShape(llvm::StringRef text, ImportOptions &import) {
  auto [name, sizes] = text.rsplit('=');
  if (name.empty() || !text.contains('='))
    return makeError("--shape " + text + ": is not of the form NAME=1x3x32x32");
  llvm::SmallVector<int64_t> shape;
  for (llvm::StringRef part : llvm::split(sizes, 'x')) {
    int64_t size = 0;
    if (part.getAsInteger(10, size) || size < 1)
      return makeError("--shape " + text + ": '" + part +
                       "' is no size above 0");
    shape.push_back(size);
  }
  if (!import.shapes.try_emplace(name.str(), shape).second)
    return makeError("--shape " + text + ": input '" + name +
                     "' has a shape already");
  return llvm::Error::success();
}

} // namespace bnn
