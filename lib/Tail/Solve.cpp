//===- Solve.cpp ----------------------------------------------------------===//
//
// Finds the step function of a tail by subdividing the domain until each part
// has one value, which for monotone tails is bisection.
//
//===----------------------------------------------------------------------===//

#include "ExactEvaluator.h"
#include "RangeEvaluator.h"
#include "Steps.h"
#include "llvm/ADT/STLExtras.h"
#include <cmath>
#include <unordered_map>

using namespace bnn::tail;
using namespace bnn::tail::detail;

namespace {

/// Integers at which a channel may be evaluated one by one.
constexpr int64_t kMaxSingles = int64_t(1) << 20;

class Solver {
public:
  Solver(const Program &program, std::optional<uint32_t> channel, Ties ties,
         uint32_t maxLevels)
      : program(program), ties(ties), maxLevels(maxLevels),
        prepared(prepare(program, channel, /*simplify=*/true)),
        bounds(prepared, Rounding::AnyFloat32), real(prepared, Rounding::Real) {
  }

  llvm::Expected<StepFunction> solve(uint32_t channel, const Domain &domain);

private:
  int64_t at(int64_t index) const { return domain.first + index * domain.step; }
  llvm::Error divide(int64_t first, int64_t last);
  llvm::Error settle(int64_t first, int64_t last, const Range &result);
  llvm::Error piece(int64_t at, llvm::Expected<double> value);
  llvm::Expected<double> exactValue(int64_t at);
  llvm::Expected<double> float32Value(int64_t at);
  double margin(int64_t at, uint32_t decision);

  const Program &program;
  Ties ties;
  uint32_t maxLevels;
  Prepared prepared;
  RangeEvaluator bounds; // encloses every float32 evaluation
  RangeEvaluator real;   // only to read off values of levels
  uint32_t channel = 0;
  Domain domain{};
  StepCollector steps;
  bool realLoaded = false;
  int64_t singles = 0;
};

llvm::Expected<StepFunction> Solver::solve(uint32_t newChannel,
                                           const Domain &newDomain) {
  channel = newChannel;
  domain = newDomain;
  steps = StepCollector();
  realLoaded = false;
  singles = 0;
  bounds.load(channel);
  if (llvm::Error error = divide(0, sizeOf(domain) - 1))
    return error;
  return steps.take();
}

/// Pieces are added from left to right.
llvm::Error Solver::divide(int64_t first, int64_t last) {
  const Range &result = bounds.evaluate(at(first), at(last));
  if (result.fixed)
    return settle(first, last, result);
  if (first == last || ++singles > 2 * kMaxSingles)
    return llvm::createStringError(
        "no monotone pieces can be derived for the tail in channel %u, and its "
        "%lld attainable integers are too many to try one by one",
        channel, static_cast<long long>(sizeOf(domain)));
  int64_t middle = first + (last - first) / 2;
  if (llvm::Error error = divide(first, middle))
    return error;
  return divide(middle + 1, last);
}

/// All of the range has one real value.
llvm::Error Solver::settle(int64_t first, int64_t last, const Range &found) {
  Range result = found; // evaluating again overwrites it
  if (result.certain)
    return piece(at(first), result.isPoint() ? llvm::Expected<double>(result.lo)
                                             : exactValue(at(first)));
  std::optional<uint32_t> decision = bounds.uncertainDecision();
  double distance = margin(at(first), *decision);
  if (ties == Ties::Exact)
    if (llvm::Error error = piece(at(first), exactValue(at(first))))
      return error;
  for (int64_t i = first; i <= last; ++i) {
    if (ties == Ties::Float32)
      if (llvm::Error error = piece(at(i), float32Value(at(i))))
        return error;
    steps.function.ties.push_back({at(i), distance});
  }
  return llvm::Error::success();
}

llvm::Error Solver::piece(int64_t from, llvm::Expected<double> value) {
  if (!value)
    return value.takeError();
  steps.add(from, *value + 0.0); // no negative zero
  if (steps.numLevels() > maxLevels)
    return llvm::createStringError(
        "the tail takes more than %u values in channel %u; it is no quantizer",
        maxLevels, channel);
  return llvm::Error::success();
}

/// Double decides nearly always; what it does not, is evaluated exactly.
llvm::Expected<double> Solver::exactValue(int64_t at) {
  if (!realLoaded)
    real.load(channel);
  realLoaded = true;
  const Range &result = real.evaluate(at, at);
  if (result.valid && result.certain && result.isPoint())
    return result.lo;
  return resultOf(prepared, evaluateExact(prepared, channel, at), at, channel);
}

/// The levels stay exact; only the decisions are those of float32.
llvm::Expected<double> Solver::float32Value(int64_t at) {
  std::vector<float> decisions = float32Values(program, channel, at);
  return resultOf(prepared, evaluateExact(prepared, channel, at, decisions), at,
                  channel);
}

double Solver::margin(int64_t at, uint32_t decision) {
  std::vector<Number> here = evaluateExact(prepared, channel, at);
  double span = static_cast<double>(domain.last) - domain.first;
  double gap = decisionGap(prepared, channel, decision, here);
  if (gap == 0)
    return 0;
  double slope = 0;
  for (int64_t neighbour : {at + 1, at - 1}) {
    std::vector<Number> there = evaluateExact(prepared, channel, neighbour);
    double change = decidedQuantity(prepared, decision, there) -
                    decidedQuantity(prepared, decision, here);
    slope = std::fmax(slope, std::fabs(change)); // ignores NaN
  }
  // Where the quantity does not change, it never gets to the point.
  double distance = slope > 0 ? gap / slope : span;
  return std::isfinite(distance) ? std::fmin(distance, span) : span;
}

/// What makes two channels equal.
std::string keyOf(const Program &program, uint32_t channel,
                  const Domain &domain) {
  std::string key(reinterpret_cast<const char *>(&domain), sizeof(domain));
  for (const Node &node : program.nodes) {
    llvm::ArrayRef<double> values = valuesOf(node, channel);
    if (values.size() != node.values.size())
      key.append(reinterpret_cast<const char *>(values.data()),
                 values.size() * sizeof(double));
  }
  return key;
}

} // namespace

