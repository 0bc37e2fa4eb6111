//===- Measurements.h - The target and the files of a laboratory -*- C++
//-*-===//

#ifndef BNN_TOOLS_BNN_SIM_MEASUREMENTS_H
#define BNN_TOOLS_BNN_SIM_MEASUREMENTS_H

#include "Options.h"
#include "bnn/Image/CellMap.h"

namespace bnn::sim {

/// Reads the target whose devices are drawn and what was measured, and makes
/// them part of `options.noise`.
llvm::Error loadMeasurements(Options &options, const image::Image &image,
                             const image::CellMap &map);

} // namespace bnn::sim

#endif // BNN_TOOLS_BNN_SIM_MEASUREMENTS_H
