//===- Elementwise.cpp - Arithmetic, comparisons, casts -------------------===//

#include "Node.h"

#include "llvm/ADT/StringSwitch.h"

using namespace mlir;

namespace bnn::onnx_import {

static void importUnary(Node &n) {
  auto kind = llvm::StringSwitch<UnaryKind>(n.type())
                  .Case("Neg", UnaryKind::Neg)
                  .Case("Abs", UnaryKind::Abs)
                  .Case("Sqrt", UnaryKind::Sqrt)
                  .Case("Exp", UnaryKind::Exp)
                  .Case("Log", UnaryKind::Log)
                  .Case("Reciprocal", UnaryKind::Reciprocal)
                  .Case("Sign", UnaryKind::Sign)
                  .Case("Floor", UnaryKind::Floor)
                  .Case("Ceil", UnaryKind::Ceil)
                  .Case("Round", UnaryKind::RoundHalfEven)
                  .Case("Erf", UnaryKind::Erf)
                  .Default(UnaryKind::Not);
  n.ignore({"consumed_inputs"});
  n.out(0, n.e.unary(kind, n.in(0)));
}

static BinaryKind binaryKind(StringRef type) {
  return llvm::StringSwitch<BinaryKind>(type)
      .Cases({"Add", "Sum", "Mean"}, BinaryKind::Add)
      .Case("Sub", BinaryKind::Sub)
      .Case("Mul", BinaryKind::Mul)
      .Case("Div", BinaryKind::Div)
      .Case("Min", BinaryKind::Min)
      .Case("Max", BinaryKind::Max)
      .Case("Greater", BinaryKind::Greater)
      .Case("GreaterOrEqual", BinaryKind::GreaterEqual)
      .Case("Less", BinaryKind::Less)
      .Case("LessOrEqual", BinaryKind::LessEqual)
      .Case("Equal", BinaryKind::Equal)
      .Case("And", BinaryKind::And)
      .Case("Or", BinaryKind::Or)
      .Default(BinaryKind::Xor);
}

static void importBinary(Node &n) {
  n.ignore({"consumed_inputs"});
  Val divisor = n.in(1);
  if (n.type() == "Div" && n.in(0)->type.getElementType().isInteger(64) &&
      divisor->constant)
    for (int64_t i = 0, e = divisor->constant->size(); i < e; ++i)
      if (divisor->constant->integer(i) == 0)
        return n.fail("division by 0 in '" + n.inputName(1) + "'");
  n.out(0, n.e.binary(binaryKind(n.type()), n.in(0), n.in(1)));
}

/// Sum, Mean, Min, Max of any number of tensors, from left to right.
static void importVariadic(Node &n) {
  n.ignore({"consumed_inputs"});
  Val result = n.in(0);
  for (unsigned i = 1; i < n.numInputs(); ++i) {
    if (!n.has(i))
      return n.fail("input " + llvm::Twine(i) + " is missing");
    result = n.e.binary(binaryKind(n.type()), result, n.in(i));
  }
  if (n.type() == "Mean" && result && n.numInputs() > 1)
    result = n.e.div(result,
                     n.e.scalar(n.numInputs(), result->type.getElementType()));
  n.out(0, result);
}

static void importPow(Node &n) {
  Val base = n.in(0);
  Type element = base->type.getElementType();
  Type exponent = n.in(1)->type.getElementType();
  // An integer base to a real power is computed in real numbers.
  if (element.isInteger(64) && isa<FloatType>(exponent))
    return n.out(0,
                 n.e.cast(n.e.binary(BinaryKind::Pow, n.e.cast(base, n.e.f64()),
                                     n.e.cast(n.in(1), n.e.f64())),
                          element));
  n.out(0, n.e.binary(BinaryKind::Pow, base, n.e.cast(n.in(1), element)));
}

static void importClip(Node &n) {
  Val x = n.in(0), low, high;
  Type element = x->type.getElementType();
  if (n.opset < 11) {
    n.ignore({"consumed_inputs"});
    if (n.hasAttribute("min"))
      low = n.e.scalar(n.real("min", 0), element);
    if (n.hasAttribute("max"))
      high = n.e.scalar(n.real("max", 0), element);
  } else {
    for (unsigned i = 1; i <= 2; ++i)
      if (n.has(i)) {
        if (n.in(i)->type.getNumElements() != 1)
          return n.fail("bound '" + n.inputName(i) + "' must be a scalar");
        (i == 1 ? low : high) = n.e.reshape(n.in(i), {});
      }
  }
  n.out(0, n.e.clamp(x, low, high));
}

static void importWhere(Node &n) {
  n.out(0, n.e.select(n.in(0), n.in(1), n.in(2)));
}

static void importCast(Node &n) {
  n.ignore({"saturate", "round_mode"});
  int32_t to = 0;
  if (n.type() == "CastLike") {
    Type element = n.in(1)->type.getElementType();
    Val result = n.e.cast(n.in(0), element);
    return n.out(0, result);
  }
  if (!n.hasAttribute("to"))
    return n.fail("attribute 'to' is missing");
  int64_t given = n.integer("to", 0);
  to = given >= 0 && given < 64 ? static_cast<int32_t>(given) : 0;
  Type element = importedElementType(to, n.e.context());
  if (!element)
    return n.fail("cast to element type " + llvm::Twine(given) +
                  " is not supported");
  Val x = n.in(0);
  bool narrow = to == static_cast<int32_t>(DataType::Float16) ||
                to == static_cast<int32_t>(DataType::BFloat16);
  if (narrow && !x->constant && isa<FloatType>(x->type.getElementType()))
    mlir::emitWarning(n.e.location())
        << "values are not rounded to " << dataTypeName(to)
        << ": they stay float32";
  Val result = n.e.cast(x, element);
  // Aliases must not get another type than the tensor they stand for.
  if (result && result != x)
    result->dataType = to;
  n.out(0, result);
}

ArrayRef<Operator> elementwiseOperators() {
  static const Operator table[] = {
      {"Neg", importUnary, 1, 1},
      {"Abs", importUnary, 1, 1},
      {"Sqrt", importUnary, 1, 1},
      {"Exp", importUnary, 1, 1},
      {"Log", importUnary, 1, 1},
      {"Reciprocal", importUnary, 1, 1},
      {"Sign", importUnary, 1, 1},
      {"Floor", importUnary, 1, 1},
      {"Ceil", importUnary, 1, 1},
      {"Round", importUnary, 1, 1},
      {"Erf", importUnary, 1, 1},
      {"Not", importUnary, 1, 1},
      {"Add", importBinary, 2, 2},
      {"Sub", importBinary, 2, 2},
      {"Mul", importBinary, 2, 2},
      {"Div", importBinary, 2, 2},
      {"Pow", importPow, 2, 2},
      {"Greater", importBinary, 2, 2},
      {"GreaterOrEqual", importBinary, 2, 2},
      {"Less", importBinary, 2, 2},
      {"LessOrEqual", importBinary, 2, 2},
      {"Equal", importBinary, 2, 2},
      {"And", importBinary, 2, 2},
      {"Or", importBinary, 2, 2},
      {"Xor", importBinary, 2, 2},
      {"Sum", importVariadic, 1, variadic},
      {"Mean", importVariadic, 1, variadic},
      {"Min", importVariadic, 1, variadic},
      {"Max", importVariadic, 1, variadic},
      {"Clip", importClip, 1, 3},
      {"Where", importWhere, 3, 3},
      {"Cast", importCast, 1, 1},
      {"CastLike", importCast, 2, 2},
  };
  return table;
}

} // namespace bnn::onnx_import
