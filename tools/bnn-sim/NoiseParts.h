//===- NoiseParts.h - Parts of what a chip's devices do ---------*- C++ -*-===//

#ifndef BNN_TOOLS_BNN_SIM_NOISEPARTS_H
#define BNN_TOOLS_BNN_SIM_NOISEPARTS_H

#include "NoiseSpec.h"
#include <map>

namespace bnn::sim {

/// Leaves of a chip with devices what `part` asks for. Without noise of reads a
/// cell always gives its usual answer; with nothing else it gives the stored
/// weight as often as it gave the usual one.
void restrictDevices(device::Chip &chip, const image::Image &image,
                     const NoisePart &part);

/// Leaves the cells of some layers.
void restrictLayers(device::Chip &chip, const image::CellMap &map,
                    const NoisePart &part);

/// How many answers, to input 1 and to input 0, are not those of the stored
/// weight; those of cells whose reads differ count by their probability.
double wrongAnswers(const device::Chip &chip, const image::Image &image);

/// Cells that a read counts, and those of them that store a 0.
struct StoredCells {
  uint64_t all = 0, zeros = 0;
};
/// By the layer's step, weights and thresholds apart.
std::map<std::pair<uint32_t, bool>, StoredCells>
storedCells(const image::Image &image, const image::CellMap &map);

} // namespace bnn::sim

#endif // BNN_TOOLS_BNN_SIM_NOISEPARTS_H
