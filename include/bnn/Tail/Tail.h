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
  Input,    // the integer (as a real number); alpha = what float32 may be off
            // by already (>= 0, in its units), for ties only
  Constant, // `values`: one per channel, or a single one for all
  // Unary.
  Neg,
  Abs,
  Sqrt,
  Exp,
  Log,
  Reciprocal,
  Sign,
  Floor,
  Ceil,
  Trunc,
  RoundHalfEven,
  RoundHalfAway,
  RoundHalfTowardZero,
  RoundAway,
  Relu,
  Sigmoid,
  Tanh,
  Erf,
  Softplus,
  Softsign,
  LeakyRelu,   // alpha
  Elu,         // alpha
  Selu,        // alpha, beta = gamma
  HardSigmoid, // alpha, beta
  Not,
  CastInteger /*toward zero*/,
  CastBool,
  // Binary.
  Add,
  Sub,
  Mul,
  Div,
  Pow,
  Min,
  Max,
  PRelu, // x < 0 ? y * x : x
  Greater,
  GreaterEqual,
  Less,
  LessEqual,
  Equal,
  NotEqual,
  And,
  Or,
  Xor,
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

/// The integers first, first + step, ..., <= last that the input can take,
/// none beyond 2^53 in magnitude.
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
/// `at`, in units of the accumulator (an estimate for the report, >= 0 and at
/// most the domain's width; 0 where the real value is at the decision point).
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

/// Which evaluation decides at ties: real arithmetic, or float32 in the order
/// of the program's nodes (BatchNorm as
/// ((x - mean) / sqrt(var + eps)) * gamma + beta). Elsewhere both agree. The
/// values of the levels are exact in either case.
enum class Ties : uint8_t { Exact, Float32 };

/// The step function of `channel` over `domain`, whose values must be exactly
/// representable as double (see lastQuantizer). Fails with a message when a
/// parameter is NaN or infinite, when at an attainable integer the value does
/// not exist (division by zero, variance plus epsilon not positive, ...), when
/// the function takes more than `maxLevels` values (it is then no quantizer),
/// or when it has no monotone pieces that can be derived and the domain holds
/// more than 2^20 integers. Messages name nodes by their index.
llvm::Expected<StepFunction> solve(const Program &program, uint32_t channel,
                                   Domain domain, Ties ties = Ties::Exact,
                                   uint32_t maxLevels = 256);

/// All channels, those with equal parameters computed once. `domains` has one
/// entry per channel, or one for all.
llvm::Expected<std::vector<StepFunction>>
solveAll(const Program &program, llvm::ArrayRef<Domain> domains,
         Ties ties = Ties::Exact, uint32_t maxLevels = 256);

/// The last discretising node that every way from the input to the result
/// passes, if there is one. What follows it is a function of its few levels
/// and no part of the decision: where no double holds a level (round(15 x) /
/// 15), end the program there and leave the rest to the next tail.
std::optional<uint32_t> lastQuantizer(const Program &program);

/// The same as solve(), without ties, by evaluating exactly at every integer
/// of the domain: the oracle of the tests. Never call it on large domains. As
/// it does not simplify, residues like sign(x) - tanh(x) + tanh(x) fail.
llvm::Expected<StepFunction> enumerate(const Program &program, uint32_t channel,
                                       Domain domain);

/// The float32 evaluation at one integer, in the program's order.
float evaluateFloat32(const Program &program, uint32_t channel, int64_t at);

/// For programs with several integer inputs (Input nodes carry `count` as the
/// index of the accumulator): finds integers f_i(channel), none larger than
/// 2^31 in magnitude, such that the result depends on the accumulators only
/// through  sum_i f_i * x_i, i.e. it is the program `reduced` of that sum.
/// `reduced` has one input. The factors of a channel have no common divisor
/// and the first that is not 0 is positive; all are 0 where the channel is
/// constant. std::nullopt where the affine coefficients are not commensurable
/// or the accumulators meet before an affine combination. Fails where a
/// parameter is NaN or infinite or a scale does not exist.
///
/// The ties of `reduced` do not know the rounding of the summands: a caller
/// that knows the domains of the accumulators sets alpha of reduced.nodes[0],
/// its Input, to 2^-21 times the largest sum of |f_i * x_i|.
struct Combination {
  std::vector<std::vector<int64_t>> factors; // [input][channel]
  Program reduced;
};
llvm::Expected<std::optional<Combination>> combine(const Program &program,
                                                   uint32_t inputs);

} // namespace bnn::tail

#endif // BNN_TAIL_TAIL_H
