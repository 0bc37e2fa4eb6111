//===- Number.h - Exact numbers of tails ------------------------*- C++ -*-===//
//
// Numbers p + q sqrt(r) over the rationals, which hold every batch
// normalization of an integer and are decided by squaring; beyond them,
// enclosures of a precision that the caller raises until all is decided.
//
//===----------------------------------------------------------------------===//

#ifndef BNN_LIB_TAIL_NUMBER_H
#define BNN_LIB_TAIL_NUMBER_H

#include "MpfrInterval.h"
#include "bnn/Tail/Tail.h"
#include <memory>
#include <string>

namespace bnn::tail::detail {

/// A real number, or the reason why there is none.
class Number {
public:
  Number() = default; // 0
  Number(mpq_class value) : p(std::move(value)) {}
  /// p + q sqrt(r); q != 0 only where r is not the square of a rational.
  Number(mpq_class p, mpq_class q, mpq_class r)
      : p(std::move(p)), q(std::move(q)), r(std::move(r)) {}
  explicit Number(MpfrInterval value)
      : interval(std::make_shared<const MpfrInterval>(std::move(value))) {}
  static Number invalid(std::string reason) {
    Number n;
    n.reason = std::make_shared<const std::string>(std::move(reason));
    return n;
  }

  bool isInvalid() const { return reason != nullptr; }
  bool isAlgebraic() const { return !reason && !interval; }
  bool isRational() const { return isAlgebraic() && sgn(q) == 0; }
  bool isEnclosure() const { return interval != nullptr; }
  const std::string &why() const { return *reason; }
  const MpfrInterval &enclosure() const { return *interval; }

  mpq_class p, q, r; // of an algebraic number

private:
  std::shared_ptr<const MpfrInterval> interval;
  std::shared_ptr<const std::string> reason;
};

/// The operations. Where enclosures of `precision` bits cannot decide, either
/// `undecided` is set (the results are then worthless: try a higher precision)
/// or, in the last resort, the operand counts as lying at the decision point.
class Arithmetic {
public:
  Arithmetic(mpfr_prec_t precision, bool lastResort)
      : precision(precision), lastResort(lastResort) {}

  bool undecided = false;

  Number add(const Number &a, const Number &b);
  Number sub(const Number &a, const Number &b) { return add(a, neg(b)); }
  Number mul(const Number &a, const Number &b);
  Number div(const Number &a, const Number &b);
  Number neg(const Number &a);
  Number sqrt(const Number &a);
  Number exp(const Number &a);
  Number expm1(const Number &a);
  Number log(const Number &a);
  Number tanh(const Number &a);
  Number erf(const Number &a);
  Number pow(const Number &base, const Number &exponent);

  /// -1, 0 or 1; of valid numbers only.
  int sign(const Number &a);
  int compare(const Number &a, const Number &b) { return sign(sub(a, b)); }
  /// Floor, Ceil, Trunc, CastInteger, Round*: an integer.
  Number round(Op op, const Number &a);

private:
  MpfrInterval enclosed(const Number &a) const;
  Number bounded(Number a);
  Number fromInterval(MpfrInterval value);
  Number function(MpfrFunction f, const Number &a);

  mpfr_prec_t precision;
  bool lastResort;
};

/// The double that equals `a`, if one does.
std::optional<double> exactDouble(const Number &a);
/// For estimates only.
double approximate(const Number &a);

} // namespace bnn::tail::detail

#endif // BNN_LIB_TAIL_NUMBER_H
