//===- Noise.h - What the reads of a noisy chip do --------------*- C++ -*-===//

#ifndef BNN_SIMULATOR_NOISE_H
#define BNN_SIMULATOR_NOISE_H

#include "bnn/Device/BitErrors.h"
#include "bnn/Device/Chip.h"
#include <vector>

namespace bnn::sim {

/// What is drawn at each read of a chip, beside what its programming froze.
/// Draws are keyed by (seed, chip) and by what is read (layer, image in the
/// data set, output position, bit plane, neuron), so they depend on no order.
struct ReadNoise {
  uint64_t seed = 0, chip = 0;

  /// Every sensed bit of a read is wrong with this probability, independently;
  /// `layers` of the model overrides it, its stuck cells are not used here.
  device::BitErrorModel errors;
  /// Steps of the image whose reads have none of them.
  std::vector<uint32_t> quiet;

  /// Seam 3: the probability that a neuron's comparison goes wrong, by the
  /// distance |count - threshold| of its count to the nearest threshold, in
  /// units of 1/2: entry 2 d holds for distance d, the last one for all
  /// beyond. Empty: exact compare.
  std::vector<double> marginError;

  bool any() const {
    if (errors.rates.any() || errors.thresholds.value_or(0) > 0 ||
        !marginError.empty())
      return true;
    for (const auto &layer : errors.layers)
      if (layer.second.any())
        return true;
    return false;
  }
};

} // namespace bnn::sim

#endif // BNN_SIMULATOR_NOISE_H
