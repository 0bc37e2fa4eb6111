//===- Kernels.cpp - Dispatch of the operators outside the arrays ---------===//

#include "Families.h"
#include "llvm/ADT/APFloat.h"
#include <new>

using namespace llvm;

namespace bnn::host {

using image::Op;

namespace {

std::string kindName(Op::Kind kind) {
  return Op::Kind_IsValid(kind) ? Op::Kind_Name(kind)
                                : "kind " + std::to_string(int(kind));
}

Error dispatch(const Op &op, Inputs inputs, Outputs outputs) {
  Op::Kind kind = op.kind();
  Tensor &out = outputs[0];
  switch (kind) {
  case Op::CONV:
  case Op::MATMUL:
  case Op::LINEAR:
    return evaluateLinear(op, inputs, out);
  case Op::SELECT:
    return evaluateSelect(*inputs[0], *inputs[1], *inputs[2], out);
  case Op::BATCH_NORM:
    return evaluateBatchNorm(op, inputs, out);
  case Op::MULTI_THRESHOLD:
  case Op::ENCODE:
  case Op::DECODE:
  case Op::THRESHOLD:
  case Op::COMBINE:
    return evaluateSteps(op, inputs, out);
  case Op::MAX_POOL:
  case Op::AVERAGE_POOL:
  case Op::SUM_POOL:
    return evaluatePool(op, *inputs[0], out);
  case Op::PRESENT:
    return makeError("draws its result, which only the simulator does");
  default:
    break;
  }
  if (kind >= Op::REDUCE_SUM && kind <= Op::TOP_K)
    return evaluateReduction(op, *inputs[0], outputs);
  if (kind >= Op::RESHAPE && kind <= Op::IDENTITY)
    return evaluateMove(op, inputs, out);
  if (inputs.size() == 2)
    return evaluateBinary(op, *inputs[0], *inputs[1], out);
  return evaluateUnary(op, *inputs[0], out);
}

double roundTo(ElementType type, double value) {
  bool losesInfo;
  switch (type) {
  case ElementType::Float32:
    return double(float(value));
  case ElementType::Float16:
  case ElementType::BFloat16: {
    APFloat number(value);
    number.convert(type == ElementType::Float16 ? APFloat::IEEEhalf()
                                                : APFloat::BFloat(),
                   APFloat::rmNearestTiesToEven, &losesInfo);
    return number.convertToDouble();
  }
  default:
    return value;
  }
}

} // namespace

Expected<Arity> arity(Op::Kind kind) {
  switch (kind) {
  case Op::CONV:
  case Op::MATMUL:
  case Op::LINEAR:
  case Op::MULTI_THRESHOLD:
  case Op::GATHER:
    return Arity{2};
  case Op::SELECT:
    return Arity{3};
  case Op::BATCH_NORM:
    return Arity{5};
  case Op::TOP_K:
    return Arity{1, 2};
  case Op::CONCAT:
  case Op::COMBINE:
    return Arity{1, 1, true};
  case Op::INVALID:
    break;
  default:
    if (!Op::Kind_IsValid(kind))
      break;
    if (kind >= Op::ADD && kind <= Op::XOR)
      return Arity{2};
    return Arity{1};
  }
  return makeError("operator has the unknown " + kindName(kind));
}

Error allocate(Tensor &out, ArrayRef<int64_t> shape, ElementType type) {
  Expected<int64_t> count = elementCount(shape, int64_t(1) << 31);
  if (!count)
    return count.takeError();
  out.shape.assign(shape.begin(), shape.end());
  out.type = type;
  out.data.assign(*count, 0.0);
  return Error::success();
}

Error checkAxis(int64_t axis, const Tensor &x) {
  if (axis >= 0 && axis < x.rank())
    return Error::success();
  return makeError("axis " + Twine(axis) + " is outside the shape " +
                   shapeString(x.shape));
}

Error evaluate(const Op &op, Inputs inputs, Outputs outputs) {
  Expected<Arity> wanted = arity(op.kind());
  if (!wanted)
    return wanted.takeError();
  bool fits = wanted->variadic ? inputs.size() >= wanted->inputs
                               : inputs.size() == wanted->inputs;
  if (!fits || outputs.size() != wanted->outputs)
    return makeError(kindName(op.kind()) + " has " + Twine(inputs.size()) +
                     " inputs and " + Twine(outputs.size()) + " outputs");
  Error error = [&]() -> Error {
    try {
      return dispatch(op, inputs, outputs);
    } catch (const std::bad_alloc &) {
      return makeError("not enough memory for the result");
    }
  }();
  if (error)
    return makeError(kindName(op.kind()) + ": " + toString(std::move(error)));
  return Error::success();
}

Error evaluateFloat32(const Op &op, Inputs inputs, Outputs outputs) {
  if (Error error = evaluate(op, inputs, outputs))
    return error;
  for (Tensor &out : outputs)
    if (!isInteger(out.type) && out.type != ElementType::Float64)
      for (double &value : out.data)
        value = roundTo(out.type, value);
  return Error::success();
}

} // namespace bnn::host
