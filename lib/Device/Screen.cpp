//===- Screen.cpp - Which cells need a closer look ------------------------===//

#include "Screen.h"
#include <algorithm>
#include <cmath>

namespace bnn::device {

/// The largest word whose number may lie below a probability, with room for
/// rounding.
static uint64_t wordOf(TailProbability probability) {
  double room = probability.p * (probability.upper ? 1 - 1e-6 : 1 + 1e-6);
  double words = std::floor(room * 0x1p64);
  if (words >= 0x1p63) // the middle, from either end
    return probability.upper ? (uint64_t(1) << 63) + (uint64_t(1) << 45)
                             : (uint64_t(1) << 63) + (uint64_t(1) << 45);
  uint64_t word = uint64_t(words);
  if (!probability.upper)
    return word + 2;
  return word > 2 ? ~(word - 2) : ~uint64_t(0);
}

uint64_t Screen::highestBelow(const Distribution &law, double ln) const {
  if (ln == HUGE_VAL)
    return ~uint64_t(0);
  TailProbability p = law.probability(ln);
  if (p.p > 0.5)
    p = {1 - p.p, !p.upper};
  return wordOf(p);
}

Screen::Screen(const CellModel &model) : model(model) {
  const CellParameters &cell = model.parameters();
  const Sense &sense = cell.sense;
  double base = leastScore * sense.readSigma +
                (cell.lrsTelegraph.any() ? cell.lrsTelegraph.amplitude : 0);
  double least = -5 * (sense.arraySigma + sense.latchSigma);
  double most = -least;
  classes = most > 0 ? 40 : 1;
  step = most > 0 ? (most - least) / double(classes - 1) : 0;
  first = least;

  constexpr size_t entries = size_t(1) << bits;
  std::vector<double> branches(entries);
  for (size_t i = 0; i < entries; ++i) {
    uint64_t largest = (uint64_t(i) << (64 - bits)) | (~uint64_t(0) >> bits);
    branches[i] = model.branch(cell.lrs.lnSample(largest));
  }
  for (size_t c = 0; c < classes; ++c)
    for (double branch : branches) {
      double reach = branch + first + double(c) * step + base + 1e-9;
      if (sense.seriesOhm > 0) {
        double ohm = expOf(reach) - sense.seriesOhm;
        reach = ohm > 0 ? lnOf(ohm) + 1e-9 : -HUGE_VAL;
      }
      firstBits.push_back(reach == -HUGE_VAL
                              ? 0
                              : uint32_t(highestBelow(cell.hrs, reach) >> 48));
    }
  firstBits.insert(firstBits.end(), entries, 0xffff);
}

uint32_t Screen::start(double offset) const {
  size_t chosen = 0;
  if (step > 0)
    chosen = size_t(
        std::clamp(std::ceil((offset - first) / step), 0.0, double(classes)));
  return uint32_t(chosen << bits);
}

uint64_t Screen::lrsAbove(double low) const {
  const CellParameters &cell = model.parameters();
  double ln = lnOf(cell.sense.zeroOhm) + low -
              leastScore * cell.sense.zeroReadSigma -
              (cell.lrsTelegraph.any() ? cell.lrsTelegraph.amplitude : 0);
  // Where the law turned round has the other rounding.
  TailProbability p = cell.lrs.probability(ln);
  if (p.p > 0.5)
    p = {1 - p.p, !p.upper};
  double words = std::floor(p.p * (p.upper ? 1 + 1e-6 : 1 - 1e-6) * 0x1p64);
  if (words >= 0x1p63)
    return (uint64_t(1) << 63) - (uint64_t(1) << 45);
  uint64_t word = uint64_t(words);
  if (p.upper)
    return ~(word + 2);
  return word > 2 ? word - 2 : 0;
}

uint64_t Screen::hrsBelow(double high) const {
  const CellParameters &cell = model.parameters();
  return highestBelow(cell.hrs, lnOf(cell.sense.zeroOhm) + high +
                                    leastScore * cell.sense.zeroReadSigma);
}

} // namespace bnn::device
