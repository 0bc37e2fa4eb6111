//===- Counting.cpp - From accumulators to counts of ones -----------------===//
//
// A neuron has lanes j with cells v_j in {-1, 0, +1}; its logical weights are
// w_k, and x_k is the input code that lane k (or k + fan_in) carries,
//
//     x = c0 + sum_i c_i b_i        planes i, bits b_i in {0, 1}.
//
// Binary sense. A cell answers XNOR(bit, v), so a lane with v = +1 counts b and
// one with v = -1 counts 1 - b. Over the lanes of plane i, with N the number of
// -1 cells,
//
//     P_i = sum_j v_j b_ij + N,
//     sum_i c_i P_i = sum_j v_j (x_j - c0) + N C,     C = sum_i c_i.
//
// With one weight plane v = w; with two, v holds w1 then w2 and
// w = (w1 + w2) / 2, so sum_j v_j x_j = D dot, D = 1 or 2 the divisor:
//
//     D dot = sum_i c_i P_i - N C + c0 S',            S' = sum_j v_j.
//
// Ternary sense. A cell answers plus or minus, or nothing where v = 0:
// P_i = plus - minus = sum_j v_j (2 b_ij - 1) = 2 sum_j v_j b_ij - S, and
//
//     2 dot = sum_i c_i P_i + S (C + 2 c0),           S = sum_j v_j, D = 2.
//
// Padding. Taps in the padding mean p but are driven with d, which makes dot
// too large by (d - p) S_pad, S_pad the sum of the logical weights there:
// D (d - p) S_pad is subtracted, per border class.
//
// Alternating lanes. The columns beyond the last lane hold +1, -1, +1, .. and
// are driven with 1: each read of the last tile counts ceil(n / 2) ones more
// (ternary sense: plus - minus = n mod 2). C times that is subtracted.
//
// The unit g divides all c_i, count = sum_i (c_i / g) P_i, hence
//
//     D dot = g count + bias,
//     dot >= t   <=>   count >= (D t - bias) / g   <=>   count >= ceil(..).
//
//===----------------------------------------------------------------------===//

#include "bnn/Dialect/RRAM/Utils/Counting.h"

#include "llvm/Support/MathExtras.h"
#include <map>
#include <numeric>
#include <set>

using namespace mlir;
using namespace bnn;
using namespace bnn::rram;

PlanesAttr bnn::rram::planesOf(Type type) {
  MLIRContext *context = type.getContext();
  if (isa<BinaryType>(type))
    return PlanesAttr::get(context, PlaneCoding::Bipolar, {2}, -1);
  if (isa<TernaryType>(type))
    return PlanesAttr::get(context, PlaneCoding::Thermometer, {1, 1}, -1);
  if (auto count = dyn_cast<UnaryCountType>(type)) {
    SmallVector<int64_t> ones(count.getPresentations(), 1);
    return PlanesAttr::get(context, PlaneCoding::Unary, ones, 0);
  }
  auto integer = cast<IntType>(type);
  SmallVector<int64_t> weights;
  for (unsigned i = 0; i < integer.getWidth(); ++i)
    weights.push_back(int64_t(1) << i);
  if (integer.getIsSigned())
    weights.back() = -weights.back();
  return PlanesAttr::get(context, PlaneCoding::Positional, weights, 0);
}

int64_t bnn::rram::countUnitOf(PlanesAttr planes) {
  int64_t unit = 0;
  for (int64_t weight : planes.getWeights())
    unit = std::gcd(unit, weight);
  return unit;
}

/// C, the sum of all plane weights.
static int64_t weightSum(PlanesAttr planes) {
  return std::accumulate(planes.getWeights().begin(), planes.getWeights().end(),
                         int64_t(0));
}

int64_t CountRule::paddingCount() const {
  return weightSum(planes) / unit * paddingOnes();
}

CountRule::Range CountRule::countRange() const {
  int64_t most = lanes + paddingOnes();
  Range range{0, 0};
  for (int64_t weight : planes.getWeights()) {
    int64_t product = weight / unit * most;
    range.max += std::max<int64_t>(product, ternarySense ? -product : 0);
    range.min += std::min<int64_t>(product, ternarySense ? -product : 0);
  }
  return range;
}

