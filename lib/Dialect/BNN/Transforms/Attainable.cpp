//===- Attainable.cpp - Which integers an accumulator can hold ------------===//

#include "Attainable.h"
#include "Utils.h"
#include "bnn/Dialect/BNN/IR/PackedWeights.h"

#include "llvm/ADT/TypeSwitch.h"
#include <cmath>
#include <set>

using namespace mlir;
using namespace bnn;

tail::Domain Attainable::merged() const {
  tail::Domain all = domains.front();
  for (const tail::Domain &domain : domains) {
    bool aligned =
        domain.step == all.step && (domain.first - all.first) % all.step == 0;
    all.first = std::min(all.first, domain.first);
    all.last = std::max(all.last, domain.last);
    if (!aligned)
      all.step = 1;
  }
  return all;
}

//===----------------------------------------------------------------------===//
// Linear operators
//===----------------------------------------------------------------------===//

/// The numbers of taps inside the input that the positions of `conv` have.
/// Their number is small: products of what each dimension allows.
static std::set<int64_t> tapCounts(ConvOp conv) {
  std::set<int64_t> counts = {1};
  RankedTensorType input = tensorType(conv.getInput());
  RankedTensorType result = tensorType(conv.getResult());
  RankedTensorType weights = tensorType(conv.getWeights());
  for (int64_t d = 0; d + 2 < input.getRank(); ++d) {
    std::set<int64_t> along, products;
    for (int64_t o = 0; o < result.getDimSize(d + 2); ++o) {
      int64_t inside = 0;
      for (int64_t k = 0; k < weights.getDimSize(d + 2); ++k) {
        int64_t at = o * conv.getStrides()[d] + k * conv.getDilations()[d] -
                     conv.getPadsBegin()[d];
        inside += at >= 0 && at < input.getDimSize(d + 2);
      }
      along.insert(inside);
    }
    for (int64_t a : counts)
      for (int64_t b : along)
        products.insert(a * b);
    counts = std::move(products);
  }
  return counts;
}

/// Whether the sum of products with binary inputs keeps one parity: always but
/// where zero padding takes an odd number of them away.
static bool keepsParity(Operation *op, bool ternary) {
  auto conv = dyn_cast<ConvOp>(op);
  if (!conv || conv.getPadValue() % 2 != 0)
    return true;
  std::set<int64_t> counts = tapCounts(conv);
  if (counts.size() == 1)
    return true;
  if (ternary)
    return false;
  int64_t channels = tensorType(conv.getWeights()).getDimSize(1);
  return llvm::all_of(counts, [&](int64_t count) {
    return (count - *counts.begin()) * channels % 2 == 0;
  });
}

static Attainable attainableLinear(Operation *op, Value input, Value weights) {
  auto constant = weights.getDefiningOp<ConstantOp>();
  PackedWeights packed =
      PackedWeights::get(constant.getValue(), tensorType(weights));
  Type code = elementType(input);
  CodeRange range = codeRange(code);
  auto conv = dyn_cast<ConvOp>(op);
  bool padded =
      conv && (llvm::any_of(conv.getPadsBegin(), [](int64_t p) { return p; }) ||
               llvm::any_of(conv.getPadsEnd(), [](int64_t p) { return p; }));
  if (padded) {
    int64_t pad = conv.getPadValue();
    range = {std::min(range.min, pad), std::max(range.max, pad)};
  }
  bool parity = isa<BinaryType>(code) && keepsParity(op, packed.ternary());
  std::set<int64_t> counts;
  if (parity && conv)
    counts = tapCounts(conv);
  Attainable result;
  result.axis = conv ? 1 : tensorType(op->getResult(0)).getRank() - 1;
  for (int64_t row = 0; row < packed.rows(); ++row) {
    int64_t sum = packed.rowSum(row), nonZero = packed.rowNonZero(row);
    int64_t plus = (nonZero + sum) / 2, minus = (nonZero - sum) / 2;
    int64_t first = plus * range.min - minus * range.max;
    int64_t last = plus * range.max - minus * range.min;
    if (!parity) {
      result.domains.push_back({first, last, 1});
      continue;
    }
    // With zero padding fewer products may be the rule everywhere.
    int64_t products = nonZero;
    if (conv && conv.getPadValue() == 0 && !packed.ternary())
      products = *counts.begin() * tensorType(conv.getWeights()).getDimSize(1);
    int64_t shift = (products - nonZero) & 1;
    result.domains.push_back({first + shift, last - shift, 2});
  }
  return result;
}

//===----------------------------------------------------------------------===//
// Other producers
//===----------------------------------------------------------------------===//

