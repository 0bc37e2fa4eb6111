//===- IntervalRules.h - How float32 rounds each operator -------*- C++ -*-===//

#ifndef BNN_LIB_SIMULATOR_INTERVALRULES_H
#define BNN_LIB_SIMULATOR_INTERVALRULES_H

#include "bnn/Image/image.pb.h"

namespace bnn::sim {

/// Where the extremes of an operator over intervals lie, and by how much
/// float32 may miss them.
enum class Rule {
  Exact,     // corners of the box, no rounding
  Rounded,   // corners, one correct rounding
  Library,   // corners, a few units: exp, tanh, ...
  Affine,    // corners, rounding relative to the terms: BATCH_NORM, ...
  Sum,       // monotone sum of many terms
  Product,   // sums of products
  Normalize, // softmax
  Unknown,
};

/// Unknown for operators that have no rule.
Rule ruleOf(image::Op::Kind kind);

/// Functions that are not monotone across 0 in their first operand: their
/// extremes may lie there.
bool turnsAtZero(image::Op::Kind kind);

} // namespace bnn::sim

#endif // BNN_LIB_SIMULATOR_INTERVALRULES_H
