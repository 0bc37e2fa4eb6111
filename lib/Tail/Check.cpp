//===- Check.cpp ----------------------------------------------------------===//
//
// What the operators are called and take, and whether a program is one.
//
//===----------------------------------------------------------------------===//

#include "Prepare.h"
#include "llvm/ADT/STLExtras.h"
#include <cmath>

using namespace bnn::tail;
using namespace bnn::tail::detail;

namespace {

struct OpInfo {
  const char *name;
  unsigned operands;
  bool discretising = false;
};

OpInfo info(Op op) {
  switch (op) {
  case Op::Input:
    return {"input", 0};
  case Op::Constant:
    return {"constant", 0};
  case Op::Neg:
    return {"negation", 1};
  case Op::Abs:
    return {"absolute value", 1};
  case Op::Sqrt:
    return {"square root", 1};
  case Op::Exp:
    return {"exponential", 1};
  case Op::Log:
    return {"logarithm", 1};
  case Op::Reciprocal:
    return {"reciprocal", 1};
  case Op::Sign:
    return {"sign", 1, true};
  case Op::Floor:
    return {"floor", 1, true};
  case Op::Ceil:
    return {"ceil", 1, true};
  case Op::Trunc:
    return {"truncation", 1, true};
  case Op::RoundHalfEven:
    return {"rounding (half to even)", 1, true};
  case Op::RoundHalfAway:
    return {"rounding (half away from zero)", 1, true};
  case Op::RoundHalfTowardZero:
    return {"rounding (half toward zero)", 1, true};
  case Op::RoundAway:
    return {"rounding (away from zero)", 1, true};
  case Op::Relu:
    return {"relu", 1};
  case Op::Sigmoid:
    return {"sigmoid", 1};
  case Op::Tanh:
    return {"tanh", 1};
  case Op::Erf:
    return {"erf", 1};
  case Op::Softplus:
    return {"softplus", 1};
  case Op::Softsign:
    return {"softsign", 1};
  case Op::LeakyRelu:
    return {"leaky relu", 1};
  case Op::Elu:
    return {"elu", 1};
  case Op::Selu:
    return {"selu", 1};
  case Op::HardSigmoid:
    return {"hard sigmoid", 1};
  case Op::Not:
    return {"not", 1, true};
  case Op::CastInteger:
    return {"cast to an integer", 1, true};
  case Op::CastBool:
    return {"cast to bool", 1, true};
  case Op::Add:
    return {"addition", 2};
  case Op::Sub:
    return {"subtraction", 2};
  case Op::Mul:
    return {"multiplication", 2};
  case Op::Div:
    return {"division", 2};
  case Op::Pow:
    return {"power", 2};
  case Op::Min:
    return {"minimum", 2};
  case Op::Max:
    return {"maximum", 2};
  case Op::PRelu:
    return {"prelu", 2};
  case Op::Greater:
    return {"comparison (>)", 2, true};
  case Op::GreaterEqual:
    return {"comparison (>=)", 2, true};
  case Op::Less:
    return {"comparison (<)", 2, true};
  case Op::LessEqual:
    return {"comparison (<=)", 2, true};
  case Op::Equal:
    return {"comparison (==)", 2, true};
  case Op::NotEqual:
    return {"comparison (!=)", 2, true};
  case Op::And:
    return {"and", 2, true};
  case Op::Or:
    return {"or", 2, true};
  case Op::Xor:
    return {"xor", 2, true};
  case Op::Select:
    return {"selection", 3};
  case Op::BatchNorm:
    return {"batch normalization", 5};
  case Op::MultiThreshold:
    return {"multi-threshold", 1, true};
  }
  return {nullptr, 0};
}

template <typename... Ts>
llvm::Error fail(const char *format, const Ts &...values) {
  return llvm::createStringError(format, values...);
}

/// What `operand` of `op` is called where it is a parameter.
const char *roleOf(Op op, size_t operand) {
  static const char *batchNorm[] = {"input", "gamma", "beta", "mean",
                                    "variance"};
  if (op == Op::BatchNorm)
    return batchNorm[operand];
  if (op == Op::PRelu && operand == 1)
    return "slope";
  return "operand";
}

/// The first user of a constant says best what the constant is.
std::string describeConstant(const Program &program, uint32_t index) {
  for (auto [user, node] : llvm::enumerate(program.nodes))
    for (auto [position, operand] : llvm::enumerate(node.operands))
      if (operand == index)
        return std::string("the ") + roleOf(node.op, position) + " of the " +
               describe(node.op, user);
  return "the " + describe(Op::Constant, index);
}

llvm::Error checkValues(const Program &program, uint32_t index,
                        std::optional<uint32_t> channel) {
  const Node &node = program.nodes[index];
  size_t row = node.op == Op::MultiThreshold ? node.count : 1;
  if (row == 0 ? !node.values.empty()
               : node.values.size() != row &&
                     (node.values.size() % row != 0 ||
                      node.values.size() / row != program.channels))
    return fail("the %s has %zu values; expected one row of %zu, or one for "
                "each of the %u channels",
                describe(node.op, index).c_str(), node.values.size(), row,
                program.channels);
  llvm::ArrayRef<double> values = node.values;
  size_t first = 0;
  if (channel) {
    values = valuesOf(node, *channel);
    first = node.values.size() == row ? 0 : *channel;
  }
  for (auto [at, value] : llvm::enumerate(values)) {
    if (std::isfinite(value))
      continue;
    std::string what = node.op == Op::Constant
                           ? describeConstant(program, index)
                           : "a threshold of the " + describe(node.op, index);
    return fail("%s is %s in channel %zu; a threshold needs finite parameters",
                what.c_str(), std::isnan(value) ? "NaN" : "infinite",
                first + at / row);
  }
  return llvm::Error::success();
}

} // namespace

