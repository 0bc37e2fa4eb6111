//===- RangeDecisions.h - Decisions on ranges -------------------*- C++ -*-===//
//
// Operators that map to few values: a point where the range decides, else the
// hull of what is possible, marked as not certain.
//
//===----------------------------------------------------------------------===//

#ifndef BNN_LIB_TAIL_RANGEDECISIONS_H
#define BNN_LIB_TAIL_RANGEDECISIONS_H

#include "RangeOps.h"

namespace bnn::tail::detail {

inline Range undecided(double lo, double hi, bool fixed) {
  return {lo, hi, fixed, false, true};
}

/// Decisions are 1, 0, or -1 where the range does not decide.
inline Range boolean(int decision, bool fixed) {
  return decision < 0 ? undecided(0, 1, fixed) : point(decision);
}

/// Whether the value is not zero.
int truth(const Range &a);
/// Greater to NotEqual; `same` says that both are one and the same value.
int compare(Op op, const Range &a, const Range &b, bool same);
/// And, Or, Xor of decisions.
int connect(Op op, int a, int b);
/// Sign, Floor to RoundAway, CastInteger.
Range roundTo(Op op, const Range &a);
Range select(const Range &condition, const Range &a, const Range &b);

} // namespace bnn::tail::detail

#endif // BNN_LIB_TAIL_RANGEDECISIONS_H
