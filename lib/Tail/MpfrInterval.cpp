//===- MpfrInterval.cpp ---------------------------------------------------===//
//
// Interval arithmetic on MPFR numbers with directed rounding.
//
//===----------------------------------------------------------------------===//

#include "MpfrInterval.h"

using namespace bnn::tail::detail;

namespace {
mpfr_prec_t precisionOf(const MpfrInterval &x) {
  return mpfr_get_prec(x.lo.get());
}
} // namespace

MpfrInterval bnn::tail::detail::enclose(const mpq_class &value,
                                        mpfr_prec_t precision) {
  MpfrInterval result(precision);
  mpfr_set_q(result.lo.get(), value.get_mpq_t(), MPFR_RNDD);
  mpfr_set_q(result.hi.get(), value.get_mpq_t(), MPFR_RNDU);
  return result;
}

MpfrInterval bnn::tail::detail::enclose(const mpq_class &p, const mpq_class &q,
                                        const mpq_class &r,
                                        mpfr_prec_t precision) {
  MpfrInterval root = rising(mpfr_sqrt, enclose(r, precision));
  return add(enclose(p, precision),
             corners(mpfr_mul, enclose(q, precision), root));
}

MpfrInterval bnn::tail::detail::rising(MpfrFunction function,
                                       const MpfrInterval &x) {
  MpfrInterval result(precisionOf(x));
  function(result.lo.get(), x.lo.get(), MPFR_RNDD);
  function(result.hi.get(), x.hi.get(), MPFR_RNDU);
  return result;
}

MpfrInterval bnn::tail::detail::corners(MpfrOperation operation,
                                        const MpfrInterval &a,
                                        const MpfrInterval &b) {
  MpfrInterval result(precisionOf(a));
  Mpfr corner(precisionOf(a));
  bool first = true;
  for (const Mpfr *x : {&a.lo, &a.hi})
    for (const Mpfr *y : {&b.lo, &b.hi}) {
      for (mpfr_rnd_t rounding : {MPFR_RNDD, MPFR_RNDU}) {
        bool down = rounding == MPFR_RNDD;
        Mpfr &bound = down ? result.lo : result.hi;
        operation(corner.get(), x->get(), y->get(), rounding);
        if (mpfr_nan_p(corner.get())) {
          mpfr_set_nan(result.lo.get());
          mpfr_set_nan(result.hi.get());
          return result;
        }
        int order = first ? 0 : mpfr_cmp(corner.get(), bound.get());
        if (first || (down ? order < 0 : order > 0))
          mpfr_set(bound.get(), corner.get(), MPFR_RNDN);
      }
      first = false;
    }
  return result;
}

MpfrInterval bnn::tail::detail::add(const MpfrInterval &a,
                                    const MpfrInterval &b) {
  MpfrInterval result(precisionOf(a));
  mpfr_add(result.lo.get(), a.lo.get(), b.lo.get(), MPFR_RNDD);
  mpfr_add(result.hi.get(), a.hi.get(), b.hi.get(), MPFR_RNDU);
  return result;
}

MpfrInterval bnn::tail::detail::negate(const MpfrInterval &x) {
  MpfrInterval result(precisionOf(x));
  mpfr_neg(result.lo.get(), x.hi.get(), MPFR_RNDN);
  mpfr_neg(result.hi.get(), x.lo.get(), MPFR_RNDN);
  return result;
}

MpfrInterval bnn::tail::detail::hull(const MpfrInterval &a,
                                     const MpfrInterval &b) {
  MpfrInterval result(precisionOf(a));
  mpfr_min(result.lo.get(), a.lo.get(), b.lo.get(), MPFR_RNDN);
  mpfr_max(result.hi.get(), a.hi.get(), b.hi.get(), MPFR_RNDN);
  return result;
}
