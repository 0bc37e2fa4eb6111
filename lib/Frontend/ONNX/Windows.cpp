//===- Windows.cpp - Kernels, strides and pads ----------------------------===//

#include "Windows.h"

using namespace mlir;

namespace bnn::onnx_import {

/// Sizes beyond this are refused before anything is computed with them.
static constexpr int64_t limit = int64_t(1) << 31;

static bool readList(Node &n, StringRef name, size_t size, int64_t least,
                     int64_t fallback, SmallVectorImpl<int64_t> &values) {
  values.assign(size, fallback);
  if (!n.hasAttribute(name))
    return true;
  SmallVector<int64_t> given = n.integers(name);
  if (n.failed())
    return false;
  if (given.size() != size) {
    n.error() << "attribute '" << name << "' has " << given.size()
              << " entries, expected " << size;
    return false;
  }
  for (int64_t value : given)
    if (value < least || value > limit) {
      n.error() << "attribute '" << name << "' holds " << value << ", expected "
                << least << " to 2^31";
      return false;
    }
  values.assign(given.begin(), given.end());
  return true;
}

bool resolveWindow(Node &n, ArrayRef<int64_t> spatial, ArrayRef<int64_t> kernel,
                   bool ceilMode, Window &window,
                   SmallVectorImpl<int64_t> &ceilPads) {
  size_t rank = spatial.size();
  window.kernel.assign(kernel.begin(), kernel.end());
  ceilPads.assign(rank, 0);
  SmallVector<int64_t> pads;
  if (!readList(n, "strides", rank, 1, 1, window.strides) ||
      !readList(n, "dilations", rank, 1, 1, window.dilations) ||
      !readList(n, "pads", 2 * rank, 0, 0, pads))
    return false;
  std::string mode = n.string("auto_pad", "NOTSET");
  bool upper = mode == "SAME_UPPER", same = upper || mode == "SAME_LOWER";
  if (!same && mode != "NOTSET" && mode != "VALID" && !mode.empty()) {
    n.fail("unknown auto_pad '" + mode + "'");
    return false;
  }
  if (mode == "VALID")
    pads.assign(2 * rank, 0);
  window.padsBegin.assign(pads.begin(), pads.begin() + rank);
  window.padsEnd.assign(pads.begin() + rank, pads.end());
  for (size_t i = 0; i < rank; ++i) {
    int64_t span = 0;
    if (kernel[i] < 1 || kernel[i] > limit ||
        llvm::MulOverflow(kernel[i] - 1, window.dilations[i], span) ||
        span > limit) {
      n.error() << "kernel size " << kernel[i] << " with dilation "
                << window.dilations[i] << " is out of range";
      return false;
    }
    ++span;
    int64_t stride = window.strides[i];
    if (same) {
      int64_t outputs = llvm::divideCeil(spatial[i], stride);
      int64_t total =
          std::max<int64_t>(0, (outputs - 1) * stride + span - spatial[i]);
      window.padsBegin[i] = upper ? total / 2 : total - total / 2;
      window.padsEnd[i] = total - window.padsBegin[i];
      continue;
    }
    int64_t padded = spatial[i] + window.padsBegin[i] + window.padsEnd[i];
    if (padded < span) {
      n.error() << "the window of " << span << " does not fit dimension " << i
                << " of " << spatial[i] << " with pads " << window.padsBegin[i]
                << " and " << window.padsEnd[i];
      return false;
    }
    if (!ceilMode)
      continue;
    int64_t outputs = llvm::divideCeil(padded - span, stride) + 1;
    // A window that would start in the padding at the end is left out.
    if ((outputs - 1) * stride >= spatial[i] + window.padsBegin[i])
      --outputs;
    ceilPads[i] = std::max<int64_t>(0, (outputs - 1) * stride + span - padded);
    window.padsEnd[i] += ceilPads[i];
  }
  return true;
}

} // namespace bnn::onnx_import
