//===- Programs.h - Building tails in tests ---------------------*- C++ -*-===//

#ifndef BNN_TEST_UNIT_TAIL_PROGRAMS_H
#define BNN_TEST_UNIT_TAIL_PROGRAMS_H

#include "bnn/Tail/Tail.h"
#include "gtest/gtest.h"

namespace bnn::tail {

/// Writes programs node by node; nodes are their indices.
struct Builder {
  Program program;

  explicit Builder(uint32_t channels = 1) { program.channels = channels; }

  uint32_t node(Op op, std::vector<uint32_t> operands = {}, double alpha = 0,
                double beta = 0) {
    Node n;
    n.op = op;
    n.operands.assign(operands.begin(), operands.end());
    n.alpha = alpha;
    n.beta = beta;
    program.nodes.push_back(n);
    return program.nodes.size() - 1;
  }
  uint32_t input(uint32_t index = 0) {
    uint32_t n = node(Op::Input);
    program.nodes[n].count = index;
    return n;
  }
  uint32_t constant(std::vector<double> values) {
    uint32_t n = node(Op::Constant);
    program.nodes[n].values = std::move(values);
    return n;
  }
  uint32_t constant(double value) { return constant(std::vector{value}); }
  uint32_t add(uint32_t a, uint32_t b) { return node(Op::Add, {a, b}); }
  uint32_t sub(uint32_t a, uint32_t b) { return node(Op::Sub, {a, b}); }
  uint32_t mul(uint32_t a, uint32_t b) { return node(Op::Mul, {a, b}); }
  uint32_t div(uint32_t a, uint32_t b) { return node(Op::Div, {a, b}); }
  uint32_t sign(uint32_t a) { return node(Op::Sign, {a}); }
  uint32_t clip(uint32_t a, double lo, double hi) {
    return node(Op::Min, {node(Op::Max, {a, constant(lo)}), constant(hi)});
  }
  uint32_t batchNorm(uint32_t x, double gamma, double beta, double mean,
                     double variance, double epsilon) {
    return node(Op::BatchNorm,
                {x, constant(gamma), constant(beta), constant(mean),
                 constant(variance)},
                epsilon);
  }
  /// QONNX Quant; `bits` up to 8.
  uint32_t quant(uint32_t x, double scale, double zero, Op rounding, double lo,
                 double hi) {
    uint32_t s = constant(scale), z = constant(zero);
    uint32_t q = node(rounding, {clip(add(div(x, s), z), lo, hi)});
    return mul(sub(q, z), s);
  }
  uint32_t multiThreshold(uint32_t x, std::vector<double> thresholds) {
    uint32_t n = node(Op::MultiThreshold, {x});
    program.nodes[n].count = thresholds.size();
    program.nodes[n].values = std::move(thresholds);
    return n;
  }
};

inline std::string print(const StepFunction &f) {
  std::string text = std::to_string(f.base);
  for (const Step &s : f.steps)
    text += " |" + std::to_string(s.from) + "| " + std::to_string(s.value);
  return text;
}

inline double valueAt(const StepFunction &f, int64_t at) {
  double value = f.base;
  for (const Step &s : f.steps)
    if (at >= s.from)
      value = s.value;
  return value;
}

inline std::string errorOf(llvm::Error error) {
  return llvm::toString(std::move(error));
}

/// The solved function, which must be the enumerated one.
inline StepFunction solved(const Program &program, Domain domain,
                           uint32_t channel = 0) {
  llvm::Expected<StepFunction> fast = solve(program, channel, domain);
  llvm::Expected<StepFunction> slow = enumerate(program, channel, domain);
  if (!fast || !slow) {
    ADD_FAILURE() << "solve: " << errorOf(fast.takeError())
                  << "; enumerate: " << errorOf(slow.takeError());
    return {};
  }
  EXPECT_EQ(print(*fast), print(*slow));
  EXPECT_TRUE(*fast == *slow);
  return *fast;
}

inline std::string solveError(const Program &program, Domain domain,
                              uint32_t maxLevels = 256) {
  llvm::Expected<StepFunction> f =
      solve(program, 0, domain, Ties::Exact, maxLevels);
  return f ? "solved: " + print(*f) : errorOf(f.takeError());
}

} // namespace bnn::tail

#endif // BNN_TEST_UNIT_TAIL_PROGRAMS_H
