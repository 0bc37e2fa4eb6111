//===- MpfrInterval.h - Intervals of growing precision ----------*- C++ -*-===//
//
// Enclosures of what is no rational and no p + q sqrt(r): transcendental
// functions and what is computed from them.
//
//===----------------------------------------------------------------------===//

#ifndef BNN_LIB_TAIL_MPFRINTERVAL_H
#define BNN_LIB_TAIL_MPFRINTERVAL_H

#include <gmpxx.h>
#include <mpfr.h>
#include <utility>

namespace bnn::tail::detail {

/// One MPFR number, owned.
class Mpfr {
public:
  explicit Mpfr(mpfr_prec_t precision) { mpfr_init2(value, precision); }
  Mpfr(const Mpfr &other) {
    mpfr_init2(value, mpfr_get_prec(other.value));
    mpfr_set(value, other.value, MPFR_RNDN);
  }
  Mpfr &operator=(const Mpfr &other) {
    mpfr_set_prec(value, mpfr_get_prec(other.value));
    mpfr_set(value, other.value, MPFR_RNDN);
    return *this;
  }
  ~Mpfr() { mpfr_clear(value); }
  mpfr_ptr get() { return value; }
  mpfr_srcptr get() const { return value; }

private:
  mpfr_t value;
};

/// All reals between `lo` and `hi`; bounds may be infinite, never NaN unless
/// isNan() says so.
struct MpfrInterval {
  Mpfr lo, hi;

  explicit MpfrInterval(mpfr_prec_t precision) : lo(precision), hi(precision) {}

  bool isNan() const { return mpfr_nan_p(lo.get()) || mpfr_nan_p(hi.get()); }
};

using MpfrFunction = int (*)(mpfr_ptr, mpfr_srcptr, mpfr_rnd_t);
using MpfrOperation = int (*)(mpfr_ptr, mpfr_srcptr, mpfr_srcptr, mpfr_rnd_t);

MpfrInterval enclose(const mpq_class &value, mpfr_prec_t precision);
/// p + q sqrt(r), r >= 0.
MpfrInterval enclose(const mpq_class &p, const mpq_class &q, const mpq_class &r,
                     mpfr_prec_t precision);

/// `function` rises on the whole interval.
MpfrInterval rising(MpfrFunction function, const MpfrInterval &x);
/// For operations that are monotone in each operand over the intervals: the
/// extremes are at the corners.
MpfrInterval corners(MpfrOperation operation, const MpfrInterval &a,
                     const MpfrInterval &b);
MpfrInterval add(const MpfrInterval &a, const MpfrInterval &b);
MpfrInterval negate(const MpfrInterval &x);
MpfrInterval hull(const MpfrInterval &a, const MpfrInterval &b);

} // namespace bnn::tail::detail

#endif // BNN_LIB_TAIL_MPFRINTERVAL_H
