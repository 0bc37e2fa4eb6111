//===- Linear.cpp - Convolutions, matrix products, batch norm -------------===//

#include "Windows.h"

using namespace mlir;

namespace bnn::onnx_import {

/// A vector with one element per channel, aligned with channels at `axis` of a
/// tensor of rank `rank`.
static Val alongAxis(Node &n, Val vector, int64_t axis, int64_t rank) {
  Shape shape(rank - axis, 1);
  shape[0] = vector->type.getNumElements();
  return n.e.reshape(vector, shape);
}

/// The convolution of x and w with the node's attributes.
static Val convolution(Node &n, Val x, Val w) {
  int64_t rank = x->type.getRank();
  if (rank < 3 || w->type.getRank() != rank) {
    n.error() << "input " << shapeString(x->type.getShape()) << " and weights "
              << shapeString(w->type.getShape())
              << " need one rank of at least 3";
    return nullptr;
  }
  ArrayRef<int64_t> kernel = w->type.getShape().drop_front(2);
  if (n.hasAttribute("kernel_shape") &&
      ArrayRef<int64_t>(n.integers("kernel_shape")) != kernel) {
    n.fail("kernel_shape differs from the weights' shape " +
           shapeString(w->type.getShape()));
    return nullptr;
  }
  Window window;
  SmallVector<int64_t> ceilPads;
  int64_t groups = n.integer("group", 1);
  if (!resolveWindow(n, x->type.getShape().drop_front(2), kernel, false, window,
                     ceilPads))
    return nullptr;
  return n.e.conv(x, w, window, groups);
}

/// Weights and bias: not a number among them would reach every output.
static bool finiteParameters(Node &n) {
  static const char *const roles[] = {"weight", "weight", "bias"};
  for (unsigned i = 0; i < 3; ++i)
    if (n.has(i) && !n.requireFinite(i, roles[i]))
      return false;
  return true;
}

static void importConv(Node &n) {
  if (!finiteParameters(n))
    return;
  Val y = convolution(n, n.in(0), n.in(1));
  if (y && n.has(2)) {
    if (n.in(2)->type.getRank() != 1 ||
        n.in(2)->type.getDimSize(0) != y->type.getDimSize(1))
      return n.fail("the bias must have one element per output channel (" +
                    llvm::Twine(y->type.getDimSize(1)) + ")");
    y = n.e.add(y, alongAxis(n, n.in(2), 1, y->type.getRank()));
  }
  n.out(0, y);
}

static void importGemm(Node &n) {
  if (!finiteParameters(n))
    return;
  Val a = n.in(0), b = n.in(1);
  if (a->type.getRank() != 2 || b->type.getRank() != 2)
    return n.fail("operands must be matrices, got " +
                  shapeString(a->type.getShape()) + " and " +
                  shapeString(b->type.getShape()));
  double alpha = n.real("alpha", 1), beta = n.real("beta", 1);
  if (n.integer("transA", 0))
    a = n.e.transpose(a, {1, 0});
  Val y = n.e.matmul(a, b, n.integer("transB", 0) != 0);
  y = n.e.affine(y, alpha, 0);
  if (y && n.has(2)) {
    Shape shape(y->type.getShape().begin(), y->type.getShape().end());
    y = n.e.add(y, n.e.affine(n.in(2), beta, 0));
    if (y && y->type.getShape() != ArrayRef<int64_t>(shape))
      return n.fail("C of shape " + shapeString(n.in(2)->type.getShape()) +
                    " does not broadcast to " + shapeString(shape));
  }
  n.out(0, y);
}

static void importMatMul(Node &n) {
  if (finiteParameters(n))
    n.out(0, n.e.matmul(n.in(0), n.in(1)));
}

/// Integers minus their zero point, as real numbers that hold them exactly.
/// `axis` is where the zero point's elements lie.
static Val centered(Node &n, unsigned input, unsigned zeroPoint, int64_t axis) {
  Val x = n.e.cast(n.in(input), n.e.f64());
  if (!n.has(zeroPoint) || isConstantOf(n.in(zeroPoint), 0))
    return x;
  Val zero = n.e.cast(n.in(zeroPoint), n.e.f64());
  if (zero && zero->type.getNumElements() == 1)
    zero = n.e.reshape(zero, {});
  else if (zero && zero->type.getRank() == 1 && x)
    zero = alongAxis(n, zero, axis < 0 ? axis + x->type.getRank() : axis,
                     x->type.getRank());
  return n.e.sub(x, zero);
}

static void importMatMulInteger(Node &n) {
  if (n.in(0)->type.getRank() < 2 || n.in(1)->type.getRank() < 2)
    return n.fail("operands must be matrices");
  n.out(0, n.e.cast(n.e.matmul(centered(n, 0, 2, -2), centered(n, 1, 3, -1)),
                    n.e.i64()));
}

static void importConvInteger(Node &n) {
  Val x = centered(n, 0, 2, 1), w = centered(n, 1, 3, 0);
  if (x && w)
    n.out(0, n.e.cast(convolution(n, x, w), n.e.i64()));
}

static void importBatchNormalization(Node &n) {
  n.ignore({"momentum", "is_test", "consumed_inputs"});
  if (n.opset < 9 && n.integer("spatial", 1) != 1)
    return n.fail("spatial = 0 (statistics per position) is not supported");
  if (n.opset >= 14 && n.integer("training_mode", 0) != 0)
    return n.fail("training_mode = 1 needs statistics of a batch; export the "
                  "model in inference mode");
  for (unsigned i = 1; i < n.numOutputs(); ++i)
    if (n.hasOutput(i) && n.opset >= 14)
      return n.fail("outputs of training mode are not supported");
  Val x = n.in(0);
  if (x->type.getRank() < 2)
    return n.fail("the input needs a channel dimension");
  int64_t channels = x->type.getDimSize(1);
  static const char *const roles[] = {"scale", "bias", "mean", "variance"};
  double epsilon = n.real("epsilon", 1e-5f);
  for (unsigned i = 1; i <= 4; ++i) {
    if (n.in(i)->type.getRank() != 1 || n.in(i)->type.getDimSize(0) != channels)
      return n.fail(llvm::Twine(roles[i - 1]) + " tensor '" + n.inputName(i) +
                    "' must have one element per channel (" +
                    llvm::Twine(channels) + "), got " +
                    shapeString(n.in(i)->type.getShape()));
    if (!n.requireFinite(i, roles[i - 1]))
      return;
  }
  if (Val variance = n.in(4); variance->constant)
    for (int64_t c = 0; c < channels; ++c)
      if (!(variance->constant->real(c) + epsilon > 0))
        return n.fail("variance tensor '" + n.inputName(4) + "' + epsilon is " +
                      "not positive at element " + llvm::Twine(c));
  Type parameter = x->type.getElementType();
  SmallVector<Val> p;
  for (unsigned i = 1; i <= 4; ++i)
    p.push_back(n.e.cast(n.in(i), parameter));
  n.out(0, n.e.batchNorm(x, p[0], p[1], p[2], p[3], epsilon, 1));
}

ArrayRef<Operator> linearOperators() {
  static const Operator table[] = {
      {"Conv", importConv, 2, 3},
      {"ConvInteger", importConvInteger, 2, 4},
      {"Gemm", importGemm, 2, 3},
      {"MatMul", importMatMul, 2, 2},
      {"MatMulInteger", importMatMulInteger, 2, 4},
      {"BatchNormalization", importBatchNormalization, 5, 5},
  };
  return table;
}

} // namespace bnn::onnx_import
