//===- Float32.cpp --------------------------------------------------------===//
//
// The float32 evaluation of a tail in the order of its nodes.
//
//===----------------------------------------------------------------------===//

#include "ExactEvaluator.h"
#include "llvm/ADT/STLExtras.h"
#include <cmath>

using namespace bnn::tail;
using namespace bnn::tail::detail;

namespace {

float sign(float x) { return x > 0 ? 1 : x < 0 ? -1 : x; }

float roundHalfTowardZero(float x) {
  float magnitude = std::fabs(x);
  // Above 2^23 there is no fraction, and x - 0.5 would be rounded.
  return magnitude < 0x1p23f ? std::copysign(std::ceil(magnitude - 0.5f), x)
                             : x;
}

class Evaluator {
public:
  Evaluator(const Program &program, uint32_t channel, int64_t at)
      : program(program), channel(channel), at(at) {
    values.reserve(program.nodes.size());
  }

  std::vector<float> run() {
    for (const Node &node : program.nodes)
      values.push_back(node.operands.size() == 1 ? unary(node)
                       : node.operands.size() == 2
                           ? binary(node, x(node, 0), x(node, 1))
                           : other(node));
    return std::move(values);
  }

private:
  float x(const Node &node, unsigned i) const {
    return values[node.operands[i]];
  }
  float unary(const Node &node);
  float binary(const Node &node, float a, float b);
  float other(const Node &node);

  const Program &program;
  uint32_t channel;
  int64_t at;
  std::vector<float> values;
};

float Evaluator::unary(const Node &node) {
  float v = x(node, 0);
  float alpha = static_cast<float>(node.alpha);
  float beta = static_cast<float>(node.beta);
  switch (node.op) {
  case Op::Neg:
    return -v;
  case Op::Abs:
    return std::fabs(v);
  case Op::Sqrt:
    return std::sqrt(v);
  case Op::Exp:
    return std::exp(v);
  case Op::Log:
    return std::log(v);
  case Op::Reciprocal:
    return 1.0f / v;
  case Op::Sign:
    return sign(v);
  case Op::Floor:
    return std::floor(v);
  case Op::Ceil:
    return std::ceil(v);
  case Op::Trunc:
  case Op::CastInteger:
    return std::trunc(v);
  case Op::RoundHalfEven:
    return std::nearbyint(v);
  case Op::RoundHalfAway:
    return std::round(v);
  case Op::RoundHalfTowardZero:
    return roundHalfTowardZero(v);
  case Op::RoundAway:
    return v > 0 ? std::ceil(v) : std::floor(v);
  case Op::Relu:
    return v < 0 ? 0 : v;
  case Op::Sigmoid:
    return 1.0f / (1.0f + std::exp(-v));
  case Op::Tanh:
    return std::tanh(v);
  case Op::Erf:
    return std::erf(v);
  case Op::Softplus:
    return v > 0 ? v + std::log1p(std::exp(-v)) : std::log1p(std::exp(v));
  case Op::Softsign:
    return v / (1.0f + std::fabs(v));
  case Op::LeakyRelu:
    return v < 0 ? alpha * v : v;
  case Op::Elu:
    return v < 0 ? alpha * std::expm1(v) : v;
  case Op::Selu:
    return beta * (v < 0 ? alpha * std::expm1(v) : v);
  case Op::HardSigmoid: {
    float y = alpha * v + beta;
    return y < 0 ? 0 : y > 1 ? 1 : y;
  }
  case Op::Not:
    return v == 0;
  case Op::CastBool:
    return v != 0;
  default: { // MultiThreshold
    float count = 0;
    for (double threshold : valuesOf(node, channel))
      count += v >= static_cast<float>(threshold);
    return count;
  }
  }
}

float Evaluator::binary(const Node &node, float a, float b) {
  switch (node.op) {
  case Op::Add:
    return a + b;
  case Op::Sub:
    return a - b;
  case Op::Mul:
    return a * b;
  case Op::Div:
    return a / b;
  case Op::Pow:
    return std::pow(a, b);
  case Op::Min:
    return a < b ? a : b;
  case Op::Max:
    return a > b ? a : b;
  case Op::PRelu:
    return a < 0 ? b * a : a;
  case Op::Greater:
    return a > b;
  case Op::GreaterEqual:
    return a >= b;
  case Op::Less:
    return a < b;
  case Op::LessEqual:
    return a <= b;
  case Op::Equal:
    return a == b;
  case Op::NotEqual:
    return a != b;
  case Op::And:
    return a != 0 && b != 0;
  case Op::Or:
    return a != 0 || b != 0;
  default:
    return (a != 0) != (b != 0); // Xor
  }
}

float Evaluator::other(const Node &node) {
  switch (node.op) {
  case Op::Input:
    return static_cast<float>(at);
  case Op::Constant:
    return static_cast<float>(valuesOf(node, channel)[0]);
  case Op::Select:
    return x(node, 0) != 0 ? x(node, 1) : x(node, 2);
  default: { // BatchNorm
    float centred = x(node, 0) - x(node, 3);
    float sigma = std::sqrt(x(node, 4) + static_cast<float>(node.alpha));
    float normal = centred / sigma;
    float scaled = normal * x(node, 1);
    return scaled + x(node, 2);
  }
  }
}

} // namespace

std::vector<float> bnn::tail::detail::float32Values(const Program &program,
                                                    uint32_t channel,
                                                    int64_t at) {
  return Evaluator(program, channel, at).run();
}

float bnn::tail::evaluateFloat32(const Program &program, uint32_t channel,
                                 int64_t at) {
  return float32Values(program, channel, at).back();
}
