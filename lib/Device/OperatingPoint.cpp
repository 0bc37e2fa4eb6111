//===- OperatingPoint.cpp - Devices as programmed, sensed and aged --------===//

#include "OperatingPoint.h"
#include "bnn/Support/Error.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <set>

using namespace llvm;

namespace bnn::device {

namespace {

/// A value between two of a table.
struct Place {
  double low = 0, high = 0;
  double share = 0; ///< of `high`
};

/// An axis of a table of the target.
struct Axis {
  StringRef name, unit, option;
  std::set<double> values;

  std::string list() const {
    std::string text;
    for (double value : values)
      text += (text.empty() ? "" : ", ") + fmt::format("{:.6g}", value);
    return fmt::format("{} {}", text, unit.str());
  }

  /// `wanted`, or the only value, or the one that the target names.
  Expected<Place> find(std::optional<double> wanted,
                       const std::optional<Quantity> &nominal,
                       bool logarithm = false) const {
    if (!wanted && values.size() == 1)
      wanted = *values.begin();
    if (!wanted && nominal)
      wanted = nominal->value;
    if (!wanted)
      return makeError("the target has tables at a " + name + " of " + list() +
                       " and names none to take: give " + option);
    if (!(*wanted >= *values.begin()) || !(*wanted <= *values.rbegin()))
      return makeError(fmt::format(
          "a {} of {:.6g} {} is outside of what the target tabulates, {}; "
          "tables are not extended",
          name.str(), *wanted, unit.str(), list()));
    auto above = values.lower_bound(*wanted);
    if (*above == *wanted)
      return Place{*above, *above, 0};
    double low = *std::prev(above), high = *above, at = *wanted;
    if (logarithm)
      return Place{low, high, std::log(at / low) / std::log(high / low)};
    return Place{low, high, (at - low) / (high - low)};
  }
};

/// The corners of a table's cell, with weights that are not 0.
template <typename Point> struct Corners {
  std::vector<std::pair<const Point *, double>> of;

  std::optional<Quantity> mix(std::optional<Quantity> Point::*quantity,
                              bool logarithm = false) const {
    if (of.size() == 1 || !(of.front().first->*quantity))
      return of.front().first->*quantity;
    Quantity result = *(of.front().first->*quantity);
    double sum = 0;
    for (auto [point, weight] : of) {
      const Quantity &at = *(point->*quantity);
      sum += weight * (logarithm ? std::log(at.value) : at.value);
      result.standing = std::max(result.standing, at.standing);
    }
    result.value = logarithm ? std::exp(sum) : sum;
    return result;
  }
};

template <typename Point, typename First>
Corners<Point> cornersOf(ArrayRef<Point> points, First firstOf, Place first,
                         std::optional<Place> second) {
  Corners<Point> corners;
  for (const Point &point : points) {
    auto weight = [](Place place, double value) {
      return (value == place.low ? 1 - place.share : 0) +
             (value == place.high ? place.share : 0);
    };
    double w = weight(first, firstOf(point));
    if (second)
      w *= weight(*second, point.temperature->value);
    if (w > 0)
      corners.of.emplace_back(&point, w);
  }
  return corners;
}

class Resolver {
public:
  Resolver(const Target &target, const ModelOptions &options)
      : target(target), devices(target.devices), options(options) {}
  Error chooseCondition();
  Error chooseSense();
  Error age();
  OperatingPoint point;

private:
  Error chooseCycles(ArrayRef<const Condition *> ranges);
  template <typename Point>
  Expected<std::optional<Place>> temperature(ArrayRef<Point> points) const;
  /// A value that is only right if it is the target's own.
  Error insist(std::optional<double> wanted,
               const std::optional<Quantity> &nominal, StringRef name,
               StringRef unit) const;

