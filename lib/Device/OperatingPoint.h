//===- OperatingPoint.h - Devices as programmed, sensed and aged *- C++ -*-===//

#ifndef BNN_LIB_DEVICE_OPERATINGPOINT_H
#define BNN_LIB_DEVICE_OPERATINGPOINT_H

#include "bnn/Device/MakeModel.h"

namespace bnn::device {

/// A target's numbers at one condition, supply, temperature and time.
struct OperatingPoint {
  std::string condition; ///< "strong, 1000 cycles"; may be empty
  std::string lawKey;    ///< of the state laws: "devices." or a condition's
  std::optional<ResistanceLaw> lrs, hrs;
  bool collapsed = false;
  std::string programming; ///< what is said of the pulses
  std::optional<Quantity> setEnergy, resetEnergy;
  SensePoint sense;
  std::optional<TelegraphNoise> lrsTelegraph, hrsTelegraph;
  std::optional<Quantity> telegraphDwell;
  std::optional<RetentionPoint> aged; ///< absent: as programmed
};

/// Chooses the condition and interpolates in the tables: between supplies and
/// temperatures linearly, ln R_th instead of R_th, between times linearly in
/// their logarithm. Never beyond a table.
llvm::Expected<OperatingPoint> operatingPoint(const Target &target,
                                              const ModelOptions &options);

} // namespace bnn::device

#endif // BNN_LIB_DEVICE_OPERATINGPOINT_H
