//===- Difference.cpp - Where tensors differ --------------------*- C++ -*-===//

#include "Difference.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace bnn {

static bool differs(double expected, double actual, double allowed) {
  if (std::isnan(expected) || std::isnan(actual))
    return std::isnan(expected) != std::isnan(actual);
  if (expected == actual) // infinities, too
    return false;
  return !(std::fabs(expected - actual) <= allowed);
}

std::optional<Difference> compare(StringRef name, const Tensor &expected,
                                  const Actual &actual, int64_t sample) {
  int64_t size = expected.size(), first = sample * size;
  Difference difference{name.str(), {}, 0, 0, expected.shape};
  if (first + size > actual.tensor->size())
    return difference; // no element: the shapes differ
  double largest = 0;
  for (double value : expected.data)
    if (std::isfinite(value))
      largest = std::max(largest, std::fabs(value));
  const Tolerance &tolerance = actual.tolerance;
  for (int64_t i = 0; i < size; ++i) {
    double allowed = tolerance.absolute + tolerance.ofLargest * largest +
                     tolerance.ofElement * std::fabs(expected.data[i]);
    double found = actual.tensor->data[first + i];
    if (!differs(expected.data[i], found, allowed))
      continue;
    if (difference.elements.empty()) {
      difference.expected = expected.data[i];
      difference.actual = found;
    }
    difference.elements.push_back(i);
  }
  if (difference.elements.empty())
    return std::nullopt;
  return difference;
}

/// As many digits as tell two float32 numbers apart.
static std::string numberText(double value) {
  std::string text;
  raw_string_ostream(text) << format("%.9g", value);
  return text;
}

std::string describe(StringRef executor, int64_t sample,
                     const Difference &difference) {
  if (difference.elements.empty())
    return formatv("executor {0}: tensor '{1}' has another shape than {2}",
                   executor, difference.tensor, shapeString(difference.shape))
        .str();
  Shape position(difference.shape.size());
  int64_t rest = difference.elements.front();
  for (size_t i = position.size(); i-- > 0; rest /= difference.shape[i])
    position[i] = rest % difference.shape[i];
  return formatv("executor {0}: tensor '{1}', sample {2}, position {3}: {4} in "
                 "the network, {5} in the image ({6} of {7} elements differ)",
                 executor, difference.tensor, sample, shapeString(position),
                 numberText(difference.expected), numberText(difference.actual),
                 difference.elements.size(),
                 elementCount(difference.shape).get())
      .str();
}

} // namespace bnn
