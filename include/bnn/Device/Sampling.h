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

/// The rate of sign errors of binary sensing in one read, noise included, from
/// `samples` cells whose devices and offsets are drawn with their normal scores
/// moved to the most likely error (exponential tilting of all of them) and
/// weighted by the ratio of densities. Without bias for every law; good to
/// rates that no direct sampling reaches. Telegraph noise is not in it.
SampledRate sampleTilted(const CellModel &model, uint64_t samples,
                         uint64_t seed);

} // namespace bnn::device

#endif // BNN_DEVICE_SAMPLING_H