const char *bnn::tail::detail::name(Op op) { return info(op).name; }

bool bnn::tail::detail::isDiscretising(Op op) { return info(op).discretising; }

std::string bnn::tail::detail::describe(Op op, uint32_t node) {
  return std::string(name(op)) + " (node " + std::to_string(node) + ")";
}

llvm::ArrayRef<double> bnn::tail::detail::valuesOf(const Node &source,
                                                   uint32_t channel) {
  if (source.op != Op::Constant && source.op != Op::MultiThreshold)
    return {};
  size_t row = source.op == Op::MultiThreshold ? source.count : 1;
  if (source.values.size() == row)
    return source.values;
  return llvm::ArrayRef(source.values).slice(channel * row, row);
}

llvm::Error bnn::tail::detail::check(const Program &program,
                                     std::optional<uint32_t> channel,
                                     uint32_t inputs) {
  if (program.nodes.empty())
    return fail("the program has no node");
  if (program.nodes.size() > (1u << 16))
    return fail("the program has %zu nodes; at most 65536 are supported",
                program.nodes.size());
  if (program.channels == 0 || (channel && *channel >= program.channels))
    return fail("channel %u is outside of the program's %u channels",
                channel.value_or(0), program.channels);
  for (auto [index, node] : llvm::enumerate(program.nodes)) {
    OpInfo expected = info(node.op);
    if (!expected.name)
      return fail("node %zu has the unknown operator %u", index,
                  static_cast<unsigned>(node.op));
    std::string what = describe(node.op, index);
    if (node.operands.size() != expected.operands)
      return fail("the %s has %zu operands; expected %u", what.c_str(),
                  node.operands.size(), expected.operands);
    for (uint32_t operand : node.operands)
      if (operand >= index)
        return fail("the %s uses node %u, which is not earlier", what.c_str(),
                    operand);
    if (node.op == Op::Input && node.count >= inputs)
      return fail("the %s reads accumulator %u of %u; combine() makes one of "
                  "several",
                  what.c_str(), node.count, inputs);
    if (!std::isfinite(node.alpha) || !std::isfinite(node.beta))
      return fail("an attribute of the %s is NaN or infinite", what.c_str());
    if (node.op == Op::Constant || node.op == Op::MultiThreshold)
      if (llvm::Error error = checkValues(program, index, channel))
        return error;
  }
  return llvm::Error::success();
}

std::optional<uint32_t> bnn::tail::lastQuantizer(const Program &program) {
  if (llvm::Error error = detail::check(program, std::nullopt, UINT32_MAX)) {
    llvm::consumeError(std::move(error));
    return std::nullopt;
  }
  // Backwards: all ways pass a node when nothing else that varies is needed
  // by what comes after it.
  size_t count = program.nodes.size();
  std::vector<bool> varies(count), needed(count);
  for (auto [i, node] : llvm::enumerate(program.nodes))
    varies[i] = node.op == Op::Input ||
                llvm::any_of(node.operands,
                             [&](uint32_t operand) { return varies[operand]; });
  needed[count - 1] = true;
  size_t open = 1; // nodes that vary, are needed and were not yet seen
  for (uint32_t i = count; i-- > 0;) {
    if (!needed[i] || !varies[i])
      continue;
    if (open == 1 && isDiscretising(program.nodes[i].op))
      return i;
    --open;
    for (uint32_t operand : program.nodes[i].operands)
      if (varies[operand] && !needed[operand]) {
        needed[operand] = true;
        ++open;
      }
  }
  return std::nullopt;
}
