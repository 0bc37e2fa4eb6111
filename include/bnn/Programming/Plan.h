//===- Plan.h - Write-verify plans ------------------------------*- C++ -*-===//
//
// What a programmer of arrays has to do, step by step, to bring devices to the
// states of an image and to know that they are there. docs/programming.md
// describes the file.
//
//===----------------------------------------------------------------------===//

#ifndef BNN_PROGRAMMING_PLAN_H
#define BNN_PROGRAMMING_PLAN_H

#include "bnn/Device/LabFiles.h"
#include "bnn/Programming/Pulses.h"
#include "llvm/ADT/ArrayRef.h"

namespace bnn::programming {

/// A device or cell that a verification found in the wrong state.
struct Failure {
  uint64_t subarray = 0;
  uint32_t row = 0, column = 0;
  device::Defect::Place place = device::Defect::Place::Cell;
  device::Defect::Kind kind = device::Defect::Kind::Dead;
  std::optional<double> ohm;
};

/// What a verification said.
struct Verification {
  uint64_t verified = 0;         ///< cells (sense amplifier) or devices
  std::vector<Failure> failures; ///< by subarray, row, column, device
};

/// From the reads of a target that verifies at the sense amplifier: a cell is
/// right if all reads with both inputs answered as its weight does. Fails on
/// cells that the image does not program, on several chips, on a cell without
/// one of the inputs, and where the target verifies otherwise.
llvm::Expected<Verification> verifyReads(llvm::ArrayRef<device::ReadRow> rows,
                                         const image::Image &image,
                                         const Target &target,
                                         llvm::StringRef name);

/// From resistances, for a target with single-ended access: LRS is at most
/// `lrs_maximum`, HRS at least `hrs_minimum`. Fails as above.
llvm::Expected<Verification>
verifyDevices(llvm::ArrayRef<device::DeviceRow> rows, const image::Image &image,
              const Target &target, llvm::StringRef name);

/// defects.csv, without a chip's name.
std::string defectList(llvm::ArrayRef<Failure> failures);

struct Plan {
  std::string csv;
  PulseCount pulses;
  uint64_t verifies = 0;   ///< cells or devices to verify
  uint64_t unverified = 0; ///< cells that the target cannot verify
};

/// Fails where the target lacks what a plan needs, naming all of it.
llvm::Error checkPlannable(const Target &target);

/// The first attempt, from `before` (null: nothing is known of the devices).
llvm::Expected<Plan> planFirst(const image::Image *before,
                               const image::Image &after, const Target &target);

/// Attempt 2 or a later one, on what failed. The target must verify, and
/// `attempt` be at most its `max_pulses`.
llvm::Expected<Plan> planRetry(llvm::ArrayRef<Failure> failures,
                               uint64_t attempt, const image::Image &image,
                               const Target &target);

} // namespace bnn::programming

#endif // BNN_PROGRAMMING_PLAN_H
