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
enum class ThresholdPlace : uint8_t { Register, ArrayRows };
enum class Schedules : uint8_t { P2S = 1, S2P = 2 }; // bits

/// Sizes of the chip.
struct TargetGeometry {
  Quantity rows, columns;
  std::optional<Quantity> subarrays; ///< absent: as many as needed
  /// Of a subarray, beyond `rows` and `columns`; absent: none.
  std::optional<Quantity> spareRows, spareColumns;
  Quantity columnsPerSenseAmplifier;
  std::optional<Quantity> accumulatorBits; ///< absent: as wide as needed
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
  /// Where thresholds live; registers unless the file says otherwise.
  ThresholdPlace thresholds = ThresholdPlace::Register;
  bool blIsPlus = true; ///< (LRS, HRS) on (BL, BLb) is +1
  std::optional<Quantity> maxFaninPerDecision;
  std::optional<Quantity> thresholdBits; ///< width of a threshold register

  bool has(Schedules schedule) const;
};

/// What is assumed beyond the outermost of the devices that were measured.
enum class TailModel : uint8_t {
  None,      ///< nothing: no device lies beyond them
  Lognormal, ///< a straight line in the probit plot of ln R that stands for the
             ///< outer tenth of the devices at each end
  Gpd,       ///< a generalized Pareto law of ln R that stands for them
};

/// Quantiles of devices that were measured.
struct QuantileTable {
  std::string unit;
  std::vector<std::vector<double>> quantiles; ///< [probability, ohm], ascending
  /// Of each device, in place of quantiles; never in a target's file.
  std::vector<double> resistances;
  uint64_t devices = 0;
  TailModel tail = TailModel::None;
  Standing standing = Standing::Assumed;
  std::string source;
};

/// Devices of LRS after weak RESET pulses, bnn/Device/WeakReset.h. All of it is
/// there.
struct WeakResetLaw {
  Quantity pulses;
  Quantity slopeMinimum, slopeScale, slopeMaximum;
  Quantity kneeMedian, kneeLnSigma, kneeMinimum, kneeMaximum;
  Quantity lateSlopeScale, lateSlopeMaximum;
  Quantity stepMean, stepSd, stepLimit;
  Quantity telegraphRise, telegraphFall, telegraphAmplitude;
  Quantity noiseSigma;
};

/// Resistances of one state over devices.
struct ResistanceLaw {
  enum class Law : uint8_t {
    Normal,
    TruncatedNormal,
    Lognormal,
    Table,
    WeakReset, ///< of HRS only
  };
  Law law = Law::Lognormal;
  std::optional<Quantity> mean, sd, minimum, maximum; ///< ohm
  std::optional<Quantity> median, lnSigma;            ///< ohm, 1
  std::optional<QuantileTable> table;
  std::optional<WeakResetLaw> weakReset;
  std::string note;
};

/// Devices after one way of programming, over a range of cycles.
struct Condition {
  std::string name;
  std::optional<Quantity> cycleMin, cycleMax; ///< both or none
  std::optional<ResistanceLaw> lrs, hrs;
  std::optional<Quantity> setEnergy, resetEnergy; ///< joule a pulse
  /// The states may overlap so far that the median HRS is not the higher one.
  bool collapsed = false;
  std::string note;
};

/// Sensing at one supply and temperature. Sigmas are of the natural logarithm
/// of a ratio of resistances.
struct SensePoint {
  std::optional<Quantity> supply;           ///< volt
  std::optional<Quantity> temperature;      ///< celsius
  std::optional<Quantity> seriesResistance; ///< ohm, R_s
  std::optional<Quantity> offsetArraySigma, offsetLatchSigma, readSigma;
  std::optional<Quantity> zeroThreshold; ///< ohm, R_th
  std::optional<Quantity> zeroColumnSigma, zeroReadSigma;
};

/// Two levels of the devices of one state.
struct TelegraphNoise {
  std::optional<Quantity> share;     ///< of devices that have it
  std::optional<Quantity> amplitude; ///< largest, of ln R
  std::optional<Quantity> occupancy; ///< share of time in the higher level
};

/// How ln R has changed some time after programming.
struct RetentionPoint {
  std::optional<Quantity> temperature; ///< celsius
  Quantity time;                       ///< second
  std::optional<Quantity> lrsShift, lrsWidening, hrsShift, hrsWidening;
};

/// What is known of devices, sensing, energy and time; all of it optional.
struct Devices {
  std::optional<ResistanceLaw> lrs, hrs; ///< of the condition without a name
  bool collapsed = false;                ///< as in Condition
  std::vector<Condition> conditions;
  /// At the supply and temperature it names; these alone, as those to take when
  /// nothing is said, where `sense` has a table.
  SensePoint nominal;
  std::vector<SensePoint> sense; ///< a full grid over supply and temperature
  /// The branches are not swapped, the latch's output is.
  bool xnorAfterLatch = false;
  std::optional<TelegraphNoise> lrsTelegraph, hrsTelegraph;
  std::optional<Quantity> telegraphDwell; ///< reads between changes
  std::vector<RetentionPoint> retention;  ///< a full grid, as `sense`
  std::optional<Quantity> senseEnergy, setEnergy, resetEnergy; ///< joule
  std::optional<Quantity> cycleTime;                           ///< second
};

enum class ResetParallel : uint8_t { Bit, Row };

/// How devices are brought to their states. What a plan of programming needs
/// and the file does not say is refused there.
struct Programming {
  std::optional<bool> formed;          ///< forming was done by the maker
  std::optional<ResetParallel> reset;  ///< device by device, or a whole row
  std::optional<Quantity> maxPulses;   ///< attempts before one is given up
  std::optional<Quantity> voltageStep; ///< volt more at each attempt
  std::optional<Quantity> wait;        ///< second before a state is verified
  std::optional<Quantity> lrsMaximum;  ///< ohm; above it no LRS
  std::optional<Quantity> hrsMinimum;  ///< ohm; below it no HRS
  std::optional<Quantity> endurance;   ///< cycles of SET and RESET
};

/// One component of an energy that was measured as a whole.
struct CalibrationShare {
  std::optional<Quantity> weight; ///< of one operation against the others'
  uint64_t count = 0;             ///< of operations, in what was measured
};

/// A measured total, to be split over operations in given proportions.
struct Calibration {
  Quantity energy;  ///< joule a sample
  std::string note; ///< of which network, under which conditions
  CalibrationShare row, sense, popcount, adder, compare, buffer;

  /// Joule of an operation of weight 1; none where nothing was counted.
  std::optional<double> unit() const;
};

/// What operations and parts of a chip take; all of it optional.
struct Coefficients {
  /// Joule: of a row that is driven for one read, of a bit that is counted, a
  /// bit of an addition, of a comparison, and a bit that goes into or out of a
  /// buffer.
  std::optional<Quantity> rowEnergy, popcountEnergy, adderEnergy, compareEnergy,
      bufferEnergy;
  std::optional<Quantity> setTime, resetTime; ///< second a pulse
  /// Square micrometre: of a cell of two devices, an amplifier, a bit of a
  /// population count's input, of an adder, of a comparator, of a buffer.
  std::optional<Quantity> cellArea, amplifierArea, popcountArea, adderArea,
      compareArea, bufferArea;
  std::optional<Calibration> calibration;
};

struct Target {
  std::string name;
  std::string description;
  TargetGeometry geometry;
  Capabilities capabilities;
  Devices devices;
  Programming programming;
  Coefficients coefficients;

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
