//===- Sweep.cpp - Grids over parameters ----------------------------------===//

#include "bnn/MonteCarlo/Sweep.h"
#include "bnn/Support/Error.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"
#include <cmath>
#include <fmt/format.h>

using namespace llvm;

namespace bnn::mc {

std::string formatNumber(double value) {
  // Not 1e-05 beside 0.0001 in a column: the exponent's zero goes.
  std::string text = fmt::format("{}", value);
  size_t exponent = text.find("e-0");
  if (exponent == std::string::npos)
    exponent = text.find("e+0");
  if (exponent != std::string::npos)
    text.erase(exponent + 2, 1);
  return text;
}

static bool parseNumber(StringRef text, double &value) {
  return !text.trim().getAsDouble(value) && std::isfinite(value);
}

static Expected<std::vector<double>> parseRange(StringRef spec,
                                                StringRef range) {
  auto fail = [&](const Twine &why) {
    return makeError("--sweep " + spec + ": " + why);
  };
  SmallVector<StringRef, 4> parts;
  range.split(parts, ':');
  double first, last;
  if (parts.size() != 3 || !parseNumber(parts[0], first) ||
      !parseNumber(parts[1], last))
    return fail("'" + range + "' is no FIRST:LAST:linN or FIRST:LAST:logN");
  StringRef steps = parts[2];
  bool log = steps.consume_front("log");
  size_t count;
  if ((!log && !steps.consume_front("lin")) || steps.getAsInteger(10, count))
    return fail("'" + parts[2] + "' is no linN or logN, such as log9");
  if (count < 2 || count > maxPoints)
    return fail(Twine(count) + " values; a range has 2 to " + Twine(maxPoints));
  if (log && (first <= 0 || last <= 0))
    return fail("a logarithmic range has positive ends");
  std::vector<double> values{first};
  for (size_t i = 1; i + 1 < count; ++i) {
    double share = double(i) / double(count - 1);
    double exact = log ? first * std::pow(last / first, share)
                       : first + (last - first) * share;
    values.push_back(std::stod(fmt::format("{:.5e}", exact)));
  }
  values.push_back(last);
  return values;
}

Expected<Axis> parseAxis(StringRef spec) {
  auto [name, text] = spec.split('=');
  Axis axis{name.trim().str(), {}};
  if (axis.name.empty() || text.empty())
    return makeError("--sweep " + spec +
                     ": write NAME=A,B,C, NAME=FIRST:LAST:linN or "
                     "NAME=FIRST:LAST:logN");
  if (text.contains(':')) {
    Expected<std::vector<double>> values = parseRange(spec, text);
    if (!values)
      return values.takeError();
    axis.values = std::move(*values);
    return axis;
  }
  for (StringRef part : split(text, ',')) {
    double value;
    if (!parseNumber(part, value))
      return makeError("--sweep " + spec + ": '" + part + "' is no number");
    if (is_contained(axis.values, value))
      return makeError("--sweep " + spec + ": " + part + " is there twice");
    axis.values.push_back(value);
  }
  return axis;
}

Expected<std::vector<std::vector<Setting>>> makeGrid(ArrayRef<Axis> axes) {
  std::vector<std::vector<Setting>> points(1);
  for (auto [index, axis] : enumerate(axes)) {
    for (const Axis &other : axes.take_front(index))
      if (other.name == axis.name)
        return makeError("--sweep names '" + axis.name + "' twice");
    if (points.size() * axis.values.size() > maxPoints)
      return makeError("the grid of --sweep has more than " + Twine(maxPoints) +
                       " points");
    std::vector<std::vector<Setting>> longer;
    for (const std::vector<Setting> &point : points)
      for (double value : axis.values) {
        longer.push_back(point);
        longer.back().push_back({axis.name, value});
      }
    points = std::move(longer);
  }
  return points;
}

} // namespace bnn::mc
