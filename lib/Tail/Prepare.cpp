//===- Prepare.cpp --------------------------------------------------------===//
//
// Brings a checked program into the form that the evaluators walk.
//
//===----------------------------------------------------------------------===//

#include "Prepare.h"
#include "llvm/ADT/STLExtras.h"
#include <map>
#include <unordered_map>

using namespace bnn::tail;
using namespace bnn::tail::detail;

namespace {

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
