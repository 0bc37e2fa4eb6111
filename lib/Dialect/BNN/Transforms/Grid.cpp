//===- Grid.cpp - Levels as integers times a scale
//--------------------------===//

#include "Grid.h"
#include "bnn/Dialect/BNN/IR/BNN.h"

#include <cmath>

using namespace mlir;
using namespace bnn;

static Type codeFor(MLIRContext *context, double least, double most,
                    bool zeroOccurs) {
  if (least >= -1 && most <= 1 && least < 0)
    return zeroOccurs ? Type(TernaryType::get(context))
                      : BinaryType::get(context);
  for (unsigned width = 1; width <= 16; ++width) {
    double half = std::ldexp(1, width - 1);
    if (least >= 0 && most <= 2 * half - 1)
      return IntType::get(context, width, false);
    if (least >= -half && most <= half - 1)
      return IntType::get(context, width, true);
  }
  return {};
}

/// Greatest number that divides all of `values` an integer number of times;
/// fmod is exact, so no rounding enters.
static double commonUnit(ArrayRef<double> values) {
  double unit = 0;
  for (double value : values) {
    double a = std::abs(value), b = unit;
    while (a != 0) {
      double rest = std::fmod(b, a);
      b = a;
      a = rest;
    }
    unit = b;
  }
  return unit;
}

static std::optional<Grid> gridWith(MLIRContext *context,
                                    ArrayRef<double> values, double scale,
                                    double offset) {
  bool zero = false;
  double least = std::numeric_limits<double>::infinity(), most = -least;
  for (double value : values) {
    double q = std::nearbyint(value / scale - offset);
    // scale * (q + offset) must be the value itself, both steps exact.
    double sum = q + offset;
    if (sum - q != offset || sum - offset != q || scale * sum != value ||
        std::fma(scale, sum, -value) != 0)
      return std::nullopt;
    zero |= q == 0;
    least = std::min(least, q);
    most = std::max(most, q);
  }
  Type code = codeFor(context, least, most, zero);
  if (!code)
    return std::nullopt;
  return Grid{scale, offset, code};
}

std::optional<Grid> bnn::findGrid(MLIRContext *context,
                                  ArrayRef<double> values) {
  double unit = commonUnit(values);
  if (unit == 0) // only zeros
    unit = 1;
  if (std::optional<Grid> grid = gridWith(context, values, unit, 0))
    return grid;
  // Two values on a line that misses zero: -1 and +1 with an offset, so that
  // the code stays binary; more values: counted from the lowest.
  double least = *llvm::min_element(values), most = *llvm::max_element(values);
  if (values.size() == 2) {
    double scale = (most - least) / 2;
    if (std::optional<Grid> grid =
            gridWith(context, values, scale, (most + least) / 2 / scale))
      return grid;
  }
  SmallVector<double> distances;
  for (double value : values)
    distances.push_back(value - least);
  double step = commonUnit(distances);
  if (step == 0)
    return std::nullopt;
  return gridWith(context, values, step, least / step);
}
