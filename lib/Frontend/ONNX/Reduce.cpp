//===- Reduce.cpp - Reductions over axes ----------------------------------===//

#include "Node.h"

using namespace mlir;

namespace bnn::onnx_import {

/// Axes as an attribute, or as an input from `inputSince` on; none means all.
static bool readAxes(Node &n, int64_t inputSince,
                     SmallVectorImpl<int64_t> &axes) {
  bool none = true;
  if (n.opset >= inputSince) {
    if (n.has(1)) {
      if (!n.constantInts(1, axes))
        return false;
      none = axes.empty();
    }
    if (none && n.integer("noop_with_empty_axes", 0))
      return true;
  } else if (n.hasAttribute("axes")) {
    axes = n.integers("axes");
    none = axes.empty();
  }
  int64_t rank = n.in(0)->type.getRank();
  if (none)
    for (int64_t d = 0; d < rank; ++d)
      axes.push_back(d);
  return n.normalizeAxes(axes, rank);
}

static void importReduce(Node &n) {
  SmallVector<int64_t> axes;
  Val x = n.in(0);
  StringRef type = n.type();
  bool keepDims = n.integer("keepdims", 1) != 0;
  if (!readAxes(n, type == "ReduceSum" ? 13 : 18, axes))
    return;
  if (x->type.getElementType().isInteger(1))
    return n.fail("reductions of booleans are not supported");
  ReduceKind kind = ReduceKind::Sum;
  if (type == "ReduceMean")
    kind = ReduceKind::Mean;
  else if (type == "ReduceMax")
    kind = ReduceKind::Max;
  else if (type == "ReduceMin")
    kind = ReduceKind::Min;
  else if (type == "ReduceProd")
    kind = ReduceKind::Prod;
  else if (type == "ReduceL2")
    kind = ReduceKind::L2;
  else if (type == "ReduceL1")
    x = n.e.unary(UnaryKind::Abs, x);
  else if (type == "ReduceSumSquare")
    x = n.e.mul(x, x);
  Val y = n.e.reduce(kind, x, axes, keepDims);
  if (type == "ReduceLogSum" && y)
    y = n.e.unary(UnaryKind::Log, y);
  n.out(0, y);
}

static void importArgMax(Node &n) {
  Val x = n.in(0);
  int64_t axis = n.integer("axis", 0), rank = x->type.getRank();
  bool keepDims = n.integer("keepdims", 1) != 0;
  bool last = n.opset >= 12 && n.integer("select_last_index", 0) != 0;
  if (n.normalizeAxis(axis, rank))
    n.out(0, n.e.argMax(x, axis, keepDims, last, n.type() == "ArgMin"));
}

static void importTopK(Node &n) {
  Val x = n.in(0);
  int64_t axis = n.integer("axis", -1), k = 0;
  if (n.opset < 10) {
    if (!n.hasAttribute("k"))
      return n.fail("attribute 'k' is missing");
    k = n.integer("k", 0);
  } else {
    SmallVector<int64_t> values;
    if (!n.has(1))
      return n.fail("input 'K' is missing");
    if (!n.constantInts(1, values))
      return;
    if (values.size() != 1)
      return n.fail("input 'K' must be one number");
    k = values.front();
  }
  bool largest = n.opset < 11 || n.integer("largest", 1) != 0;
  if (n.opset >= 11)
    n.ignore({"sorted"}); // any order is allowed where it is 0
  if (!n.normalizeAxis(axis, x->type.getRank()))
    return;
  auto [values, indices] = n.e.topK(x, k, axis, !largest);
  n.out(0, values);
  if (n.numOutputs() > 1)
    n.out(1, indices);
}

ArrayRef<Operator> reduceOperators() {
  static const Operator table[] = {
      {"ReduceMean", importReduce, 1, 2},
      {"ReduceSum", importReduce, 1, 2},
      {"ReduceMax", importReduce, 1, 2},
      {"ReduceMin", importReduce, 1, 2},
      {"ReduceProd", importReduce, 1, 2},
      {"ReduceL1", importReduce, 1, 2},
      {"ReduceL2", importReduce, 1, 2},
      {"ReduceSumSquare", importReduce, 1, 2},
      {"ReduceLogSum", importReduce, 1, 2},
      {"ArgMax", importArgMax, 1, 1},
      {"ArgMin", importArgMax, 1, 1},
      {"TopK", importTopK, 1, 2},
  };
  return table;
}

} // namespace bnn::onnx_import
