//===- Normal.h - The normal law, the same on every machine -----*- C++ -*-===//
//
// log and exp of a C library differ in the last bit between machines, which is
// enough to turn a comparison. Everything that decides what a seed means is
// computed with these functions: they use + - * / and sqrt only, which IEEE 754
// defines to the bit, in files that are compiled without contraction.
//
//===----------------------------------------------------------------------===//

#ifndef BNN_DEVICE_NORMAL_H
#define BNN_DEVICE_NORMAL_H

#include <cstdint>

namespace bnn::device {

/// A probability and which end of the law it is counted from, so that both
/// ends keep their relative precision.
struct TailProbability {
  double p = 0.5;     ///< 0 .. 1
  bool upper = false; ///< p is the probability of lying above, not below

  double below() const { return upper ? 1 - p : p; }
  double above() const { return upper ? p : 1 - p; }
};

/// The probability that a random word stands for: the highest bit chooses the
/// end, the others give 2^-65 .. 1/2 in steps of 2^-64. Larger words have more
/// below them.
inline TailProbability toTail(uint64_t word) {
  bool upper = word >> 63;
  uint64_t rest = upper ? ~word : word;
  return {(double(rest) + 0.5) * 0x1p-64, upper};
}

/// The natural logarithm of a positive finite number, within 2 units of the
/// last place.
double lnOf(double x);

/// e^x within 2 units of the last place; 0 and infinity beyond the range.
double expOf(double x);

/// P(Z < z) of a standard normal Z, and P(Z > z) = normalBelow(-z). Relative
/// error below 1e-13 for z > -37.
double normalBelow(double z);
inline double normalAbove(double z) { return normalBelow(-z); }

/// The density of a standard normal at z.
double normalDensity(double z);

/// The z that Z lies below (above) with the given probability: algorithm
/// AS 241, PPND16 (Wichura, Applied Statistics 37, 1988), relative error about
/// 1e-16 down to p = 1e-316.
double normalQuantile(TailProbability probability);

/// Standard normal number for a random word, |z| at most 9.2.
inline double toNormal(uint64_t word) { return normalQuantile(toTail(word)); }

} // namespace bnn::device

#endif // BNN_DEVICE_NORMAL_H
