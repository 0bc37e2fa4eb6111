//===- RangeDecisions.cpp -------------------------------------------------===//
//
// Operators that decide, on ranges.
//
//===----------------------------------------------------------------------===//

#include "RangeDecisions.h"

using namespace bnn::tail;
using namespace bnn::tail::detail;

namespace {

/// A step function that rises.
template <typename F> Range step(const Range &a, F f) {
  double lo = f(a.lo), hi = f(a.hi);
  if (lo == hi && std::isfinite(lo))
    return point(lo + 0.0);
  return undecided(lo, hi, a.fixed);
}

double roundHalfTowardZero(double v) {
  // v - 0.5 is exact where it matters: halves exist only below 2^52.
  double magnitude = std::fabs(v);
  return std::copysign(
      magnitude < 0x1p52 ? std::ceil(magnitude - 0.5) : magnitude, v);
}

} // namespace

int bnn::tail::detail::truth(const Range &a) {
  if (!a.valid)
    return -1;
  if (a.lo > 0 || a.hi < 0)
    return 1;
  return a.isPoint() ? 0 : -1;
}

Range bnn::tail::detail::roundTo(Op op, const Range &a) {
  switch (op) {
  case Op::Sign:
    return step(a, [](double v) { return double((v > 0) - (v < 0)); });
  case Op::Floor:
    return step(a, [](double v) { return std::floor(v); });
  case Op::Ceil:
    return step(a, [](double v) { return std::ceil(v); });
  case Op::RoundHalfEven:
    return step(a, [](double v) { return std::nearbyint(v); });
  case Op::RoundHalfAway:
    return step(a, [](double v) { return std::round(v); });
  case Op::RoundHalfTowardZero:
    return step(a, roundHalfTowardZero);
  case Op::RoundAway:
    return step(a,
                [](double v) { return v > 0 ? std::ceil(v) : std::floor(v); });
  default: // Trunc, CastInteger
    return step(a, [](double v) { return std::trunc(v); });
  }
}

int bnn::tail::detail::compare(Op op, const Range &a, const Range &b,
                               bool same) {
  bool equal = same || (a.isPoint() && b.isPoint() && a.lo == b.lo);
  bool less = !same && a.hi < b.lo, greater = !same && a.lo > b.hi;
  auto decide = [](bool yes, bool no) { return yes ? 1 : no ? 0 : -1; };
  switch (op) {
  case Op::Greater:
    return decide(greater, equal || a.hi <= b.lo);
  case Op::GreaterEqual:
    return decide(equal || a.lo >= b.hi, less);
  case Op::Less:
    return decide(less, equal || a.lo >= b.hi);
  case Op::LessEqual:
    return decide(equal || a.hi <= b.lo, greater);
  case Op::Equal:
    return decide(equal, less || greater);
  default: // NotEqual
    return decide(less || greater, equal);
  }
}

int bnn::tail::detail::connect(Op op, int a, int b) {
  if (op == Op::Xor)
    return a < 0 || b < 0 ? -1 : a ^ b;
  int absorbing = op == Op::Or;
  if (a == absorbing || b == absorbing)
    return absorbing;
  return a < 0 || b < 0 ? -1 : !absorbing;
}

Range bnn::tail::detail::select(const Range &condition, const Range &a,
                                const Range &b) {
  int decision = truth(condition);
  if (decision >= 0)
    return decision ? a : b;
  bool fixed = condition.fixed && a.fixed && b.fixed;
  if (!condition.valid || !a.valid || !b.valid)
    return nothingKnown(fixed);
  double lo = std::min(a.lo, b.lo), hi = std::max(a.hi, b.hi);
  return lo == hi ? point(lo) : undecided(lo, hi, fixed);
}
