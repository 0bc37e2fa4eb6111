//===- NoiseText.cpp - The noise of a run, for people --------------------===//

#include "NoiseSpec.h"
#include "bnn/MonteCarlo/Sweep.h"
#include <fmt/format.h>

using namespace llvm;

namespace bnn::sim {

using device::ErrorRates;

StringRef NoiseSpec::standing() const {
  if (isNone())
    return "exact";
  if (kind == Kind::BitErrors)
    return "assumed";
  return kind == Kind::None ? "measured"
                            : bnn::toString(model ? model->parameters().standing
                                                  : Standing::Assumed);
}

std::string NoiseSpec::describe() const {
  std::string out = describeModel();
  auto add = [&](const Twine &text) {
    out += (out.empty() ? "" : ", ") + text.str();
  };
  if (measured)
    add("the chip of " + chipFile);
  if (defects)
    add(Twine(defects->size()) + (defects->size() == 1 ? " cell" : " cells") +
        " made wrong by " + defectFile);
  if (!marginError.empty())
    add("decisions of " + marginFile);
  return out.empty() ? "none" : out;
}

std::string NoiseSpec::describeModel() const {
  if (kind == Kind::None)
    return "";
  if (kind == Kind::Devices) {
    std::string name = target ? target->name : "the target";
    std::string out = lawFile.empty()
                          ? "devices of " + name
                          : "devices of " + lawFile + ", sensing of " + name;
    if (!devices.condition.empty())
      out += ", condition " + devices.condition;
    auto add = [&](std::optional<double> value, StringRef unit) {
      if (value)
        out += ", " + mc::formatNumber(*value) + unit.str();
    };
    add(devices.cycles, " cycles");
    add(devices.supplyVolt, " V");
    add(devices.temperatureCelsius, " C");
    add(devices.seconds, " s after programming");
    add(lawSeconds, " s after programming, as measured");
    for (const auto &[name, value] : devices.overrides)
      out += ", " + name + " = " + mc::formatNumber(value);
    return out + describeTables();
  }
  auto rate = [](double value) { return mc::formatNumber(value); };
  std::string out = "bit errors";
  if (hasFlip)
    out += " at " + rate(errors.rates.flip);
  if (errors.rates.toZero > 0)
    out += ", type 2 at " + rate(errors.rates.toZero);
  if (errors.rates.fromZero > 0)
    out += ", type 3 at " + rate(errors.rates.fromZero);
  for (const LayerRate &own : layerRates)
    out += std::string(own.type == &ErrorRates::toZero     ? ", type 2"
                       : own.type == &ErrorRates::fromZero ? ", type 3"
                                                           : ",") +
           " at " + rate(own.value) + " in '" + own.layer + "'";
  if (errors.thresholds)
    out += ", at " + rate(*errors.thresholds) + " in thresholds";
  out += perRead ? ", drawn at each read" : ", frozen at programming";
  if (errors.stuckPlus > 0)
    out += ", stuck at +1 at " + rate(errors.stuckPlus);
  if (errors.stuckMinus > 0)
    out += ", stuck at -1 at " + rate(errors.stuckMinus);
  return out;
}

std::optional<Pulses> NoiseSpec::pulses() const {
  if (!model || !model->parameters().setJoule)
    return std::nullopt;
  // A weight is one device in either state, a 0 is two in HRS.
  Pulses pulses{(1 - zeros) * cells, (1 + zeros) * cells, 0};
  pulses.joule = pulses.sets * *model->parameters().setJoule +
                 pulses.resets * *model->parameters().resetJoule;
  return pulses;
}

std::string NoiseSpec::describeTables() const {
  std::string out;
  if (!model)
    return out;
  const device::CellParameters &cell = model->parameters();
  for (auto [state, law] :
       {std::pair("LRS", &cell.lrs), std::pair("HRS", &cell.hrs)})
    if (law->devices())
      out += fmt::format(", {} of {} devices, tail {}", state, law->devices(),
                         device::toString(law->tail()).str());
  return out;
}

std::string NoiseSpec::modelNumbers() const {
  std::string out;
  if (!model)
    return out;
  auto add = [&](double value) { out += fmt::format(" {}", value); };
  const device::CellParameters &cell = model->parameters();
  for (const device::Distribution *law : {&cell.lrs, &cell.hrs})
    for (int score = -8; score <= 8; ++score)
      add(law->lnAt(score));
  const device::Sense &sense = cell.sense;
  for (double value :
       {sense.seriesOhm, sense.arraySigma, sense.latchSigma, sense.readSigma,
        double(sense.xnorAfterLatch), double(sense.ternary), sense.zeroOhm,
        sense.zeroReadSigma, sense.zeroColumnSigma, cell.telegraphDwellReads})
    add(value);
  for (const device::Telegraph *telegraph :
       {&cell.lrsTelegraph, &cell.hrsTelegraph})
    for (double value :
         {telegraph->share, telegraph->amplitude, telegraph->occupancy})
      add(value);
  return out;
}

} // namespace bnn::sim
