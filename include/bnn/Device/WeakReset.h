//===- WeakReset.h - Devices after weak RESET pulses ------------*- C++ -*-===//
//
// A programming model: what a device in LRS has become after a number of
// identical weak RESET pulses. It is a law of pulses, not of time, and no read
// applies it. Form: code released with Majumdar et al., IEEE TED 2021, arXiv
// 2107.06064; the coefficients are those of a target.
//
//===----------------------------------------------------------------------===//

#ifndef BNN_DEVICE_WEAKRESET_H
#define BNN_DEVICE_WEAKRESET_H

#include "bnn/Device/Distribution.h"

namespace bnn::device {

/// ln R after n pulses is ln R of before, and
///
///   step + slope min(n, knee) + lateSlope max(n - knee, 0) + telegraph + noise
///
/// with a step, two slopes and a knee of each device's own.
struct WeakReset {
  /// Exponential above `slopeMinimum`, cut at `slopeMaximum`; of ln R a pulse.
  double slopeMinimum = 0, slopeScale = 0, slopeMaximum = 0;
  /// Lognormal in pulses, cut at both ends.
  double kneeMedian = 0, kneeLnSigma = 0, kneeMinimum = 0, kneeMaximum = 0;
  /// Exponential above 0, cut; of ln R a pulse.
  double lateSlopeScale = 0, lateSlopeMaximum = 0;
  /// Normal, cut at -stepLimit and stepLimit; of ln R.
  double stepMean = 0, stepSd = 0, stepLimit = 0;
  /// A second level above the first: probabilities to go up and down at each
  /// pulse, beginning below, and an amplitude that is uniform from 0.
  double telegraphRise = 0, telegraphFall = 0, telegraphAmplitude = 0;
  double noiseSigma = 0; ///< of ln R where programming ended, normal
};

/// The law of resistances that were distributed as `start` before `pulses`
/// pulses, on a grid of ln R with steps of 1/1024. Fails on coefficients that
/// make no sense and on fewer than one pulse.
llvm::Expected<Distribution>
afterWeakReset(const Distribution &start, const WeakReset &law, double pulses);

} // namespace bnn::device

#endif // BNN_DEVICE_WEAKRESET_H
