//===- MakeModel.cpp - From a target's numbers to a cell's model ----------===//

#include "bnn/Device/MakeModel.h"
#include "OperatingPoint.h"
#include "bnn/Device/WeakReset.h"
#include "bnn/Support/Error.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringSwitch.h"
#include <algorithm>
#include <cmath>
#include <fmt/format.h>

using namespace llvm;

namespace bnn::device {

static constexpr ModelParameter parameters[] = {
    {"lrs.median", "ohm"},
    {"lrs.ln_sigma", "1"},
    {"lrs.mean", "ohm"},
    {"lrs.sd", "ohm"},
    {"hrs.median", "ohm"},
    {"hrs.ln_sigma", "1"},
    {"hrs.mean", "ohm"},
    {"hrs.sd", "ohm"},
    {"hrs.pulses", "pulses"},
    {"offset_array_sigma", "1"},
    {"offset_latch_sigma", "1"},
    {"series_resistance", "ohm"},
    {"read_sigma", "1"},
    {"zero_threshold", "ohm"},
    {"zero_column_sigma", "1"},
    {"zero_read_sigma", "1"},
    {"telegraph.lrs.share", "1"},
    {"telegraph.lrs.amplitude", "1"},
    {"telegraph.lrs.occupancy", "1"},
    {"telegraph.hrs.share", "1"},
    {"telegraph.hrs.amplitude", "1"},
    {"telegraph.hrs.occupancy", "1"},
    {"telegraph.dwell", "reads"},
    {"cycles", "cycles"},
    {"supply", "volt"},
    {"temperature", "celsius"},
    {"time", "second"},
};

ArrayRef<ModelParameter> modelParameters() { return parameters; }

namespace {

using MaybeQuantity = std::optional<Quantity>;

/// Where a parameter stands; null for one that does not belong to the state's
/// law.
MaybeQuantity *placeOf(OperatingPoint &point, StringRef name) {
  MaybeQuantity *sense =
      StringSwitch<MaybeQuantity *>(name)
          .Case("offset_array_sigma", &point.sense.offsetArraySigma)
          .Case("offset_latch_sigma", &point.sense.offsetLatchSigma)
          .Case("series_resistance", &point.sense.seriesResistance)
          .Case("read_sigma", &point.sense.readSigma)
          .Case("zero_threshold", &point.sense.zeroThreshold)
          .Case("zero_column_sigma", &point.sense.zeroColumnSigma)
          .Case("zero_read_sigma", &point.sense.zeroReadSigma)
          .Case("telegraph.dwell", &point.telegraphDwell)
          .Default(nullptr);
  if (sense)
    return sense;
  bool telegraph = name.consume_front("telegraph.");
  auto [state, field] = name.split('.');
  if (telegraph) {
    std::optional<TelegraphNoise> &noise =
        state == "lrs" ? point.lrsTelegraph : point.hrsTelegraph;
    if (!noise)
      noise.emplace();
    return field == "share"       ? &noise->share
           : field == "amplitude" ? &noise->amplitude
                                  : &noise->occupancy;
  }
  std::optional<ResistanceLaw> &law = state == "lrs" ? point.lrs : point.hrs;
  if (field == "pulses") // not optional
    return nullptr;
  if (!law) // given by its parameters alone it is lognormal
    law.emplace();
  if (law->law == ResistanceLaw::Law::Table ||
      law->law == ResistanceLaw::Law::WeakReset)
    return nullptr;
  bool lognormal = law->law == ResistanceLaw::Law::Lognormal;
  if (field == "median")
    return lognormal ? &law->median : nullptr;
  if (field == "ln_sigma")
    return lognormal ? &law->lnSigma : nullptr;
  if (field == "mean")
    return lognormal ? nullptr : &law->mean;
  return lognormal ? nullptr : &law->sd;
}

/// Where a parameter stands that chooses the operating point; else null.
std::optional<double> *placeOf(ModelOptions &options, StringRef name) {
  return StringSwitch<std::optional<double> *>(name)
      .Case("cycles", &options.cycles)
      .Case("supply", &options.supplyVolt)
      .Case("temperature", &options.temperatureCelsius)
      .Case("time", &options.seconds)
      .Default(nullptr);
}

/// The parameter of that name, if it may have this value.
Expected<const ModelParameter *> parameterOf(StringRef name, double value) {
  const ModelParameter *known = llvm::find_if(
      parameters, [&](const ModelParameter &p) { return p.name == name; });
  if (known == std::end(parameters)) {
    std::string all;
    for (const ModelParameter &p : parameters)
      all += (all.empty() ? "" : ", ") + p.name.str();
    return makeError("there is no parameter '" + name +
                     "' of devices; there are " + all);
  }
  bool share = name.ends_with(".share") || name.ends_with(".occupancy");
  if (!std::isfinite(value) || (value < 0 && name != "temperature") ||
      (share && value > 1))
    return makeError(name + " = " + fmt::format("{}", value) +
                     " makes no sense: it is a number from 0" +
                     (share ? " to 1" : ""));
  return known;
}

class Builder {
public:
  Builder(const Target &target, StringRef lawFile, OperatingPoint point)
      : target(target), lawFile(lawFile.str()), point(std::move(point)) {}
  Error override(ArrayRef<std::pair<std::string, double>> values);
  Expected<CellModel> build(bool ternary, bool allowCollapsed);

private:
  /// A number that the model cannot do without.
  double need(const MaybeQuantity &quantity, StringRef key, StringRef what) {
    if (!quantity) {
      missing += ("\n  " + key + ": " + what).str();
      return 0;
    }
    return take(quantity);
  }
  /// A number that is 0 where nothing is said.
  double take(const MaybeQuantity &quantity) {
    if (!quantity)
      return 0;
    standing = std::max(standing, quantity->standing);
    return quantity->value;
  }
  Sense sense(bool ternary);
  Telegraph telegraph(const std::optional<TelegraphNoise> &noise,
                      StringRef key);
  /// `start`: the law that weak RESET pulses begin with.
  Expected<Distribution> law(const std::optional<ResistanceLaw> &law,
                             const Twine &state, const Distribution &start);
  Expected<Distribution> weakReset(const WeakResetLaw &law,
                                   const Distribution &start);

