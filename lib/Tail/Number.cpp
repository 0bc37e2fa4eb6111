//===- Number.cpp ---------------------------------------------------------===//
//
// Exact arithmetic on p + q sqrt(r), and on enclosures where that is left.
//
//===----------------------------------------------------------------------===//

#include "Number.h"
#include <cmath>

using namespace bnn::tail;
using namespace bnn::tail::detail;

namespace {

/// Products of products double in size; beyond this an enclosure will do.
constexpr size_t kMaxBits = 1 << 15;

size_t bitsOf(const mpq_class &v) {
  return mpz_sizeinbase(v.get_num_mpz_t(), 2) +
         mpz_sizeinbase(v.get_den_mpz_t(), 2);
}

std::optional<mpq_class> rationalRoot(const mpq_class &v) {
  if (!mpz_perfect_square_p(v.get_num_mpz_t()) ||
      !mpz_perfect_square_p(v.get_den_mpz_t()))
    return std::nullopt;
  return mpq_class(::sqrt(v.get_num()), ::sqrt(v.get_den()));
}

/// Rewrites `b` over the root of `a` where both lie in one field.
bool sameField(const Number &a, Number &b) {
  if (sgn(a.q) == 0 || sgn(b.q) == 0 || a.r == b.r)
    return true;
  std::optional<mpq_class> ratio = rationalRoot(b.r / a.r);
  if (!ratio)
    return false;
  b = Number(b.p, b.q * *ratio, a.r);
  return true;
}

const mpq_class &radicand(const Number &a, const Number &b) {
  return sgn(a.q) ? a.r : b.r;
}

Number clean(mpq_class p, mpq_class q, const mpq_class &r) {
  return sgn(q) ? Number(std::move(p), std::move(q), r) : Number(std::move(p));
}

int algebraicSign(const Number &a) {
  int p = sgn(a.p), q = sgn(a.q);
  if (q == 0 || p == q)
    return p;
  if (p == 0)
    return q;
  // Of different sign: the larger square wins. They cannot be equal, as r is
  // no square.
  return cmp(a.p * a.p, a.q * a.q * a.r) > 0 ? p : q;
}

/// The greatest integer not above `v`.
mpz_class floorOf(const mpq_class &v) {
  mpz_class result;
  mpz_fdiv_q(result.get_mpz_t(), v.get_num_mpz_t(), v.get_den_mpz_t());
  return result;
}

mpz_class roundRational(Op op, const mpq_class &v) {
  const mpq_class half(1, 2);
  bool negative = sgn(v) < 0;
  mpz_class magnitude;
  switch (op) {
  case Op::Floor:
    return floorOf(v);
  case Op::Ceil:
    return -floorOf(-v);
  case Op::RoundHalfEven: {
    mpz_class up = floorOf(v + half);
    if (mpz_odd_p(up.get_mpz_t()) && v + half == up)
      up -= 1;
    return up;
  }
  case Op::RoundHalfAway:
    magnitude = floorOf(abs(v) + half);
    break;
  case Op::RoundHalfTowardZero:
    magnitude = -floorOf(half - abs(v));
    break;
  case Op::RoundAway:
    magnitude = -floorOf(-abs(v));
    break;
  default: // Trunc, CastInteger
    magnitude = floorOf(abs(v));
    break;
  }
  return negative ? mpz_class(-magnitude) : magnitude;
}

bool decidesAtHalves(Op op) {
  return op == Op::RoundHalfEven || op == Op::RoundHalfAway ||
         op == Op::RoundHalfTowardZero;
}

/// A bound as a rational of moderate size, if it has one. Bounds next to zero
/// are moved away from it, but not across any decision point.
std::optional<mpq_class> boundOf(const Mpfr &v) {
  constexpr mpfr_exp_t maxExponent = 1 << 14;
  if (!mpfr_number_p(v.get()))
    return std::nullopt;
  mpq_class result;
  if (mpfr_zero_p(v.get()))
    return result;
  mpfr_exp_t exponent = mpfr_get_exp(v.get());
  if (exponent > maxExponent)
    return std::nullopt;
  if (exponent < -maxExponent)
    return mpq_class(mpfr_sgn(v.get()), 1024);
  mpfr_get_q(result.get_mpq_t(), v.get());
  return result;
}

} // namespace

