//===- Prepare.cpp --------------------------------------------------------===//
//
// Checks a program and brings it into the form that the evaluators walk.
//
//===----------------------------------------------------------------------===//

#include "Prepare.h"
#include "llvm/ADT/STLExtras.h"
#include <cmath>
#include <map>
#include <unordered_map>

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

bool isCommutative(Op op) {
  switch (op) {
  case Op::Add:
  case Op::Mul:
  case Op::Min:
  case Op::Max:
  case Op::Equal:
  case Op::NotEqual:
  case Op::And:
  case Op::Or:
  case Op::Xor:
    return true;
  default:
    return false;
  }
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

//===----------------------------------------------------------------------===//
// Simplification
//===----------------------------------------------------------------------===//

namespace {

class Builder {
public:
  Builder(const Program &program, std::optional<uint32_t> channel,
          bool simplify)
      : program(program), channel(channel), simplify(simplify) {
    result.channels = program.channels;
  }

  Prepared build();

private:
  /// A sum of earlier nodes with small integer coefficients.
  using Sum = std::map<uint32_t, int64_t>;

  llvm::ArrayRef<double> relevantValues(const Node &node) const {
    return channel ? valuesOf(node, *channel) : llvm::ArrayRef(node.values);
  }
  std::string keyOf(const PreparedNode &node) const;
  uint32_t insert(PreparedNode node);
  uint32_t make(Op op, llvm::ArrayRef<uint32_t> operands, uint32_t origin);
  uint32_t makeConstant(double value, uint32_t origin);
  uint32_t makeSum(const Sum &sum, uint32_t origin);
  bool isMinusOne(uint32_t node) const;
  std::optional<uint32_t> cancel(const PreparedNode &node);
  void dropUnused(uint32_t last);

  const Program &program;
  std::optional<uint32_t> channel;
  bool simplify;
  Prepared result;
  std::vector<Sum> sums; // of every prepared node; itself if it is no sum
  std::unordered_map<std::string, uint32_t> known;
};

template <typename T> void append(std::string &key, const T &value) {
  key.append(reinterpret_cast<const char *>(&value), sizeof(value));
}

std::string Builder::keyOf(const PreparedNode &node) const {
  std::string key;
  append(key, node.op);
  for (uint32_t operand : node.operands)
    append(key, operand);
  append(key, node.source->alpha);
  append(key, node.source->beta);
  append(key, node.source->count);
  llvm::ArrayRef<double> values = relevantValues(*node.source);
  key.append(reinterpret_cast<const char *>(values.data()),
             values.size() * sizeof(double));
  return key;
}

uint32_t Builder::insert(PreparedNode node) {
  node.constant = node.op != Op::Input &&
                  llvm::all_of(node.operands, [&](uint32_t operand) {
                    return result.nodes[operand].constant;
                  });
  uint32_t index = result.nodes.size();
  if (simplify) {
    if (isCommutative(node.op))
      llvm::sort(node.operands);
    auto [position, inserted] = known.try_emplace(keyOf(node), index);
    if (!inserted)
      return position->second;
    sums.push_back({{index, 1}});
  }
  result.nodes.push_back(std::move(node));
  return index;
}

uint32_t Builder::make(Op op, llvm::ArrayRef<uint32_t> operands,
                       uint32_t origin) {
  Node &node = result.owned.emplace_back();
  node.op = op;
  return insert({op, {operands.begin(), operands.end()}, &node, origin, false});
}

uint32_t Builder::makeConstant(double value, uint32_t origin) {
  Node &node = result.owned.emplace_back();
  node.op = Op::Constant;
  node.values = {value};
  return insert({Op::Constant, {}, &node, origin, true});
}

uint32_t Builder::makeSum(const Sum &sum, uint32_t origin) {
  if (sum.empty())
    return makeConstant(0, origin);
  auto term = [&](uint32_t node, int64_t coefficient) {
    if (coefficient == 1)
      return node;
    uint32_t factor = makeConstant(static_cast<double>(coefficient), origin);
    return make(Op::Mul, {node, factor}, origin);
  };
  // A positive term first, so that no negation is needed in the usual case.
  auto first = llvm::find_if(sum, [](auto &t) { return t.second > 0; });
  uint32_t value = first == sum.end() ? 0 : term(first->first, first->second);
  bool empty = first == sum.end();
  for (auto it = sum.begin(); it != sum.end(); ++it) {
    if (it == first)
      continue;
    auto [node, coefficient] = *it;
    if (empty)
      value = make(Op::Neg, {term(node, -coefficient)}, origin);
    else if (coefficient > 0)
      value = make(Op::Add, {value, term(node, coefficient)}, origin);
    else
      value = make(Op::Sub, {value, term(node, -coefficient)}, origin);
    empty = false;
  }
  return value;
}

bool Builder::isMinusOne(uint32_t node) const {
  return result.nodes[node].op == Op::Constant &&
         llvm::all_of(relevantValues(*result.nodes[node].source),
                      [](double v) { return v == -1; });
}

/// Where `node` is a sum in which terms cancel, the node of what is left.
/// Otherwise remembers nothing but the sum, and the node stays as written.
std::optional<uint32_t> Builder::cancel(const PreparedNode &node) {
  int64_t second = 0;
  uint32_t left = node.operands.empty() ? 0 : node.operands[0], right = 0;
  int64_t first = 1;
  switch (node.op) {
  case Op::Add:
    second = 1, right = node.operands[1];
    break;
  case Op::Sub:
    second = -1, right = node.operands[1];
    break;
  case Op::Neg:
    first = -1;
    break;
  case Op::Mul:
    if (isMinusOne(left))
      left = node.operands[1];
    else if (!isMinusOne(node.operands[1]))
      return std::nullopt;
    first = -1;
    break;
  default:
    return std::nullopt;
  }
  constexpr size_t maxTerms = 64;
  constexpr int64_t maxCoefficient = 1 << 20;
  if (sums[left].size() + (second ? sums[right].size() : 0) > maxTerms)
    return std::nullopt;
  Sum sum;
  bool cancelled = false;
  for (auto [atom, coefficient] : sums[left])
    sum[atom] = first * coefficient;
  if (second)
    for (auto [atom, coefficient] : sums[right]) {
      auto [term, inserted] = sum.try_emplace(atom, 0);
      term->second += second * coefficient;
      cancelled |= !inserted && term->second == 0;
      if (term->second == 0)
        sum.erase(term);
      else if (std::abs(term->second) > maxCoefficient)
        return std::nullopt;
    }
  if (cancelled)
    return makeSum(sum, node.origin);
  uint32_t index = insert(node);
  sums[index] = std::move(sum);
  return index;
}

/// Keeps what the result needs.
void Builder::dropUnused(uint32_t last) {
  std::vector<bool> needed(last + 1);
  needed[last] = true;
  for (uint32_t i = last + 1; i-- > 0;)
    if (needed[i])
      for (uint32_t operand : result.nodes[i].operands)
        needed[operand] = true;
  std::vector<uint32_t> moved(last + 1);
  std::vector<PreparedNode> kept;
  for (uint32_t i = 0; i <= last; ++i) {
    if (!needed[i])
      continue;
    moved[i] = kept.size();
    for (uint32_t &operand : result.nodes[i].operands)
      operand = moved[operand];
    kept.push_back(std::move(result.nodes[i]));
  }
  result.nodes = std::move(kept);
}

Prepared Builder::build() {
  std::vector<uint32_t> moved;
  for (auto [index, node] : llvm::enumerate(program.nodes)) {
    PreparedNode prepared{
        node.op, {}, &node, static_cast<uint32_t>(index), false};
    for (uint32_t operand : node.operands)
      prepared.operands.push_back(moved[operand]);
    std::optional<uint32_t> same;
    if (simplify)
      same = cancel(prepared);
    moved.push_back(same ? *same : insert(std::move(prepared)));
  }
  dropUnused(moved.back());
  return std::move(result);
}

} // namespace

Prepared bnn::tail::detail::prepare(const Program &program,
                                    std::optional<uint32_t> channel,
                                    bool simplify) {
  return Builder(program, channel, simplify).build();
}
