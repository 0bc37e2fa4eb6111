//===- FiniteValues.cpp - Which real tensors take few values --------------===//

#include "FiniteValues.h"
#include "Utils.h"
#include "bnn/Conversion/BNNToImage.h"
#include "bnn/Host/Kernels.h"

#include "llvm/ADT/TypeSwitch.h"
#include <algorithm>
#include <cmath>

using namespace mlir;
using namespace bnn;

ValueSet ValueSet::of(std::vector<double> values) {
  ValueSet set;
  llvm::sort(values);
  values.erase(llvm::unique(values), values.end());
  if (values.empty() ||
      llvm::any_of(values, [](double v) { return !std::isfinite(v); }))
    return set;
  set.least = values.front();
  set.most = values.back();
  set.integral =
      llvm::all_of(values, [](double v) { return v == std::floor(v); });
  if (values.size() <= FiniteValues::maxValues)
    set.values = std::move(values);
  return set;
}

/// Bounded integers are few values.
static ValueSet enumerated(ValueSet set) {
  if (!set.values && set.integral &&
      set.most - set.least < double(FiniteValues::maxValues)) {
    set.values.emplace();
    for (double v = set.least; v <= set.most; ++v)
      set.values->push_back(v);
  }
  return set;
}

const ValueSet &FiniteValues::get(Value value) {
  if (auto found = known.find(value); found != known.end())
    return found->second;
  ValueSet set = enumerated(compute(value));
  return known[value] = std::move(set);
}

//===----------------------------------------------------------------------===//
// Transfer functions
//===----------------------------------------------------------------------===//

ValueSet FiniteValues::combine(Operation *op) {
  FailureOr<image::Op> converted = convertToImageOp(op);
  if (failed(converted))
    return {};
  size_t rank = op->getNumOperands(), total = 1;
  SmallVector<Tensor> operands(rank);
  SmallVector<const Tensor *> pointers;
  for (auto [i, operand] : llvm::enumerate(op->getOperands())) {
    const ValueSet &set = get(operand);
    if (!set.values)
      return {};
    total *= set.values->size();
    if (total > maxValues * 16)
      return {};
    // Each operand varies along a dimension of its own: broadcasting makes
    // all combinations.
    operands[i].shape.assign(rank, 1);
    operands[i].shape[i] = set.values->size();
    operands[i].data = *set.values;
  }
  for (Tensor &operand : operands)
    pointers.push_back(&operand);
  Tensor result;
  if (llvm::Error error = host::evaluate(*converted, pointers, result)) {
    llvm::consumeError(std::move(error));
    return {};
  }
  return ValueSet::of(std::move(result.data));
}

/// A bound rounded as `kind` does; infinity stays.
static double rounded(UnaryKind kind, double bound) {
  switch (kind) {
  case UnaryKind::Floor:
    return std::floor(bound);
  case UnaryKind::Ceil:
    return std::ceil(bound);
  case UnaryKind::Trunc:
    return std::trunc(bound);
  case UnaryKind::RoundHalfEven:
    return std::nearbyint(bound);
  case UnaryKind::RoundAway:
    return bound < 0 ? std::floor(bound) : std::ceil(bound);
  case UnaryKind::RoundHalfTowardZero:
    return bound < 0 ? std::floor(bound + 0.5) : std::ceil(bound - 0.5);
  default:
    return std::round(bound);
  }
}

/// The interval of `a` times (or by) that of `b`, with both ends moved out by
/// one step where they were rounded. None where a bound is unknown.
static ValueSet product(const ValueSet &a, const ValueSet &b, bool divide) {
  for (double end : {a.least, a.most, b.least, b.most})
    if (!std::isfinite(end))
      return {};
  if (divide && b.least <= 0 && b.most >= 0)
    return {};
  double infinity = std::numeric_limits<double>::infinity();
  ValueSet set{infinity, -infinity, !divide && a.integral && b.integral,
               std::nullopt};
  for (double x : {a.least, a.most})
    for (double y : {b.least, b.most}) {
      double z = divide ? x / y : x * y;
      bool exact = divide ? std::fma(z, y, -x) == 0 : std::fma(x, y, -z) == 0;
      set.least = std::min(set.least, exact ? z : std::nextafter(z, -infinity));
      set.most = std::max(set.most, exact ? z : std::nextafter(z, infinity));
    }
  if (!std::isfinite(set.least) || !std::isfinite(set.most))
    return {};
  return set;
}

