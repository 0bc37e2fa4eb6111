//===- Quadrature.h - Means over normal numbers -----------------*- C++ -*-===//
//
// The trapezoid rule converges exponentially for smooth functions times the
// normal density, also far in the tail: no rule of Gauss's does there.
//
//===----------------------------------------------------------------------===//

#ifndef BNN_LIB_DEVICE_QUADRATURE_H
#define BNN_LIB_DEVICE_QUADRATURE_H

#include "bnn/Device/Normal.h"
#include <array>
#include <utility>

namespace bnn::device {

/// Beyond this score lie 2e-20 of all numbers.
inline constexpr double normalReach = 9.25;

/// Nodes and weights of Gauss and Legendre's rule of five points on 0 .. 1.
inline std::array<std::pair<double, double>, 5> gaussLegendre5() {
  constexpr double far = 0.90617984593866399, near = 0.53846931010568309;
  constexpr double outer = 0.23692688505618909, inner = 0.47862867049936647;
  return {{{(1 - far) / 2, outer / 2},
           {(1 - near) / 2, inner / 2},
           {0.5, 0.56888888888888889 / 2},
           {(1 + near) / 2, inner / 2},
           {(1 + far) / 2, outer / 2}}};
}

/// E[f(Z)] for a standard normal Z, by steps of `step`.
template <typename F> double overNormal(double step, F f) {
  double sum = 0;
  for (double z = -normalReach; z <= normalReach; z += step)
    sum += normalDensity(z) * f(z);
  return sum * step;
}

/// E[f(Z); Z > from]: an end inside needs another rule, Gauss's over panels.
template <typename F> double overNormalFrom(double from, F f) {
  if (from <= -normalReach)
    return overNormal(1.0 / 16, f);
  constexpr double panel = 1.0 / 4;
  double sum = 0;
  for (double left = from; left < normalReach; left += panel)
    for (auto [node, weight] : gaussLegendre5()) {
      double z = left + panel * node;
      sum += panel * weight * normalDensity(z) * f(z);
    }
  return sum;
}

/// E[f(sd Z)]; f(0) without a spread.
template <typename F> double overOffset(double sd, F f) {
  if (!(sd > 0))
    return f(0.0);
  return overNormal(1.0 / 8, [&](double z) { return f(sd * z); });
}

} // namespace bnn::device

#endif // BNN_LIB_DEVICE_QUADRATURE_H