CountRule bnn::rram::countRuleOf(LayerOp layer, TargetAttr target) {
  CountRule rule{layer.getPlanes(),
                 int64_t(layer.getCountUnit()),
                 int64_t(layer.getDivisor()),
                 target.getTernarySense(),
                 layer.getLanes(),
                 0};
  if (layer.getLanePadding() == LanePadding::Alternating)
    rule.paddingLanes =
        llvm::alignTo(uint64_t(rule.lanes), uint64_t(target.getColumns())) -
        rule.lanes;
  return rule;
}

/// Adds, per class, what the code driven in the padding differs from the one
/// meant.
static void correctPadding(std::vector<int64_t> &bias, const CountRule &rule,
                           const PackedWeights &weights, int64_t fanIn,
                           ConvAttr conv, const BorderClasses &classes) {
  int64_t difference = conv.getPadCode() - conv.getPadValue();
  if (difference == 0)
    return;
  size_t taps = classes.paddedTaps.front().size();
  int64_t channels = fanIn / taps;
  int64_t planes = weights.columns() / fanIn;
  std::vector<int64_t> tapSum(taps);
  for (int64_t n = 0; n < weights.rows(); ++n) {
    // Twice the sum of logical weights for two planes, as the divisor is then.
    std::fill(tapSum.begin(), tapSum.end(), 0);
    for (int64_t lane = 0, tap = 0; lane < planes * channels * int64_t(taps);
         ++lane) {
      tapSum[tap] += weights.at(n, lane);
      tap = tap + 1 == int64_t(taps) ? 0 : tap + 1;
    }
    for (auto [c, padded] : llvm::enumerate(classes.paddedTaps)) {
      int64_t sum = 0;
      for (size_t tap = 0; tap < taps; ++tap)
        if (padded[tap])
          sum += tapSum[tap];
      bias[c * weights.rows() + n] -= rule.divisor / planes * difference * sum;
    }
  }
}

std::vector<int64_t> bnn::rram::computeBias(const CountRule &rule,
                                            const PackedWeights &weights,
                                            int64_t fanIn, Attribute geometry,
                                            const BorderClasses &classes) {
  int64_t neurons = weights.rows();
  int64_t sumOfWeights = weightSum(rule.planes);
  int64_t offset = rule.planes.getOffset();
  size_t count = std::max<size_t>(classes.paddedTaps.size(), 1);
  std::vector<int64_t> bias(count * neurons);
  for (int64_t n = 0; n < neurons; ++n) {
    int64_t sum = weights.rowSum(n);
    int64_t value;
    if (rule.ternarySense) {
      value = sum * (sumOfWeights + 2 * offset);
    } else {
      int64_t negative = (weights.columns() - sum) / 2;
      value = -negative * sumOfWeights + offset * sum;
    }
    value -= sumOfWeights * rule.paddingOnes();
    for (size_t c = 0; c < count; ++c)
      bias[c * neurons + n] = value;
  }
  if (auto conv = dyn_cast<ConvAttr>(geometry))
    correctPadding(bias, rule, weights, fanIn, conv, classes);
  return bias;
}

//===----------------------------------------------------------------------===//
// Steps
//===----------------------------------------------------------------------===//

namespace {
/// Builds the lists of a StepsAttr, function after function.
struct StepsBuilder {
  SmallVector<int64_t> counts, thresholds, codes;

  void begin(int64_t code) {
    counts.push_back(0);
    codes.push_back(code);
  }
  /// From `threshold` on the code is `code`. Thresholds that are reached
  /// together with the one before, or always, or that change nothing, go.
  void add(int64_t threshold, int64_t code, int64_t least) {
    if (counts.back() > 0 && thresholds.back() == threshold)
      remove();
    if (code == codes.back())
      return;
    if (counts.back() == 0 && threshold <= least) {
      codes.back() = code;
      return;
    }
    ++counts.back();
    thresholds.push_back(threshold);
    codes.push_back(code);
  }
  void remove() {
    --counts.back();
    thresholds.pop_back();
    codes.pop_back();
  }
  StepsAttr finish(MLIRContext *context) {
    return StepsAttr::get(context, counts, thresholds, codes);
  }
};

/// Where the functions of a StepsAttr begin.
struct StepsReader {
  StepsAttr steps;
  std::vector<size_t> firstThreshold;