MpfrInterval Arithmetic::enclosed(const Number &a) const {
  if (a.isEnclosure())
    return a.enclosure();
  return sgn(a.q) ? enclose(a.p, a.q, a.r, precision) : enclose(a.p, precision);
}

Number Arithmetic::fromInterval(MpfrInterval value) {
  if (value.isNan())
    return Number::invalid("an intermediate value exceeds all bounds");
  return Number(std::move(value));
}

Number Arithmetic::bounded(Number a) {
  if (bitsOf(a.p) + bitsOf(a.q) + bitsOf(a.r) <= kMaxBits)
    return a;
  return fromInterval(enclosed(a));
}

Number Arithmetic::function(MpfrFunction f, const Number &a) {
  return a.isInvalid() ? a : fromInterval(rising(f, enclosed(a)));
}

Number Arithmetic::neg(const Number &a) {
  if (a.isInvalid())
    return a;
  if (a.isEnclosure())
    return Number(negate(a.enclosure()));
  return Number(-a.p, -a.q, a.r);
}

Number Arithmetic::add(const Number &a, const Number &b) {
  if (a.isInvalid() || b.isInvalid())
    return a.isInvalid() ? a : b;
  Number c = b;
  if (a.isAlgebraic() && b.isAlgebraic() && sameField(a, c))
    return bounded(clean(a.p + c.p, a.q + c.q, radicand(a, c)));
  return fromInterval(tail::detail::add(enclosed(a), enclosed(b)));
}

Number Arithmetic::mul(const Number &a, const Number &b) {
  if (a.isInvalid() || b.isInvalid())
    return a.isInvalid() ? a : b;
  Number c = b;
  if (a.isAlgebraic() && b.isAlgebraic() && sameField(a, c)) {
    const mpq_class &r = radicand(a, c);
    return bounded(clean(a.p * c.p + a.q * c.q * r, a.p * c.q + a.q * c.p, r));
  }
  for (const Number &n : {a, b})
    if (n.isRational() && sgn(n.p) == 0)
      return n;
  return fromInterval(corners(mpfr_mul, enclosed(a), enclosed(b)));
}

Number Arithmetic::div(const Number &a, const Number &b) {
  if (a.isInvalid() || b.isInvalid())
    return a.isInvalid() ? a : b;
  if (sign(b) == 0)
    return Number::invalid("division by zero");
  if (undecided)
    return a;
  if (b.isAlgebraic()) {
    // 1 / (p + q sqrt(r)) = (p - q sqrt(r)) / (p^2 - q^2 r).
    mpq_class norm = b.p * b.p - b.q * b.q * b.r;
    return mul(a, clean(b.p / norm, -b.q / norm, b.r));
  }
  return fromInterval(corners(mpfr_div, enclosed(a), enclosed(b)));
}

Number Arithmetic::sqrt(const Number &a) {
  if (a.isInvalid())
    return a;
  int s = sign(a);
  if (s < 0)
    return Number::invalid("square root of a negative number");
  if (s == 0 || undecided)
    return Number();
  if (!a.isRational())
    return function(mpfr_sqrt, a);
  if (std::optional<mpq_class> root = rationalRoot(a.p))
    return Number(*root);
  return Number(0, 1, a.p);
}

// At 0 (1 for log) these take rational values; by Lindemann's theorem at no
// other algebraic number, so that an enclosure decides every comparison.

Number Arithmetic::exp(const Number &a) {
  if (a.isRational() && sgn(a.p) == 0)
    return Number(1);
  return function(mpfr_exp, a);
}

Number Arithmetic::expm1(const Number &a) {
  if (a.isRational() && sgn(a.p) == 0)
    return a;
  return function(mpfr_expm1, a);
}

Number Arithmetic::tanh(const Number &a) {
  if (a.isRational() && sgn(a.p) == 0)
    return a;
  return function(mpfr_tanh, a);
}

