//===- Intervals.h - What float32 could have computed -----------*- C++ -*-===//
//
// Beside the evaluation in double runs an interval for every element that
// holds what any float32 evaluation of the same operators, in any order of
// summation, may give. Where the encoding of its two ends differs, the value
// is a boundary tie.
//
//===----------------------------------------------------------------------===//

#ifndef BNN_LIB_SIMULATOR_INTERVALS_H
#define BNN_LIB_SIMULATOR_INTERVALS_H

#include "bnn/Image/image.pb.h"
#include "bnn/Support/Tensor.h"

namespace bnn::sim {

/// Both ends; the same tensor twice where the value is certain.
struct Bounds {
  const Tensor *low = nullptr, *high = nullptr;
  bool exact() const { return low == high; }
};

struct Interval {
  Tensor low, high;
  bool certain = false; // low equals high
  Bounds bounds() const { return {&low, certain ? &low : &high}; }
};

/// Bounds of the results of a host operator. `results` are those of the
/// evaluation in double and are always inside. Operators without a rule get
/// infinite bounds where an operand is uncertain.
llvm::Error evaluateBounds(const image::Op &op, llvm::ArrayRef<Bounds> inputs,
                           llvm::ArrayRef<const Tensor *> results,
                           llvm::MutableArrayRef<Interval> bounds);

/// The number of elements that ENCODE `op` maps to different codes at the two
/// ends of their interval.
int64_t countTies(const image::Op &op, Bounds input);

} // namespace bnn::sim

#endif // BNN_LIB_SIMULATOR_INTERVALS_H
