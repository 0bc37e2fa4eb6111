//===- MakeModel.h - From a target's numbers to a cell's model --*- C++ -*-===//

#ifndef BNN_DEVICE_MAKEMODEL_H
#define BNN_DEVICE_MAKEMODEL_H

#include "bnn/Device/CellModel.h"
#include "bnn/Target/Target.h"
#include "llvm/ADT/ArrayRef.h"
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace bnn::device {

struct ModelOptions {
  /// Programming condition by name; empty: the one without a name.
  std::string condition;
  /// Which of a condition's ranges of cycles; asked for where it has several.
  std::optional<double> cycles;
  /// The operating point; by default what the target names, or the only one.
  std::optional<double> supplyVolt, temperatureCelsius;
  /// Time since programming; absent: as programmed.
  std::optional<double> seconds;
  /// The file that the laws of resistances are from, where it is not the
  /// target's: for messages.
  std::string lawFile;
  /// Accept a median HRS that is not above the median LRS.
  bool allowCollapsed = false;
  /// Parameters set by name, in the units of the target file; the standing of
  /// the model is `assumed` then. `cycles`, `supply`, `temperature` and `time`
  /// set those above.
  std::vector<std::pair<std::string, double>> overrides;
};

/// A parameter that can be set by name.
struct ModelParameter {
  llvm::StringRef name, unit;
};
llvm::ArrayRef<ModelParameter> modelParameters();

/// The model of `target`'s cells. Fails where the target lacks statistics,
/// listing all that is to be measured, on an operating point outside of what
/// is tabulated, on an unknown parameter, and on values that make no sense.
/// `ternary`: what the image senses.
llvm::Expected<CellModel> makeCellModel(const Target &target, bool ternary,
                                        const ModelOptions &options);

/// R_th of ternary sensing at the operating point of `options`, where the
/// target has it.
llvm::Expected<std::optional<double>>
zeroThreshold(const Target &target, const ModelOptions &options);

} // namespace bnn::device

#endif // BNN_DEVICE_MAKEMODEL_H