static tail::Domain scaled(const tail::Domain &domain, int64_t factor) {
  int64_t a = domain.first * factor, b = domain.last * factor;
  return {std::min(a, b), std::max(a, b),
          factor == 0 ? 1 : domain.step * std::abs(factor)};
}

static Attainable attainableSum(CombineOp op) {
  Attainable result;
  result.axis = op.getAxis();
  int64_t channels = tensorType(op.getResult()).getDimSize(result.axis);
  int64_t inputs = op.getInputs().size();
  bool perChannel = int64_t(op.getFactors().size()) != inputs;
  SmallVector<Attainable> parts;
  for (Value input : op.getInputs())
    parts.push_back(attainable(input));
  for (int64_t c = 0; c < channels; ++c) {
    tail::Domain sum{0, 0, 0};
    for (int64_t i = 0; i < inputs; ++i) {
      const Attainable &part = parts[i];
      bool same = part.domains.size() > 1 && part.axis == result.axis;
      tail::Domain domain =
          scaled(same ? part.domains[c] : part.merged(),
                 op.getFactors()[perChannel ? i * channels + c : i]);
      sum.first += domain.first;
      sum.last += domain.last;
      if (domain.first != domain.last)
        sum.step = std::gcd(sum.step, domain.step);
    }
    sum.step = std::max<int64_t>(sum.step, 1);
    result.domains.push_back(sum);
  }
  return result;
}

Attainable bnn::attainable(Value value) {
  Type element = elementType(value);
  auto byType = [&]() -> Attainable {
    CodeRange range = isCode(element)
                          ? codeRange(element)
                          : CodeRange{-(int64_t(1) << 40), int64_t(1) << 40};
    return {0, {{range.min, range.max, isa<BinaryType>(element) ? 2 : 1}}};
  };
  Operation *op = value.getDefiningOp();
  if (!op || isCode(element))
    return byType();
  return TypeSwitch<Operation *, Attainable>(op)
      .Case<ConvOp, LinearOp>([&](auto linear) {
        return attainableLinear(linear, linear.getInput(), linear.getWeights());
      })
      .Case([](CombineOp sum) { return attainableSum(sum); })
      .Case([](MaxPoolOp pool) { return attainable(pool.getInput()); })
      .Case([](SumPoolOp pool) {
        Attainable result = attainable(pool.getInput());
        int64_t taps = 1;
        for (int64_t size : pool.getKernel())
          taps *= size;
        bool padded =
            llvm::any_of(pool.getPadsBegin(), [](int64_t p) { return p; }) ||
            llvm::any_of(pool.getPadsEnd(), [](int64_t p) { return p; });
        for (tail::Domain &domain : result.domains) {
          domain = {taps * domain.first, taps * domain.last, domain.step};
          if (padded)
            domain = {std::min<int64_t>(domain.first, 0),
                      std::max<int64_t>(domain.last, 0), 1};
        }
        return result;
      })
      .Case<ReshapeOp, TransposeOp, SliceOp, GatherOp, BroadcastOp>(
          [](Operation *move) -> Attainable {
            return {0, {attainable(move->getOperand(0)).merged()}};
          })
      .Case([](ConcatOp concat) {
        Attainable result;
        for (Value input : concat.getInputs())
          result.domains.push_back(attainable(input).merged());
        result.domains = {result.merged()};
        return result;
      })
      .Default([&](Operation *) { return byType(); });
}

double bnn::float32Slack(Value integers) {
  Operation *op = integers.getDefiningOp();
  if (!op)
    return 0;
  if (auto sum = dyn_cast<CombineOp>(op)) {
    double slack = 0;
    int64_t inputs = sum.getInputs().size();
    ArrayRef<int64_t> factors = sum.getFactors();
    for (auto [i, input] : llvm::enumerate(sum.getInputs())) {
      int64_t largest = 0;
      for (int64_t factor : factors.slice(i * (factors.size() / inputs),
                                          factors.size() / inputs))
        largest = std::max(largest, std::abs(factor));
      slack += double(largest) * float32Slack(input);
    }
    return slack;
  }
  if (auto pool = dyn_cast<SumPoolOp>(op)) {
    double taps = 1;
    for (int64_t size : pool.getKernel())
      taps *= double(size);
    return taps * float32Slack(pool.getInput());
  }
  if (isa<MaxPoolOp>(op))
    return float32Slack(op->getOperand(0));
  if (!isa<ConvOp, LinearOp>(op) || !op->hasAttr(roundedSumsAttrName))
    return 0;
  RankedTensorType weights = tensorType(op->getOperand(1));
  double fanIn = double(weights.getNumElements() / weights.getDimSize(0));
  tail::Domain range = attainable(integers).merged();
  double largest = std::max(std::abs(double(range.first)), double(range.last));
  return std::ldexp(largest * (fanIn / 2 + 1), -24);
}
