//===- ExactEvaluator.cpp -------------------------------------------------===//
//
// Evaluates a tail exactly at one integer.
//
//===----------------------------------------------------------------------===//

#include "ExactEvaluator.h"
#include <cmath>

using namespace bnn::tail;
using namespace bnn::tail::detail;

namespace {

Number integer(bool value) { return Number(mpq_class(value)); }

class Evaluator {
public:
  Evaluator(const Prepared &program, uint32_t channel,
            llvm::ArrayRef<int64_t> inputs, llvm::ArrayRef<float> decisions,
            Arithmetic &arithmetic)
      : program(program), channel(channel), inputs(inputs),
        decisions(decisions), a(arithmetic) {}

  std::vector<Number> run();

private:
  Number evaluate(const PreparedNode &node);
  Number decide(const PreparedNode &node);
  Number activation(const PreparedNode &node, const Number &x);
  Number elu(const Number &x, double alpha);
  Number batchNorm(const PreparedNode &node);

  const Number &operand(const PreparedNode &node, unsigned i) const {
    return values[node.operands[i]];
  }

  const Prepared &program;
  uint32_t channel;
  llvm::ArrayRef<int64_t> inputs;
  llvm::ArrayRef<float> decisions;
  Arithmetic &a;
  std::vector<Number> values;
};

std::vector<Number> Evaluator::run() {
  values.reserve(program.nodes.size());
  for (const PreparedNode &node : program.nodes) {
    Number value = evaluate(node);
    if (a.undecided)
      break;
    // The first reason is the cause; say where it arose.
    bool inherited = false;
    for (uint32_t i : node.operands)
      inherited |= values[i].isInvalid();
    if (value.isInvalid() && !inherited)
      value = Number::invalid(value.why() + " in the " +
                              describe(node.op, node.origin));
    values.push_back(std::move(value));
  }
  return std::move(values);
}

Number Evaluator::decide(const PreparedNode &node) {
  for (uint32_t i : node.operands)
    if (values[i].isInvalid())
      return values[i];
  if (!decisions.empty()) {
    float value = decisions[node.origin];
    if (!std::isfinite(value))
      return Number::invalid("the float32 evaluation overflows");
    return Number(mpq_class(value));
  }
  const Number &x = operand(node, 0);
  auto truth = [&](unsigned i) { return a.sign(operand(node, i)) != 0; };
  auto order = [&] { return a.compare(x, operand(node, 1)); };
  switch (node.op) {
  case Op::Sign:
    return Number(mpq_class(a.sign(x)));
  case Op::Not:
    return integer(!truth(0));
  case Op::CastBool:
    return integer(truth(0));
  case Op::And:
    return integer(truth(0) && truth(1));
  case Op::Or:
    return integer(truth(0) || truth(1));
  case Op::Xor:
    return integer(truth(0) != truth(1));
  case Op::Greater:
    return integer(order() > 0);
  case Op::GreaterEqual:
    return integer(order() >= 0);
  case Op::Less:
    return integer(order() < 0);
  case Op::LessEqual:
    return integer(order() <= 0);
  case Op::Equal:
    return integer(order() == 0);
  case Op::NotEqual:
    return integer(order() != 0);
  case Op::MultiThreshold: {
    long count = 0;
    for (double threshold : valuesOf(*node.source, channel))
      count += a.compare(x, Number(mpq_class(threshold))) >= 0;
    return Number(mpq_class(count));
  }
  default:
    return a.round(node.op, x);
  }
}

/// x for x >= 0, alpha (e^x - 1) below.
Number Evaluator::elu(const Number &x, double alpha) {
  if (x.isInvalid() || a.sign(x) >= 0)
    return x;
  return a.mul(Number(mpq_class(alpha)), a.expm1(x));
}

Number Evaluator::activation(const PreparedNode &node, const Number &x) {
  const Node &source = *node.source;
  Number one(1), zero;
  auto constant = [](double v) { return Number(mpq_class(v)); };
  switch (node.op) {
  case Op::Sigmoid: {
    if (x.isInvalid())
      return x;
    return a.div(one, a.add(one, a.exp(a.neg(x))));
  }
  case Op::Softplus:
    return a.log(a.add(one, a.exp(x)));
  case Op::Softsign:
    return a.div(x, a.add(one, a.sign(x) < 0 ? a.neg(x) : x));
  case Op::Relu:
    return a.sign(x) < 0 ? zero : x;
  case Op::LeakyRelu:
    return a.sign(x) < 0 ? a.mul(constant(source.alpha), x) : x;
  case Op::Elu:
    return elu(x, source.alpha);
  case Op::Selu:
    return a.mul(constant(source.beta), elu(x, source.alpha));
  case Op::HardSigmoid: {
    Number y = a.add(a.mul(constant(source.alpha), x), constant(source.beta));
    return y.isInvalid()           ? y
           : a.sign(y) < 0         ? zero
           : a.compare(y, one) > 0 ? one
                                   : y;
  }
  default: // Abs
    return a.sign(x) < 0 ? a.neg(x) : x;
  }
}

Number Evaluator::batchNorm(const PreparedNode &node) {
  Number variance =
      a.add(operand(node, 4), Number(mpq_class(node.source->alpha)));
  if (!variance.isInvalid() && a.sign(variance) <= 0)
    return Number::invalid("the variance plus epsilon is not positive");
  Number normal =
      a.div(a.sub(operand(node, 0), operand(node, 3)), a.sqrt(variance));
  return a.add(a.mul(normal, operand(node, 1)), operand(node, 2));
}

Number Evaluator::evaluate(const PreparedNode &node) {
  if (isDiscretising(node.op))
    return decide(node);
  auto x = [&](unsigned i) -> const Number & { return operand(node, i); };
  switch (node.op) {
  case Op::Input:
    return Number(mpq_class(static_cast<double>(inputs[node.source->count])));
  case Op::Constant:
    return Number(mpq_class(valuesOf(*node.source, channel)[0]));
  case Op::Neg:
    return a.neg(x(0));
  case Op::Sqrt:
    return a.sqrt(x(0));
  case Op::Exp:
    return a.exp(x(0));
  case Op::Log:
    return a.log(x(0));
  case Op::Reciprocal:
    return a.div(Number(1), x(0));
  case Op::Tanh:
    return a.tanh(x(0));
  case Op::Erf:
    return a.erf(x(0));
  case Op::Add:
    return a.add(x(0), x(1));
  case Op::Sub:
    return a.sub(x(0), x(1));
  case Op::Mul:
    return a.mul(x(0), x(1));
  case Op::Div:
    return a.div(x(0), x(1));
  case Op::Pow:
    return a.pow(x(0), x(1));
  case Op::Min:
  case Op::Max: {
    if (x(0).isInvalid() || x(1).isInvalid())
      return x(0).isInvalid() ? x(0) : x(1);
    bool firstGreater = a.compare(x(0), x(1)) > 0;
    return firstGreater == (node.op == Op::Max) ? x(0) : x(1);
  }
  case Op::PRelu:
    if (x(0).isInvalid())
      return x(0);
    return a.sign(x(0)) < 0 ? a.mul(x(1), x(0)) : x(0);
  case Op::Select: {
    if (x(0).isInvalid())
      return x(0);
    bool condition = a.sign(x(0)) != 0;
    if (!decisions.empty())
      condition = decisions[program.nodes[node.operands[0]].origin] != 0;
    return condition ? x(1) : x(2);
  }
  case Op::BatchNorm:
    return batchNorm(node);
  default:
    return x(0).isInvalid() ? x(0) : activation(node, x(0));
  }
}

} // namespace