ValueSet FiniteValues::computeUnary(UnaryOp op) {
  const ValueSet &input = get(op.getInput());
  if (input.values)
    return combine(op);
  ValueSet set;
  switch (op.getKind()) {
  case UnaryKind::Sign:
    return ValueSet::of({-1, 0, 1});
  case UnaryKind::Not:
    return ValueSet::of({0, 1});
  case UnaryKind::Floor:
  case UnaryKind::Ceil:
  case UnaryKind::Trunc:
  case UnaryKind::RoundHalfEven:
  case UnaryKind::RoundHalfAway:
  case UnaryKind::RoundHalfTowardZero:
  case UnaryKind::RoundAway:
    // Monotone, so the ends say where the values lie.
    return {rounded(op.getKind(), input.least),
            rounded(op.getKind(), input.most), true, std::nullopt};
  case UnaryKind::Relu:
    return {std::max(input.least, 0.0), std::max(input.most, 0.0),
            input.integral, std::nullopt};
  case UnaryKind::Neg:
    return {-input.most, -input.least, input.integral, std::nullopt};
  case UnaryKind::Abs:
    set.integral = input.integral;
    set.most = std::max(std::abs(input.least), std::abs(input.most));
    set.least = 0;
    return set;
  case UnaryKind::Sigmoid:
  case UnaryKind::HardSigmoid:
    return {0, 1, false, std::nullopt};
  case UnaryKind::Tanh:
  case UnaryKind::Erf:
  case UnaryKind::Softsign:
    return {-1, 1, false, std::nullopt};
  default:
    return set;
  }
}

ValueSet FiniteValues::computeBinary(BinaryOp op) {
  const ValueSet lhs = get(op.getLhs()), rhs = get(op.getRhs());
  if (op.getKind() >= BinaryKind::Greater)
    return ValueSet::of({0, 1});
  if (lhs.values && rhs.values) {
    ValueSet both = combine(op);
    if (both.values)
      return both;
  }
  ValueSet set;
  bool integral = lhs.integral && rhs.integral;
  switch (op.getKind()) {
  case BinaryKind::Min:
    return {std::min(lhs.least, rhs.least), std::min(lhs.most, rhs.most),
            integral, std::nullopt};
  case BinaryKind::Max:
    return {std::max(lhs.least, rhs.least), std::max(lhs.most, rhs.most),
            integral, std::nullopt};
  case BinaryKind::Add:
    return {lhs.least + rhs.least, lhs.most + rhs.most, integral, std::nullopt};
  case BinaryKind::Sub:
    return {lhs.least - rhs.most, lhs.most - rhs.least, integral, std::nullopt};
  case BinaryKind::Mul:
    return product(lhs, rhs, /*divide=*/false);
  case BinaryKind::Div:
    return product(lhs, rhs, /*divide=*/true);
  default:
    return set;
  }
}

ValueSet FiniteValues::compute(Value value) {
  Operation *op = value.getDefiningOp();
  if (!op)
    return {};
  return TypeSwitch<Operation *, ValueSet>(op)
      .Case([&](ConstantOp) {
        std::optional<ConstantData> data = getConstant(value);
        return data ? ValueSet::of(std::move(data->values)) : ValueSet();
      })
      .Case([&](UnaryOp unary) { return computeUnary(unary); })
      .Case([&](BinaryOp binary) { return computeBinary(binary); })
      .Case([&](MultiThresholdOp count) {
        return ValueSet{0,
                        double(tensorType(count.getThresholds()).getDimSize(1)),
                        true, std::nullopt};
      })
      .Case([&](CastOp cast) {
        ValueSet set = get(cast.getInput());
        if (set.values)
          return combine(cast);
        if (elementType(cast.getResult()).isInteger(1))
          return ValueSet::of({0, 1});
        if (!elementType(cast.getResult()).isInteger(64))
          return set;
        return ValueSet{std::ceil(set.least), std::floor(set.most), true,
                        std::nullopt};
      })
      .Case([&](SelectOp select) {
        const ValueSet a = get(select.getOnTrue()),
                       b = get(select.getOnFalse());
        if (a.values && b.values) {
          std::vector<double> all = *a.values;
          llvm::append_range(all, *b.values);
          return ValueSet::of(std::move(all));
        }
        return ValueSet{std::min(a.least, b.least), std::max(a.most, b.most),
                        a.integral && b.integral, std::nullopt};
      })
      .Case([&](DecodeOp decode) {
        Type code = elementType(decode.getInput());
        std::vector<double> values;
        if (!isCode(code))
          return ValueSet();
        CodeRange range = codeRange(code);
        double scale = decode.getScale().convertToDouble();
        double offset = decode.getOffset().convertToDouble();
        if (range.max - range.min < int64_t(maxValues))
          for (int64_t q = range.min; q <= range.max;
               q += isa<BinaryType>(code) ? 2 : 1)
            values.push_back(scale * (double(q) + offset));
        return ValueSet::of(std::move(values));
      })
      .Case<MaxPoolOp, ReshapeOp, TransposeOp, SliceOp, GatherOp, BroadcastOp>(
          [&](Operation *move) { return get(move->getOperand(0)); })
      .Default([](Operation *) { return ValueSet(); });
}
