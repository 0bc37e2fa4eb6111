//===- CellModel.cpp - A 2T2R cell and its sense amplifier ----------------===//

#include "bnn/Device/CellModel.h"
#include "Quadrature.h"
#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <vector>

using namespace llvm;

namespace bnn::device {

CellModel::CellModel(CellParameters parameters) : cell(std::move(parameters)) {
  lnZero = cell.sense.ternary ? lnOf(cell.sense.zeroOhm) : 0;
}

Outcome CellModel::outcome(double lnBl, double lnBlb, const Offsets &offsets,
                           bool input) const {
  if (cell.sense.ternary && zeroMargin(lnBl, lnBlb, offsets) > 0)
    return Outcome::Zero;
  return margin(branch(lnBl), branch(lnBlb), offsets, input) < 0 ? Outcome::BL
                                                                 : Outcome::BLb;
}

/// P(value + sigma Z < 0)
static double below(double value, double sigma) {
  if (sigma > 0)
    return normalBelow(-value / sigma);
  return value < 0 ? 1 : 0;
}

Odds CellModel::odds(double lnBl, double lnBlb, const Offsets &offsets,
                     bool input) const {
  double value = margin(branch(lnBl), branch(lnBlb), offsets, input);
  double sigma = cell.sense.readSigma;
  Odds odds;
  double discharged = 1;
  if (cell.sense.ternary) {
    double above = zeroMargin(lnBl, lnBlb, offsets);
    double width = cell.sense.zeroReadSigma;
    odds.zero = width > 0 ? normalBelow(above / width) : above > 0;
    discharged = width > 0 ? normalAbove(above / width) : above <= 0;
  }
  odds.bl = discharged * below(value, sigma);
  odds.blb = discharged * (sigma > 0 ? normalBelow(value / sigma) : value >= 0);
  return odds;
}

namespace {

/// A state's law at a random time as shares that are shifted in ln R: devices
/// in the low state, and in the high state by five points of Gauss's rule over
/// the amplitude.
struct Share {
  double weight, shift;
};

} // namespace

static std::vector<Share> sharesOf(const Telegraph &telegraph) {
  if (!telegraph.any())
    return {{1, 0}};
  double high = telegraph.share * telegraph.occupancy;
  std::vector<Share> shares{{1 - high, 0}};
  for (auto [node, weight] : gaussLegendre5())
    shares.push_back({high * weight, node * telegraph.amplitude});
  return shares;
}

CellRates CellModel::rates(bool withNoise) const {
  const Sense &sense = cell.sense;
  auto root = [](double a, double b, double c) {
    return std::sqrt(a * a + b * b + c * c);
  };
  double offsetSd =
      root(sense.arraySigma, sense.latchSigma, withNoise ? sense.readSigma : 0);
  double zeroSd =
      root(sense.zeroColumnSigma, withNoise ? sense.zeroReadSigma : 0, 0);
  std::vector<Share> lrsShares = sharesOf(cell.lrsTelegraph);
  std::vector<Share> hrsShares = sharesOf(cell.hrsTelegraph);
  auto mixed = [](const Distribution &law, ArrayRef<Share> shares, double ln,
                  bool above) {
    double sum = 0;
    for (auto [weight, shift] : shares) {
      TailProbability p = law.probability(ln - shift);
      sum += weight * (above ? p.above() : p.below());
    }
    return sum;
  };
  auto hrsBelow = [&](double ln) {
    return mixed(cell.hrs, hrsShares, ln, false);
  };

  // The HRS device of a cell must lie below this for the LRS one to lose.
  auto losesBelow = [&](double lrsBranch, double offset) {
    double reach = lrsBranch + offset;
    if (sense.seriesOhm == 0)
      return reach;
    double ohm = expOf(reach) - sense.seriesOhm;
    return ohm > 0 ? lnOf(ohm) : -HUGE_VAL;
  };
  // Of LRS devices with scores from `from` on, those that lose to an HRS device
  // that is above `lnFloor`.
  auto losers = [&](double from, double lnFloor) {
    double sum = 0;
    double floorShare = std::isfinite(lnFloor) ? hrsBelow(lnFloor) : 0;
    for (auto [weight, shift] : lrsShares)
      sum += weight * overNormalFrom(from, [&, shift = shift](double score) {
               double ln = cell.lrs.lnAt(score) + shift;
               if (ln < lnFloor)
                 return 0.0;
               double lrsBranch = branch(ln);
               return overOffset(offsetSd, [&](double offset) {
                 double reach = losesBelow(lrsBranch, offset);
                 return reach > lnFloor ? hrsBelow(reach) - floorShare : 0.0;
               });
             });
    return sum;
  };

  CellRates rates;
  rates.flip = losers(-normalReach, -HUGE_VAL);
  if (!sense.ternary)
    return rates;
  double bothAbove = overOffset(zeroSd, [&](double shift) {
    double ln = lnZero + shift;
    TailProbability lowest = cell.lrs.probability(
        ln - (cell.lrsTelegraph.any() ? cell.lrsTelegraph.amplitude : 0));
    if (lowest.above() < 1e-30)
      return 0.0;
    double score = std::max(normalQuantile(lowest), -normalReach);
    return losers(score, ln);
  });
  rates.flip -= bothAbove;
  rates.toZero = overOffset(zeroSd, [&](double shift) {
    return mixed(cell.lrs, lrsShares, lnZero + shift, true) *
           mixed(cell.hrs, hrsShares, lnZero + shift, true);
  });
  rates.fromZero = overOffset(zeroSd, [&](double shift) {
    double low = hrsBelow(lnZero + shift);
    return low * (2 - low);
  });
  return rates;
}

double CellModel::resolution() const {
  return std::max(cell.lrs.resolution(), cell.hrs.resolution());
}

std::string CellModel::formatRate(double rate) const {
  double least = resolution();
  if (rate >= least)
    return fmt::format("{:.2e}", rate);
  const Distribution &law =
      cell.lrs.resolution() >= cell.hrs.resolution() ? cell.lrs : cell.hrs;
  return fmt::format("< {:.2e} ({} devices measured)", least, law.devices());
}

} // namespace bnn::device
