//===- NoiseSpec.cpp - The noise that a run asks for ----------------------===//

#include "NoiseSpec.h"
#include "NoiseParts.h"
#include "bnn/Image/CellArray.h"
#include "bnn/MonteCarlo/Sweep.h"
#include "bnn/Support/Error.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/ADT/StringSwitch.h"
#include <cmath>
#include <fmt/format.h>

using namespace llvm;

namespace bnn::sim {

using device::ErrorRates;
using device::FrozenError;

StringRef toString(ErrorKind kind) {
  switch (kind) {
  case ErrorKind::Sign:
    return "sign errors (type 1)";
  case ErrorKind::ToZero:
    return "read as 0 (type 2)";
  case ErrorKind::FromZero:
    return "0 read as -1 or +1 (type 3)";
  case ErrorKind::Stuck:
    return "stuck cells";
  case ErrorKind::Defect:
    return "defects";
  case ErrorKind::Decision:
    return "decisions of neurons";
  case ErrorKind::Device:
    return "devices and offsets";
  case ErrorKind::Reads:
    return "noise of reads";
  }
  return "";
}

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

void NoiseSpec::setOperation(const device::ModelOptions &operation) {
  devices.cycles = operation.cycles;
  devices.supplyVolt = operation.supplyVolt;
  devices.temperatureCelsius = operation.temperatureCelsius;
  devices.seconds = operation.seconds;
  devices.allowCollapsed = operation.allowCollapsed;
}

Error NoiseSpec::prepare(const image::Image &image, const image::CellMap &map) {
  if (kind == Kind::None)
    return Error::success();
  if (kind == Kind::BitErrors) {
    if (!hasRate)
      return makeError("no rate is given; write ber:P, or --sweep ber=VALUES");
    if (Error error = device::checkRates(errors, image))
      return error;
    double wrong = 0, all = 0;
    for (const auto &[of, cells] : storedCells(image, map)) {
      const std::string &layer = image.steps(int(of.first)).array().name();
      ErrorRates rates = errors.ratesOf(layer, of.second);
      wrong += double(cells.all - cells.zeros) * rates.ofSigned() +
               double(cells.zeros) * rates.fromZero;
      all += double(cells.all);
    }
    meanRate = all > 0 ? wrong / all : 0;
    return Error::success();
  }
  bool ternary = image.target().ternary_sense();
  Expected<device::CellModel> made =
      device::makeCellModel(*target, ternary, devices);
  if (!made)
    return made.takeError();
  model = std::make_shared<device::CellModel>(std::move(*made));
  Expected<device::Programmer> ready =
      device::Programmer::create(*model, image, map);
  if (!ready)
    return ready.takeError();
  programmer = std::make_shared<device::Programmer>(std::move(*ready));
  uint64_t all = 0, zero = 0;
  for (const auto &[step, of] : storedCells(image, map)) {
    all += of.all;
    zero += of.zeros;
  }
  cells = double(all);
  zeros = all ? double(zero) / double(all) : 0;
  return Error::success();
}

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

std::vector<ErrorKind> NoiseSpec::kinds() const {
  std::vector<ErrorKind> kinds;
  auto any = [&](double ErrorRates::*rate) {
    return errors.rates.*rate > 0 ||
           (rate == &ErrorRates::flip && errors.thresholds.value_or(0) > 0) ||
           any_of(errors.layers,
                  [&](const auto &own) { return own.second.*rate > 0; });
  };
  if (any(&ErrorRates::flip))
    kinds.push_back(ErrorKind::Sign);
  if (any(&ErrorRates::toZero))
    kinds.push_back(ErrorKind::ToZero);
  if (any(&ErrorRates::fromZero))
    kinds.push_back(ErrorKind::FromZero);
  if (errors.stuckPlus + errors.stuckMinus > 0)
    kinds.push_back(ErrorKind::Stuck);
  if (kind == Kind::Devices)
    kinds.push_back(ErrorKind::Device);
  if (model && readsDiffer())
    kinds.push_back(ErrorKind::Reads);
  if (defects)
    kinds.push_back(ErrorKind::Defect);
  if (!marginError.empty())
    kinds.push_back(ErrorKind::Decision);
  return kinds;
}

bool NoiseSpec::readsDiffer() const {
  const device::CellParameters &cell = model->parameters();
  return cell.sense.readSigma > 0 || cell.lrsTelegraph.any() ||
         cell.hrsTelegraph.any() ||
         (cell.sense.ternary && cell.sense.zeroReadSigma > 0);
}

std::optional<double> NoiseSpec::expectedBer() const {
  if (model && defects)
    return std::nullopt;
  if (model) {
    device::CellRates rates = model->rates(/*withNoise=*/true);
    return (1 - zeros) * rates.ofSigned() + zeros * rates.fromZero;
  }
  if (kind != Kind::BitErrors || defects || perRead ||
      errors.stuckPlus + errors.stuckMinus > 0)
    return std::nullopt;
  return meanRate;
}

namespace {

/// The errors of one or the other; those of `first` where both have the cell.
std::vector<FrozenError> merge(ArrayRef<FrozenError> first,
                               ArrayRef<FrozenError> second) {
  std::vector<FrozenError> all;
  std::set_union(first.begin(), first.end(), second.begin(), second.end(),
                 std::back_inserter(all),
                 [](const FrozenError &a, const FrozenError &b) {
                   return a.cell < b.cell;
                 });
  return all;
}

ErrorRates restrict(ErrorRates rates, const NoisePart &part) {
  if (!part.has(ErrorKind::Sign))
    rates.flip = 0;
  if (!part.has(ErrorKind::ToZero))
    rates.toZero = 0;
  if (!part.has(ErrorKind::FromZero))
    rates.fromZero = 0;
  return rates;
}

} // namespace

std::vector<FrozenError> NoiseSpec::drawErrors(const image::Image &image,
                                               const image::CellMap &map,
                                               uint64_t seed, uint64_t chip,
                                               const NoisePart &part) const {
  // Parts are cut from the same draws, not drawn anew: what they do can then be
  // compared chip by chip.
  device::BitErrorModel stuck = errors, drawn = errors;
  stuck.rates = {};
  stuck.layers.clear();
  stuck.thresholds.reset();
  drawn.stuckPlus = drawn.stuckMinus = 0;
  std::vector<FrozenError> frozen;
  if (!perRead) {
    image::CellArray cells(image);
    frozen = device::program(drawn, image, map, seed, chip).errors;
    erase_if(frozen, [&](const FrozenError &error) {
      uint64_t row = error.cell / map.columns();
      int stored = cells.weight(row / map.rows(), uint32_t(row % map.rows()),
                                uint32_t(error.cell % map.columns()));
      return !part.has(error.toOne == 0 ? ErrorKind::ToZero
                       : stored == 0    ? ErrorKind::FromZero
                                        : ErrorKind::Sign);
    });
  }
  if (part.has(ErrorKind::Stuck))
    frozen =
        merge(device::program(stuck, image, map, seed, chip).errors, frozen);
  return frozen;
}

device::BitErrorModel NoiseSpec::readErrors(const NoisePart &part) const {
  device::BitErrorModel drawn = errors;
  drawn.stuckPlus = drawn.stuckMinus = 0;
  drawn.rates = restrict(drawn.rates, part);
  for (auto &own : drawn.layers)
    own.second = restrict(own.second, part);
  if (drawn.thresholds && !part.has(ErrorKind::Sign))
    drawn.thresholds = 0;
  return drawn;
}

ProgrammedChip NoiseSpec::program(const image::Image &image,
                                  const image::CellMap &map, uint64_t seed,
                                  uint64_t chip, const NoisePart &part) const {
  ProgrammedChip result;
  result.reads.seed = seed;
  result.reads.chip = chip;
  if (part.has(ErrorKind::Decision))
    result.reads.marginError = marginError;
  if (measured)
    result.chip = measured->chip;
  else if (kind == Kind::Devices) {
    result.chip = programmer->program(seed, chip);
    restrictDevices(result.chip, image, part);
  } else if (kind == Kind::BitErrors)
    result.chip.errors = drawErrors(image, map, seed, chip, part);
  if (kind == Kind::BitErrors && perRead) {
    result.reads.errors = readErrors(part);
    for (uint32_t step = 0; step < uint32_t(image.steps_size()); ++step)
      if (!part.has(step))
        result.reads.quiet.push_back(step);
  }
  if (defects && part.has(ErrorKind::Defect))
    result.chip.errors =
        merge(defects->answers(seed, chip), result.chip.errors);
  restrictLayers(result.chip, map, part);
  return result;
}

void NoiseSpec::addDefects(device::DefectMap map, StringRef file) {
  defects = std::make_shared<device::DefectMap>(std::move(map));
  defectFile = file.str();
}

void NoiseSpec::addMargins(std::vector<double> table, StringRef file) {
  marginError = std::move(table);
  marginFile = file.str();
}

void NoiseSpec::setChip(device::MeasuredChip chip, StringRef file) {
  measured = std::make_shared<device::MeasuredChip>(std::move(chip));
  chipFile = file.str();
}

void NoiseSpec::setLaws(std::vector<Condition> conditions, StringRef file,
                        bool timed) {
  auto described = std::make_shared<Target>(*target);
  Devices &all = described->devices;
  all.lrs.reset();
  all.hrs.reset();
  all.conditions.clear();
  for (Condition &condition : conditions)
    if (condition.name.empty()) {
      all.lrs = std::move(condition.lrs);
      all.hrs = std::move(condition.hrs);
    } else {
      all.conditions.push_back(std::move(condition));
    }
  target = std::move(described);
  devices.lawFile = lawFile = file.str();
  if (timed)
    std::swap(lawSeconds, devices.seconds);
}

} // namespace bnn::sim
