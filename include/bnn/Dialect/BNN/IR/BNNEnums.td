//===- BNNEnums.td - Kinds of elementwise operators --------*- tablegen -*-===//

#ifndef BNN_DIALECT_BNN_IR_BNNENUMS_TD
#define BNN_DIALECT_BNN_IR_BNNENUMS_TD

include "mlir/IR/EnumAttr.td"

class BNN_Enum<string name, string summary, list<I32EnumAttrCase> cases>
    : I32EnumAttr<name, summary, cases> {
  let cppNamespace = "::bnn";
}

def BNN_UnaryKind : BNN_Enum<"UnaryKind", "elementwise function of one operand", [
  I32EnumAttrCase<"Neg", 0, "neg">, I32EnumAttrCase<"Abs", 1, "abs">,
  I32EnumAttrCase<"Sqrt", 2, "sqrt">, I32EnumAttrCase<"Exp", 3, "exp">,
  I32EnumAttrCase<"Log", 4, "log">, I32EnumAttrCase<"Reciprocal", 5, "reciprocal">,
  I32EnumAttrCase<"Sign", 6, "sign">, I32EnumAttrCase<"Floor", 7, "floor">,
  I32EnumAttrCase<"Ceil", 8, "ceil">, I32EnumAttrCase<"Trunc", 9, "trunc">,
  I32EnumAttrCase<"RoundHalfEven", 10, "round_half_even">,
  I32EnumAttrCase<"RoundHalfAway", 11, "round_half_away">,
  I32EnumAttrCase<"RoundHalfTowardZero", 12, "round_half_toward_zero">,
  I32EnumAttrCase<"RoundAway", 13, "round_away">,
  I32EnumAttrCase<"Relu", 14, "relu">, I32EnumAttrCase<"Sigmoid", 15, "sigmoid">,
  I32EnumAttrCase<"Tanh", 16, "tanh">, I32EnumAttrCase<"Erf", 17, "erf">,
  I32EnumAttrCase<"Softplus", 18, "softplus">, I32EnumAttrCase<"Softsign", 19, "softsign">,
  I32EnumAttrCase<"LeakyRelu", 20, "leaky_relu">, I32EnumAttrCase<"Elu", 21, "elu">,
  I32EnumAttrCase<"Selu", 22, "selu">, I32EnumAttrCase<"HardSigmoid", 23, "hard_sigmoid">,
  I32EnumAttrCase<"Not", 24, "not">]>;

def BNN_BinaryKind : BNN_Enum<"BinaryKind", "elementwise function of two operands", [
  I32EnumAttrCase<"Add", 0, "add">, I32EnumAttrCase<"Sub", 1, "sub">,
  I32EnumAttrCase<"Mul", 2, "mul">, I32EnumAttrCase<"Div", 3, "div">,
  I32EnumAttrCase<"Pow", 4, "pow">, I32EnumAttrCase<"Min", 5, "min">,
  I32EnumAttrCase<"Max", 6, "max">, I32EnumAttrCase<"PRelu", 7, "prelu">,
  I32EnumAttrCase<"Greater", 8, "greater">, I32EnumAttrCase<"GreaterEqual", 9, "greater_equal">,
  I32EnumAttrCase<"Less", 10, "less">, I32EnumAttrCase<"LessEqual", 11, "less_equal">,
  I32EnumAttrCase<"Equal", 12, "equal">, I32EnumAttrCase<"NotEqual", 13, "not_equal">,
  I32EnumAttrCase<"And", 14, "and">, I32EnumAttrCase<"Or", 15, "or">,
  I32EnumAttrCase<"Xor", 16, "xor">]>;

def BNN_ReduceKind : BNN_Enum<"ReduceKind", "reduction over axes", [
  I32EnumAttrCase<"Sum", 0, "sum">, I32EnumAttrCase<"Mean", 1, "mean">,
  I32EnumAttrCase<"Max", 2, "max">, I32EnumAttrCase<"Min", 3, "min">,
  I32EnumAttrCase<"Prod", 4, "prod">, I32EnumAttrCase<"L2", 5, "l2">]>;

def BNN_PadMode : BNN_Enum<"PadMode", "what padding repeats", [
  I32EnumAttrCase<"Constant", 0, "constant">, I32EnumAttrCase<"Reflect", 1, "reflect">,
  I32EnumAttrCase<"Edge", 2, "edge">]>;

#endif // BNN_DIALECT_BNN_IR_BNNENUMS_TD
