//===- Kinds.cpp - Kinds of operators in both languages ---------*- C++ -*-===//

#include "Kinds.h"

namespace bnn {

using Kind = image::Op;

image::Op::Kind kindOf(UnaryKind kind) {
  switch (kind) {
  case UnaryKind::Neg:
    return Kind::NEG;
  case UnaryKind::Abs:
    return Kind::ABS;
  case UnaryKind::Sqrt:
    return Kind::SQRT;
  case UnaryKind::Exp:
    return Kind::EXP;
  case UnaryKind::Log:
    return Kind::LOG;
  case UnaryKind::Reciprocal:
    return Kind::RECIPROCAL;
  case UnaryKind::Sign:
    return Kind::SIGN;
  case UnaryKind::Floor:
    return Kind::FLOOR;
  case UnaryKind::Ceil:
    return Kind::CEIL;
  case UnaryKind::Trunc:
    return Kind::TRUNC;
  case UnaryKind::RoundHalfEven:
    return Kind::ROUND_HALF_EVEN;
  case UnaryKind::RoundHalfAway:
    return Kind::ROUND_HALF_AWAY;
  case UnaryKind::RoundHalfTowardZero:
    return Kind::ROUND_HALF_TOWARD_ZERO;
  case UnaryKind::RoundAway:
    return Kind::ROUND_AWAY;
  case UnaryKind::Relu:
    return Kind::RELU;
  case UnaryKind::Sigmoid:
    return Kind::SIGMOID;
  case UnaryKind::Tanh:
    return Kind::TANH;
  case UnaryKind::Erf:
    return Kind::ERF;
  case UnaryKind::Softplus:
    return Kind::SOFTPLUS;
  case UnaryKind::Softsign:
    return Kind::SOFTSIGN;
  case UnaryKind::LeakyRelu:
    return Kind::LEAKY_RELU;
  case UnaryKind::Elu:
    return Kind::ELU;
  case UnaryKind::Selu:
    return Kind::SELU;
  case UnaryKind::HardSigmoid:
    return Kind::HARD_SIGMOID;
  case UnaryKind::Not:
    return Kind::NOT;
  }
  return Kind::INVALID;
}

image::Op::Kind kindOf(BinaryKind kind) {
  switch (kind) {
  case BinaryKind::Add:
    return Kind::ADD;
  case BinaryKind::Sub:
    return Kind::SUB;
  case BinaryKind::Mul:
    return Kind::MUL;
  case BinaryKind::Div:
    return Kind::DIV;
  case BinaryKind::Pow:
    return Kind::POW;
  case BinaryKind::Min:
    return Kind::MIN;
  case BinaryKind::Max:
    return Kind::MAX;
  case BinaryKind::PRelu:
    return Kind::PRELU;
  case BinaryKind::Greater:
    return Kind::GREATER;
  case BinaryKind::GreaterEqual:
    return Kind::GREATER_EQUAL;
  case BinaryKind::Less:
    return Kind::LESS;
  case BinaryKind::LessEqual:
    return Kind::LESS_EQUAL;
  case BinaryKind::Equal:
    return Kind::EQUAL;
  case BinaryKind::NotEqual:
    return Kind::NOT_EQUAL;
  case BinaryKind::And:
    return Kind::AND;
  case BinaryKind::Or:
    return Kind::OR;
  case BinaryKind::Xor:
    return Kind::XOR;
  }
  return Kind::INVALID;
}

image::Op::Kind kindOf(ReduceKind kind) {
  switch (kind) {
  case ReduceKind::Sum:
    return Kind::REDUCE_SUM;
  case ReduceKind::Mean:
    return Kind::REDUCE_MEAN;
  case ReduceKind::Max:
    return Kind::REDUCE_MAX;
  case ReduceKind::Min:
    return Kind::REDUCE_MIN;
  case ReduceKind::Prod:
    return Kind::REDUCE_PROD;
  case ReduceKind::L2:
    return Kind::REDUCE_L2;
  }
  return Kind::INVALID;
}

} // namespace bnn
