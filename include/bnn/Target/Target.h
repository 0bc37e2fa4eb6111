//===- Target.h - Descriptions of chips and technologies --------*- C++ -*-===//
//
// A target file (targets/*.yaml) says how large the subarrays are, what the
// periphery can do, and what is known of the devices. docs/targets.md lists the
// keys. Every number carries a unit, a standing and a source; what is unknown
// is absent, never a default.
//
//===----------------------------------------------------------------------===//

#ifndef BNN_TARGET_TARGET_H
#define BNN_TARGET_TARGET_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace bnn {

/// How far a number can be trusted, best first.
enum class Standing : uint8_t { Measured, Published, Recalled, Assumed };
llvm::StringRef toString(Standing standing);

/// A number of a target file.
struct Quantity {
  double value = 0;
  std::string unit;
  Standing standing = Standing::Assumed;
  std::string source;
};

enum class Access : uint8_t { RowSense, ColumnSum, ColumnNeuron };
enum class Decision : uint8_t { Exact, MarginTable, ClosedForm };
enum class Reduce : uint8_t { ExactSum, PerAccessDecision };
enum class RowAddress : uint8_t { Shared, PerSubarray };
enum class Verify : uint8_t { None, PcsaBit, Ternary, SingleEnded };
enum class Schedules : uint8_t { P2S = 1, S2P = 2 }; // bits

/// Sizes of the chip.
struct TargetGeometry {
  Quantity rows, columns;
  std::optional<Quantity> subarrays; ///< absent: as many as needed
  Quantity columnsPerSenseAmplifier;
};

/// What the periphery can do. The tiler asks these, never a technology.
struct Capabilities {
  Access access = Access::RowSense;
  Decision decision = Decision::Exact;
  Reduce reduce = Reduce::ExactSum;
  std::vector<Schedules> schedules;
  bool ternarySense = false;
  bool columnMask = false;
  RowAddress rowAddress = RowAddress::Shared;
  bool partialComplement = false;
  Verify verify = Verify::None;
  bool blIsPlus = true; ///< (LRS, HRS) on (BL, BLb) is +1
  std::optional<Quantity> maxFaninPerDecision;
  std::optional<Quantity> thresholdBits; ///< width of a threshold register

  bool has(Schedules schedule) const;
};

/// Resistances of one state over devices.
struct ResistanceLaw {
  enum class Law : uint8_t { Normal, TruncatedNormal, Lognormal };
  Law law = Law::Lognormal;
  std::optional<Quantity> mean, sd, minimum, maximum; ///< ohm
  std::optional<Quantity> median, lnSigma;            ///< ohm, 1
  std::string note;
};

/// What is known of devices, sensing, energy and time; all of it optional.
struct Devices {
  std::optional<ResistanceLaw> lrs, hrs;
  std::optional<Quantity> offsetArraySigma, offsetLatchSigma;  ///< of ln ratio
  std::optional<Quantity> seriesResistance;                    ///< ohm
  std::optional<Quantity> zeroThreshold;                       ///< ohm, R_th
  std::optional<Quantity> supply;                              ///< volt
  std::optional<Quantity> senseEnergy, setEnergy, resetEnergy; ///< joule
  std::optional<Quantity> cycleTime;                           ///< second
};

struct Target {
  std::string name;
  std::string description;
  TargetGeometry geometry;
  Capabilities capabilities;
  Devices devices;

  uint32_t rows() const { return uint32_t(geometry.rows.value); }
  uint32_t columns() const { return uint32_t(geometry.columns.value); }
  /// 0: as many as needed.
  uint64_t subarrays() const {
    return geometry.subarrays ? uint64_t(geometry.subarrays->value) : 0;
  }
};

/// Most rows or columns of a subarray.
inline constexpr uint32_t maxArraySize = 1u << 20;

/// Reads the text of a target file. Errors are
/// "<name>:<line>:<column>: <key>: <reason>", all of them, one a line.
llvm::Expected<Target> parseTarget(llvm::StringRef text, llvm::StringRef name);

/// Folders that are searched for shipped targets: beside the source tree's
/// build folder and in the installed share folder, both relative to this
/// program's file.
std::vector<std::string> targetFolders();

/// Names of the shipped targets, sorted.
std::vector<std::string> shippedTargets();

/// The target of that name among the shipped ones, or that of a file: what ends
/// in ".yaml" or has a folder in it is a file. Errors list the known names.
llvm::Expected<Target> findTarget(llvm::StringRef nameOrFile);

/// Another size of the subarrays, "ROWSxCOLUMNS". The name stays; the size's
/// standing becomes `assumed`.
llvm::Error overrideArray(Target &target, llvm::StringRef size);

} // namespace bnn

#endif // BNN_TARGET_TARGET_H
