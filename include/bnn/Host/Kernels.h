//===- Kernels.h - The operators outside the arrays -------------*- C++ -*-===//
//
// Every Op::Kind of lib/Image/image.proto, with ONNX's meaning, evaluated in
// double. Sums run in ascending order and nothing is contracted, so results
// do not depend on the machine. Integers stay exact below 2^53; the same
// kernels serve host operators (reals) and digital ones (integers, codes).
//
//===----------------------------------------------------------------------===//

#ifndef BNN_HOST_KERNELS_H
#define BNN_HOST_KERNELS_H

#include "bnn/Image/image.pb.h"
#include "bnn/Support/Tensor.h"

namespace bnn::host {

/// Number of inputs and outputs of `kind`; `variadic` for CONCAT and COMBINE,
/// which take one input or more.
struct Arity {
  unsigned inputs = 0, outputs = 1;
  bool variadic = false;
};
llvm::Expected<Arity> arity(image::Op::Kind kind);

/// Evaluates `op` on `inputs`. Shapes and element types of `outputs` are set
/// here: comparisons give bool, indices and CAST_INTEGER int64, CAST_REAL
/// float32, everything else the type of the operand it carries on. What does
/// not fit together (ranks, axes, sizes, indices) is an error; memory for the
/// result is bounded by 2^31 elements.
llvm::Error evaluate(const image::Op &op, llvm::ArrayRef<const Tensor *> inputs,
                     llvm::MutableArrayRef<Tensor> outputs);

/// The same, every element of a real result rounded to the tensor's element
/// type as a runtime of that precision would store it.
llvm::Error evaluateFloat32(const image::Op &op,
                            llvm::ArrayRef<const Tensor *> inputs,
                            llvm::MutableArrayRef<Tensor> outputs);

/// The shape that numpy's rules give two operands.
llvm::Expected<Shape> broadcastShapes(llvm::ArrayRef<int64_t> a,
                                      llvm::ArrayRef<int64_t> b);

/// Index of the step of function `function` that holds `value`: the number
/// of its thresholds <= value. `first` is the index of its first threshold.
/// (See image::Thresholds.)
int64_t stepIndex(const image::Thresholds &table, int64_t first, uint32_t count,
                  double value);

} // namespace bnn::host

#endif // BNN_HOST_KERNELS_H
