//===- Absent.h - Tensors that the image no longer holds --------*- C++ -*-===//

#ifndef BNN_TOOLS_BNN_COMPILE_ABSENT_H
#define BNN_TOOLS_BNN_COMPILE_ABSENT_H

#include "bnn/Image/Image.h"
#include "mlir/IR/BuiltinOps.h"
#include <string>
#include <vector>

namespace bnn {

/// A tensor of the ONNX file and what must have become of it if the image has
/// no value that holds it.
struct ImportedTensor {
  std::string name;
  std::string reason;
};

/// The tensors of a module as imported, in its order; constants are left out.
std::vector<ImportedTensor> listTensors(mlir::ModuleOp module);

/// Adds those of `tensors` that neither a value of `image` holds nor its list
/// of absent tensors names, so that a trace can say of each where it went.
void addAbsent(image::Image &image, const std::vector<ImportedTensor> &tensors);

} // namespace bnn

#endif // BNN_TOOLS_BNN_COMPILE_ABSENT_H
