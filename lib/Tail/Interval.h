//===- Interval.h - Directed rounding in double -----------------*- C++ -*-===//
//
// Bounds of sums, products, quotients and roots that hold for the real result,
// without touching the rounding mode: the rounding error of each operation is
// itself computed (two-sum, fused multiply-add) and its sign says whether the
// neighbouring double is needed. An exact result therefore stays a point.
//
//===----------------------------------------------------------------------===//

#ifndef BNN_LIB_TAIL_INTERVAL_H
#define BNN_LIB_TAIL_INTERVAL_H

#include <bit>
#include <cfloat>
#include <cmath>
#include <cstdint>
#include <limits>

namespace bnn::tail::detail {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// Below this magnitude the error terms may themselves be rounded.
constexpr double kTiny = 0x1p-900;

inline double nextUp(double v) {
  if (!(v < kInfinity))
    return v;
  if (v == 0)
    return DBL_TRUE_MIN;
  int64_t bits = std::bit_cast<int64_t>(v);
  return std::bit_cast<double>(v > 0 ? bits + 1 : bits - 1);
}

inline double nextDown(double v) { return -nextUp(-v); }

/// The smallest float32 (or infinity) that is not below `v`.
inline double floatUp(double v) {
  float f = static_cast<float>(v);
  if (!(f < v))
    return f;
  if (f == 0)
    return FLT_TRUE_MIN;
  int32_t bits = std::bit_cast<int32_t>(f);
  return std::bit_cast<float>(f > 0 ? bits + 1 : bits - 1);
}

/// The largest float32 (or minus infinity) that is not above `v`.
inline double floatDown(double v) { return -floatUp(-v); }

/// An upper bound of a + b; NaN for infinities of different sign.
inline double addUp(double a, double b) {
  double sum = a + b;
  if (!std::isfinite(sum))
    return sum == -kInfinity && std::isfinite(a) && std::isfinite(b) ? -DBL_MAX
                                                                     : sum;
  double part = sum - a;
  double error = (a - (sum - part)) + (b - part);
  return error <= 0 ? sum : nextUp(sum);
}

inline double addDown(double a, double b) { return -addUp(-a, -b); }

/// An upper bound of a * b; NaN for zero times infinity.
inline double mulUp(double a, double b) {
  double product = a * b;
  if (!std::isfinite(product))
    return product == -kInfinity && std::isfinite(a) && std::isfinite(b)
               ? -DBL_MAX
               : product;
  if (a == 0 || b == 0)
    return 0;
  if (std::fabs(product) < kTiny)
    return nextUp(product);
  return std::fma(a, b, -product) <= 0 ? product : nextUp(product);
}

inline double mulDown(double a, double b) { return -mulUp(-a, b); }

/// An upper bound of a / b, b not zero; NaN for infinity by infinity.
inline double divUp(double a, double b) {
  double quotient = a / b;
  if (!std::isfinite(quotient))
    return quotient == -kInfinity && std::isfinite(a) ? -DBL_MAX : quotient;
  if (a == 0)
    return 0;
  if (std::fabs(quotient) < kTiny || std::fabs(a) < kTiny || std::isinf(b) ||
      std::fabs(b) < kTiny)
    return nextUp(quotient);
  double rest = std::fma(-quotient, b, a); // a = quotient * b + rest
  return rest == 0 || (rest < 0) != (b < 0) ? quotient : nextUp(quotient);
}

inline double divDown(double a, double b) { return -divUp(-a, b); }

inline double sqrtUp(double v) {
  double root = std::sqrt(v);
  if (v == 0 || std::isinf(v))
    return root;
  return v >= kTiny && std::fma(-root, root, v) <= 0 ? root : nextUp(root);
}

inline double sqrtDown(double v) {
  double root = std::sqrt(v);
  if (v == 0)
    return root;
  if (std::isinf(v))
    return DBL_MAX;
  return v >= kTiny && std::fma(-root, root, v) >= 0 ? root : nextDown(root);
}

} // namespace bnn::tail::detail

#endif // BNN_LIB_TAIL_INTERVAL_H
