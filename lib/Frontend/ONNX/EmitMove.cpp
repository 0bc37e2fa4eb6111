//===- EmitMove.cpp - Operations that move values -------------------------===//

#include "Emitter.h"

#include "bnn/Host/Kernels.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"

using namespace mlir;

namespace bnn::onnx_import {

Val Emitter::reshape(Val x, ArrayRef<int64_t> shape) {
  if (!x || x->type.getShape() == shape)
    return x;
  RankedTensorType type = tensorType(shape, x->type.getElementType());
  if (!type)
    return nullptr;
  // A constant's bytes stay where they are.
  if (x->constant && type.getNumElements() == x->type.getNumElements()) {
    Val result = constant(std::make_shared<Constant>(Constant{
                              type, x->constant->bytes, x->constant->owner}),
                          x->name);
    result->dataType = x->dataType;
    return result;
  }
  return emitOne({x}, [&](ValueRange v) -> Operation * {
    return ReshapeOp::create(builder, loc, type, v[0]);
  });
}

Val Emitter::transpose(Val x, ArrayRef<int64_t> permutation) {
  if (!x)
    return nullptr;
  if (int64_t(permutation.size()) != x->type.getRank() ||
      !isPermutationVector(permutation))
    return fail("the permutation must name every dimension of " +
                shapeString(x->type.getShape()) + " once");
  if (llvm::is_sorted(permutation))
    return x;
  if (x->constant) {
    Val result =
        constant(transposeConstant(*x->constant, permutation), x->name);
    result->dataType = x->dataType;
    return result;
  }
  Shape shape;
  for (int64_t from : permutation)
    shape.push_back(x->type.getDimSize(from));
  auto type = RankedTensorType::get(shape, x->type.getElementType());
  return emitOne({x}, [&](ValueRange v) -> Operation * {
    return TransposeOp::create(builder, loc, type, v[0], permutation);
  });
}

Val Emitter::concat(ArrayRef<Val> values, int64_t axis) {
  if (values.empty() || !values.front())
    return values.empty() ? fail("nothing to concatenate") : nullptr;
  Shape shape(values.front()->type.getShape().begin(),
              values.front()->type.getShape().end());
  for (const Val &value : values.drop_front()) {
    if (!value)
      return nullptr;
    if (value->type.getRank() == int64_t(shape.size()))
      shape[axis] += value->type.getDimSize(axis);
  }
  if (values.size() == 1)
    return values.front();
  RankedTensorType type =
      tensorType(shape, values.front()->type.getElementType());
  if (!type)
    return nullptr;
  return emitOne(values, [&](ValueRange v) -> Operation * {
    return ConcatOp::create(builder, loc, type, v, axis);
  });
}

Val Emitter::slice(Val x, ArrayRef<int64_t> starts, ArrayRef<int64_t> sizes,
                   ArrayRef<int64_t> steps) {
  if (!x)
    return nullptr;
  if (x->type.getShape() == sizes &&
      llvm::all_of(steps, [](int64_t step) { return step == 1; }))
    return x;
  RankedTensorType type = tensorType(sizes, x->type.getElementType());
  if (!type)
    return nullptr;
  return emitOne({x}, [&](ValueRange v) -> Operation * {
    return SliceOp::create(builder, loc, type, v[0], starts, steps);
  });
}

Val Emitter::pad(Val x, ArrayRef<int64_t> begin, ArrayRef<int64_t> end,
                 double value, PadMode mode) {
  if (!x)
    return nullptr;
  Shape shape(x->type.getShape().begin(), x->type.getShape().end());
  bool any = false;
  for (size_t d = 0; d < shape.size(); ++d) {
    any |= begin[d] || end[d];
    if (llvm::AddOverflow(shape[d], begin[d], shape[d]) ||
        llvm::AddOverflow(shape[d], end[d], shape[d]))
      return fail("pads are too large");
  }
  if (!any)
    return x;
  RankedTensorType type = tensorType(shape, x->type.getElementType());
  if (!type)
    return nullptr;
  return emitOne({x}, [&](ValueRange v) -> Operation * {
    return PadOp::create(builder, loc, type, v[0], begin, end,
                         llvm::APFloat(value), mode);
  });
}

Val Emitter::gather(Val x, Val indices, int64_t axis) {
  if (!x || !indices)
    return nullptr;
  Shape shape(x->type.getShape().take_front(axis));
  llvm::append_range(shape, indices->type.getShape());
  llvm::append_range(shape, x->type.getShape().drop_front(axis + 1));
  RankedTensorType type = tensorType(shape, x->type.getElementType());
  if (!type)
    return nullptr;
  return emitOne({x, indices}, [&](ValueRange v) -> Operation * {
    return GatherOp::create(builder, loc, type, v[0], v[1], axis);
  });
}

Val Emitter::broadcast(Val x, ArrayRef<int64_t> shape) {
  if (!x)
    return nullptr;
  auto result = host::broadcastShapes(x->type.getShape(), shape);
  if (!result)
    return fail(llvm::toString(result.takeError()));
  if (x->type.getShape() == ArrayRef<int64_t>(*result))
    return x;
  RankedTensorType type = tensorType(*result, x->type.getElementType());
  if (!type)
    return nullptr;
  return emitOne({x}, [&](ValueRange v) -> Operation * {
    return BroadcastOp::create(builder, loc, type, v[0]);
  });
}

} // namespace bnn::onnx_import
