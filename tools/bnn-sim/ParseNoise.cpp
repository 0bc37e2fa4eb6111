//===- ParseNoise.cpp - The noise that --noise and --sweep name ----------===//

#include "NoiseSpec.h"
#include "bnn/Support/Error.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/ADT/StringSwitch.h"
#include <cmath>

using namespace llvm;

namespace bnn::sim {

using device::ErrorRates;

Error NoiseSpec::set(StringRef parameter, double value) {
  if (kind == Kind::None)
    return makeError("there is no parameter '" + parameter +
                     "' without noise; give --noise ber:P or device");
  if (kind == Kind::Devices) {
    for (auto &[name, old] : devices.overrides)
      if (name == parameter) {
        old = value;
        return Error::success();
      }
    devices.overrides.emplace_back(parameter.str(), value);
    return Error::success();
  }
  StringRef layer = parameter;
  if (layer.consume_front("layer:")) {
    double ErrorRates::*type = &ErrorRates::flip;
    if (layer.consume_back(":t1"))
      type = &ErrorRates::flip;
    else if (layer.consume_back(":t2"))
      type = &ErrorRates::toZero;
    else if (layer.consume_back(":t3"))
      type = &ErrorRates::fromZero;
    auto same = llvm::find_if(layerRates, [&](const LayerRate &rate) {
      return rate.layer == layer && rate.type == type;
    });
    if (same != layerRates.end())
      same->value = value;
    else
      layerRates.push_back({layer.str(), type, value});
    setLayers();
    return Error::success();
  }
  if (parameter == "thresholds") {
    errors.thresholds = value;
    return Error::success();
  }
  double *place = StringSwitch<double *>(parameter)
                      .Cases({"ber", "t1"}, &errors.rates.flip)
                      .Case("t2", &errors.rates.toZero)
                      .Case("t3", &errors.rates.fromZero)
                      .Case("stuck_plus", &errors.stuckPlus)
                      .Case("stuck_minus", &errors.stuckMinus)
                      .Default(nullptr);
  if (!place)
    return makeError(
        "there is no parameter '" + parameter +
        "' of bit errors; there are ber (or t1), t2, t3, "
        "thresholds, stuck_plus, stuck_minus, layer:NAME, layer:NAME:t2 and "
        "layer:NAME:t3");
  *place = value;
  setLayers();
  hasRate = true;
  hasFlip |= place == &errors.rates.flip;
  return Error::success();
}

/// A layer has the rates that are given for it, and otherwise those of all.
void NoiseSpec::setLayers() {
  errors.layers.clear();
  for (const LayerRate &rate : layerRates) {
    auto at = llvm::find_if(errors.layers, [&](const auto &own) {
      return own.first == rate.layer;
    });
    if (at == errors.layers.end()) {
      errors.layers.emplace_back(rate.layer, errors.rates);
      at = std::prev(errors.layers.end());
    }
    at->second.*rate.type = rate.value;
  }
}

Expected<NoiseSpec> NoiseSpec::parse(StringRef text) {
  auto fail = [&](const Twine &why) {
    return makeError("--noise " + text + ": " + why);
  };
  NoiseSpec spec;
  if (text == "none")
    return spec;
  StringRef rest = text;
  bool named = rest.consume_front("device") &&
               (rest.empty() || rest.front() == ',' || rest.front() == ':');
  if (named && rest.consume_front(":")) {
    spec.devices.condition = rest.take_until([](char c) { return c == ','; });
    rest = rest.drop_front(spec.devices.condition.size());
    if (spec.devices.condition.empty())
      return fail("names no condition after the colon");
  }
  if (named) {
    spec.kind = Kind::Devices;
    spec.hasRate = true;
  } else {
    named = rest.consume_front("ber") &&
            (rest.empty() || rest.front() == ':' || rest.front() == ',');
  }
  if (!named)
    return makeError(
        "there is no --noise '" + text +
        "'; write none, ber:P[,read|program][,NAME=RATE...] with the names t2, "
        "t3, thresholds, stuck_plus, stuck_minus and layer:LAYER[:t2|:t3], or "
        "device[:CONDITION][,NAME=VALUE...]");
  bool bits = spec.kind != Kind::Devices;
  if (bits) {
    spec.kind = Kind::BitErrors;
    spec.hasRate = spec.hasFlip = rest.consume_front(":");
  }
  StringSet<> given;
  if (spec.hasFlip)
    given.insert("ber");
  auto parseRate = [&](StringRef rate, double &value) {
    return !rate.getAsDouble(value) && std::isfinite(value);
  };
  SmallVector<StringRef> parts;
  rest.split(parts, ',');
  for (auto [index, part] : enumerate(parts)) {
    double value;
    if (index == 0 && (!bits || !spec.hasRate))
      continue;
    if (index == 0) {
      if (!parseRate(part, spec.errors.rates.flip))
        return fail("'" + part +
                    "' is no bit error rate; write a number from 0 to 1/2 "
                    "after 'ber:'");
      continue;
    }
    if (bits && (part == "read" || part == "program")) {
      if (!given.insert("when").second)
        return fail("errors are drawn either at each read or at programming: "
                    "name one of 'read' and 'program', once");
      spec.perRead = part == "read";
      continue;
    }
    // Names of layers may hold '='.
    auto [name, rate] = part.rsplit('=');
    if (!part.contains('='))
      return fail("'" + part + "' is no NAME=VALUE" +
                  (bits ? ", and neither 'read' nor 'program'" : ""));
    if (!parseRate(rate, value))
      return fail("'" + rate + "' is no number");
    if (Error error = spec.set(name, value))
      return fail(llvm::toString(std::move(error)));
    StringRef same = name == "t1" ? "ber" : name;
    if (same.starts_with("layer:"))
      same.consume_back(":t1");
    if (!given.insert(same).second)
      return fail("'" + name + "' is given twice");
  }
  return spec;
}

} // namespace bnn::sim
