//===- Accuracy.h - What binarizing costs in accuracy -----------*- C++ -*-===//

#ifndef BNN_TOOLS_BNN_COMPILE_ACCURACY_H
#define BNN_TOOLS_BNN_COMPILE_ACCURACY_H

#include "Options.h"
#include "bnn/Image/image.pb.h"
#include "bnn/Support/Tensor.h"
#include "mlir/IR/BuiltinOps.h"

namespace bnn {

/// Labelled samples of --calibration and --labels, and which of them the
/// original network gets right.
class AccuracyCheck {
public:
  /// Reads the files and runs the network as imported on all samples, in
  /// parallel. `module` may change afterwards.
  static llvm::Expected<AccuracyCheck> create(mlir::ModuleOp module,
                                              const Options &options);

  /// Runs `image` on all samples. Returns lines for people: accuracy before and
  /// after on the samples that calibration saw, and on the others.
  llvm::Expected<std::string> compare(const image::Image &image) const;

private:
  Tensor samples;
  std::vector<int64_t> labels;
  std::vector<bool> right;      ///< before
  std::vector<bool> calibrated; ///< seen by calibration
};

} // namespace bnn

#endif // BNN_TOOLS_BNN_COMPILE_ACCURACY_H