  explicit StepsReader(StepsAttr steps) : steps(steps) {
    size_t first = 0;
    for (int64_t count : steps.getCounts()) {
      firstThreshold.push_back(first);
      first += count;
    }
  }
  int64_t count(size_t i) const { return steps.getCounts()[i]; }
  int64_t threshold(size_t i, size_t j) const {
    return steps.getThresholds()[firstThreshold[i] + j];
  }
  int64_t code(size_t i, size_t j) const {
    return steps.getCodes()[firstThreshold[i] + i + j];
  }
};
} // namespace

/// The smallest count that stands for an accumulator: with a divisor of 2,
/// every other count may.
static int64_t leastCount(const CountRule &rule, int64_t bias) {
  int64_t count = rule.countRange().min;
  return (rule.unit * count + bias) % rule.divisor ? count + 1 : count;
}

StepsAttr bnn::rram::stepsOnCounts(StepsAttr steps, ArrayRef<int64_t> bias,
                                   int64_t neurons, const CountRule &rule) {
  StepsReader reader(steps);
  bool shared = steps.getCounts().size() == 1 && neurons > 1;
  CountRule::Range range = rule.countRange();
  StepsBuilder builder;
  for (size_t f = 0; f < bias.size(); ++f) {
    size_t from = shared ? 0 : f % neurons;
    int64_t least = leastCount(rule, bias[f]);
    builder.begin(reader.code(from, 0));
    for (int64_t j = 0; j < reader.count(from); ++j) {
      // A threshold so far off that the product would overflow is never
      // reached, or always: clamping it to the bounds of the accumulator
      // keeps that.
      int64_t bound = int64_t(1) << 60;
      int64_t t = std::clamp(reader.threshold(from, j), -bound, bound);
      int64_t count =
          llvm::divideCeilSigned(rule.divisor * t - bias[f], rule.unit);
      if (count > range.max)
        break;
      builder.add(count, reader.code(from, j + 1), least);
    }
  }
  return builder.finish(steps.getContext());
}

StepsAttr bnn::rram::stepsOnAccumulators(StepsAttr steps,
                                         ArrayRef<int64_t> bias,
                                         int64_t neurons,
                                         const CountRule &rule) {
  // Each class is a part of the function that is looked for: known between the
  // bounds of its counts, and only at the accumulators that it reaches (odd
  // ones, even ones). The parts are put together by asking every class wherever
  // some class changes; the last line tests whether they agree.
  StepsReader reader(steps);
  StepsBuilder builder;
  CountRule::Range range = rule.countRange();
  auto accumulatorOf = [&](size_t f, int64_t count) {
    return llvm::divideCeilSigned(rule.unit * count + bias[f], rule.divisor);
  };
  for (int64_t n = 0; n < neurons; ++n) {
    std::set<int64_t> changes;
    for (size_t f = n; f < bias.size(); f += neurons) {
      changes.insert(accumulatorOf(f, leastCount(rule, bias[f])));
      for (int64_t j = 0; j < reader.count(f); ++j)
        changes.insert(accumulatorOf(f, reader.threshold(f, j)));
    }
    std::map<int64_t, int64_t> codeFrom;
    for (size_t f = n; f < bias.size(); f += neurons)
      for (int64_t accumulator : changes) {
        int64_t count = llvm::divideCeilSigned(
            rule.divisor * accumulator - bias[f], rule.unit);
        if (count < range.min || count > range.max)
          continue;
        int64_t passed = 0;
        while (passed < reader.count(f) && count >= reader.threshold(f, passed))
          ++passed;
        codeFrom.try_emplace(accumulatorOf(f, count), reader.code(f, passed));
      }
    builder.begin(codeFrom.begin()->second);
    for (auto [from, code] : codeFrom)
      builder.add(from, code, INT64_MIN);
  }
  StepsAttr result = builder.finish(steps.getContext());
  return stepsOnCounts(result, bias, neurons, rule) == steps ? result
                                                             : StepsAttr();
}

int64_t bnn::rram::accumulatorBits(CountRule::Range range) {
  auto bitsOf = [](int64_t value) -> int64_t {
    return value == 0 ? 0 : llvm::Log2_64(uint64_t(value)) + 1;
  };
  if (range.min >= 0)
    return std::max<int64_t>(bitsOf(range.max), 1);
  return std::max(bitsOf(range.max), bitsOf(-range.min - 1)) + 1;
}
