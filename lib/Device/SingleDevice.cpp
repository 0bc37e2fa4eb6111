//===- SingleDevice.cpp - 1T1R cells read against a reference -------------===//

#include "bnn/Device/SingleDevice.h"
#include "bnn/Support/Error.h"
#include <cmath>
#include <fmt/format.h>

using namespace llvm;

namespace bnn::device {

Expected<Reference> Reference::parse(StringRef text) {
  if (text == "min_error")
    return Reference{Kind::MinError, 0};
  if (text == "geometric_mean")
    return Reference{Kind::GeometricMean, 0};
  Reference reference{Kind::FixedOhm, 0};
  if (text.getAsDouble(reference.ohm))
    return makeError("'" + text +
                     "' is no reference of 1T1R: write min_error, "
                     "geometric_mean or a resistance in ohm");
  if (!std::isfinite(reference.ohm) || reference.ohm <= 0)
    return makeError("a reference of " + text + " ohm is not above 0");
  return reference;
}

std::string Reference::describe() const {
  switch (kind) {
  case Kind::FixedOhm:
    return fmt::format("{:.6g} ohm", ohm);
  case Kind::GeometricMean:
    return "geometric_mean";
  case Kind::MinError:
    return "min_error";
  }
  return "";
}

/// ln of the reference with the least mean error rate between the medians: a
/// grid finds the neighbourhood of the minimum (two laws of one hump each have
/// one), thirds narrow it.
static double leastError(const Distribution &lrs, const Distribution &hrs) {
  auto rate = [&](double ln) { return lrs.lnSurvival(ln) + hrs.lnCdf(ln); };
  double low = std::log(lrs.median()), high = std::log(hrs.median());
  if (high <= low)
    return low;
  double step = (high - low) / 512, best = low;
  for (double ln = low; ln <= high; ln += step)
    if (rate(ln) < rate(best))
      best = ln;
  low = best - step;
  high = best + step;
  for (int i = 0; i < 60; ++i) {
    double a = low + (high - low) / 3, b = high - (high - low) / 3;
    (rate(a) < rate(b) ? high : low) = rate(a) < rate(b) ? b : a;
  }
  return (low + high) / 2;
}

SingleDevice singleDevice(const Distribution &lrs, const Distribution &hrs,
                          const Reference &reference) {
  double ln = 0;
  switch (reference.kind) {
  case Reference::Kind::FixedOhm:
    ln = std::log(reference.ohm);
    break;
  case Reference::Kind::GeometricMean:
    ln = (std::log(lrs.median()) + std::log(hrs.median())) / 2;
    break;
  case Reference::Kind::MinError:
    ln = leastError(lrs, hrs);
    break;
  }
  bool fixed = reference.kind == Reference::Kind::FixedOhm;
  SingleDevice result{fixed ? reference.ohm : std::exp(ln), lrs.lnSurvival(ln),
                      hrs.lnCdf(ln), 0};
  result.rate = (result.lrsAbove + result.hrsBelow) / 2;
  return result;
}

} // namespace bnn::device
