//===- Qonnx.cpp - Quantizers of QONNX and Brevitas -----------------------===//
//
// Decomposed into elementwise operators with their own order of operations.
// A value that is exactly on an edge goes where the quantizer's definition
// puts it: >= for signs, the rounding mode for everything else.
//
//===----------------------------------------------------------------------===//

#include "Node.h"

#include "llvm/ADT/StringSwitch.h"
#include <cmath>

using namespace mlir;

namespace bnn::onnx_import {

/// +1 where x >= 0, else -1 (also for NaN).
static Val bipolar(Node &n, Val x) {
  if (!x)
    return nullptr;
  Type element = x->type.getElementType();
  if (x->constant && isa<FloatType>(element))
    return n.e.constant(bipolarConstant(*x->constant), x->name);
  Val positive =
      n.e.binary(BinaryKind::GreaterEqual, x, n.e.scalar(0, element));
  return n.e.select(positive, n.e.scalar(1, element), n.e.scalar(-1, element));
}

/// The parameter as a tensor of x's element type. Finite; with `divisor` also
/// other than 0. Null after an error. A parameter of one element has no
/// dimensions.
static Val parameter(Node &n, unsigned i, StringRef role, bool divisor) {
  if (!n.requireFinite(i, role))
    return nullptr;
  Val value = n.in(i);
  if (divisor && value->constant)
    for (int64_t k = 0, e = value->constant->size(); k < e; ++k)
      if (value->constant->real(k) == 0) {
        n.error() << role << " tensor '" << n.inputName(i)
                  << "' is 0 at element " << k;
        return nullptr;
      }
  value = n.e.cast(value, n.in(0)->type.getElementType());
  if (value && value->type.getNumElements() == 1)
    value = n.e.reshape(value, {});
  return value;
}

static Val scaled(Node &n, Val x, Val scale) {
  return isConstantOf(scale, 1) ? x : n.e.mul(x, scale);
}

static void importBipolarQuant(Node &n) {
  Val scale = parameter(n, 1, "scale", false);
  if (scale)
    n.out(0, scaled(n, bipolar(n, n.in(0)), scale));
}

static std::optional<UnaryKind> roundingMode(Node &n, StringRef fallback) {
  std::string name = n.string("rounding_mode", fallback);
  auto kind =
      llvm::StringSwitch<std::optional<UnaryKind>>(StringRef(name).upper())
          .Cases({"ROUND", "HALF_EVEN"}, UnaryKind::RoundHalfEven)
          .Case("CEIL", UnaryKind::Ceil)
          .Case("FLOOR", UnaryKind::Floor)
          .Case("UP", UnaryKind::RoundAway)
          .Case("DOWN", UnaryKind::Trunc)
          .Case("HALF_UP", UnaryKind::RoundHalfAway)
          .Case("HALF_DOWN", UnaryKind::RoundHalfTowardZero)
          .Default(std::nullopt);
  if (!kind)
    n.fail("unknown rounding_mode '" + name + "'");
  return kind;
}

/// A whole number of bits that all elements of a constant input share.
static std::optional<int64_t> bitWidth(Node &n, unsigned i) {
  const Val &value = n.in(i);
  if (!value->constant || value->constant->size() == 0) {
    n.fail("bit width '" + n.inputName(i) + "' must be a constant");
    return std::nullopt;
  }
  double bits = value->constant->real(0);
  if (!isConstantOf(value, bits)) {
    n.fail("bit width '" + n.inputName(i) +
           "' differs between channels, which is not supported");
    return std::nullopt;
  }
  if (!(bits >= 1 && bits <= 32) || bits != std::floor(bits)) {
    n.fail("bit width '" + n.inputName(i) +
           "' must be a whole number from 1 to 32, got " +
           std::to_string(bits));
    return std::nullopt;
  }
  return static_cast<int64_t>(bits);
}

/// Limits the integers x to what `bits` hold.
static Val limit(Node &n, Val x, int64_t bits, bool isSigned, bool narrow) {
  if (!x)
    return nullptr;
  double low = isSigned ? -std::exp2(bits - 1) + narrow : 0;
  double high =
      isSigned ? std::exp2(bits - 1) - 1 : std::exp2(bits) - 1 - narrow;
  Type element = x->type.getElementType();
  return n.e.clamp(x, n.e.scalar(low, element), n.e.scalar(high, element));
}

static void importQuant(Node &n) {
  if (!n.hasAttribute("narrow"))
    return n.fail("attribute 'narrow' is missing: documents disagree about its "
                  "default; add it to the node");
  bool isSigned = n.integer("signed", 1) != 0;
  bool narrow = n.integer("narrow", 0) != 0;
  std::optional<UnaryKind> rounding = roundingMode(n, "ROUND");
  std::optional<int64_t> bits = bitWidth(n, 3);
  Val scale = parameter(n, 1, "scale", true);
  Val zero = parameter(n, 2, "zero-point", false);
  if (!rounding || !bits || !scale || !zero)
    return;
  bool centered = isConstantOf(zero, 0);
  Val y = n.in(0);
  if (!isConstantOf(scale, 1))
    y = n.e.div(y, scale);
  if (!centered)
    y = n.e.add(y, zero);
  if (*bits == 1 && isSigned)
    y = bipolar(n, y);
  else
    y = n.e.unary(*rounding, limit(n, y, *bits, isSigned, narrow));
  if (!centered)
    y = n.e.sub(y, zero);
  n.out(0, scaled(n, y, scale));
}

/// Drops low bits: version 1 by the difference of bit widths (5 inputs),
/// version 2 by the ratio of scales (6 inputs) and with limits.
static void importTrunc(Node &n) {
  bool second = n.numInputs() == 6;
  std::optional<UnaryKind> rounding = roundingMode(n, "FLOOR");
  bool isSigned = second ? n.integer("signed", 1) != 0 : true;
  bool narrow = second && n.integer("narrow", 0) != 0;
  std::optional<int64_t> from = bitWidth(n, 3),
                         to = bitWidth(n, second ? 5 : 4);
  Val scale = parameter(n, 1, "scale", true);
  Val zero = parameter(n, 2, "zero-point", false);
  Val result = second ? parameter(n, 4, "output scale", true) : scale;
  if (!rounding || !from || !to || !scale || !zero || !result)
    return;
  double step = std::exp2(double(*from - *to));
  if (second) {
    if (!scale->constant || !result->constant || scale->constant->size() != 1 ||
        result->constant->size() != 1)
      return n.fail("scales must be constants of one element");
    double ratio = result->constant->real(0) / scale->constant->real(0);
    if (!(ratio > 0))
      return n.fail("scales must have one sign");
    step = std::exp2(std::nearbyint(std::log2(ratio)));
  }
  Type element = n.in(0)->type.getElementType();
  Val divisor = n.e.scalar(step, element);
  bool centered = isConstantOf(zero, 0);
  Val y = isConstantOf(scale, 1) ? n.in(0) : n.e.div(n.in(0), scale);
  if (!centered)
    y = n.e.add(y, zero);
  y = n.e.unary(UnaryKind::RoundHalfEven, y);
  if (step != 1)
    y = n.e.div(y, divisor);
  if (second)
    y = limit(n, y, *to, isSigned, narrow);
  y = n.e.unary(*rounding, y);
  if (!centered)
    y = n.e.sub(y, second ? n.e.div(zero, divisor) : zero);
  n.out(0, scaled(n, y, result));
}

ArrayRef<Operator> qonnxOperators() {
  static const Operator table[] = {
      {"BipolarQuant", importBipolarQuant, 2, 2},
      {"Quant", importQuant, 4, 4},
      {"IntQuant", importQuant, 4, 4},
      {"Trunc", importTrunc, 5, 6},
  };
  return table;
}

} // namespace bnn::onnx_import
