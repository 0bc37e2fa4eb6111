//===- Cycles.h - How long a layer takes on its arrays ----------*- C++ -*-===//
//
// A cycle is one precharge and sense of one row by all amplifiers of a
// subarray. What lies in different subarrays is read at the same time, what
// shares one in turn. docs/schedules.md has the formulas.
//
//===----------------------------------------------------------------------===//

#ifndef BNN_IMAGE_CYCLES_H
#define BNN_IMAGE_CYCLES_H

#include "bnn/Image/image.pb.h"
#include <cstdint>

namespace bnn::image {

/// Cycles of a layer for one sample.
struct LayerCycles {
  uint64_t steady = 0; ///< one sample after another
  uint64_t fill = 0;   ///< before the first row answers
  uint64_t drain = 0;  ///< from the last row's answer to the last output

  uint64_t latency() const { return fill + steady + drain; }
};

/// The image that `layer` is of must be verified.
LayerCycles cyclesOf(const Target &target, const ArrayLayer &layer);

/// Cycles from one sample of a stream to the next where every layer works on a
/// sample of its own: those of the slowest layer, or of the subarray that all
/// its layers together read longest. Where one chip is programmed anew for each
/// sample, samples do not overlap: the latency, programming aside.
uint64_t intervalOf(const Image &image);

/// Output positions of a layer for one sample.
uint64_t positionsOf(const ArrayLayer &layer);

/// Levels of adders between the tiles of a neuron and its compare: as many as
/// there are tiles where each adds its own, a balanced tree and the
/// accumulator else.
uint64_t adderStages(const ArrayLayer &layer);

} // namespace bnn::image

#endif // BNN_IMAGE_CYCLES_H
