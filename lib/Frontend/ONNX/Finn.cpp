//===- Finn.cpp - Thresholds and matrix-vector units of FINN --------------===//

#include "Node.h"

#include <cmath>

using namespace mlir;

namespace bnn::onnx_import {

/// Counts thresholds along `axis`; those of integers are counted in f64.
static Val countThresholds(Node &n, Val x, unsigned input, int64_t axis) {
  Val thresholds = n.in(input);
  if (!x)
    return nullptr;
  if (thresholds->type.getRank() != 2) {
    n.error() << "thresholds '" << n.inputName(input)
              << "' must be a matrix, got "
              << shapeString(thresholds->type.getShape());
    return nullptr;
  }
  if (thresholds->constant)
    for (int64_t i = 0, e = thresholds->constant->size(); i < e; ++i)
      if (std::isnan(thresholds->constant->real(i))) {
        n.error() << "thresholds '" << n.inputName(input)
                  << "' have NaN at element " << i;
        return nullptr;
      }
  bool integers = x->type.getElementType().isInteger();
  if (integers)
    x = n.e.cast(x, n.e.f64());
  if (!x)
    return nullptr;
  thresholds = n.e.cast(thresholds, x->type.getElementType());
  Val count = n.e.multiThreshold(x, thresholds, axis);
  return integers ? n.e.cast(count, n.e.f32()) : count;
}

/// The dimension that holds channels. Other ranks than those of fully connected
/// and 2-D layers count as channels last, unless the layout says otherwise.
static int64_t channelAxis(Node &n, int64_t rank, StringRef layout) {
  if (layout.size() == size_t(rank) && layout.contains('C'))
    return layout.find('C');
  if (rank == 2 || (rank == 4 && layout == "NCHW"))
    return 1;
  return rank - 1;
}

static void importMultiThreshold(Node &n) {
  n.ignore({"out_dtype"});
  double scale = n.real("out_scale", 1), bias = n.real("out_bias", 0);
  std::string layout = n.string("data_layout", "NCHW");
  int64_t rank = n.in(0)->type.getRank();
  if (rank < 1)
    return n.fail("the input has no channels");
  Val count = countThresholds(n, n.in(0), 1, channelAxis(n, rank, layout));
  n.out(0, n.e.affine(count, scale, bias));
}

static void importThresholding(Node &n) {
  n.ignoreAllAttributes();
  int64_t rank = n.in(0)->type.getRank();
  if (rank < 1)
    return n.fail("the input has no channels");
  bool bipolar = n.string("outputDataType", "") == "BIPOLAR";
  double bias = bipolar ? -1 : double(n.integer("ActVal", 0));
  Val count = countThresholds(n, n.in(0), 1, rank - 1);
  n.out(0, n.e.affine(count, bipolar ? 2 : 1, bias));
}

/// Matches of a and b in {0, 1}, written with the +-1 values that they stand
/// for: (dot + k) / 2.
static Val matches(Node &n, Val a, Val b, bool alreadyBipolar) {
  if (!alreadyBipolar) {
    a = n.e.affine(a, 2, -1);
    b = n.e.affine(b, 2, -1);
  }
  if (!a || !b)
    return nullptr;
  int64_t k = a->type.getRank() ? a->type.getShape().back() : 0;
  Val dot = n.e.matmul(a, b);
  if (!dot)
    return nullptr;
  return n.e.mul(n.e.affine(dot, 1, double(k)),
                 n.e.scalar(0.5, dot->type.getElementType()));
}

static void importXnorPopcountMatMul(Node &n) {
  n.out(0, matches(n, n.e.cast(n.in(0), n.e.f32()),
                   n.e.cast(n.in(1), n.e.f32()), false));
}

/// Matrix-vector-activation unit: a product, then thresholds. Folding (PE,
/// SIMD), memories and resources do not change what it computes.
static void importMVAU(Node &n) {
  n.ignoreAllAttributes();
  Val x = n.e.cast(n.in(0), n.e.f32()), w = n.e.cast(n.in(1), n.e.f32());
  if (!x || !w)
    return;
  if (n.integer("dynamic_input", 0) || n.integer("dynamicInput", 0))
    return n.fail("weights that are computed (dynamic_input) are not "
                  "supported");
  int64_t width = n.integer("MW", 0), height = n.integer("MH", 0);
  if (w->type.getRank() != 2 || w->type.getDimSize(0) != width ||
      w->type.getDimSize(1) != height)
    return n.fail("weights '" + n.inputName(1) + "' must be [MW, MH] = [" +
                  llvm::Twine(width) + ", " + llvm::Twine(height) + "], got " +
                  shapeString(w->type.getShape()));
  if (x->type.getRank() < 1 || x->type.getShape().back() != width)
    return n.fail("the input must have MW = " + llvm::Twine(width) +
                  " elements in its last dimension, got " +
                  shapeString(x->type.getShape()));
  bool xnor = n.integer("binaryXnorMode", 0) != 0;
  bool bipolar = n.string("inputDataType", "") == "BIPOLAR" &&
                 n.string("weightDataType", "") == "BIPOLAR";
  Val y = xnor || bipolar ? matches(n, x, w, !xnor) : n.e.matmul(x, w);
  if (!y)
    return;
  if (n.integer("noActivation", 0))
    return n.out(0, y);
  if (!n.has(2))
    return n.fail("thresholds are missing; set noActivation = 1 if there are "
                  "none");
  bool bipolarOutput = n.string("outputDataType", "") == "BIPOLAR";
  double bias = bipolarOutput ? -1 : double(n.integer("ActVal", 0));
  Val count = countThresholds(n, y, 2, y->type.getRank() - 1);
  n.out(0, n.e.affine(count, bipolarOutput ? 2 : 1, bias));
}

ArrayRef<Operator> finnOperators() {
  static const Operator table[] = {
      {"MultiThreshold", importMultiThreshold, 2, 2},
      {"XnorPopcountMatMul", importXnorPopcountMatMul, 2, 2},
      {"MVAU", importMVAU, 2, 3},
      {"MVAU_hls", importMVAU, 2, 3},
      {"MVAU_rtl", importMVAU, 2, 3},
      {"MatrixVectorActivation", importMVAU, 2, 3},
      {"Thresholding", importThresholding, 2, 2},
      {"Thresholding_hls", importThresholding, 2, 2},
      {"Thresholding_rtl", importThresholding, 2, 2},
  };
  return table;
}

} // namespace bnn::onnx_import
