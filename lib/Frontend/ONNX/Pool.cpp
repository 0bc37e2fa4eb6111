//===- Pool.cpp - Pools over windows --------------------------------------===//

#include "Windows.h"

using namespace mlir;

namespace bnn::onnx_import {

/// Kernel and pads of the node's pool; false after an error.
static bool readPool(Node &n, Window &window,
                     SmallVectorImpl<int64_t> &ceilPads) {
  Val x = n.in(0);
  if (x->type.getRank() < 3) {
    n.fail("the input needs spatial dimensions, got " +
           shapeString(x->type.getShape()));
    return false;
  }
  ArrayRef<int64_t> spatial = x->type.getShape().drop_front(2);
  if (!n.hasAttribute("kernel_shape")) {
    n.fail("attribute 'kernel_shape' is missing");
    return false;
  }
  SmallVector<int64_t> kernel = n.integers("kernel_shape");
  if (!n.failed() && kernel.size() != spatial.size())
    n.error() << "kernel_shape has " << kernel.size() << " entries, the input "
              << spatial.size() << " spatial dimensions";
  bool ceilMode = n.integer("ceil_mode", 0) != 0;
  if (n.failed() ||
      !resolveWindow(n, spatial, kernel, ceilMode, window, ceilPads))
    return false;
  for (size_t i = 0; i < spatial.size(); ++i) {
    int64_t span = (kernel[i] - 1) * window.dilations[i] + 1;
    if (window.padsBegin[i] >= span ||
        window.padsEnd[i] - ceilPads[i] >= span) {
      n.error() << "pads of dimension " << i
                << " leave windows that hold nothing but padding";
      return false;
    }
  }
  return true;
}

static void importMaxPool(Node &n) {
  if (n.hasOutput(1))
    return n.fail("the output 'Indices' is not supported");
  if (n.integer("storage_order", 0) != 0 && n.hasOutput(1))
    return;
  Window window;
  SmallVector<int64_t> ceilPads;
  if (readPool(n, window, ceilPads))
    n.out(0, n.e.maxPool(n.in(0), window));
}

static void importAveragePool(Node &n) {
  Window window;
  SmallVector<int64_t> ceilPads;
  bool countPadding = n.integer("count_include_pad", 0) != 0;
  if (!readPool(n, window, ceilPads))
    return;
  Val x = n.in(0);
  bool anyCeil = llvm::any_of(ceilPads, [](int64_t pad) { return pad > 0; });
  if (countPadding && anyCeil) {
    // The file's pads count in the divisor, those of rounding up do not: make
    // the former real zeros.
    SmallVector<int64_t> begin = {0, 0}, end = {0, 0};
    for (size_t i = 0; i < ceilPads.size(); ++i) {
      begin.push_back(window.padsBegin[i]);
      end.push_back(window.padsEnd[i] - ceilPads[i]);
      window.padsBegin[i] = 0;
      window.padsEnd[i] = ceilPads[i];
    }
    x = n.e.pad(x, begin, end, 0, PadMode::Constant);
    countPadding = false;
  }
  n.out(0, n.e.averagePool(x, window, countPadding));
}

static void importGlobalPool(Node &n) {
  Val x = n.in(0);
  if (x->type.getRank() < 3)
    return n.fail("the input needs spatial dimensions, got " +
                  shapeString(x->type.getShape()));
  ArrayRef<int64_t> spatial = x->type.getShape().drop_front(2);
  Window window;
  window.kernel.assign(spatial.begin(), spatial.end());
  window.strides.assign(spatial.size(), 1);
  window.dilations = window.strides;
  window.padsBegin.assign(spatial.size(), 0);
  window.padsEnd = window.padsBegin;
  n.out(0, n.type() == "GlobalMaxPool" ? n.e.maxPool(x, window)
                                       : n.e.averagePool(x, window, false));
}

ArrayRef<Operator> poolOperators() {
  static const Operator table[] = {
      {"MaxPool", importMaxPool, 1, 1},
      {"AveragePool", importAveragePool, 1, 1},
      {"GlobalAveragePool", importGlobalPool, 1, 1},
      {"GlobalMaxPool", importGlobalPool, 1, 1},
  };
  return table;
}

} // namespace bnn::onnx_import
