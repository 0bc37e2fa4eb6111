//===- Combine.cpp --------------------------------------------------------===//
//
// Tails of several accumulators, where these meet in one integer combination.
//
//===----------------------------------------------------------------------===//

#include "ExactEvaluator.h"
#include "NumberWriter.h"
#include "llvm/ADT/STLExtras.h"
#include <unordered_map>

using namespace bnn::tail;
using namespace bnn::tail::detail;

namespace {

/// scale * (sum of factors * accumulators) + offset, in one channel.
struct Affine {
  std::vector<int64_t> factors;
  Number scale, offset;
};

class Combiner {
public:
  Combiner(const Program &program, uint32_t inputs)
      : inputs(inputs), prepared(prepare(program, std::nullopt, true)) {}

  llvm::Expected<std::optional<Combination>> run();

private:
  std::vector<bool> isAffine() const;
  std::optional<uint32_t> meetingPoint() const;
  llvm::Expected<std::optional<Affine>> affine(const Prepared &upTo,
                                               uint32_t channel) const;
  bool reduce(uint32_t meeting, llvm::ArrayRef<Affine> channels,
              Program &reduced) const;

  uint32_t inputs;
  Prepared prepared;
};

//===----------------------------------------------------------------------===//
// Where the accumulators meet
//===----------------------------------------------------------------------===//

/// Which nodes are affine in the accumulators by their form.
std::vector<bool> Combiner::isAffine() const {
  std::vector<bool> result;
  for (const PreparedNode &node : prepared.nodes) {
    auto constant = [&](unsigned i) {
      return prepared.nodes[node.operands[i]].constant;
    };
    auto affine = [&](unsigned i) { return result[node.operands[i]]; };
    bool value = node.constant;
    switch (node.op) {
    case Op::Input:
      value = true;
      break;
    case Op::Neg:
      value = affine(0);
      break;
    case Op::Add:
    case Op::Sub:
      value = affine(0) && affine(1);
      break;
    case Op::Mul:
      value |= (affine(0) && constant(1)) || (constant(0) && affine(1));
      break;
    case Op::Div:
      value |= affine(0) && constant(1);
      break;
    case Op::BatchNorm:
      value |=
          affine(0) && constant(1) && constant(2) && constant(3) && constant(4);
      break;
    default:
      break;
    }
    result.push_back(value);
  }
  return result;
}

/// The first node through which every way from an accumulator to the result
/// leads: no accumulator comes later, and of the nodes before it none that
/// depends on an accumulator is used later. None where the result is constant.
std::optional<uint32_t> Combiner::meetingPoint() const {
  std::vector<uint32_t> lastUse(prepared.nodes.size(), 0);
  uint32_t open = 0; // some accumulator's way leads at least to this node
  for (auto [i, node] : llvm::enumerate(prepared.nodes)) {
    for (uint32_t operand : node.operands)
      lastUse[operand] = i;
    if (node.op == Op::Input)
      open = i;
  }
  for (auto [i, node] : llvm::enumerate(prepared.nodes)) {
    if (node.constant)
      continue;
    if (open <= i)
      return i;
    open = std::max(open, lastUse[i]);
  }
  return std::nullopt;
}

//===----------------------------------------------------------------------===//
// The combination in one channel
//===----------------------------------------------------------------------===//

/// As the last node of `upTo` is known to be affine, its values at zero and at
/// the unit vectors are its coefficients.
llvm::Expected<std::optional<Affine>> Combiner::affine(const Prepared &upTo,
                                                       uint32_t channel) const {
  constexpr int64_t maxFactor = int64_t(1) << 31;
  Arithmetic a(256, true);
  std::vector<int64_t> at(inputs, 0);
  Affine result;
  result.factors.assign(inputs, 0);
  result.offset = evaluateExact(upTo, channel, at).back();
  if (result.offset.isInvalid())
    return llvm::createStringError("%s (channel %u)",
                                   result.offset.why().c_str(), channel);
  if (!result.offset.isAlgebraic())
    return std::nullopt;

  std::vector<Number> coefficients;
  const Number *unit = nullptr; // the first that is not zero
  for (uint32_t i = 0; i < inputs; ++i) {
    at[i] = 1;
    coefficients.push_back(
        a.sub(evaluateExact(upTo, channel, at).back(), result.offset));
    at[i] = 0;
    if (!coefficients.back().isAlgebraic())
      return std::nullopt;
  }
  for (const Number &c : coefficients)
    if (!unit && a.sign(c) != 0)
      unit = &c;
  if (!unit)
    return result;

  // Ratios to `unit`, then the smallest integers in these ratios.
  std::vector<mpq_class> ratios;
  mpz_class denominator = 1, divisor = 0;
  for (const Number &c : coefficients) {
    Number ratio = a.div(c, *unit);
    if (!ratio.isRational())
      return std::nullopt;
    ratios.push_back(ratio.p);
    denominator = lcm(denominator, ratio.p.get_den());
  }
  for (const mpq_class &ratio : ratios)
    divisor = gcd(divisor, mpq_class(ratio * denominator).get_num());
  mpq_class stretch(denominator, divisor);
  stretch.canonicalize();
  for (auto [factor, ratio] : llvm::zip(result.factors, ratios)) {
    mpq_class value = ratio * stretch;
    if (abs(value) > mpq_class(static_cast<double>(maxFactor)))
      return std::nullopt;
    factor = value.get_num().get_si();
  }
  result.scale = a.div(*unit, Number(stretch));
  return result;
}

//===----------------------------------------------------------------------===//
// The program of the combination
//===----------------------------------------------------------------------===//

/// The program behind `meeting`, as a function of the combination. False where
/// scale or offset cannot be written.
bool Combiner::reduce(uint32_t meeting, llvm::ArrayRef<Affine> channels,
                      Program &reduced) const {
  reduced.channels = prepared.channels;
  NumberWriter writer(reduced);
  uint32_t value = writer.node(Op::Input, {});
  auto apply = [&](Op op, Number Affine::*member, int neutral) {
    std::vector<Number> numbers;
    for (const Affine &channel : channels)
      numbers.push_back(channel.*member);
    if (llvm::all_of(numbers, [&](const Number &n) {
          return n.isRational() && n.p == neutral;
        }))
      return true;
    std::optional<uint32_t> constant = writer.write(numbers);
    if (constant)
      value = writer.node(op, {value, *constant});
    return constant.has_value();
  };
  if (!apply(Op::Mul, &Affine::scale, 1) || !apply(Op::Add, &Affine::offset, 0))
    return false;

  uint32_t last = prepared.nodes.size() - 1;
  if (last == meeting)
    return true;
  std::vector<bool> needed(last + 1);
  needed[last] = true;
  for (uint32_t i = last + 1; i-- > 0;)
    if (needed[i] && i != meeting)
      for (uint32_t operand : prepared.nodes[i].operands)
        needed[operand] = true;
  std::vector<uint32_t> moved(last + 1);
  for (auto [i, node] : llvm::enumerate(prepared.nodes)) {
    if (i == meeting) {
      moved[i] = value;
    } else if (needed[i]) {
      moved[i] = reduced.nodes.size();
      Node copy = *node.source;
      copy.operands.clear();
      for (uint32_t operand : node.operands)
        copy.operands.push_back(moved[operand]);
      reduced.nodes.push_back(std::move(copy));
    }
  }
  return true;
}

/// The parameters of `channel` that differ between channels.
std::string keyOf(const Prepared &program, uint32_t channel) {
  std::string key;
  for (const PreparedNode &node : program.nodes) {
    llvm::ArrayRef<double> values = valuesOf(*node.source, channel);
    if (values.size() != node.source->values.size())
      key.append(reinterpret_cast<const char *>(values.data()),
                 values.size() * sizeof(double));
  }
  return key;
}

llvm::Expected<std::optional<Combination>> Combiner::run() {
  Combination result;
  result.factors.assign(inputs, std::vector<int64_t>(prepared.channels, 0));
  std::optional<uint32_t> meeting = meetingPoint();
  if (meeting && !isAffine()[*meeting])
    return std::nullopt;

  std::vector<Affine> channels;
  if (meeting) {
    Prepared upTo;
    upTo.channels = prepared.channels;
    upTo.nodes.assign(prepared.nodes.begin(),
                      prepared.nodes.begin() + *meeting + 1);
    std::unordered_map<std::string, uint32_t> known;
    for (uint32_t channel = 0; channel < prepared.channels; ++channel) {
      auto [same, inserted] = known.try_emplace(keyOf(upTo, channel), channel);
      if (!inserted) {
        channels.push_back(Affine(channels[same->second]));
      } else {
        llvm::Expected<std::optional<Affine>> found = affine(upTo, channel);
        if (!found)
          return found.takeError();
        if (!*found)
          return std::nullopt;
        channels.push_back(std::move(**found));
      }
      for (uint32_t i = 0; i < inputs; ++i)
        result.factors[i][channel] = channels.back().factors[i];
    }
  }
  uint32_t nowhere = prepared.nodes.size();
  if (!reduce(meeting.value_or(nowhere), channels, result.reduced))
    return std::nullopt;
  return result;
}

} // namespace

llvm::Expected<std::optional<Combination>>
bnn::tail::combine(const Program &program, uint32_t inputs) {
  if (llvm::Error error = detail::check(program, std::nullopt, inputs))
    return error;
  return Combiner(program, inputs).run();
}
