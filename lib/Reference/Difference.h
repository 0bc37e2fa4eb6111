//===- Difference.h - Where tensors differ (private) ------------*- C++ -*-===//

#ifndef BNN_LIB_REFERENCE_DIFFERENCE_H
#define BNN_LIB_REFERENCE_DIFFERENCE_H

#include "bnn/Support/Tensor.h"
#include <cmath>
#include <optional>

namespace bnn {

/// What a tensor is allowed to differ by.
struct Tolerance {
  double absolute = 0, ofLargest = 0, ofElement = 0;

  /// Codes and integers must be equal; scale * v + offset in double leaves
  /// roundings far below one step.
  static Tolerance ofCodes(double scale) {
    return {1e-6 * std::fabs(scale), 0, 1e-14};
  }
  static Tolerance ofReals(double tolerance) {
    return {tolerance, tolerance, 0};
  }
};

/// A tensor that the image holds, samples stacked.
struct Actual {
  const Tensor *tensor;
  Tolerance tolerance;
};

/// Where a sample first left the network.
struct Difference {
  std::string tensor;
  llvm::SmallVector<int64_t, 4> elements; // all that differ in that tensor
  double expected = 0, actual = 0;        // of the first
  Shape shape;
};

/// Elements of sample `sample` of `actual` that are not those of `expected`;
/// nothing where all agree.
std::optional<Difference> compare(llvm::StringRef name, const Tensor &expected,
                                  const Actual &actual, int64_t sample);

/// One line for the user.
std::string describe(llvm::StringRef executor, int64_t sample,
                     const Difference &difference);

} // namespace bnn

#endif // BNN_LIB_REFERENCE_DIFFERENCE_H
