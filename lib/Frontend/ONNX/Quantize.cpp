//===- Quantize.cpp - QuantizeLinear and DequantizeLinear -----------------===//

#include "Node.h"

using namespace mlir;

namespace bnn::onnx_import {

/// A scale or zero point brought into a shape that broadcasts to x: one
/// element, one per channel, or one per block of `block` elements of the axis.
static Val aligned(Node &n, Val p, Val x, int64_t axis, int64_t block) {
  if (!p)
    return nullptr;
  if (p->type.getNumElements() == 1 && !block)
    return n.e.reshape(p, {});
  int64_t rank = x->type.getRank();
  if (!n.normalizeAxis(axis, rank))
    return nullptr;
  int64_t size = x->type.getDimSize(axis);
  if (block) {
    if (block < 0 || p->type.getRank() != rank ||
        p->type.getDimSize(axis) != int64_t(llvm::divideCeil(size, block))) {
      n.error() << "scale " << shapeString(p->type.getShape())
                << " has not one element per block of " << block;
      return nullptr;
    }
    SmallVector<int64_t> blocks;
    for (int64_t i = 0; i < size; ++i)
      blocks.push_back(i / block);
    return n.e.gather(p, n.e.integers(blocks), axis);
  }
  if (p->type.getRank() != 1 || p->type.getDimSize(0) != size) {
    n.error() << "scale or zero point " << shapeString(p->type.getShape())
              << " does not fit axis " << axis << " of "
              << shapeString(x->type.getShape());
    return nullptr;
  }
  Shape shape(rank - axis, 1);
  shape[0] = size;
  return n.e.reshape(p, shape);
}

static bool checkScale(Node &n) {
  if (!n.requireFinite(1, "scale"))
    return false;
  if (Val scale = n.in(1); scale->constant)
    for (int64_t i = 0, e = scale->constant->size(); i < e; ++i)
      if (scale->constant->real(i) == 0) {
        n.error() << "scale tensor '" << n.inputName(1) << "' is 0 at element "
                  << i;
        return false;
      }
  return true;
}

/// saturate(round(x / scale) + zero point)
static void importQuantizeLinear(Node &n) {
  n.ignore({"saturate", "precision"});
  int64_t axis = n.integer("axis", 1), block = n.integer("block_size", 0);
  int64_t type = n.opset >= 21 ? n.integer("output_dtype", 0) : 0;
  if (n.has(2) && n.in(2)->dataType)
    type = n.in(2)->dataType;
  if (n.has(2) && !type)
    return n.fail("the type of zero point '" + n.inputName(2) +
                  "' is not known; make it an initializer");
  if (!type)
    type = static_cast<int64_t>(DataType::UInt8);
  int64_t low, high;
  if (type < 0 || type > 64 || !integerRange(int32_t(type), low, high))
    return n.fail("quantization to element type " + llvm::Twine(type) +
                  " is not supported");
  if (!checkScale(n))
    return;
  Val x = n.e.cast(n.in(0), isa<FloatType>(n.in(0)->type.getElementType())
                                ? n.in(0)->type.getElementType()
                                : n.e.f32());
  if (!x)
    return;
  Type real = x->type.getElementType();
  Val scale = aligned(n, n.e.cast(n.in(1), real), x, axis, block);
  Val y = scale && isConstantOf(scale, 1) ? x : n.e.div(x, scale);
  y = n.e.unary(UnaryKind::RoundHalfEven, y);
  if (n.has(2) && !isConstantOf(n.in(2), 0))
    y = n.e.add(y, aligned(n, n.e.cast(n.in(2), real), x, axis, block));
  y = n.e.clamp(y, n.e.scalar(double(low), real),
                n.e.scalar(double(high), real));
  Val result = n.e.cast(y, n.e.i64());
  if (result)
    result->dataType = static_cast<int32_t>(type);
  n.out(0, result);
}

/// (x - zero point) * scale
static void importDequantizeLinear(Node &n) {
  int64_t axis = n.integer("axis", 1), block = n.integer("block_size", 0);
  n.ignore({"output_dtype"});
  if (!n.in(0)->type.getElementType().isInteger(64))
    return n.fail("the input must be integers");
  if (!checkScale(n))
    return;
  Type real = n.in(1)->type.getElementType();
  if (!isa<FloatType>(real))
    return n.fail("the scale must be real");
  Val x = n.e.cast(n.in(0), real);
  Val scale = x ? aligned(n, n.in(1), x, axis, block) : nullptr;
  Val y = x;
  if (n.has(2) && !isConstantOf(n.in(2), 0))
    y = n.e.sub(y, aligned(n, n.e.cast(n.in(2), real), x, axis, block));
  n.out(0, scale && isConstantOf(scale, 1) ? y : n.e.mul(y, scale));
}

ArrayRef<Operator> quantizeOperators() {
  static const Operator table[] = {
      {"QuantizeLinear", importQuantizeLinear, 2, 3},
      {"DequantizeLinear", importDequantizeLinear, 2, 3},
  };
  return table;
}

} // namespace bnn::onnx_import
