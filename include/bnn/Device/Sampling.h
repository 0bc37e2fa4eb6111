//===- Sampling.h - Error rates by drawing cells ----------------*- C++ -*-===//

#ifndef BNN_DEVICE_SAMPLING_H
#define BNN_DEVICE_SAMPLING_H

#include "bnn/Device/CellModel.h"
#include <cstdint>

namespace bnn::device {

/// A mean over samples.
struct SampledRate {
  double rate = 0, standardError = 0;
  /// The variance of the weights over their squared mean, taken over the
  /// samples that erred: how uneven they are. 0 of direct sampling.
  double weightVariance = 0;
  uint64_t samples = 0, errors = 0;
};

/// What is read wrongly, given what is stored.
enum class ErrorType : uint8_t {
  Flip,     ///< +1 as -1, type 1
  ToZero,   ///< +1 as 0, type 2; ternary sensing
  FromZero, ///< 0 as +1 or -1, type 3; ternary sensing
};

/// The rate of one type of error in one read at a random time, noise included,
/// from `samples` cells whose devices, offsets and noise are drawn with their
/// normal scores moved to the most likely error (exponential tilting of all of
/// them) and weighted by the ratio of densities; of telegraph noise the higher
/// state is drawn more often, and weighted. Without bias for every law; good to
/// rates that no direct sampling reaches.
SampledRate sampleTilted(const CellModel &model, ErrorType type,
                         uint64_t samples, uint64_t seed);

} // namespace bnn::device

#endif // BNN_DEVICE_SAMPLING_H
