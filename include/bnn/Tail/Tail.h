//===- Tail.h - Exact step functions of elementwise tails -------*- C++ -*-===//
//
// Everything elementwise between an integer accumulator and the next
// quantized tensor is one function of that integer, per channel. This library
// finds it exactly: as a sorted list of (threshold, level).
//
// Numbers are real numbers over the float32/float64 parameter values: no order
// of evaluation, no rounding. docs/exactness.md has the derivation.
//
//===----------------------------------------------------------------------===//

#ifndef BNN_TAIL_TAIL_H
#define BNN_TAIL_TAIL_H

#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/Error.h"
#include <cstdint>
#include <optional>
#include <vector>

namespace bnn::tail {

enum class Op : uint8_t {
  Input,    // the integer (as a real number)
  Constant, // `values`: one per channel, or a single one for all
  // Unary.
  Neg, Abs, Sqrt, Exp, Log, Reciprocal, Sign, Floor, Ceil, Trunc,
  RoundHalfEven, RoundHalfAway, RoundHalfTowardZero, RoundAway,
  Relu, Sigmoid, Tanh, Erf, Softplus, Softsign,
  LeakyRelu,   // alpha
  Elu,         // alpha
  Selu,        // alpha, beta = gamma
  HardSigmoid, // alpha, beta
  Not, CastInteger /*toward zero*/, CastBool,
  // Binary.
  Add, Sub, Mul, Div, Pow, Min, Max,
  PRelu, // x < 0 ? y * x : x
  Greater, GreaterEqual, Less, LessEqual, Equal, NotEqual, And, Or, Xor,
  // Others.
  Select,         // operands: condition, then, else
  BatchNorm,      // operands: x, gamma, beta, mean, variance; alpha = epsilon
  MultiThreshold, // operand x; count of t with x >= t. `values` is
                  // [channels or 1][count] row major, count = `count`
};

struct Node {
  Op op;
  llvm::SmallVector<uint32_t, 5> operands; // earlier nodes
  std::vector<double> values;
  uint32_t count = 0;
  double alpha = 0, beta = 0;
};

/// A straight-line program over one integer input. Booleans are 0 and 1.
struct Program {
  uint32_t channels = 1;
  std::vector<Node> nodes; // the last one is the result
};

/// The integers first, first + step, ..., <= last that the input can take.
struct Domain {
  int64_t first, last;
  int64_t step = 1;
};

/// From the attainable integer `from` on, the function has value `value`.
struct Step {
  int64_t from;
  double value;
  bool operator==(const Step &) const = default;
};

/// At the attainable integer `at` the float32 evaluation may, in some order,
/// decide differently. `margin` is the distance of the real decision point to
/// `at`, in units of the accumulator (an estimate for the report, >= 0).
struct Tie {
  int64_t at;
  double margin;
};

struct StepFunction {
  double base;             // below the first step
  std::vector<Step> steps; // ascending `from`, neighbours differ in value
  std::vector<Tie> ties;   // ascending
  bool operator==(const StepFunction &o) const {
    return base == o.base && steps == o.steps;
  }
};

/// Which evaluation decides: real arithmetic, or float32 in the order of the
/// program's nodes (BatchNorm as ((x - mean) / sqrt(var + eps)) * gamma + beta).
enum class Ties : uint8_t { Exact, Float32 };

/// The step function of `channel` over `domain`, whose values must be exactly
/// representable as double. Fails with a message when a parameter is NaN or
/// infinite, when the function takes more than `maxLevels` values (it is then
/// no quantizer), or when it has no monotone pieces that can be derived and
/// the domain holds more than 2^20 integers.
llvm::Expected<StepFunction> solve(const Program &program, uint32_t channel,
                                   Domain domain, Ties ties = Ties::Exact,
                                   uint32_t maxLevels = 256);

/// All channels, those with equal parameters computed once. `domains` has one
/// entry per channel, or one for all.
llvm::Expected<std::vector<StepFunction>>
solveAll(const Program &program, llvm::ArrayRef<Domain> domains,
         Ties ties = Ties::Exact, uint32_t maxLevels = 256);

/// The same by evaluating exactly at every integer of the domain: the oracle
/// of the tests. Never call it on large domains.
llvm::Expected<StepFunction> enumerate(const Program &program, uint32_t channel,
                                       Domain domain);

/// The float32 evaluation at one integer, in the program's order.
float evaluateFloat32(const Program &program, uint32_t channel, int64_t at);

/// For programs with several integer inputs (Input nodes carry `count` as the
/// index of the accumulator): finds integers f_i(channel), none larger than
/// 2^31 in magnitude, such that the result depends on the accumulators only
/// through  sum_i f_i * x_i, i.e. it is the program `reduced` of that sum.
/// `reduced` has one input. std::nullopt where the affine coefficients are
/// not commensurable or the accumulators meet before an affine combination.
struct Combination {
  std::vector<std::vector<int64_t>> factors; // [input][channel]
  Program reduced;
};
llvm::Expected<std::optional<Combination>> combine(const Program &program,
                                                   uint32_t inputs);

} // namespace bnn::tail

#endif // BNN_TAIL_TAIL_H
