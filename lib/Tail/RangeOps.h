//===- RangeOps.h - Operations on ranges ------------------------*- C++ -*-===//
//
// The continuous operations. In AnyFloat32 every bound is moved outward to a
// float32 number, which covers rounding to nearest as well as leaving it out
// (fused or wider evaluation), and leaves exact results alone.
//
//===----------------------------------------------------------------------===//

#ifndef BNN_LIB_TAIL_RANGEOPS_H
#define BNN_LIB_TAIL_RANGEOPS_H

#include "Interval.h"
#include "RangeEvaluator.h"
#include <algorithm>

namespace bnn::tail::detail {

/// Anything, as after a division by what may be zero.
inline Range nothingKnown(bool fixed) {
  return {-kInfinity, kInfinity, fixed, false, false};
}

inline Range point(double v) { return {v, v, true, true, true}; }

template <Rounding R> struct RangeOps {
  static constexpr bool float32 = R == Rounding::AnyFloat32;

  /// A result of operands that are (all) fixed and certain.
  static Range make(double lo, double hi, bool fixed, bool certain) {
    if (std::isnan(lo) || std::isnan(hi))
      return nothingKnown(fixed);
    if constexpr (float32) {
      lo = floatDown(lo);
      hi = floatUp(hi);
    }
    if (lo == hi)
      return point(lo);
    return {lo, hi, fixed, certain, true};
  }
  static Range make(double lo, double hi, const Range &a) {
    return make(lo, hi, a.fixed, a.certain);
  }
  static Range make(double lo, double hi, const Range &a, const Range &b) {
    return make(lo, hi, a.fixed && b.fixed, a.certain && b.certain);
  }

  static Range neg(const Range &a) {
    return {-a.hi, -a.lo, a.fixed, a.certain, a.valid};
  }

  static Range add(const Range &a, const Range &b) {
    return make(addDown(a.lo, b.lo), addUp(a.hi, b.hi), a, b);
  }

  static Range mul(const Range &a, const Range &b) {
    if (a.isPoint() && b.isPoint())
      return make(mulDown(a.lo, b.lo), mulUp(a.lo, b.lo), a, b);
    if (b.isPoint())
      return mul(b, a);
    if (a.isPoint()) {
      double c = a.lo;
      return c >= 0 ? make(mulDown(c, b.lo), mulUp(c, b.hi), a, b)
                    : make(mulDown(c, b.hi), mulUp(c, b.lo), a, b);
    }
    double lo = kInfinity, hi = -kInfinity;
    bool nan = false;
    for (double x : {a.lo, a.hi})
      for (double y : {b.lo, b.hi}) {
        double down = mulDown(x, y);
        nan |= std::isnan(down);
        lo = std::min(lo, down);
        hi = std::max(hi, mulUp(x, y));
      }
    return nan ? nothingKnown(a.fixed && b.fixed) : make(lo, hi, a, b);
  }

  static Range div(const Range &a, const Range &b) {
    if (b.lo <= 0 && b.hi >= 0)
      return nothingKnown(a.fixed && b.fixed);
    double lo = kInfinity, hi = -kInfinity;
    bool nan = false;
    for (double x : {a.lo, a.hi})
      for (double y : {b.lo, b.hi}) {
        double down = divDown(x, y);
        nan |= std::isnan(down);
        lo = std::min(lo, down);
        hi = std::max(hi, divUp(x, y));
      }
    return nan ? nothingKnown(a.fixed && b.fixed) : make(lo, hi, a, b);
  }

  static Range sqrt(const Range &a) {
    if (a.lo < 0)
      return nothingKnown(a.fixed);
    return make(sqrtDown(a.lo), sqrtUp(a.hi), a);
  }

  static Range min(const Range &a, const Range &b) {
    if (a.hi <= b.lo)
      return a;
    if (b.hi <= a.lo)
      return b;
    return make(std::min(a.lo, b.lo), std::min(a.hi, b.hi), a, b);
  }

  static Range max(const Range &a, const Range &b) {
    return neg(min(neg(a), neg(b)));
  }

  /// x from zero on, below(x) where x is negative; continuous at zero.
  template <typename F> static Range pieces(const Range &x, F below) {
    if (x.lo >= 0)
      return x;
    if (x.hi <= 0)
      return below(x);
    Range negative = below({x.lo, 0, x.fixed, x.certain, x.valid});
    if (!negative.valid)
      return negative;
    return make(std::min(negative.lo, 0.0), std::max(negative.hi, x.hi), x,
                negative);
  }

  /// A rising function computed by the mathematics library: in double right to
  /// a few units in the last place; in float32 runtimes use approximations of
  /// their own, for which sixteen units are allowed. `least` and `most` bound
  /// its values. At `exactAt` every implementation is exact.
  template <typename F>
  static Range library(const Range &x, F f, double least, double most,
                       double exactAt = 0) {
    auto bound = [&](double argument, double direction) {
      double value = f(argument);
      if (argument == exactAt)
        return value;
      if (value == kInfinity)
        return direction < 0 ? DBL_MAX : value;
      double relative = float32 ? 0x1p-20 : 0x1p-49;
      double absolute = float32 ? 0x1p-126 : 0x1p-1060;
      return value + direction * (std::fabs(value) * relative + absolute);
    };
    return make(std::clamp(bound(x.lo, -1), least, most),
                std::clamp(bound(x.hi, 1), least, most), x);
  }

  static Range exp(const Range &x) {
    return library(x, [](double v) { return std::exp(v); }, 0, kInfinity);
  }

  static Range log(const Range &x) {
    if (!(x.lo > 0))
      return nothingKnown(x.fixed);
    return library(
        x, [](double v) { return std::log(v); }, -kInfinity, kInfinity, 1);
  }

  /// v to an integer power by multiplication.
  static Range power(double v, unsigned n) {
    Range result = point(1), factor = {v, v, true, true, true};
    for (; n; --n)
      result = mul(result, factor);
    return result;
  }

  static Range pow(const Range &x, const Range &exponent) {
    double e = exponent.lo;
    if (exponent.isPoint() && std::trunc(e) == e && std::fabs(e) <= 64) {
      unsigned n = static_cast<unsigned>(std::fabs(e));
      Range a = power(x.lo, n), b = power(x.hi, n);
      double lo = std::min(a.lo, b.lo), hi = std::max(a.hi, b.hi);
      if (x.lo < 0 && x.hi > 0 && n % 2 == 0)
        lo = n ? 0 : 1;
      Range result = make(lo, hi, x);
      return e < 0 ? div(point(1), result) : result;
    }
    if (exponent.isPoint() && std::fabs(e) == 0.5) {
      Range root = sqrt(x);
      return !root.valid || e > 0 ? root : div(point(1), root);
    }
    if (!(x.lo > 0))
      return nothingKnown(x.fixed && exponent.fixed);
    double relative = float32 ? 0x1p-20 : 0x1p-48;
    double lo = kInfinity, hi = 0;
    for (double base : {x.lo, x.hi})
      for (double power : {exponent.lo, exponent.hi}) {
        double v = std::pow(base, power);
        lo = std::min(lo, v == kInfinity ? DBL_MAX : v - v * relative);
        hi = std::max(hi, v + v * relative + 0x1p-126);
      }
    return make(lo > 0x1p-120 ? lo : 0, hi, x, exponent);
  }
};

} // namespace bnn::tail::detail

#endif // BNN_LIB_TAIL_RANGEOPS_H
