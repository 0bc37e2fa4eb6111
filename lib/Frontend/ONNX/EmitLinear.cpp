//===- EmitLinear.cpp - Linear operators, pools and reductions ------------===//

#include "Emitter.h"

#include "bnn/Host/Kernels.h"

using namespace mlir;

namespace bnn::onnx_import {

/// Output sizes of a window over the spatial dimensions of `x`; nothing where
/// it does not fit, which the operation's verifier then says.
static Shape windowShape(ArrayRef<int64_t> x, int64_t channels,
                         const Window &window) {
  Shape shape = {x[0], channels};
  for (size_t i = 0; i + 2 < x.size(); ++i) {
    int64_t span = 0, padded = 0;
    if (i >= window.kernel.size() || i >= window.strides.size() ||
        i >= window.dilations.size() || i >= window.padsBegin.size() ||
        i >= window.padsEnd.size() || window.strides[i] < 1 ||
        llvm::MulOverflow(window.kernel[i] - 1, window.dilations[i], span) ||
        llvm::AddOverflow(x[i + 2], window.padsBegin[i], padded) ||
        llvm::AddOverflow(padded, window.padsEnd[i], padded)) {
      shape.push_back(0);
      continue;
    }
    shape.push_back(
        padded <= span ? 0 : (padded - span - 1) / window.strides[i] + 1);
  }
  return shape;
}

Val Emitter::conv(Val x, Val weights, const Window &window, int64_t groups) {
  if (!x || !weights)
    return nullptr;
  if (x->type.getRank() < 3 || weights->type.getRank() != x->type.getRank()) {
    error() << "input " << shapeString(x->type.getShape()) << " and weights "
            << shapeString(weights->type.getShape())
            << " need one rank of at least 3";
    return nullptr;
  }
  RankedTensorType type = tensorType(
      windowShape(x->type.getShape(), weights->type.getDimSize(0), window),
      x->type.getElementType());
  if (!type)
    return nullptr;
  return emitOne({x, weights}, [&](ValueRange v) -> Operation * {
    return ConvOp::create(builder, loc, type, v[0], v[1], window.strides,
                          window.dilations, window.padsBegin, window.padsEnd,
                          groups);
  });
}

Val Emitter::matmul(Val a, Val b, bool transposeRhs) {
  if (!a || !b)
    return nullptr;
  if (a->type.getElementType() != b->type.getElementType()) {
    error() << "operands differ in element type (" << a->type.getElementType()
            << " and " << b->type.getElementType() << ")";
    return nullptr;
  }
  if (a->type.getElementType().isInteger(64))
    return cast(matmul(cast(a, f64()), cast(b, f64()), transposeRhs), i64());
  ArrayRef<int64_t> left = a->type.getShape(), right = b->type.getShape();
  if (left.empty() || right.empty())
    return fail("a matrix product needs operands with at least one dimension");
  bool leftVector = left.size() == 1, rightVector = right.size() == 1;
  if (leftVector)
    a = reshape(a, {1, left[0]});
  if (rightVector)
    b = transposeRhs ? reshape(b, {1, right[0]}) : reshape(b, {right[0], 1});
  left = a->type.getShape();
  right = b->type.getShape();
  int64_t k = right[right.size() - (transposeRhs ? 1 : 2)];
  int64_t n = right[right.size() - (transposeRhs ? 2 : 1)];
  if (left.back() != k) {
    error() << "matrices " << shapeString(left) << " and " << shapeString(right)
            << " do not fit: " << left.back() << " columns against " << k
            << " rows";
    return nullptr;
  }
  auto batch = host::broadcastShapes(left.drop_back(2), right.drop_back(2));
  if (!batch)
    return fail(llvm::toString(batch.takeError()));
  Shape shape = *batch;
  shape.push_back(left[left.size() - 2]);
  shape.push_back(n);
  RankedTensorType type = tensorType(shape, a->type.getElementType());
  if (!type)
    return nullptr;
  Val result = emitOne({a, b}, [&](ValueRange v) -> Operation * {
    return MatMulOp::create(builder, loc, type, v[0], v[1], transposeRhs);
  });
  if (leftVector || rightVector) {
    if (rightVector)
      shape.pop_back();
    if (leftVector)
      shape.erase(shape.end() - (rightVector ? 1 : 2));
    result = reshape(result, shape);
  }
  return result;
}

Val Emitter::maxPool(Val x, const Window &window) {
  if (!x)
    return nullptr;
  if (x->type.getRank() < 3)
    return fail("pooling needs an input of rank 3 or more");
  RankedTensorType type =
      tensorType(windowShape(x->type.getShape(), x->type.getDimSize(1), window),
                 x->type.getElementType());
  if (!type)
    return nullptr;
  return emitOne({x}, [&](ValueRange v) -> Operation * {
    return MaxPoolOp::create(builder, loc, type, v[0], window.kernel,
                             window.strides, window.dilations, window.padsBegin,
                             window.padsEnd);
  });
}

Val Emitter::averagePool(Val x, const Window &window, bool countPadding) {
  if (!x)
    return nullptr;
  if (x->type.getRank() < 3)
    return fail("pooling needs an input of rank 3 or more");
  RankedTensorType type =
      tensorType(windowShape(x->type.getShape(), x->type.getDimSize(1), window),
                 x->type.getElementType());
  if (!type)
    return nullptr;
  return emitOne({x}, [&](ValueRange v) -> Operation * {
    return AveragePoolOp::create(
        builder, loc, type, v[0], window.kernel, window.strides,
        window.dilations, window.padsBegin, window.padsEnd, countPadding);
  });
}

Val Emitter::reduce(ReduceKind kind, Val x, ArrayRef<int64_t> axes,
                    bool keepDims) {
  if (!x)
    return nullptr;
  if (x->type.getElementType().isInteger(64))
    return cast(reduce(kind, cast(x, f64()), axes, keepDims), i64());
  Shape shape;
  int64_t reduced = 1;
  for (int64_t d = 0; d < x->type.getRank(); ++d) {
    if (!llvm::is_contained(axes, d)) {
      shape.push_back(x->type.getDimSize(d));
      continue;
    }
    reduced *= x->type.getDimSize(d);
    if (keepDims)
      shape.push_back(1);
  }
  if (reduced == 0 && kind != ReduceKind::Sum && kind != ReduceKind::Prod &&
      kind != ReduceKind::L2)
    return fail("nothing to reduce: the tensor has no element");
  RankedTensorType type = tensorType(shape, x->type.getElementType());
  if (!type)
    return nullptr;
  return emitOne({x}, [&](ValueRange v) -> Operation * {
    return ReduceOp::create(builder, loc, type, kind, v[0], axes, keepDims);
  });
}

Val Emitter::softmax(Val x, int64_t axis, bool log) {
  return emitOne({x}, [&](ValueRange v) -> Operation * {
    return SoftmaxOp::create(builder, loc, v[0], axis, log);
  });
}

Val Emitter::argMax(Val x, int64_t axis, bool keepDims, bool selectLast,
                    bool smallest) {
  if (!x)
    return nullptr;
  if (x->type.getElementType().isInteger())
    x = cast(x, f64());
  Shape shape(x->type.getShape().begin(), x->type.getShape().end());
  if (shape[axis] == 0)
    return fail("nothing to compare: the tensor has no element");
  if (keepDims)
    shape[axis] = 1;
  else
    shape.erase(shape.begin() + axis);
  auto type = RankedTensorType::get(shape, i64());
  return emitOne({x}, [&](ValueRange v) -> Operation * {
    return ArgMaxOp::create(builder, loc, type, v[0], axis, keepDims,
                            selectLast, smallest);
  });
}

std::pair<Val, Val> Emitter::topK(Val x, int64_t k, int64_t axis,
                                  bool smallest) {
  if (!x)
    return {};
  Type element = x->type.getElementType();
  if (element.isInteger())
    x = cast(x, f64());
  Shape shape(x->type.getShape().begin(), x->type.getShape().end());
  if (k < 0 || k > shape[axis]) {
    error() << "k = " << k << " of " << shape[axis] << " elements";
    return {};
  }
  shape[axis] = k;
  auto type = RankedTensorType::get(shape, x->type.getElementType());
  auto indexType = RankedTensorType::get(shape, i64());
  SmallVector<Val> results = emit({x}, [&](ValueRange v) -> Operation * {
    return TopKOp::create(builder, loc, type, indexType, v[0], axis, smallest);
  });
  if (!results.front())
    return {};
  return {cast(results[0], element), results[1]};
}

} // namespace bnn::onnx_import
