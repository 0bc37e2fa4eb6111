//===- ChipReport.h - What a run over chips tells ---------------*- C++ -*-===//

#ifndef BNN_TOOLS_BNN_SIM_CHIPREPORT_H
#define BNN_TOOLS_BNN_SIM_CHIPREPORT_H

#include "Experiment.h"

namespace bnn::sim {

/// The table for a terminal.
std::string formatChipReport(const Experiment &experiment,
                             const image::Image &image, const Options &options);

/// Results and what they are of; nothing that depends on the machine, the
/// threads or the time.
std::string formatChipJson(const Experiment &experiment,
                           const image::Image &image, const Options &options);

/// A line for each point.
std::string formatChipCsv(const Experiment &experiment, const Options &options);

/// The noise of all points; what is swept left out.
std::string noiseOf(const Experiment &experiment, const Options &options);

/// How far the numbers behind a run can be trusted: the worst of its inputs.
llvm::StringRef standingOf(const Experiment &experiment);

/// "ber = 0.001, t2 = 0.01"; empty without --sweep.
std::string settingsOf(const Point &point);

} // namespace bnn::sim

#endif // BNN_TOOLS_BNN_SIM_CHIPREPORT_H
