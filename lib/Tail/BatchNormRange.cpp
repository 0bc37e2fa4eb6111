//===- BatchNormRange.cpp -------------------------------------------------===//
//
// Batch normalization over a range: float32 runtimes compute it in more than
// one order, and all of them are to be enclosed.
//
//===----------------------------------------------------------------------===//

#include "NodeEvaluator.h"
#include "llvm/ADT/STLExtras.h"

using namespace bnn::tail;
using namespace bnn::tail::detail;

/// What depends on the parameters only. Runtimes compute either
/// ((x - mean) / sigma) * gamma + beta or x * scale + offset.
template <Rounding R> void NodeEvaluator<R>::prepareBatchNorm(uint32_t index) {
  using Real = RangeOps<Rounding::Real>;
  const PreparedNode &node = e.program.nodes[index];
  auto &c = e.batchNorms[index];
  const Range &gamma = operand(node, 1), &beta = operand(node, 2),
              &mean = operand(node, 3);
  Range epsilon = parameter(node.source->alpha);
  Range variance = Real::add(operand(node, 4), epsilon);
  if (!(variance.lo > 0)) {
    c.scale = nothingKnown(true);
    return;
  }
  c.scale = Real::div(gamma, Real::sqrt(variance));
  Range shift = Real::mul(mean, c.scale);
  c.magnitude = std::max(-shift.lo, shift.hi) + std::max(-beta.lo, beta.hi);
  c.sigma = Ops::sqrt(Ops::add(operand(node, 4), epsilon));
  Range scale = Ops::div(gamma, c.sigma);
  c.offset = Ops::add(beta, Ops::neg(Ops::mul(mean, scale)));
  c.exact = scale.isPoint() && c.offset.isPoint();
}

template <Rounding R>
Range NodeEvaluator<R>::batchNormAt(uint32_t index, double v) {
  using Real = RangeOps<Rounding::Real>;
  const PreparedNode &node = e.program.nodes[index];
  const auto &c = e.batchNorms[index];
  const Range &gamma = operand(node, 1), &beta = operand(node, 2);
  Range x = point(v), minusMean = Real::neg(operand(node, 3));
  if (c.exact) {
    Range normal = Ops::div(Ops::add(x, minusMean), c.sigma);
    Range first = Ops::add(Ops::mul(normal, gamma), beta);
    Range second = Ops::add(Ops::mul(x, c.scale), c.offset);
    if (first.isPoint() && second.isPoint())
      return first;
  }
  Range real = Real::add(Real::mul(Real::add(x, minusMean), c.scale), beta);
  if (!Ops::float32 || !real.valid)
    return real;
  // Each order makes at most six roundings of relative size u = 2^-24 (and
  // half a one in the root) on terms of these magnitudes; see exactness.md.
  double scale = std::max(-c.scale.lo, c.scale.hi);
  double error = 7 * 0x1p-24 * (std::fabs(v) * scale + c.magnitude) + 0x1p-146;
  return Ops::make(real.lo - error, real.hi + error, true, true);
}

template <Rounding R> Range NodeEvaluator<R>::batchNorm(uint32_t index) {
  const PreparedNode &node = e.program.nodes[index];
  const Range &x = operand(node, 0);
  bool parametersConstant =
      llvm::all_of(llvm::drop_begin(node.operands),
                   [&](uint32_t i) { return e.program.nodes[i].constant; });
  if (!parametersConstant) {
    Range variance = Ops::add(operand(node, 4), parameter(node.source->alpha));
    if (!(variance.lo > 0))
      return nothingKnown(x.fixed && variance.fixed);
    Range centred = Ops::add(x, Ops::neg(operand(node, 3)));
    Range normal = Ops::div(centred, Ops::sqrt(variance));
    return Ops::add(Ops::mul(normal, operand(node, 1)), operand(node, 2));
  }
  if (node.constant)
    prepareBatchNorm(index);
  if (!e.batchNorms[index].scale.valid)
    return nothingKnown(x.fixed);
  Range low = batchNormAt(index, x.lo);
  if (x.isPoint())
    return low;
  Range high = batchNormAt(index, x.hi);
  if (!low.valid || !high.valid)
    return nothingKnown(x.fixed);
  return Ops::make(std::min(low.lo, high.lo), std::max(low.hi, high.hi), x);
}

#define BNN_INSTANTIATE(R)                                                     \
  template Range NodeEvaluator<R>::batchNormAt(uint32_t, double);              \
  template void NodeEvaluator<R>::prepareBatchNorm(uint32_t);                  \
  template Range NodeEvaluator<R>::batchNorm(uint32_t);
BNN_INSTANTIATE(Rounding::Real)
BNN_INSTANTIATE(Rounding::AnyFloat32)
#undef BNN_INSTANTIATE
