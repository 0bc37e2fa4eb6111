//===- ExpectedBer.h - Thresholds for a known error rate --------*- C++ -*-===//

#ifndef BNN_TOOLS_BNN_SIM_EXPECTEDBER_H
#define BNN_TOOLS_BNN_SIM_EXPECTEDBER_H

#include "bnn/Image/image.pb.h"
#include "llvm/Support/Error.h"

namespace bnn::sim {

struct CorrectedThresholds {
  int64_t changed = 0, all = 0;
};

/// Moves every threshold of the layers on the arrays to where the expected
/// count goes when each sensed bit is wrong with probability `rate`: with n
/// counted cells and factors f of the planes,
///   E[count'] = (1 - 2 rate) count + rate * n * sum(f),
/// which for one plane is n/2 + (1 - 2 rate)(count - n/2). With ternary sensing
/// the second term is 0: plus and minus lose alike. A threshold t stands for
/// the boundary t - 1/2. Thresholds that would coincide keep their order one
/// count apart.
CorrectedThresholds correctThresholds(image::Image &image, double rate);

} // namespace bnn::sim

#endif // BNN_TOOLS_BNN_SIM_EXPECTEDBER_H
