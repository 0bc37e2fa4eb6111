//===- DevicesCheck.cpp - Devices of target files that make sense ---------===//

#include "DevicesYAML.h"
#include "llvm/ADT/STLExtras.h"
#include <algorithm>
#include <set>

using namespace bnn;
using llvm::formatv;

std::string bnn::check(const QuantileTable &table) {
  if (table.unit != "ohm")
    return formatv("unit: must be 'ohm', got '{0}'", table.unit);
  if (table.source.empty())
    return "source: must say where the quantiles are from";
  if (!table.devices)
    return "devices: the number of devices that were measured, at least 1";
  if (table.quantiles.size() < 2)
    return "quantiles: at least two";
  double lastP = 0, lastOhm = 0, least = 0.5 / double(table.devices);
  for (const std::vector<double> &point : table.quantiles) {
    if (point.size() != 2)
      return "quantiles: each is [probability, ohm]";
    double p = point[0], ohm = point[1];
    std::string at = formatv("quantiles: [{0}, {1}]", number(p), number(ohm));
    if (!std::isfinite(p) || !std::isfinite(ohm) || p <= 0 || p >= 1 ||
        ohm <= 0)
      return at + " is not a probability between 0 and 1 and a resistance "
                  "above 0";
    if (p <= lastP)
      return at + ": probabilities must ascend";
    if (ohm < lastOhm)
      return at + ": resistances must not descend";
    // Room for how decimal fractions are rounded.
    if (std::min(p, 1 - p) < least * (1 - 1e-9))
      return formatv("{0}: {1} devices say nothing below {2} and above 1 - {2}",
                     at, table.devices, number(least));
    lastP = p;
    lastOhm = ohm;
  }
  return "";
}

/// Each law asks for its own parameters and for no others.
std::string bnn::check(const ResistanceLaw &d) {
  using Law = ResistanceLaw::Law;
  bool table = d.law == Law::Table;
  bool others =
      d.mean || d.sd || d.minimum || d.maximum || d.median || d.lnSigma;
  bool weak = d.law == Law::WeakReset;
  if (table != d.table.has_value() || (table && others))
    return "law: table belongs to the law 'table', which has no parameters "
           "beside it";
  if (weak != d.weakReset.has_value() || (weak && others))
    return "law: weak_reset belongs to the law 'weak_reset', which has no "
           "parameters beside it";
  if (table || weak)
    return "";
  bool normal = d.law != Law::Lognormal;
  bool truncated = d.law == Law::TruncatedNormal;
  if (normal != (d.mean && d.sd) || normal == (d.median || d.lnSigma))
    return normal ? "law: a normal distribution has mean and sd, no median "
                    "and no ln_sigma"
                  : "law: a lognormal distribution has median and ln_sigma, "
                    "no mean and no sd";
  if (!normal && (!d.median || !d.lnSigma || d.mean || d.sd))
    return "law: a lognormal distribution has median and ln_sigma, no mean "
           "and no sd";
  if (truncated != (d.minimum && d.maximum) ||
      (!truncated && (d.minimum || d.maximum)))
    return "law: minimum and maximum belong to truncated_normal, which needs "
           "both";
  if (truncated && d.minimum->value >= d.maximum->value)
    return "minimum: must lie below maximum";
  return "";
}

/// Where it can be seen at a glance; the model compares all laws.
static std::optional<double> median(const std::optional<ResistanceLaw> &law) {
  if (!law)
    return std::nullopt;
  switch (law->law) {
  case ResistanceLaw::Law::Lognormal:
    return law->median->value;
  case ResistanceLaw::Law::Normal:
    return law->mean->value;
  case ResistanceLaw::Law::TruncatedNormal:
  case ResistanceLaw::Law::Table:
  case ResistanceLaw::Law::WeakReset:
    break;
  }
  return std::nullopt;
}

static bool isCollapsed(const std::optional<ResistanceLaw> &lrs,
                        const std::optional<ResistanceLaw> &hrs) {
  std::optional<double> low = median(lrs), high = median(hrs);
  return low && high && *high <= *low;
}

/// What only devices in HRS can have become.
static bool isWeakReset(const std::optional<ResistanceLaw> &law) {
  return law && law->law == ResistanceLaw::Law::WeakReset;
}

