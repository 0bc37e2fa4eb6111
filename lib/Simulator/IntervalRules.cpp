//===- IntervalRules.cpp - How float32 rounds each operator ---------------===//

#include "IntervalRules.h"

using namespace bnn::sim;
using bnn::image::Op;

Rule bnn::sim::ruleOf(Op::Kind kind) {
  switch (kind) {
  case Op::NEG:
  case Op::ABS:
  case Op::SIGN:
  case Op::FLOOR:
  case Op::CEIL:
  case Op::TRUNC:
  case Op::ROUND_HALF_EVEN:
  case Op::ROUND_HALF_AWAY:
  case Op::ROUND_HALF_TOWARD_ZERO:
  case Op::ROUND_AWAY:
  case Op::RELU:
  case Op::NOT:
  case Op::MIN:
  case Op::MAX:
  case Op::GREATER:
  case Op::GREATER_EQUAL:
  case Op::LESS:
  case Op::LESS_EQUAL:
  case Op::EQUAL:
  case Op::NOT_EQUAL:
  case Op::AND:
  case Op::OR:
  case Op::XOR:
  case Op::SELECT:
  case Op::MULTI_THRESHOLD:
  case Op::CAST_REAL:
  case Op::CAST_INTEGER:
  case Op::CAST_BOOL:
  case Op::MAX_POOL:
  case Op::REDUCE_MAX:
  case Op::REDUCE_MIN:
  case Op::RESHAPE:
  case Op::TRANSPOSE:
  case Op::CONCAT:
  case Op::SLICE:
  case Op::PAD:
  case Op::BROADCAST:
  case Op::IDENTITY:
    return Rule::Exact;
  case Op::SQRT:
  case Op::ADD:
  case Op::SUB:
  case Op::MUL:
  case Op::DIV:
  case Op::RECIPROCAL:
  case Op::LEAKY_RELU:
  case Op::PRELU:
    return Rule::Rounded;
  case Op::EXP:
  case Op::LOG:
  case Op::SIGMOID:
  case Op::TANH:
  case Op::ERF:
  case Op::SOFTPLUS:
  case Op::SOFTSIGN:
  case Op::ELU:
  case Op::SELU:
  case Op::POW:
    return Rule::Library;
  case Op::HARD_SIGMOID:
  case Op::BATCH_NORM:
  case Op::DECODE:
    return Rule::Affine;
  case Op::AVERAGE_POOL:
  case Op::SUM_POOL:
  case Op::REDUCE_SUM:
  case Op::REDUCE_MEAN:
    return Rule::Sum;
  case Op::CONV:
  case Op::MATMUL:
  case Op::LINEAR:
    return Rule::Product;
  case Op::SOFTMAX:
  case Op::LOG_SOFTMAX:
    return Rule::Normalize;
  default:
    return Rule::Unknown;
  }
}

bool bnn::sim::turnsAtZero(Op::Kind kind) {
  switch (kind) {
  case Op::ABS:
  case Op::NOT:
  case Op::CAST_BOOL:
  case Op::LEAKY_RELU:
  case Op::PRELU:
  case Op::POW:
  case Op::ELU:
  case Op::SELU:
    return true;
  default:
    return false;
  }
}
