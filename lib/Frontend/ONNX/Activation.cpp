//===- Activation.cpp - Activation functions ------------------------------===//

#include "Node.h"

#include <cmath>
#include <numbers>

using namespace mlir;

namespace bnn::onnx_import {

static void importPlain(Node &n) {
  UnaryKind kind = n.type() == "Relu"       ? UnaryKind::Relu
                   : n.type() == "Sigmoid"  ? UnaryKind::Sigmoid
                   : n.type() == "Tanh"     ? UnaryKind::Tanh
                   : n.type() == "Softplus" ? UnaryKind::Softplus
                                            : UnaryKind::Softsign;
  n.ignore({"consumed_inputs"});
  n.out(0, n.e.unary(kind, n.in(0)));
}

static void importLeakyRelu(Node &n) {
  n.out(0, n.e.unary(UnaryKind::LeakyRelu, n.in(0), n.real("alpha", 0.01f)));
}

static void importElu(Node &n) {
  n.out(0, n.e.unary(UnaryKind::Elu, n.in(0), n.real("alpha", 1)));
}

static void importSelu(Node &n) {
  n.out(0, n.e.unary(UnaryKind::Selu, n.in(0),
                     n.real("alpha", 1.67326319217681884765625),
                     n.real("gamma", 1.05070102214813232421875)));
}

static void importHardSigmoid(Node &n) {
  n.out(0, n.e.unary(UnaryKind::HardSigmoid, n.in(0), n.real("alpha", 0.2f),
                     n.real("beta", 0.5)));
}

static void importHardSwish(Node &n) {
  Val x = n.in(0);
  n.out(0, n.e.mul(x, n.e.unary(UnaryKind::HardSigmoid, x, 1.0f / 6.0f, 0.5)));
}

static void importPRelu(Node &n) {
  Val y = n.e.binary(BinaryKind::PRelu, n.in(0), n.in(1));
  if (y && y->type.getShape() != n.in(0)->type.getShape())
    return n.fail("the slope of shape " +
                  shapeString(n.in(1)->type.getShape()) +
                  " does not broadcast to the input's " +
                  shapeString(n.in(0)->type.getShape()));
  n.out(0, y);
}

static void importThresholdedRelu(Node &n) {
  Val x = n.in(0);
  Type element = x->type.getElementType();
  Val above = n.e.binary(BinaryKind::Greater, x,
                         n.e.scalar(n.real("alpha", 1), element));
  n.out(0, n.e.select(above, x, n.e.scalar(0, element)));
}

/// max(0, x) + min(0, alpha (exp(x / alpha) - 1))
static void importCelu(Node &n) {
  Val x = n.in(0);
  Type element = x->type.getElementType();
  double alpha = n.real("alpha", 1);
  if (alpha == 0)
    return n.fail("alpha must not be 0");
  Val negative =
      n.e.unary(UnaryKind::Exp, n.e.div(x, n.e.scalar(alpha, element)));
  negative = n.e.mul(n.e.affine(negative, 1, -1), n.e.scalar(alpha, element));
  negative = n.e.binary(BinaryKind::Min, negative, n.e.scalar(0, element));
  n.out(0, n.e.add(n.e.unary(UnaryKind::Relu, x), negative));
}

static void importGelu(Node &n) {
  Val x = n.in(0), inner;
  std::string approximate = n.string("approximate", "none");
  if (approximate == "tanh") {
    Val cube = n.e.mul(n.e.mul(x, x), x);
    inner = n.e.add(x, n.e.affine(cube, 0.044715f, 0));
    inner = n.e.unary(UnaryKind::Tanh,
                      n.e.affine(inner, std::sqrt(2 / std::numbers::pi), 0));
  } else if (approximate == "none") {
    inner =
        n.e.unary(UnaryKind::Erf, n.e.affine(x, 1 / std::numbers::sqrt2, 0));
  } else {
    return n.fail("unknown value '" + approximate + "' of 'approximate'");
  }
  n.out(0, n.e.mul(n.e.affine(x, 0.5, 0), n.e.affine(inner, 1, 1)));
}

static void importMish(Node &n) {
  Val x = n.in(0);
  n.out(0, n.e.mul(x, n.e.unary(UnaryKind::Tanh,
                                n.e.unary(UnaryKind::Softplus, x))));
}

static void importSwish(Node &n) {
  Val x = n.in(0);
  n.out(0, n.e.mul(x, n.e.unary(UnaryKind::Sigmoid,
                                n.e.affine(x, n.real("alpha", 1), 0))));
}

/// Before opset 13 the axes from `axis` on count as one.
static void importSoftmax(Node &n) {
  bool log = n.type() == "LogSoftmax", flatten = n.opset < 13;
  Val x = n.in(0);
  int64_t rank = x->type.getRank(), axis = n.integer("axis", flatten ? 1 : -1);
  if (flatten && axis == rank)
    return n.fail("axis " + llvm::Twine(axis) + " is none of the input's");
  if (!n.normalizeAxis(axis, rank))
    return;
  if (!flatten || axis == rank - 1)
    return n.out(0, n.e.softmax(x, axis, log));
  Shape shape(x->type.getShape().begin(), x->type.getShape().end());
  int64_t rows = 1, columns = 1;
  for (int64_t d = 0; d < rank; ++d)
    (d < axis ? rows : columns) *= shape[d];
  n.out(0, n.e.reshape(n.e.softmax(n.e.reshape(x, {rows, columns}), 1, log),
                       shape));
}

ArrayRef<Operator> activationOperators() {
  static const Operator table[] = {
      {"Relu", importPlain, 1, 1},
      {"Sigmoid", importPlain, 1, 1},
      {"Tanh", importPlain, 1, 1},
      {"Softplus", importPlain, 1, 1},
      {"Softsign", importPlain, 1, 1},
      {"LeakyRelu", importLeakyRelu, 1, 1},
      {"Elu", importElu, 1, 1},
      {"Selu", importSelu, 1, 1},
      {"HardSigmoid", importHardSigmoid, 1, 1},
      {"HardSwish", importHardSwish, 1, 1},
      {"PRelu", importPRelu, 2, 2},
      {"ThresholdedRelu", importThresholdedRelu, 1, 1},
      {"Celu", importCelu, 1, 1},
      {"Gelu", importGelu, 1, 1},
      {"Mish", importMish, 1, 1},
      {"Swish", importSwish, 1, 1},
      {"Softmax", importSoftmax, 1, 1},
      {"LogSoftmax", importSoftmax, 1, 1},
  };
  return table;
}

} // namespace bnn::onnx_import
