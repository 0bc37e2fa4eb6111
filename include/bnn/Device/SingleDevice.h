//===- SingleDevice.h - 1T1R cells read against a reference -----*- C++ -*-===//
//
// What a 2T2R cell is compared with: its two devices as two bits, each read
// against one reference resistance. How good that is depends on where the
// reference lies, so everything that shows 1T1R names it.
//
//===----------------------------------------------------------------------===//

#ifndef BNN_DEVICE_SINGLEDEVICE_H
#define BNN_DEVICE_SINGLEDEVICE_H

#include "bnn/Device/Distribution.h"
#include "llvm/Support/Error.h"
#include <cstdint>
#include <string>

namespace bnn::device {

/// How the reference is chosen.
struct Reference {
  enum class Kind : uint8_t {
    FixedOhm,      ///< what the user says
    GeometricMean, ///< of the medians of both states
    MinError,      ///< the least mean error rate of all references
  };
  Kind kind = Kind::MinError;
  double ohm = 0; ///< of FixedOhm

  /// "min_error", "geometric_mean", or a resistance in ohm.
  static llvm::Expected<Reference> parse(llvm::StringRef text);
  std::string describe() const; ///< "min_error", "30000 ohm"
};

/// Error rates of single devices.
struct SingleDevice {
  double referenceOhm = 0;
  double lrsAbove = 0; ///< P(LRS above the reference)
  double hrsBelow = 0; ///< P(HRS below it)
  double rate = 0;     ///< the mean of both: bits 0 and 1 are as frequent
};
SingleDevice singleDevice(const Distribution &lrs, const Distribution &hrs,
                          const Reference &reference = {});

} // namespace bnn::device

#endif // BNN_DEVICE_SINGLEDEVICE_H