std::vector<Number>
bnn::tail::detail::evaluateExact(const Prepared &program, uint32_t channel,
                                 llvm::ArrayRef<int64_t> inputs,
                                 llvm::ArrayRef<float> decisions) {
  for (mpfr_prec_t precision : {80, 128, 256}) {
    Arithmetic arithmetic(precision, precision == 256);
    std::vector<Number> values =
        Evaluator(program, channel, inputs, decisions, arithmetic).run();
    if (!arithmetic.undecided)
      return values;
  }
  return {}; // not reached: the last precision always decides
}

llvm::Expected<double>
bnn::tail::detail::resultOf(const Prepared &program,
                            const std::vector<Number> &values, int64_t at,
                            uint32_t channel) {
  const Number &result = values.back();
  if (result.isInvalid())
    return llvm::createStringError(
        "%s where the accumulator is %lld (channel %u)", result.why().c_str(),
        static_cast<long long>(at), channel);
  if (std::optional<double> value = exactDouble(result))
    return *value + 0.0; // no negative zero
  const PreparedNode &node = program.nodes.back();
  return llvm::createStringError(
      "the value of the %s where the accumulator is %lld (channel %u) is near "
      "%.9g, but no float64 equals it; end the tail at its last quantizer",
      describe(node.op, node.origin).c_str(), static_cast<long long>(at),
      channel, approximate(result));
}

double bnn::tail::detail::decidedQuantity(const Prepared &program,
                                          uint32_t node,
                                          const std::vector<Number> &values) {
  const PreparedNode &n = program.nodes[node];
  switch (n.op) {
  case Op::Greater:
  case Op::GreaterEqual:
  case Op::Less:
  case Op::LessEqual:
  case Op::Equal:
  case Op::NotEqual: {
    Arithmetic a(256, true);
    return approximate(a.sub(values[n.operands[0]], values[n.operands[1]]));
  }
  default:
    return approximate(values[n.operands[0]]);
  }
}

double bnn::tail::detail::decisionGap(const Prepared &program, uint32_t channel,
                                      uint32_t node,
                                      const std::vector<Number> &values) {
  const PreparedNode &n = program.nodes[node];
  const Number &x = values[n.operands[0]];
  Arithmetic a(256, true);
  auto distance = [&](const Number &point) {
    return std::fabs(approximate(a.sub(x, point)));
  };
  Number half(mpq_class(1, 2));
  switch (n.op) {
  case Op::Floor:
  case Op::Ceil:
  case Op::Trunc:
  case Op::CastInteger:
  case Op::RoundAway:
    return distance(a.round(Op::RoundHalfEven, x));
  case Op::RoundHalfEven:
  case Op::RoundHalfAway:
  case Op::RoundHalfTowardZero:
    return distance(a.add(a.round(Op::Floor, x), half));
  case Op::MultiThreshold: {
    double least = INFINITY;
    for (double threshold : valuesOf(*n.source, channel))
      least = std::fmin(least, distance(Number(mpq_class(threshold))));
    return least;
  }
  default:
    return std::fabs(decidedQuantity(program, node, values));
  }
}
