//===- EmitElementwise.cpp - Elementwise bnn operations -------------------===//

#include "Emitter.h"

#include "bnn/Host/Kernels.h"

using namespace mlir;

namespace bnn::onnx_import {

Val Emitter::unaryWith(UnaryKind kind, Val x, FloatAttr alpha, FloatAttr beta) {
  if (!x)
    return nullptr;
  if (x->type.getElementType().isInteger(64))
    return cast(unaryWith(kind, cast(x, f64()), alpha, beta), i64());
  return emitOne({x}, [&](ValueRange v) -> Operation * {
    return UnaryOp::create(builder, loc, x->type, kind, v[0], alpha, beta);
  });
}

Val Emitter::unary(UnaryKind kind, Val x) {
  return unaryWith(kind, x, nullptr, nullptr);
}

Val Emitter::unary(UnaryKind kind, Val x, double alpha) {
  return unaryWith(kind, x, builder.getF64FloatAttr(alpha), nullptr);
}

Val Emitter::unary(UnaryKind kind, Val x, double alpha, double beta) {
  return unaryWith(kind, x, builder.getF64FloatAttr(alpha),
                   builder.getF64FloatAttr(beta));
}

/// The shape of operands that broadcast; nothing and an error otherwise.
static std::optional<Shape> broadcast(Emitter &emitter, ArrayRef<Val> values) {
  Shape shape;
  for (const Val &value : values) {
    auto next = host::broadcastShapes(shape, value->type.getShape());
    if (!next) {
      emitter.error() << llvm::toString(next.takeError());
      return std::nullopt;
    }
    shape = *next;
  }
  return shape;
}

/// The importer's exact simplification of straight-through estimators,
/// (a - b) + b, whatever b is. In real numbers nothing changes; in float32 the
/// detour would only add rounding noise.
static Val addBack(const Val &sum, const Val &other, ArrayRef<int64_t> shape) {
  if (sum->minuend && sameValue(sum->subtrahend, other) &&
      sum->minuend->type.getShape() == shape)
    return sum->minuend;
  return nullptr;
}

Val Emitter::binary(BinaryKind kind, Val lhs, Val rhs) {
  if (!lhs || !rhs)
    return nullptr;
  Type element = lhs->type.getElementType();
  if (element != rhs->type.getElementType()) {
    error() << "operands differ in element type (" << element << " and "
            << rhs->type.getElementType() << "); insert a Cast";
    return nullptr;
  }
  std::optional<Shape> shape = bnn::onnx_import::broadcast(*this, {lhs, rhs});
  if (!shape)
    return nullptr;
  if (kind == BinaryKind::Add) {
    if (Val a = addBack(lhs, rhs, *shape))
      return a;
    if (Val a = addBack(rhs, lhs, *shape))
      return a;
  }
  if (element.isInteger(64) &&
      (kind == BinaryKind::Div || kind == BinaryKind::Pow ||
       kind == BinaryKind::PRelu))
    return cast(binary(kind, cast(lhs, f64()), cast(rhs, f64())), i64());
  bool boolean = kind >= BinaryKind::Greater;
  RankedTensorType type = tensorType(*shape, boolean ? i1() : element);
  if (!type)
    return nullptr;
  Val result = emitOne({lhs, rhs}, [&](ValueRange v) -> Operation * {
    return BinaryOp::create(builder, loc, type, kind, v[0], v[1]);
  });
  if (result && kind == BinaryKind::Sub) {
    result->minuend = lhs;
    result->subtrahend = rhs;
  }
  return result;
}

Val Emitter::select(Val condition, Val onTrue, Val onFalse) {
  if (!condition || !onTrue || !onFalse)
    return nullptr;
  std::optional<Shape> shape =
      bnn::onnx_import::broadcast(*this, {condition, onTrue, onFalse});
  if (!shape)
    return nullptr;
  RankedTensorType type = tensorType(*shape, onTrue->type.getElementType());
  if (!type)
    return nullptr;
  if (!condition->type.getElementType().isInteger(1))
    return fail("the condition must be a tensor of booleans");
  return emitOne(
      {condition, onTrue, onFalse}, [&](ValueRange v) -> Operation * {
        return SelectOp::create(builder, loc, type, v[0], v[1], v[2]);
      });
}

Val Emitter::cast(Val x, Type element) {
  if (!x || x->type.getElementType() == element)
    return x;
  auto type = RankedTensorType::get(x->type.getShape(), element);
  return emitOne({x}, [&](ValueRange v) -> Operation * {
    return CastOp::create(builder, loc, type, v[0]);
  });
}

Val Emitter::affine(Val x, double scale, double offset) {
  if (x && scale != 1)
    x = mul(x, scalar(scale, x->type.getElementType()));
  if (x && offset != 0)
    x = add(x, scalar(offset, x->type.getElementType()));
  return x;
}

Val Emitter::clamp(Val x, Val low, Val high) {
  if (low)
    x = binary(BinaryKind::Max, x, low);
  if (high)
    x = binary(BinaryKind::Min, x, high);
  return x;
}

Val Emitter::batchNorm(Val x, Val gamma, Val beta, Val mean, Val variance,
                       double epsilon, int64_t axis) {
  return emitOne(
      {x, gamma, beta, mean, variance}, [&](ValueRange v) -> Operation * {
        return BatchNormOp::create(builder, loc, x->type, v[0], v[1], v[2],
                                   v[3], v[4], builder.getF64FloatAttr(epsilon),
                                   builder.getI64IntegerAttr(axis));
      });
}

Val Emitter::multiThreshold(Val x, Val thresholds, int64_t axis) {
  return emitOne({x, thresholds}, [&](ValueRange v) -> Operation * {
    return MultiThresholdOp::create(builder, loc, x->type, v[0], v[1],
                                    builder.getI64IntegerAttr(axis));
  });
}

} // namespace bnn::onnx_import