std::string bnn::check(const Condition &condition) {
  if (isWeakReset(condition.lrs))
    return "lrs: weak RESET pulses make HRS of it, not LRS";
  if (condition.name.empty() || !llvm::all_of(condition.name, [](char c) {
        return llvm::isAlnum(c) || c == '_' || c == '-' || c == '.';
      }))
    return formatv("name: '{0}' must be letters, digits, '_', '-' and '.'",
                   condition.name);
  if (condition.cycleMin.has_value() != condition.cycleMax.has_value())
    return "cycle_min: a range of cycles has cycle_min and cycle_max";
  if (condition.cycleMin &&
      condition.cycleMin->value > condition.cycleMax->value)
    return "cycle_min: is above cycle_max";
  if (!condition.collapsed && isCollapsed(condition.lrs, condition.hrs))
    return "hrs: median must lie above that of lrs, unless the condition says "
           "collapsed: true";
  return "";
}

/// One name, cycles apart.
static std::string checkConditions(llvm::ArrayRef<Condition> conditions) {
  for (auto [i, a] : llvm::enumerate(conditions))
    for (const Condition &b : conditions.take_front(i)) {
      if (a.name != b.name)
        continue;
      if (!a.cycleMin || !b.cycleMin)
        return formatv("conditions: '{0}' is there twice, without cycles that "
                       "tell them apart",
                       a.name);
      if (a.cycleMin->value <= b.cycleMax->value &&
          b.cycleMin->value <= a.cycleMax->value)
        return formatv("conditions: two ranges of cycles of '{0}' overlap",
                       a.name);
    }
  return "";
}

namespace {
/// A quantity of a point of a table, by its key.
template <typename Point> struct Column {
  const char *key;
  std::optional<Quantity> Point::*quantity;
};
} // namespace

/// Points on all crossings of the values of two axes, the second of which may
/// be absent; each quantity in all points or in none.
template <typename Point, typename First>
static std::string checkGrid(llvm::StringRef key, llvm::ArrayRef<Point> points,
                             llvm::StringRef first, First firstOf,
                             llvm::ArrayRef<Column<Point>> columns) {
  std::set<double> firsts, seconds;
  std::set<std::pair<double, double>> places;
  bool hasTemperature = !points.empty() && points.front().temperature;
  for (const Point &point : points) {
    if (point.temperature.has_value() != hasTemperature)
      return formatv("{0}: temperature must be in all points or in none", key);
    double second = hasTemperature ? point.temperature->value : 0;
    std::optional<double> value = firstOf(point);
    if (!value)
      return formatv("{0}: each point needs its {1}", key, first);
    firsts.insert(*value);
    seconds.insert(second);
    if (!places.insert({*value, second}).second)
      return formatv("{0}: {1} {2} is there twice{3}", key, first,
                     number(*value),
                     hasTemperature ? " at one temperature" : "");
    for (const Column<Point> &column : columns)
      if ((point.*column.quantity).has_value() !=
          (points.front().*column.quantity).has_value())
        return formatv("{0}: {1} must be in all points or in none", key,
                       column.key);
  }
  if (places.size() != firsts.size() * seconds.size())
    return formatv("{0}: {1} values of {2} and {3} of temperature need a point "
                   "at each crossing, {4}; there are {5}",
                   key, firsts.size(), first, seconds.size(),
                   firsts.size() * seconds.size(), places.size());
  return "";
}

static constexpr Column<SensePoint> senseColumns[] = {
    {"series_resistance", &SensePoint::seriesResistance},
    {"offset_array_sigma", &SensePoint::offsetArraySigma},
    {"offset_latch_sigma", &SensePoint::offsetLatchSigma},
    {"read_sigma", &SensePoint::readSigma},
    {"zero_threshold", &SensePoint::zeroThreshold},
    {"zero_column_sigma", &SensePoint::zeroColumnSigma},
    {"zero_read_sigma", &SensePoint::zeroReadSigma},
};

std::string bnn::check(const Devices &devices) {
  if (isWeakReset(devices.lrs))
    return "lrs: weak RESET pulses make HRS of it, not LRS";
  if (!devices.collapsed && isCollapsed(devices.lrs, devices.hrs))
    return "hrs: median must lie above that of lrs, unless devices say "
           "collapsed: true";
  if (std::string wrong = checkConditions(devices.conditions); !wrong.empty())
    return wrong;
  if (!devices.sense.empty())
    for (const Column<SensePoint> &column : senseColumns)
      if (devices.nominal.*column.quantity)
        return formatv("{0}: stands in the points of sense, or here, not in "
                       "both",
                       column.key);
  std::string wrong = checkGrid<SensePoint>(
      "sense", devices.sense, "supply",
      [](const SensePoint &point) -> std::optional<double> {
        if (!point.supply)
          return std::nullopt;
        return point.supply->value;
      },
      senseColumns);
  if (!wrong.empty())
    return wrong;
  return checkGrid<RetentionPoint>(
      "retention", devices.retention, "time",
      [](const RetentionPoint &point) -> std::optional<double> {
        return point.time.value;
      },
      {});
}