  const Target &target;
  std::string lawFile; ///< of ModelOptions
  OperatingPoint point;
  Standing standing = Standing::Measured;
  std::string missing;
};

Error Builder::override(ArrayRef<std::pair<std::string, double>> values) {
  for (const auto &[name, value] : values) {
    Expected<const ModelParameter *> known = parameterOf(name, value);
    if (!known)
      return known.takeError();
    Quantity given{value, (*known)->unit.str(), Standing::Assumed,
                   "the command line"};
    if (name == "hrs.pulses" && point.hrs && point.hrs->weakReset) {
      point.hrs->weakReset->pulses = std::move(given);
      continue;
    }
    MaybeQuantity *place = placeOf(point, name);
    if (!place)
      return makeError("the law of that state " +
                       (lawFile.empty() ? "in target '" + target.name + "'"
                                        : "is measured by " + lawFile) +
                       (lawFile.empty() ? " has no " : " and has no ") + name);
    *place = std::move(given);
  }
  return Error::success();
}

Expected<Distribution> Builder::weakReset(const WeakResetLaw &law,
                                          const Distribution &start) {
  WeakReset of;
  for (auto [from, to] : {std::pair(&law.slopeMinimum, &of.slopeMinimum),
                          {&law.slopeScale, &of.slopeScale},
                          {&law.slopeMaximum, &of.slopeMaximum},
                          {&law.kneeMedian, &of.kneeMedian},
                          {&law.kneeLnSigma, &of.kneeLnSigma},
                          {&law.kneeMinimum, &of.kneeMinimum},
                          {&law.kneeMaximum, &of.kneeMaximum},
                          {&law.lateSlopeScale, &of.lateSlopeScale},
                          {&law.lateSlopeMaximum, &of.lateSlopeMaximum},
                          {&law.stepMean, &of.stepMean},
                          {&law.stepSd, &of.stepSd},
                          {&law.stepLimit, &of.stepLimit},
                          {&law.telegraphRise, &of.telegraphRise},
                          {&law.telegraphFall, &of.telegraphFall},
                          {&law.telegraphAmplitude, &of.telegraphAmplitude},
                          {&law.noiseSigma, &of.noiseSigma}})
    *to = take(*from);
  return afterWeakReset(start, of, take(law.pulses));
}

Expected<Distribution> Builder::law(const std::optional<ResistanceLaw> &law,
                                    const Twine &state,
                                    const Distribution &start) {
  std::string key = point.lawKey + state.str();
  if (!law) {
    missing += "\n  " + key + (lawFile.empty() ? "" : " in " + lawFile) +
               ": the resistances of devices in this state, over devices";
    return Distribution::lognormal(1, 1);
  }
  size_t before = missing.size();
  auto get = [&](const MaybeQuantity &q, StringRef field) {
    return need(q, key + "." + field.str(), "of the law that the target names");
  };
  Expected<Distribution> result = [&]() -> Expected<Distribution> {
    switch (law->law) {
    case ResistanceLaw::Law::Lognormal: {
      double median = get(law->median, "median");
      double sigma = get(law->lnSigma, "ln_sigma");
      if (missing.size() != before)
        break;
      return Distribution::lognormal(median, sigma);
    }
    case ResistanceLaw::Law::Normal: {
      double mean = get(law->mean, "mean"), sd = get(law->sd, "sd");
      if (missing.size() != before)
        break;
      return Distribution::normal(mean, sd);
    }
    case ResistanceLaw::Law::TruncatedNormal: {
      double mean = get(law->mean, "mean"), sd = get(law->sd, "sd");
      double low = get(law->minimum, "minimum");
      double high = get(law->maximum, "maximum");
      if (missing.size() != before)
        break;
      return Distribution::truncatedNormal(mean, sd, low, high);
    }
    case ResistanceLaw::Law::Table: {
      standing = std::max(standing, law->table->standing);
      if (!law->table->resistances.empty())
        return Distribution::measured(law->table->resistances,
                                      law->table->tail);
      std::vector<std::pair<double, double>> quantiles;
      for (const std::vector<double> &entry : law->table->quantiles)
        quantiles.emplace_back(entry[0], entry[1]);
      return Distribution::quantiles(quantiles, law->table->devices,
                                     law->table->tail);
    }
    case ResistanceLaw::Law::WeakReset:
      return weakReset(*law->weakReset, start);
    }
    return Distribution::lognormal(1, 1);
  }();
  if (!result)
    return makeError(key + ": " + toString(result.takeError()));
  return result;
}

Sense Builder::sense(bool ternary) {
  const SensePoint &at = point.sense;
  Sense sense;
  sense.arraySigma =
      need(at.offsetArraySigma, "devices.offset_array_sigma",
           "spread over columns of the offset in ln(R_BL / R_BLb) of bit lines "
           "and access transistors");
  sense.latchSigma =
      need(at.offsetLatchSigma, "devices.offset_latch_sigma",
           "spread over sense amplifiers of the latch's offset; reads with "
           "input 0 and 1 tell it from the array's");
  sense.seriesOhm = need(at.seriesResistance, "devices.series_resistance",
                         "what is in series with a device in its branch, R_s");
  sense.readSigma = take(at.readSigma);
  sense.xnorAfterLatch = target.devices.xnorAfterLatch;
  sense.ternary = ternary;
  if (!ternary)
    return sense;
  sense.zeroOhm = need(at.zeroThreshold, "devices.zero_threshold",
                       "resistance above which two devices read as 0, R_th");
  sense.zeroColumnSigma = take(at.zeroColumnSigma);
  sense.zeroReadSigma = take(at.zeroReadSigma);
  return sense;
}

Telegraph Builder::telegraph(const std::optional<TelegraphNoise> &noise,
                             StringRef key) {
  if (!noise)
    return {};
  auto get = [&](const MaybeQuantity &quantity, StringRef field,
                 StringRef what) {
    return need(quantity, (key + "." + field).str(), what);
  };
  return {get(noise->share, "share", "of devices that have two levels"),
          get(noise->amplitude, "amplitude", "largest step of ln R"),
          get(noise->occupancy, "occupancy", "of the higher level in time")};
}

Expected<CellModel> Builder::build(bool ternary, bool allowCollapsed) {
  Expected<Distribution> lrs = law(point.lrs, "lrs", {});
  if (!lrs)
    return lrs.takeError();
  Expected<Distribution> hrs = law(point.hrs, "hrs", *lrs);
  if (!hrs)
    return hrs.takeError();
  CellParameters cell;
  cell.sense = sense(ternary);
  cell.lrsTelegraph = telegraph(point.lrsTelegraph, "devices.telegraph.lrs");
  cell.hrsTelegraph = telegraph(point.hrsTelegraph, "devices.telegraph.hrs");
  cell.telegraphDwellReads = take(point.telegraphDwell);
  if (!missing.empty())
    return makeError("target '" + target.name +
                     "' has no statistics for this; to be measured, or set by "
                     "--noise device,NAME=VALUE:" +
                     missing);
  if (point.aged) {
    const RetentionPoint &aged = *point.aged;
    lrs = lrs->aged(take(aged.lrsShift), take(aged.lrsWidening));
    hrs = hrs->aged(take(aged.hrsShift), take(aged.hrsWidening));
  }
  if (!allowCollapsed && !point.collapsed && hrs->median() <= lrs->median())
    return makeError(fmt::format("the median HRS, {:.6g} ohm, is not above the "
                                 "median LRS, {:.6g} ohm; --allow-collapsed "
                                 "studies such devices",
                                 hrs->median(), lrs->median()));
  // ln((R_BL + R_s) / (R_BLb + R_s)) has 6 digits left in double here.
  if (cell.sense.seriesOhm > 1e9 * lrs->median())
    return makeError(fmt::format(
        "series_resistance = {:.6g} ohm is over 1e9 times the median LRS, "
        "{:.6g} ohm: beside it the devices are all alike",
        cell.sense.seriesOhm, lrs->median()));
  cell.lrs = std::move(*lrs);
  cell.hrs = std::move(*hrs);
  cell.condition = point.condition;
  cell.programming = point.programming;
  if (point.setEnergy && point.resetEnergy) {
    cell.setJoule = take(point.setEnergy);
    cell.resetJoule = take(point.resetEnergy);
  }
  cell.standing = standing;
  return CellModel(std::move(cell));
}

} // namespace

Expected<CellModel> makeCellModel(const Target &target, bool ternary,
                                  const ModelOptions &options) {
  ModelOptions choices = options;
  choices.overrides.clear();
  for (const auto &[name, value] : options.overrides) {
    std::optional<double> *place = placeOf(choices, name);
    if (!place) {
      choices.overrides.emplace_back(name, value);
      continue;
    }
    if (Expected<const ModelParameter *> known = parameterOf(name, value))
      *place = value;
    else
      return known.takeError();
  }
  Expected<OperatingPoint> point = operatingPoint(target, choices);
  if (!point)
    return point.takeError();
  Builder builder(target, options.lawFile, std::move(*point));
  if (Error error = builder.override(choices.overrides))
    return std::move(error);
  return builder.build(ternary, options.allowCollapsed);
}

Expected<std::optional<double>> zeroThreshold(const Target &target,
                                              const ModelOptions &options) {
  // Whatever devices it has, and however they were programmed.
  Target sensing = target;
  sensing.devices.conditions.clear();
  ModelOptions at;
  at.supplyVolt = options.supplyVolt;
  at.temperatureCelsius = options.temperatureCelsius;
  Expected<OperatingPoint> point = operatingPoint(sensing, at);
  if (!point)
    return point.takeError();
  if (!point->sense.zeroThreshold)
    return std::nullopt;
  return std::optional(point->sense.zeroThreshold->value);
}

} // namespace bnn::device
