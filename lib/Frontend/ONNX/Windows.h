//===- Windows.h - Kernels, strides and pads --------------------*- C++ -*-===//

#ifndef BNN_LIB_FRONTEND_ONNX_WINDOWS_H
#define BNN_LIB_FRONTEND_ONNX_WINDOWS_H

#include "Node.h"

namespace bnn::onnx_import {

/// Reads strides, dilations, pads and auto_pad (not the kernel) and makes the
/// pads explicit for an input of the given spatial sizes. With `ceilMode`
/// outputs round up; `ceilPads` is what that adds to the end of each
/// dimension (already in `padsEnd`). False and an error on wrong lengths and on
/// values out of range.
bool resolveWindow(Node &n, llvm::ArrayRef<int64_t> spatial,
                   llvm::ArrayRef<int64_t> kernel, bool ceilMode,
                   Window &window, llvm::SmallVectorImpl<int64_t> &ceilPads);

} // namespace bnn::onnx_import

#endif // BNN_LIB_FRONTEND_ONNX_WINDOWS_H