llvm::Error bnn::tail::detail::check(const Domain &domain) {
  constexpr int64_t limit = int64_t(1) << 53;
  if (domain.step >= 1 && domain.first <= domain.last &&
      domain.first >= -limit && domain.last <= limit)
    return llvm::Error::success();
  return llvm::createStringError(
      "the accumulator's domain from %lld to %lld in steps of %lld is empty or "
      "exceeds 2^53",
      static_cast<long long>(domain.first), static_cast<long long>(domain.last),
      static_cast<long long>(domain.step));
}

llvm::Expected<StepFunction> bnn::tail::solve(const Program &program,
                                              uint32_t channel, Domain domain,
                                              Ties ties, uint32_t maxLevels) {
  if (llvm::Error error = detail::check(program, channel))
    return error;
  if (llvm::Error error = detail::check(domain))
    return error;
  return Solver(program, channel, ties, maxLevels).solve(channel, domain);
}

llvm::Expected<std::vector<StepFunction>>
bnn::tail::solveAll(const Program &program, llvm::ArrayRef<Domain> domains,
                    Ties ties, uint32_t maxLevels) {
  if (llvm::Error error = detail::check(program, std::nullopt))
    return error;
  if (domains.size() != 1 && domains.size() != program.channels)
    return llvm::createStringError(
        "%zu domains are given for %u channels; expected one, or one for each",
        domains.size(), program.channels);
  for (const Domain &domain : domains)
    if (llvm::Error error = detail::check(domain))
      return error;

  Solver solver(program, std::nullopt, ties, maxLevels);
  std::unordered_map<std::string, uint32_t> solved;
  std::vector<StepFunction> result;
  result.reserve(program.channels);
  for (uint32_t channel = 0; channel < program.channels; ++channel) {
    const Domain &domain = domains[domains.size() == 1 ? 0 : channel];
    auto [known, inserted] =
        solved.try_emplace(keyOf(program, channel, domain), channel);
    if (!inserted) {
      result.push_back(result[known->second]);
      continue;
    }
    llvm::Expected<StepFunction> function = solver.solve(channel, domain);
    if (!function)
      return function.takeError();
    result.push_back(std::move(*function));
  }
  return result;
}
