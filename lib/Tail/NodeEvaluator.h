//===- NodeEvaluator.h - One node over a range ------------------*- C++ -*-===//
//
// The step of RangeEvaluator, for either kind of rounding.
//
//===----------------------------------------------------------------------===//

#ifndef BNN_LIB_TAIL_NODEEVALUATOR_H
#define BNN_LIB_TAIL_NODEEVALUATOR_H

#include "RangeOps.h"

namespace bnn::tail::detail {

template <Rounding R> class NodeEvaluator {
public:
  using Ops = RangeOps<R>;
  explicit NodeEvaluator(RangeEvaluator &evaluator) : e(evaluator) {}

  Range evaluate(uint32_t index);
  void prepareBatchNorm(uint32_t index);

private:
  Range unary(const PreparedNode &node, const Range &x);
  Range batchNorm(uint32_t index);
  Range batchNormAt(uint32_t index, double x);
  Range multiThreshold(uint32_t index, const Range &x);

  /// A parameter: in float32 evaluation it is rounded, too.
  static Range parameter(double v) { return Ops::make(v, v, true, true); }
  const Range &operand(const PreparedNode &node, unsigned i) const {
    return e.ranges[node.operands[i]];
  }

  RangeEvaluator &e;
};

extern template class NodeEvaluator<Rounding::Real>;
extern template class NodeEvaluator<Rounding::AnyFloat32>;

} // namespace bnn::tail::detail

#endif // BNN_LIB_TAIL_NODEEVALUATOR_H
