//===- MakeModel.h - From a target's numbers to a cell's model --*- C++ -*-===//

#ifndef BNN_DEVICE_MAKEMODEL_H
#define BNN_DEVICE_MAKEMODEL_H

#include "bnn/Device/CellModel.h"
#include "bnn/Target/Target.h"
#include "llvm/ADT/ArrayRef.h"
#include <string>
#include <utility>
#include <vector>

namespace bnn::device {

struct ModelOptions {
  /// Accept a median HRS that is not above the median LRS.
  bool allowCollapsed = false;
  /// Parameters set by name, in the units of the target file; the standing of
  /// the model is `assumed` then.
  std::vector<std::pair<std::string, double>> overrides;
};

/// A parameter that can be set by name.
struct ModelParameter {
  llvm::StringRef name, unit;
};
llvm::ArrayRef<ModelParameter> modelParameters();

/// The model of `target`'s cells. Fails where the target lacks statistics,
/// listing all that is to be measured, on an unknown parameter, and on values
/// that make no sense. `ternary`: what the image senses.
llvm::Expected<CellModel> makeCellModel(const Target &target, bool ternary,
                                        const ModelOptions &options);

} // namespace bnn::device

#endif // BNN_DEVICE_MAKEMODEL_H
