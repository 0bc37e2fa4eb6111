//===- Normal.cpp - The normal law, the same on every machine -------------===//

#include "bnn/Device/Normal.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLExtras.h"
#include <array>
#include <cmath>
#include <limits>

namespace bnn::device {

/// ln 2 in two parts, the first with enough trailing zeros that its product
/// with an exponent is exact.
static constexpr double ln2High = 0x1.62e42fefa0000p-1;
static constexpr double ln2Low = 0x1.cf79abc9e3b3ap-40;

double lnOf(double x) {
  if (!(x > 0))
    return x == 0 ? -std::numeric_limits<double>::infinity()
                  : std::numeric_limits<double>::quiet_NaN();
  if (!std::isfinite(x))
    return x;
  int exponent = 0;
  double m = std::frexp(x, &exponent); // exact
  if (m < 0.70710678118654752) {
    m *= 2;
    --exponent;
  }
  // ln m = 2 artanh(s), |s| <= 0.1716: the series up to s^23.
  double f = m - 1, s = f / (m + 1), s2 = s * s;
  double series = 0;
  for (int k = 23; k >= 3; k -= 2)
    series = (series + 1.0 / k) * s2;
  // 2 s = f - s f, so that the leading term carries no rounding of s.
  double tail = s * (2 * series - f);
  return exponent * ln2High + (f + (tail + exponent * ln2Low));
}

static constexpr auto inverseFactorial = [] {
  std::array<double, 15> values{1};
  for (int n = 1; n < 15; ++n)
    values[n] = values[n - 1] / n;
  return values;
}();

double expOf(double x) {
  if (!(x > -745.2))
    return x <= -745.2 ? 0 : x;
  if (x > 709.79)
    return std::numeric_limits<double>::infinity();
  double k = std::floor(x * 1.4426950408889634 + 0.5);
  double r = (x - k * ln2High) - k * ln2Low; // |r| <= 0.3466
  // Taylor's series: r^15 / 15! is below 1e-19.
  double series = 0;
  for (int n = 14; n >= 1; --n)
    series = (series + inverseFactorial[n]) * r;
  return std::ldexp(1 + series, int(k));
}

/// (1 + x) (1 - Phi(x)) / phi(x) for x >= 0 as a Chebyshev series in
/// t = (x - 5) / (x + 5), computed for this file with 50 digits; the terms left
/// out are below 1e-17.
static constexpr double millsSeries[] = {
    1.1579976221305187167,       -0.16334493884513978905,
    -0.013683136055781576407,    0.030822000198100039725,
    -0.016220073012046806988,    0.0056166910164600934864,
    -0.001413393378354921628,    0.00025026254607256606546,
    -0.000024689072397283870041, -1.0107964061837592256e-6,
    7.4954191797405729054e-7,    -7.6002742687283368758e-8,
    -1.1574771441328644748e-8,   3.3333864725998431463e-9,
    7.5380396281713470189e-11,   -1.1104247263727494478e-10,
    3.5092437765510588325e-12,   3.6894953861750953684e-12,
    -2.3376697776383093717e-13,  -1.3271797523541405453e-13,
    9.9217069958882765537e-15,   5.2760049954553790653e-15,
    -3.3730976941879218316e-16,  -2.2804338776379945603e-16,
};

double normalDensity(double z) {
  return 0.39894228040143267794 * expOf(-0.5 * z * z);
}

double normalBelow(double z) {
  double x = std::fabs(z);
  if (!(x < 38.6)) // below the smallest double
    return z > 0 ? 1 : z < 0 ? 0 : z;
  double t = (x - 5) / (x + 5), b1 = 0, b2 = 0;
  for (double c : llvm::reverse(llvm::ArrayRef(millsSeries).drop_front())) {
    double b0 = 2 * t * b1 - b2 + c;
    b2 = b1;
    b1 = b0;
  }
  double mills = (t * b1 - b2 + millsSeries[0]) / (1 + x);
  // exp of the square, whose rounding would count 700 times: the square of a
  // head of few bits is exact.
  double head = std::floor(x * 16) / 16;
  double density = 0.39894228040143267794 * expOf(-0.5 * head * head) *
                   expOf(-0.5 * (x - head) * (x + head));
  double tail = density * mills;
  return z > 0 ? 1 - tail : tail;
}

/// a[0] + a[1] x + ... + a[7] x^7.
static double polynomial(const double (&a)[8], double x) {
  double value = a[7];
  for (int i = 6; i >= 0; --i)
    value = value * x + a[i];
  return value;
}

double normalQuantile(TailProbability probability) {
  static constexpr double a[8] = {
      3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3,
      1.3731693765509461125e4, 4.5921953931549871457e4, 6.7265770927008700853e4,
      3.3430575583588128105e4, 2.5090809287301226727e3};
  static constexpr double b[8] = {1,
                                  4.2313330701600911252e1,
                                  6.8718700749205790830e2,
                                  5.3941960214247511077e3,
                                  2.1213794301586595867e4,
                                  3.9307895800092710610e4,
                                  2.8729085735721942674e4,
                                  5.2264952788528545610e3};
  static constexpr double c[8] = {
      1.42343711074968357734e0,  4.63033784615654529590e0,
      5.76949722146069140550e0,  3.64784832476320460504e0,
      1.27045825245236838258e0,  2.41780725177450611770e-1,
      2.27238449892691845833e-2, 7.74545014278341407640e-4};
  static constexpr double d[8] = {1,
                                  2.05319162663775882187e0,
                                  1.67638483018380384940e0,
                                  6.89767334985100004550e-1,
                                  1.48103976427480074590e-1,
                                  1.51986665636164571966e-2,
                                  5.47593808499534494600e-4,
                                  1.05075007164441684324e-9};
  static constexpr double e[8] = {
      6.65790464350110377720e0,  5.46378491116411436990e0,
      1.78482653991729133580e0,  2.96560571828504891230e-1,
      2.65321895265761230930e-2, 1.24266094738807843860e-3,
      2.71155556874348757815e-5, 2.01033439929228813265e-7};
  static constexpr double f[8] = {1,
                                  5.99832206555887937690e-1,
                                  1.36929880922735805310e-1,
                                  1.48753612908506148525e-2,
                                  7.86869131145613259100e-4,
                                  1.84631831751005468180e-5,
                                  1.42151175831644588870e-7,
                                  2.04426310338993978564e-15};
  auto [p, upper] = probability;
  double q = upper ? 0.5 - p : p - 0.5;
  if (std::fabs(q) <= 0.425) {
    double r = 0.180625 - q * q;
    return q * polynomial(a, r) / polynomial(b, r);
  }
  // The smaller of the two ends, exact where it was given.
  bool high = (p > 0.5) != upper;
  double end = p > 0.5 ? 1 - p : p;
  if (!(end > 0))
    return high ? std::numeric_limits<double>::infinity()
                : -std::numeric_limits<double>::infinity();
  double r = std::sqrt(-lnOf(end));
  double z = r <= 5 ? polynomial(c, r - 1.6) / polynomial(d, r - 1.6)
                    : polynomial(e, r - 5) / polynomial(f, r - 5);
  return high ? z : -z;
}

} // namespace bnn::device
