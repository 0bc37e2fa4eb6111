//===- Counting.h - From accumulators to counts of ones ---------*- C++ -*-===//
//
// The integers that a layer on the arrays really sees. All of the algebra that
// makes a count of ones stand for the network's exact accumulator is here;
// Counting.cpp derives it, test/unit/RRAM checks it by brute force.
//
//===----------------------------------------------------------------------===//

#ifndef BNN_DIALECT_RRAM_UTILS_COUNTING_H
#define BNN_DIALECT_RRAM_UTILS_COUNTING_H

#include "bnn/Dialect/BNN/IR/PackedWeights.h"
#include "bnn/Dialect/RRAM/IR/RRAM.h"
#include <vector>

namespace bnn::rram {

/// The distinct sets of taps that lie in the padding.
struct BorderClasses {
  /// Per output position (row major); empty if there is only one class.
  std::vector<int32_t> positionClass;
  /// Per class: one flag per kernel tap (row major), set in the padding.
  std::vector<std::vector<bool>> paddedTaps;
};

/// Classes in the order in which positions first meet them.
BorderClasses enumerateBorderClasses(ConvAttr conv);

/// How codes of `type` are driven: +-1 as one bit, trits by thermometer,
/// integers by binary digits.
PlanesAttr planesOf(mlir::Type type);

/// Largest common divisor of all plane weights.
int64_t countUnitOf(PlanesAttr planes);

/// What the meaning of a count depends on.
struct CountRule {
  PlanesAttr planes;
  int64_t unit;         ///< count_unit
  int64_t divisor;      ///< 1 or 2
  bool ternarySense;    ///< P_i = plus - minus
  int64_t lanes;        ///< of one neuron, weight planes included
  int64_t paddingLanes; ///< alternating columns beyond the last lane

  /// What the alternating columns add to each P_i.
  int64_t paddingOnes() const {
    return ternarySense ? paddingLanes % 2 : (paddingLanes + 1) / 2;
  }
  /// What they add to the count.
  int64_t paddingCount() const;
  /// Bounds of the count and of all partial sums.
  struct Range {
    int64_t min, max;
  };
  Range countRange() const;
};

/// The rule of a layer whose weights are in place; alternating padding enters
/// once `lane_padding` says so, for tiles of `columns`.
CountRule countRuleOf(LayerOp layer, TargetAttr target);

/// bias[class * neurons + n] of `layer` with the lanes `weights`:
/// divisor * accumulator = count * unit + bias.
std::vector<int64_t> computeBias(const CountRule &rule,
                                 const PackedWeights &weights, int64_t fanIn,
                                 mlir::Attribute geometry,
                                 const BorderClasses &classes);

/// Steps on counts, one function per (class, neuron), from `steps` on exact
/// accumulators, one function per neuron or one for all. Thresholds that no
/// count can tell apart are left out.
StepsAttr stepsOnCounts(StepsAttr steps, llvm::ArrayRef<int64_t> bias,
                        int64_t neurons, const CountRule &rule);

/// The inverse: steps on accumulators, one function per neuron, that
/// `stepsOnCounts` turns into `steps`; null where the border classes of a
/// neuron do not agree on one. A threshold becomes the smallest accumulator
/// that some class reaches and at which it holds.
StepsAttr stepsOnAccumulators(StepsAttr steps, llvm::ArrayRef<int64_t> bias,
                              int64_t neurons, const CountRule &rule);

/// Bits of an accumulator that holds every partial sum.
int64_t accumulatorBits(CountRule::Range range);

} // namespace bnn::rram

#endif // BNN_DIALECT_RRAM_UTILS_COUNTING_H
