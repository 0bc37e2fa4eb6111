//===- NoiseSpec.cpp - The noise that a run asks for ----------------------===//

#include "NoiseSpec.h"
#include "NoiseParts.h"
#include "bnn/Image/CellArray.h"
#include "bnn/Support/Error.h"
#include "llvm/ADT/STLExtras.h"
#include <cmath>

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
