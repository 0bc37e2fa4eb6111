//===- Steps.h - Thresholds in the network's own integers -------*- C++ -*-===//

#ifndef BNN_IMAGE_STEPS_H
#define BNN_IMAGE_STEPS_H

#include "bnn/Image/image.pb.h"
#include <cstdint>
#include <vector>

namespace bnn::image {

/// What a neuron does with its exact accumulator: code 0 below the first
/// threshold, code j from threshold j - 1 on.
struct AccumulatorSteps {
  std::vector<int64_t> thresholds;
  std::vector<int32_t> codes;
};

/// The inverse of what the compiler did to the thresholds: from counts of ones
/// back to accumulators, one entry per border class and neuron, neurons
/// fastest. A threshold is the smallest accumulator that reaches its count, so
/// it may lie above the one the network states, never beyond the next
/// accumulator that the border class can have. Empty where the layer has no
/// thresholds. Thresholds that live in cells are read from them. The image must
/// be verified.
std::vector<AccumulatorSteps> recoverSteps(const Image &image,
                                           const ArrayLayer &layer);

} // namespace bnn::image

#endif // BNN_IMAGE_STEPS_H
