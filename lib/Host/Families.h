//===- Families.h - The kernels by family (private) -------------*- C++ -*-===//

#ifndef BNN_LIB_HOST_FAMILIES_H
#define BNN_LIB_HOST_FAMILIES_H

#include "bnn/Host/Kernels.h"
#include "bnn/Support/Error.h"

namespace bnn::host {

using Inputs = llvm::ArrayRef<const Tensor *>;
using Outputs = llvm::MutableArrayRef<Tensor>;

/// Each family is given the right number of inputs and outputs.
llvm::Error evaluateUnary(const image::Op &op, const Tensor &x, Tensor &out);
llvm::Error evaluateBinary(const image::Op &op, const Tensor &x,
                           const Tensor &y, Tensor &out);
llvm::Error evaluateSelect(const Tensor &x, const Tensor &y, const Tensor &z,
                           Tensor &out);
llvm::Error evaluateBatchNorm(const image::Op &op, Inputs inputs, Tensor &out);
llvm::Error evaluateSteps(const image::Op &op, Inputs inputs, Tensor &out);
llvm::Error evaluateLinear(const image::Op &op, Inputs inputs, Tensor &out);
llvm::Error evaluatePool(const image::Op &op, const Tensor &x, Tensor &out);
llvm::Error evaluateReduction(const image::Op &op, const Tensor &x,
                              Outputs outputs);
llvm::Error evaluateMove(const image::Op &op, Inputs inputs, Tensor &out);

/// Sets the shape and takes the memory; fails above 2^31 elements.
llvm::Error allocate(Tensor &out, llvm::ArrayRef<int64_t> shape,
                     ElementType type);

/// `axis` in 0 .. rank - 1, or an error naming the field.
llvm::Error checkAxis(int64_t axis, const Tensor &x);

/// The product of sizes first .. last - 1.
inline int64_t product(llvm::ArrayRef<int64_t> shape, size_t first,
                       size_t last) {
  int64_t result = 1;
  for (size_t i = first; i < last; ++i)
    result *= shape[i];
  return result;
}

/// A window that slides over the spatial axes of [N, C, spatial..]; shared by
/// convolutions and pools.
struct Window {
  /// Reads kernel, strides, dilations and pads of `op` against `x`; fails
  /// where their number or values do not fit. `kernel` overrides the op's.
  static llvm::Expected<Window> make(const image::Op &op, const Tensor &x,
                                     llvm::ArrayRef<int64_t> kernel);
  Shape in, out, kernel, strides, dilations, padsBegin;
  int64_t positions() const { return product(out, 0, out.size()); }
  int64_t taps() const { return product(kernel, 0, kernel.size()); }
  int64_t inputs() const { return product(in, 0, in.size()); }

  /// Calls `visit(position, tap, index)` with the flat index in the spatial
  /// input, or -1 for a tap in the padding; positions first..last-1, taps
  /// ascending within each.
  template <typename Visit>
  void forEach(int64_t first, int64_t last, Visit visit) const {
    size_t rank = in.size();
    Shape at(rank), tap(rank);
    for (int64_t position = first; position < last; ++position) {
      for (int64_t i = rank, rest = position; i-- > 0; rest /= out[i])
        at[i] = rest % out[i] * strides[i] - padsBegin[i];
      std::fill(tap.begin(), tap.end(), 0);
      for (int64_t t = 0, count = taps(); t < count; ++t) {
        int64_t index = 0;
        for (size_t i = 0; i < rank && index >= 0; ++i) {
          int64_t x = at[i] + tap[i] * dilations[i];
          index = x < 0 || x >= in[i] ? -1 : index * in[i] + x;
        }
        visit(position, t, index);
        for (size_t i = rank; i-- > 0;) {
          if (++tap[i] < kernel[i])
            break;
          tap[i] = 0;
        }
      }
    }
  }
};

} // namespace bnn::host

#endif // BNN_LIB_HOST_FAMILIES_H
