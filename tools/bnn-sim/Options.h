//===- Options.h - The command line of bnn-sim ------------------*- C++ -*-===//

#ifndef BNN_TOOLS_BNN_SIM_OPTIONS_H
#define BNN_TOOLS_BNN_SIM_OPTIONS_H

#include "NoiseSpec.h"
#include "bnn/Device/SingleDevice.h"
#include "bnn/MonteCarlo/Sweep.h"
#include "bnn/Simulator/Simulator.h"
#include "llvm/ADT/StringSet.h"
#include <optional>
#include <string>
#include <vector>

namespace bnn::sim {

/// KIND=FILE.svg of --plot.
enum class PlotKind : uint8_t {
  Accuracy,
  Yield,
  Margin,
  Map,
  Ber,
  Scatter,
  Probit,
  Shmoo,
};
struct PlotRequest {
  PlotKind kind;
  std::string name;     ///< of the kind
  std::string svg, csv; ///< files
  std::string text() const { return name + "=" + svg; }
};

struct Options {
  std::string image;
  std::vector<std::string> inputs; ///< [NAME=]FILE
  std::string labels;
  int64_t limit = -1; ///< samples; -1: all

  std::vector<std::string> outputs; ///< [NAME=]FILE
  std::string trace;
  bool accumulators = false;
  std::string json, csv;
  std::string importance;
  std::vector<PlotRequest> plots;

  Executor executor = Executor::Fused;
  unsigned threads = 0;
  int64_t batch = 0;
  std::string simd;

  NoiseSpec noise;
  std::string target; ///< name or file; empty: the image's, by name
  /// Files of a laboratory.
  std::string defects, margin, chip, reads, devices, conditions;
  TailModel tail = TailModel::None; ///< of the laws of `devices`
  std::string cells;                ///< file of what was measured, cell by cell
  std::optional<double> supply;     ///< volt
  device::Reference reference;      ///< of 1T1R, in figures
  int64_t chips = 1;                ///< of a point, at most
  uint64_t seed = 1;
  std::vector<mc::Axis> sweep;
  std::optional<double> yield; ///< wanted accuracy, a share
  std::optional<double> until; ///< width of the mean's interval, a share
  bool attribute = false;
  std::optional<double> expectedBer;
  std::string resume;
  double saveSeconds = 10;

  llvm::StringSet<> given; ///< names of the options on the command line
  bool isGiven(llvm::StringRef name) const { return given.contains(name); }

  /// Chips are simulated, one or many; else the image as it is, once.
  bool monteCarlo() const;
  /// Some result goes to the standard output, by the name "-".
  bool toStandardOutput() const;
};

/// Parses the command line; --help and --version end the program. Syntax errors
/// of single options and options that do not go together are errors.
llvm::Expected<Options> parseCommandLine(int argc, char **argv);

/// Values out of range, options that do not go together or have no effect, and
/// results that would overwrite what is read or each other.
llvm::Error checkOptions(const Options &options);

} // namespace bnn::sim

#endif // BNN_TOOLS_BNN_SIM_OPTIONS_H