  const Target &target;
  const Devices &devices;
  const ModelOptions &options;
};

Error Resolver::chooseCondition() {
  std::string names, whose = options.lawFile.empty()
                                 ? "target '" + target.name + "'"
                                 : options.lawFile;
  std::vector<const Condition *> chosen;
  std::set<StringRef> seen;
  for (const Condition &condition : devices.conditions) {
    if (seen.insert(condition.name).second)
      names += (names.empty() ? "" : ", ") + condition.name;
    if (condition.name == options.condition)
      chosen.push_back(&condition);
  }
  if (!options.condition.empty()) {
    if (names.empty())
      return makeError(whose + " has no conditions by name; write --noise "
                               "device");
    if (chosen.empty())
      return makeError(whose + " has no condition '" + options.condition +
                       "'; there are " + names);
    return chooseCycles(chosen);
  }
  if (!names.empty() && !devices.lrs && !devices.hrs)
    return makeError(whose +
                     " has devices by condition; choose one by --noise "
                     "device:NAME, NAME one of " +
                     names);
  if (options.cycles)
    return makeError("cycles tell ranges of a condition apart, and none is "
                     "named: --noise device:NAME");
  point.lrs = devices.lrs;
  point.hrs = devices.hrs;
  point.collapsed = devices.collapsed;
  point.setEnergy = devices.setEnergy;
  point.resetEnergy = devices.resetEnergy;
  point.lawKey = "devices.";
  return Error::success();
}

Error Resolver::chooseCycles(ArrayRef<const Condition *> ranges) {
  const Condition *chosen = ranges.size() == 1 ? ranges.front() : nullptr;
  std::string list;
  for (const Condition *range : ranges)
    if (range->cycleMin)
      list += fmt::format("{}{:.6g} to {:.6g}", list.empty() ? "" : ", ",
                          range->cycleMin->value, range->cycleMax->value);
  if (options.cycles) {
    if (list.empty())
      return makeError("condition '" + options.condition +
                       "' does not say for which cycles it holds");
    auto holds = find_if(ranges, [&](const Condition *range) {
      return range->cycleMin && *options.cycles >= range->cycleMin->value &&
             *options.cycles <= range->cycleMax->value;
    });
    if (holds == ranges.end())
      return makeError(fmt::format("condition '{}' was measured over {} "
                                   "cycles, not at {:.6g}",
                                   options.condition, list, *options.cycles));
    chosen = *holds;
  }
  if (!chosen)
    return makeError("condition '" + options.condition + "' has ranges of " +
                     list + " cycles; choose one by --cycles");
  point.condition = chosen->name;
  if (options.cycles)
    point.condition += fmt::format(", {:.6g} cycles", *options.cycles);
  point.lrs = chosen->lrs;
  point.hrs = chosen->hrs;
  point.collapsed = chosen->collapsed;
  point.programming = chosen->note;
  point.setEnergy = chosen->setEnergy;
  point.resetEnergy = chosen->resetEnergy;
  point.lawKey = "devices.conditions." + chosen->name + ".";
  return Error::success();
}

template <typename Point>
Expected<std::optional<Place>>
Resolver::temperature(ArrayRef<Point> points) const {
  Axis axis{"temperature", "celsius", "--temperature", {}};
  for (const Point &point : points)
    if (point.temperature)
      axis.values.insert(point.temperature->value);
  if (axis.values.empty()) {
    if (Error error = insist(options.temperatureCelsius,
                             devices.nominal.temperature, axis.name, axis.unit))
      return std::move(error);
    return std::nullopt;
  }
  Expected<Place> place =
      axis.find(options.temperatureCelsius, devices.nominal.temperature);
  if (!place)
    return place.takeError();
  return std::optional(*place);
}

Error Resolver::insist(std::optional<double> wanted,
                       const std::optional<Quantity> &nominal, StringRef name,
                       StringRef unit) const {
  if (!wanted || (nominal && nominal->value == *wanted))
    return Error::success();
  if (!nominal)
    return makeError("target '" + target.name + "' does not say at which " +
                     name + " its numbers hold");
  return makeError(fmt::format("the numbers of target '{}' hold at {:.6g} {}; "
                               "it has no table over {}",
                               target.name, nominal->value, unit.str(),
                               name.str()));
}

Error Resolver::chooseSense() {
  ArrayRef<SensePoint> points = devices.sense;
  Expected<std::optional<Place>> warm = temperature(points);
  if (points.empty()) {
    // A temperature may be one of retention alone.
    if (!warm && devices.retention.empty())
      return warm.takeError();
    if (!warm)
      consumeError(warm.takeError());
    point.sense = devices.nominal;
    return insist(options.supplyVolt, devices.nominal.supply, "supply", "volt");
  }
  if (!warm)
    return warm.takeError();
  Axis axis{"supply", "volt", "--supply", {}};
  for (const SensePoint &each : points)
    axis.values.insert(each.supply->value);
  Expected<Place> supply =
      axis.find(options.supplyVolt, devices.nominal.supply);
  if (!supply)
    return supply.takeError();
  Corners<SensePoint> corners = cornersOf(
      points, [](const SensePoint &each) { return each.supply->value; },
      *supply, *warm);
  for (auto field :
       {&SensePoint::supply, &SensePoint::temperature,
        &SensePoint::seriesResistance, &SensePoint::offsetArraySigma,
        &SensePoint::offsetLatchSigma, &SensePoint::readSigma,
        &SensePoint::zeroColumnSigma, &SensePoint::zeroReadSigma})
    point.sense.*field = corners.mix(field);
  point.sense.zeroThreshold =
      corners.mix(&SensePoint::zeroThreshold, /*logarithm=*/true);
  return Error::success();
}

Error Resolver::age() {
  if (!options.seconds)
    return Error::success();
  ArrayRef<RetentionPoint> points = devices.retention;
  if (points.empty())
    return makeError("target '" + target.name +
                     "' has no retention: measure how ln R shifts and widens "
                     "over time, or leave --time out");
  Axis axis{"time", "second", "--time", {}};
  for (const RetentionPoint &each : points)
    axis.values.insert(each.time.value);
  Expected<Place> time = axis.find(options.seconds, {}, /*logarithm=*/true);
  if (!time)
    return time.takeError();
  Expected<std::optional<Place>> warm = temperature(points);
  if (!warm)
    return warm.takeError();
  Corners<RetentionPoint> corners = cornersOf(
      points, [](const RetentionPoint &each) { return each.time.value; }, *time,
      *warm);
  point.aged = *corners.of.front().first;
  for (auto field : {&RetentionPoint::lrsShift, &RetentionPoint::lrsWidening,
                     &RetentionPoint::hrsShift, &RetentionPoint::hrsWidening})
    (*point.aged).*field = corners.mix(field);
  return Error::success();
}

} // namespace

Expected<OperatingPoint> operatingPoint(const Target &target,
                                        const ModelOptions &options) {
  Resolver resolver(target, options);
  if (Error error = resolver.chooseCondition())
    return std::move(error);
  if (Error error = resolver.chooseSense())
    return std::move(error);
  if (Error error = resolver.age())
    return std::move(error);
  OperatingPoint &point = resolver.point;
  point.lrsTelegraph = target.devices.lrsTelegraph;
  point.hrsTelegraph = target.devices.hrsTelegraph;
  point.telegraphDwell = target.devices.telegraphDwell;
  return std::move(point);
}

} // namespace bnn::device
