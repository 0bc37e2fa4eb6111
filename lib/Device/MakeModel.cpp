//===- MakeModel.cpp - From a target's numbers to a cell's model ----------===//

#include "bnn/Device/MakeModel.h"
#include "bnn/Support/Error.h"
#include "llvm/ADT/STLExtras.h"
#include <algorithm>
#include <cmath>
#include <fmt/format.h>

using namespace llvm;

namespace bnn::device {

static constexpr ModelParameter parameters[] = {
    {"lrs.median", "ohm"},        {"lrs.ln_sigma", "1"},
    {"lrs.mean", "ohm"},          {"lrs.sd", "ohm"},
    {"hrs.median", "ohm"},        {"hrs.ln_sigma", "1"},
    {"hrs.mean", "ohm"},          {"hrs.sd", "ohm"},
    {"offset_array_sigma", "1"},  {"offset_latch_sigma", "1"},
    {"series_resistance", "ohm"}, {"zero_threshold", "ohm"},
    {"read_sigma", "1"},
};

ArrayRef<ModelParameter> modelParameters() { return parameters; }

namespace {

using MaybeQuantity = std::optional<Quantity>;

/// Where a parameter stands in a target's devices; null for one that does not
/// belong to the state's law.
MaybeQuantity *placeOf(Devices &devices, StringRef name) {
  if (name == "offset_array_sigma")
    return &devices.offsetArraySigma;
  if (name == "offset_latch_sigma")
    return &devices.offsetLatchSigma;
  if (name == "series_resistance")
    return &devices.seriesResistance;
  if (name == "zero_threshold")
    return &devices.zeroThreshold;
  auto [state, field] = name.split('.');
  std::optional<ResistanceLaw> &law =
      state == "lrs" ? devices.lrs : devices.hrs;
  if (!law) // given by its parameters alone it is lognormal
    law.emplace();
  bool lognormal = law->law == ResistanceLaw::Law::Lognormal;
  if (field == "median")
    return lognormal ? &law->median : nullptr;
  if (field == "ln_sigma")
    return lognormal ? &law->lnSigma : nullptr;
  if (field == "mean")
    return lognormal ? nullptr : &law->mean;
  return lognormal ? nullptr : &law->sd;
}

class Builder {
public:
  explicit Builder(const Target &target) : target(target) {}
  Error override(ArrayRef<std::pair<std::string, double>> values);
  Expected<CellModel> build(bool ternary, bool allowCollapsed);

private:
  /// A number that the model cannot do without.
  double need(const MaybeQuantity &quantity, StringRef key, StringRef what) {
    if (!quantity) {
      missing += ("\n  " + key + ": " + what).str();
      return 0;
    }
    standing = std::max(standing, quantity->standing);
    return quantity->value;
  }
  Expected<Distribution> law(const std::optional<ResistanceLaw> &law,
                             const Twine &state);

  Target target;
  double readSigma = 0;
  Standing standing = Standing::Measured;
  std::string missing;
};

Error Builder::override(ArrayRef<std::pair<std::string, double>> values) {
  for (const auto &[name, value] : values) {
    auto known = llvm::find_if(
        parameters, [&](const ModelParameter &p) { return p.name == name; });
    if (known == std::end(parameters)) {
      std::string all;
      for (const ModelParameter &p : parameters)
        all += (all.empty() ? "" : ", ") + p.name.str();
      return makeError("there is no parameter '" + name +
                       "' of devices; there are " + all);
    }
    if (!std::isfinite(value) || value < 0)
      return makeError(name + " = " + fmt::format("{}", value) +
                       " makes no sense: it is a number from 0");
    standing = Standing::Assumed;
    if (name == "read_sigma") {
      readSigma = value;
      continue;
    }
    MaybeQuantity *place = placeOf(target.devices, name);
    if (!place)
      return makeError("the law of that state in target '" + target.name +
                       "' has no " + name);
    *place = Quantity{value, known->unit.str(), Standing::Assumed,
                      "the command line"};
  }
  return Error::success();
}

Expected<Distribution> Builder::law(const std::optional<ResistanceLaw> &law,
                                    const Twine &state) {
  std::string name = state.str(), key = "devices." + name;
  if (!law) {
    missing += "\n  " + key +
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
    }
    return Distribution::lognormal(1, 1);
  }();
  if (!result)
    return makeError(key + ": " + toString(result.takeError()));
  return result;
}

Expected<CellModel> Builder::build(bool ternary, bool allowCollapsed) {
  const Devices &devices = target.devices;
  Expected<Distribution> lrs = law(devices.lrs, "lrs");
  if (!lrs)
    return lrs.takeError();
  Expected<Distribution> hrs = law(devices.hrs, "hrs");
  if (!hrs)
    return hrs.takeError();
  Sense sense;
  sense.arraySigma =
      need(devices.offsetArraySigma, "devices.offset_array_sigma",
           "spread over columns of the offset in ln(R_BL / R_BLb) of bit lines "
           "and access transistors");
  sense.latchSigma =
      need(devices.offsetLatchSigma, "devices.offset_latch_sigma",
           "spread over sense amplifiers of the latch's offset; reads with "
           "input 0 and 1 tell it from the array's");
  sense.seriesOhm = need(devices.seriesResistance, "devices.series_resistance",
                         "what is in series with a device in its branch, R_s");
  if (ternary)
    sense.zeroOhm = need(devices.zeroThreshold, "devices.zero_threshold",
                         "resistance above which two devices read as 0, R_th");
  sense.readSigma = readSigma;
  sense.ternary = ternary;
  if (!missing.empty())
    return makeError("target '" + target.name +
                     "' has no statistics for this; to be measured, or set by "
                     "--noise device,NAME=VALUE:" +
                     missing);
  if (!allowCollapsed && hrs->median() <= lrs->median())
    return makeError(fmt::format("the median HRS, {:.6g} ohm, is not above the "
                                 "median LRS, {:.6g} ohm",
                                 hrs->median(), lrs->median()));
  return CellModel(
      {std::move(*lrs), std::move(*hrs), sense, {}, {}, 0, "", standing});
}

} // namespace

Expected<CellModel> makeCellModel(const Target &target, bool ternary,
                                  const ModelOptions &options) {
  Builder builder(target);
  if (Error error = builder.override(options.overrides))
    return std::move(error);
  return builder.build(ternary, options.allowCollapsed);
}

} // namespace bnn::device