Number Arithmetic::erf(const Number &a) {
  if (a.isRational() && sgn(a.p) == 0)
    return a;
  return function(mpfr_erf, a);
}

Number Arithmetic::log(const Number &a) {
  if (a.isInvalid())
    return a;
  if (sign(a) <= 0)
    return Number::invalid("logarithm of a number that is not positive");
  if (a.isRational() && a.p == 1)
    return Number();
  return function(mpfr_log, a);
}

Number Arithmetic::pow(const Number &base, const Number &exponent) {
  if (base.isInvalid() || exponent.isInvalid())
    return base.isInvalid() ? base : exponent;
  if (exponent.isRational()) {
    const mpq_class &e = exponent.p;
    if (e.get_den() == 1 && abs(e) <= 64) {
      Number result(1);
      for (long i = std::labs(e.get_num().get_si()); i > 0; --i)
        result = mul(result, base);
      return sgn(e) < 0 ? div(Number(1), result) : result;
    }
    if (abs(e) == mpq_class(1, 2)) {
      Number root = sqrt(base);
      return sgn(e) < 0 ? div(Number(1), root) : root;
    }
  }
  int s = sign(base);
  if (undecided)
    return base;
  if (s == 0)
    return sign(exponent) > 0 ? Number()
                              : Number::invalid("zero to a negative power");
  bool integer = exponent.isRational() && exponent.p.get_den() == 1;
  if (s < 0 && !integer)
    return Number::invalid("a negative number to a fractional power");
  Number magnitude = fromInterval(corners(
      mpfr_pow, enclosed(s < 0 ? neg(base) : base), enclosed(exponent)));
  bool odd = s < 0 && mpz_odd_p(exponent.p.get_num_mpz_t());
  return odd ? neg(magnitude) : magnitude;
}

int Arithmetic::sign(const Number &a) {
  if (a.isInvalid())
    return 0;
  if (a.isAlgebraic())
    return algebraicSign(a);
  const MpfrInterval &x = a.enclosure();
  if (mpfr_sgn(x.lo.get()) > 0)
    return 1;
  if (mpfr_sgn(x.hi.get()) < 0)
    return -1;
  if (!lastResort && !(mpfr_zero_p(x.lo.get()) && mpfr_zero_p(x.hi.get())))
    undecided = true;
  return 0;
}

Number Arithmetic::round(Op op, const Number &a) {
  if (a.isInvalid())
    return a;
  if (a.isRational())
    return Number(mpq_class(roundRational(op, a.p)));
  for (mpfr_prec_t bits = precision;; bits *= 2) {
    MpfrInterval x =
        a.isEnclosure() ? a.enclosure() : enclose(a.p, a.q, a.r, bits);
    std::optional<mpq_class> lo = boundOf(x.lo), hi = boundOf(x.hi);
    if (!lo || !hi)
      return Number::invalid("a rounded value exceeds all bounds");
    mpz_class below = roundRational(op, *lo), above = roundRational(op, *hi);
    if (below == above)
      return Number(mpq_class(below));
    if (a.isAlgebraic())
      continue; // irrational, so never at a decision point
    if (!lastResort) {
      undecided = true;
      return Number();
    }
    mpq_class half(1, 2);
    mpq_class point = decidesAtHalves(op)
                          ? mpq_class(mpq_class(floorOf(*hi - half)) + half)
                          : mpq_class(floorOf(*hi));
    return Number(mpq_class(roundRational(op, point)));
  }
}

std::optional<double> bnn::tail::detail::exactDouble(const Number &a) {
  if (!a.isRational())
    return std::nullopt;
  double value = a.p.get_d(); // truncates
  if (!std::isfinite(value) || cmp(mpq_class(value), a.p) != 0)
    return std::nullopt;
  return value;
}

double bnn::tail::detail::approximate(const Number &a) {
  if (a.isInvalid())
    return std::nan("");
  if (a.isAlgebraic())
    return a.p.get_d() + (sgn(a.q) ? a.q.get_d() * std::sqrt(a.r.get_d()) : 0);
  return mpfr_get_d(a.enclosure().hi.get(), MPFR_RNDN);
}
