//===- Shapes.cpp - Shapes, constants, aliases ----------------------------===//

#include "Node.h"

#include <cmath>

using namespace mlir;

namespace bnn::onnx_import {

static void importShape(Node &n) {
  ArrayRef<int64_t> shape = n.in(0)->type.getShape();
  int64_t rank = shape.size(), start = 0, end = rank;
  if (n.opset >= 15) {
    start = n.integer("start", 0);
    end = n.integer("end", rank);
    auto clamp = [&](int64_t i) {
      return std::clamp<int64_t>(i < 0 ? i + rank : i, 0, rank);
    };
    start = clamp(std::max(start, -rank));
    end = std::max(start, clamp(std::max(end, -rank)));
  }
  n.out(0, n.e.integers(shape.slice(start, end - start)));
}

static void importSize(Node &n) {
  n.out(0, n.e.reshape(n.e.integers({n.in(0)->type.getNumElements()}), {}));
}

static void importConstant(Node &n) {
  auto set = [&](llvm::Expected<std::shared_ptr<Constant>> data, int32_t type) {
    if (!data)
      return n.fail(llvm::toString(data.takeError()));
    Val value = n.e.constant(*data);
    value->dataType = type;
    n.out(0, value);
  };
  if (const onnx::AttributeProto *a = n.attribute("value"))
    return set(decodeTensor(a->t(), n.decoder), a->t().data_type());
  if (const onnx::AttributeProto *a = n.attribute("sparse_value"))
    return set(decodeSparseTensor(a->sparse_tensor(), n.decoder),
               a->sparse_tensor().values().data_type());
  if (n.hasAttribute("value_float"))
    return n.out(0, n.e.scalar(n.real("value_float", 0), n.e.f32()));
  if (n.hasAttribute("value_int"))
    return n.out(0, n.e.reshape(n.e.integers({n.integer("value_int", 0)}), {}));
  if (n.hasAttribute("value_ints"))
    return n.out(0, n.e.integers(n.integers("value_ints")));
  if (n.hasAttribute("value_floats")) {
    SmallVector<double> given = n.reals("value_floats");
    auto type = RankedTensorType::get({int64_t(given.size())}, n.e.f32());
    return n.out(0, n.e.constant(Constant::fromVector(
                        std::vector<float>(given.begin(), given.end()), type)));
  }
  n.fail("has no value (strings are not supported)");
}

/// `value` repeated; also for shapes without elements, which nothing can be
/// broadcast to.
static Val filled(Node &n, Val value, ArrayRef<int64_t> shape) {
  RankedTensorType type = n.e.tensorType(shape, value->type.getElementType());
  if (!type)
    return nullptr;
  if (type.getNumElements() == 0)
    return n.e.constant(Constant::fromTensor(Tensor(shape, {}), type));
  return n.e.broadcast(value, shape);
}

static void importConstantOfShape(Node &n) {
  SmallVector<int64_t> shape;
  if (!n.constantInts(0, shape))
    return;
  Val value;
  if (const onnx::AttributeProto *a = n.attribute("value")) {
    auto data = decodeTensor(a->t(), n.decoder);
    if (!data)
      return n.fail(llvm::toString(data.takeError()));
    if ((*data)->size() != 1)
      return n.fail("attribute 'value' must have one element");
    value = n.e.reshape(n.e.constant(*data), {});
  } else {
    value = n.e.scalar(0, n.e.f32());
  }
  n.out(0, filled(n, value, shape));
}

static void importExpand(Node &n) {
  SmallVector<int64_t> shape;
  if (n.constantInts(1, shape))
    n.out(0, n.e.broadcast(n.in(0), shape));
}

static void importRange(Node &n) {
  double start, limit, delta;
  if (!n.constantScalar(0, start) || !n.constantScalar(1, limit) ||
      !n.constantScalar(2, delta))
    return;
  double count = std::ceil((limit - start) / delta);
  if (delta == 0 || !std::isfinite(count) || count > 1 << 24)
    return n.fail("the range has no or too many elements");
  auto type = n.e.tensorType({std::max<int64_t>(0, int64_t(count))},
                             n.in(0)->type.getElementType());
  if (!type)
    return;
  Tensor tensor;
  for (int64_t i = 0; i < type.getNumElements(); ++i)
    tensor.data.push_back(start + double(i) * delta);
  n.out(0, n.e.constant(Constant::fromTensor(tensor, type)));
}

static void importReshape(Node &n) {
  SmallVector<int64_t> shape;
  bool allowZero = n.opset >= 14 && n.integer("allowzero", 0) != 0;
  Val x = n.in(0);
  if (!n.constantInts(1, shape))
    return;
  int64_t known = 1, open = -1;
  for (size_t d = 0; d < shape.size(); ++d) {
    if (shape[d] == 0 && !allowZero) {
      if (int64_t(d) >= x->type.getRank())
        return n.fail("the shape copies dimension " + llvm::Twine(d) +
                      ", which the input does not have");
      shape[d] = x->type.getDimSize(d);
    }
    if (shape[d] == -1) {
      if (open >= 0)
        return n.fail("the shape leaves more than one dimension open");
      open = d;
    } else if (shape[d] < 0 || llvm::MulOverflow(known, shape[d], known)) {
      return n.fail("the shape " + shapeString(shape) + " is not valid");
    }
  }
  int64_t elements = x->type.getNumElements();
  if (open >= 0)
    shape[open] = known ? elements / known : 0;
  if ((open >= 0 ? known * shape[open] : known) != elements)
    return n.fail("cannot reshape " + shapeString(x->type.getShape()) + " to " +
                  shapeString(shape));
  n.out(0, n.e.reshape(x, shape));
}

static void importFlatten(Node &n) {
  Val x = n.in(0);
  int64_t axis = n.integer("axis", 1), rank = x->type.getRank();
  if (axis < (n.opset < 11 ? 0 : -rank) || axis > rank)
    return n.fail("axis " + llvm::Twine(axis) + " is none of the input's");
  if (axis < 0)
    axis += rank;
  int64_t rows = 1, columns = 1;
  for (int64_t d = 0; d < rank; ++d)
    (d < axis ? rows : columns) *= x->type.getDimSize(d);
  n.out(0, n.e.reshape(x, {rows, columns}));
}

/// Axes of Squeeze and Unsqueeze: an attribute before opset 13.
static bool squeezeAxes(Node &n, SmallVectorImpl<int64_t> &axes) {
  if (n.opset >= 13)
    return !n.has(1) || n.constantInts(1, axes);
  axes = n.integers("axes");
  return !n.failed();
}

static void importSqueeze(Node &n) {
  Val x = n.in(0);
  SmallVector<int64_t> axes;
  if (!squeezeAxes(n, axes) || !n.normalizeAxes(axes, x->type.getRank()))
    return;
  bool all = n.opset >= 13 ? !n.has(1) : !n.hasAttribute("axes");
  Shape shape;
  for (auto [d, size] : llvm::enumerate(x->type.getShape())) {
    bool named = llvm::is_contained(axes, int64_t(d));
    if (named && size != 1)
      return n.fail("cannot squeeze dimension " + llvm::Twine(d) + " of size " +
                    llvm::Twine(size));
    if (!named && !(all && size == 1))
      shape.push_back(size);
  }
  n.out(0, n.e.reshape(x, shape));
}

static void importUnsqueeze(Node &n) {
  Val x = n.in(0);
  SmallVector<int64_t> axes;
  if (n.opset >= 13 && !n.has(1))
    return n.fail("input 'axes' is missing");
  if (!squeezeAxes(n, axes) ||
      !n.normalizeAxes(axes, x->type.getRank() + axes.size()))
    return;
  Shape shape(x->type.getShape().begin(), x->type.getShape().end());
  for (int64_t axis : axes)
    shape.insert(shape.begin() + axis, 1);
  n.out(0, n.e.reshape(x, shape));
}

static void importIdentity(Node &n) {
  n.ignore({"consumed_inputs"});
  n.out(0, n.in(0));
}

static void importDropout(Node &n) {
  n.ignore({"ratio", "seed", "is_test"});
  if (n.opset >= 12 && n.has(2)) {
    double training = 0;
    if (!n.constantScalar(2, training))
      return;
    if (training != 0)
      return n.fail("training_mode must be false; export the model in "
                    "inference mode");
  }
  n.out(0, n.in(0));
  if (n.hasOutput(1))
    n.out(1, filled(n, n.e.scalar(1, n.e.i1()), n.in(0)->type.getShape()));
}

ArrayRef<Operator> shapeOperators() {
  static const Operator table[] = {
      {"Shape", importShape, 1, 1},
      {"Size", importSize, 1, 1},
      {"Constant", importConstant, 0, 0},
      {"ConstantOfShape", importConstantOfShape, 1, 1},
      {"Expand", importExpand, 2, 2},
      {"Range", importRange, 3, 3},
      {"Reshape", importReshape, 2, 2},
      {"Flatten", importFlatten, 1, 1},
      {"Squeeze", importSqueeze, 1, 2},
      {"Unsqueeze", importUnsqueeze, 1, 2},
      {"Identity", importIdentity, 1, 1},
      {"Dropout", importDropout, 1, 3},
  };
  return table;
}

} // namespace bnn::onnx_import
