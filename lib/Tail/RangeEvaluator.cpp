//===- RangeEvaluator.cpp -------------------------------------------------===//
//
// Evaluates a tail over a range of accumulators.
//
//===----------------------------------------------------------------------===//

#include "RangeEvaluator.h"
#include "RangeOps.h"
#include "llvm/ADT/STLExtras.h"

using namespace bnn::tail;
using namespace bnn::tail::detail;

namespace {

/// Whether the value is not zero: 1, 0, or -1 where that is not decided.
int truth(const Range &a) {
  if (!a.valid)
    return -1;
  if (a.lo > 0 || a.hi < 0)
    return 1;
  return a.isPoint() ? 0 : -1;
}

Range undecided(double lo, double hi, bool fixed) {
  return {lo, hi, fixed, false, true};
}

Range boolean(int decision, bool fixed) {
  return decision < 0 ? undecided(0, 1, fixed) : point(decision);
}

/// A step function that rises.
template <typename F> Range step(const Range &a, F f) {
  double lo = f(a.lo), hi = f(a.hi);
  if (lo == hi && std::isfinite(lo))
    return point(lo + 0.0);
  return undecided(lo, hi, a.fixed);
}

double roundHalfTowardZero(double v) {
  // v - 0.5 is exact where it matters: halves exist only below 2^52.
  double magnitude = std::fabs(v);
  return std::copysign(
      magnitude < 0x1p52 ? std::ceil(magnitude - 0.5) : magnitude, v);
}

Range roundTo(Op op, const Range &a) {
  switch (op) {
  case Op::Sign:
    return step(a, [](double v) { return double((v > 0) - (v < 0)); });
  case Op::Floor:
    return step(a, [](double v) { return std::floor(v); });
  case Op::Ceil:
    return step(a, [](double v) { return std::ceil(v); });
  case Op::RoundHalfEven:
    return step(a, [](double v) { return std::nearbyint(v); });
  case Op::RoundHalfAway:
    return step(a, [](double v) { return std::round(v); });
  case Op::RoundHalfTowardZero:
    return step(a, roundHalfTowardZero);
  case Op::RoundAway:
    return step(a,
                [](double v) { return v > 0 ? std::ceil(v) : std::floor(v); });
  default: // Trunc, CastInteger
    return step(a, [](double v) { return std::trunc(v); });
  }
}

/// 1, 0, or -1 where the ranges do not decide.
int compare(Op op, const Range &a, const Range &b, bool same) {
  bool equal = same || (a.isPoint() && b.isPoint() && a.lo == b.lo);
  bool less = !same && a.hi < b.lo, greater = !same && a.lo > b.hi;
  auto decide = [](bool yes, bool no) { return yes ? 1 : no ? 0 : -1; };
  switch (op) {
  case Op::Greater:
    return decide(greater, equal || a.hi <= b.lo);
  case Op::GreaterEqual:
    return decide(equal || a.lo >= b.hi, less);
  case Op::Less:
    return decide(less, equal || a.lo >= b.hi);
  case Op::LessEqual:
    return decide(equal || a.hi <= b.lo, greater);
  case Op::Equal:
    return decide(equal, less || greater);
  default: // NotEqual
    return decide(less || greater, equal);
  }
}

int connect(Op op, int a, int b) {
  if (op == Op::Xor)
    return a < 0 || b < 0 ? -1 : a ^ b;
  int absorbing = op == Op::Or;
  if (a == absorbing || b == absorbing)
    return absorbing;
  return a < 0 || b < 0 ? -1 : !absorbing;
}

Range select(const Range &condition, const Range &a, const Range &b) {
  int decision = truth(condition);
  if (decision >= 0)
    return decision ? a : b;
  bool fixed = condition.fixed && a.fixed && b.fixed;
  if (!condition.valid || !a.valid || !b.valid)
    return nothingKnown(fixed);
  double lo = std::min(a.lo, b.lo), hi = std::max(a.hi, b.hi);
  return lo == hi ? point(lo) : undecided(lo, hi, fixed);
}

double sigmoid(double v) {
  double e = std::exp(-std::fabs(v));
  return v < 0 ? e / (1 + e) : 1 / (1 + e);
}

} // namespace

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

//===----------------------------------------------------------------------===//
// Batch normalization
//===----------------------------------------------------------------------===//

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

} // namespace bnn::tail::detail

//===----------------------------------------------------------------------===//
// RangeEvaluator
//===----------------------------------------------------------------------===//

template <Rounding R> void RangeEvaluator::evaluateNodes(bool constants) {
  NodeEvaluator<R> evaluator(*this);
  if (!constants) {
    for (uint32_t i : varying)
      ranges[i] = evaluator.evaluate(i);
    return;
  }
  for (auto [i, node] : llvm::enumerate(program.nodes))
    if (node.constant)
      ranges[i] = evaluator.evaluate(i);
  for (uint32_t i : varying) {
    const PreparedNode &node = program.nodes[i];
    if (node.op == Op::BatchNorm &&
        llvm::all_of(llvm::drop_begin(node.operands), [&](uint32_t operand) {
          return program.nodes[operand].constant && ranges[operand].valid;
        }))
      evaluator.prepareBatchNorm(i);
  }
}

void RangeEvaluator::load(uint32_t newChannel) {
  channel = newChannel;
  size_t count = program.nodes.size();
  ranges.resize(count);
  // Not usable until its parameters are known to be.
  batchNorms.assign(count, {nothingKnown(true), {}, {}, 0, false});
  sorted.resize(count);
  varying.clear();
  for (auto [i, node] : llvm::enumerate(program.nodes)) {
    if (!node.constant)
      varying.push_back(i);
    if (node.op == Op::MultiThreshold) {
      llvm::ArrayRef<double> thresholds = valuesOf(*node.source, channel);
      sorted[i].assign(thresholds.begin(), thresholds.end());
      llvm::sort(sorted[i]);
    }
  }
  if (rounding == Rounding::Real)
    evaluateNodes<Rounding::Real>(true);
  else
    evaluateNodes<Rounding::AnyFloat32>(true);
}

const Range &RangeEvaluator::evaluate(int64_t newFirst, int64_t newLast) {
  first = newFirst;
  last = newLast;
  if (rounding == Rounding::Real)
    evaluateNodes<Rounding::Real>(false);
  else
    evaluateNodes<Rounding::AnyFloat32>(false);
  return ranges.back();
}

std::optional<uint32_t> RangeEvaluator::uncertainDecision() const {
  uint32_t node = ranges.size() - 1;
  if (ranges[node].certain)
    return std::nullopt;
  while (true) {
    llvm::ArrayRef<uint32_t> operands = program.nodes[node].operands;
    const uint32_t *cause =
        llvm::find_if(operands, [&](uint32_t i) { return !ranges[i].certain; });
    if (cause == operands.end())
      return node;
    node = *cause;
  }
}
