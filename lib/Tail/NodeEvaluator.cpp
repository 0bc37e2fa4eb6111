//===- NodeEvaluator.cpp --------------------------------------------------===//
//
// Evaluates one node over a range of accumulators.
//
//===----------------------------------------------------------------------===//

#include "NodeEvaluator.h"
#include "RangeDecisions.h"
#include "llvm/ADT/STLExtras.h"

using namespace bnn::tail;
using namespace bnn::tail::detail;

namespace {

double sigmoid(double v) {
  double e = std::exp(-std::fabs(v));
  return v < 0 ? e / (1 + e) : 1 / (1 + e);
}

} // namespace

template <Rounding R>
Range NodeEvaluator<R>::unary(const PreparedNode &node, const Range &x) {
  double alpha = node.source->alpha, beta = node.source->beta;
  auto elu = [&](const Range &below) {
    auto expm1 = [](double v) { return std::expm1(v); };
    return Ops::mul(parameter(alpha),
                    Ops::library(below, expm1, -1, kInfinity));
  };
  switch (node.op) {
  case Op::Neg:
    return Ops::neg(x);
  case Op::Abs:
    return Ops::pieces(x, Ops::neg);
  case Op::Sqrt:
    return Ops::sqrt(x);
  case Op::Exp:
    return Ops::exp(x);
  case Op::Log:
    return Ops::log(x);
  case Op::Reciprocal:
    return Ops::div(point(1), x);
  case Op::Relu:
    return Ops::max(x, point(0));
  case Op::Sigmoid:
    return Ops::library(x, sigmoid, 0, 1);
  case Op::Tanh:
    return Ops::library(x, [](double v) { return std::tanh(v); }, -1, 1);
  case Op::Erf:
    return Ops::library(x, [](double v) { return std::erf(v); }, -1, 1);
  case Op::Softplus:
    return Ops::log(Ops::add(point(1), Ops::exp(x)));
  case Op::Softsign: {
    auto at = [](double v) {
      Range p{v, v};
      return Ops::div(p, Ops::add(point(1), point(std::fabs(v))));
    };
    return Ops::make(at(x.lo).lo, at(x.hi).hi, x);
  }
  case Op::LeakyRelu:
    return Ops::pieces(
        x, [&](const Range &y) { return Ops::mul(parameter(alpha), y); });
  case Op::Elu:
    return Ops::pieces(x, elu);
  case Op::Selu:
    return Ops::mul(parameter(beta), Ops::pieces(x, elu));
  case Op::HardSigmoid: {
    Range y = Ops::add(Ops::mul(parameter(alpha), x), parameter(beta));
    return y.valid ? Ops::max(point(0), Ops::min(point(1), y)) : y;
  }
  case Op::Not: {
    int decision = truth(x);
    return boolean(decision < 0 ? -1 : !decision, x.fixed);
  }
  case Op::CastBool:
    return boolean(truth(x), x.fixed);
  default:
    return roundTo(node.op, x);
  }
}

template <Rounding R> Range NodeEvaluator<R>::evaluate(uint32_t index) {
  const PreparedNode &node = e.program.nodes[index];
  if (node.op == Op::Input) {
    double slack = Ops::float32 ? std::fabs(node.source->alpha) : 0;
    return Ops::make(addDown(static_cast<double>(e.first), -slack),
                     addUp(static_cast<double>(e.last), slack),
                     e.first == e.last, true);
  }
  if (node.op == Op::Constant)
    return parameter(valuesOf(*node.source, e.channel)[0]);
  if (node.op == Op::Select)
    return select(operand(node, 0), operand(node, 1), operand(node, 2));

  bool valid = true, fixed = true;
  for (uint32_t i : node.operands) {
    valid &= e.ranges[i].valid;
    fixed &= e.ranges[i].fixed;
  }
  if (!valid)
    return nothingKnown(fixed);

  if (node.op == Op::BatchNorm)
    return batchNorm(index);
  if (node.op == Op::MultiThreshold)
    return multiThreshold(index, operand(node, 0));
  if (node.operands.size() == 1)
    return unary(node, operand(node, 0));

  const Range &x = operand(node, 0), &y = operand(node, 1);
  switch (node.op) {
  case Op::Add:
    return Ops::add(x, y);
  case Op::Sub:
    return Ops::add(x, Ops::neg(y));
  case Op::Mul:
    return Ops::mul(x, y);
  case Op::Div:
    return Ops::div(x, y);
  case Op::Pow:
    return Ops::pow(x, y);
  case Op::Min:
    return Ops::min(x, y);
  case Op::Max:
    return Ops::max(x, y);
  case Op::PRelu:
    return Ops::pieces(x, [&](const Range &z) { return Ops::mul(y, z); });
  case Op::And:
  case Op::Or:
  case Op::Xor:
    return boolean(connect(node.op, truth(x), truth(y)), fixed);
  default:
    return boolean(compare(node.op, x, y, node.operands[0] == node.operands[1]),
                   fixed);
  }
}

template <Rounding R>
Range NodeEvaluator<R>::multiThreshold(uint32_t index, const Range &x) {
  const std::vector<double> &t = e.sorted[index];
  auto count = [&](double bound, auto rounded) {
    auto end = llvm::partition_point(
        t, [&](double threshold) { return rounded(threshold) <= bound; });
    return static_cast<double>(end - t.begin());
  };
  double lo =
      count(x.lo, [](double v) { return Ops::float32 ? floatUp(v) : v; });
  double hi =
      count(x.hi, [](double v) { return Ops::float32 ? floatDown(v) : v; });
  return lo == hi ? point(lo) : undecided(lo, hi, x.fixed);
}

template class bnn::tail::detail::NodeEvaluator<Rounding::Real>;
template class bnn::tail::detail::NodeEvaluator<Rounding::AnyFloat32>;
