//===- Sweep.h - Grids over parameters --------------------------*- C++ -*-===//

#ifndef BNN_MONTECARLO_SWEEP_H
#define BNN_MONTECARLO_SWEEP_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <string>
#include <vector>

namespace bnn::mc {

/// A parameter and the values that it takes.
struct Axis {
  std::string name;
  std::vector<double> values;
};

/// A parameter at one of its values.
struct Setting {
  std::string name;
  double value = 0;
};

/// Most values of an axis and most points of a grid.
inline constexpr size_t maxPoints = 10000;

/// Parses NAME=A,B,C or NAME=FIRST:LAST:linN or NAME=FIRST:LAST:logN, N values
/// with both ends. Those between are rounded to 6 significant digits, so that
/// what is printed is what was run.
llvm::Expected<Axis> parseAxis(llvm::StringRef spec);

/// All combinations, the last axis fastest; one empty point without axes.
/// Fails on an axis given twice and on more than `maxPoints` points.
llvm::Expected<std::vector<std::vector<Setting>>>
makeGrid(llvm::ArrayRef<Axis> axes);

/// The number in the fewest digits that read back to it: "0.001", "1e-05".
std::string formatNumber(double value);

} // namespace bnn::mc

#endif // BNN_MONTECARLO_SWEEP_H
