//===- Measurements.cpp - The target and the files of a laboratory --------===//

#include "Measurements.h"
#include "bnn/Support/Error.h"
#include "bnn/Support/File.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

using namespace llvm;

namespace bnn::sim {

namespace {

class Loader {
public:
  Loader(Options &options, const image::Image &image, const image::CellMap &map)
      : options(options), image(image), map(map) {}
  Error load();

private:
  Expected<Target> target() const;
  Error loadLaws();
  Error loadDefects();
  Error loadMargins();
  Error loadChip();
  Expected<device::MeasuredChip> makeChip(StringRef text);

  /// The rows of a file; none without a name.
  template <typename Row>
  Expected<std::vector<Row>>
  rowsOf(const std::string &path,
         Expected<std::vector<Row>> (*parse)(StringRef, StringRef)) const {
    if (path.empty())
      return std::vector<Row>();
    Expected<std::unique_ptr<MemoryBuffer>> file = openFile(path);
    if (!file)
      return file.takeError();
    return parse((*file)->getBuffer(), path);
  }
  device::DeviceChoice choice() const {
    const device::ModelOptions &operation = options.noise.operation();
    return {operation.cycles, operation.seconds, operation.temperatureCelsius};
  }
  device::ReadChoice readChoice() const {
    return {options.supply, options.noise.operation().temperatureCelsius};
  }

  Options &options;
  const image::Image &image;
  const image::CellMap &map;
};

StringRef nameOf(StringRef path) { return sys::path::filename(path); }

Expected<Target> Loader::target() const {
  std::string name =
      options.target.empty() ? image.target().name() : options.target;
  Expected<Target> target = findTarget(name);
  if (!target)
    return makeError(
        (options.target.empty() ? "the image's target: " : "--target: ") +
        toString(target.takeError()));
  return target;
}

Error Loader::loadLaws() {
  if (options.devices.empty())
    return Error::success();
  auto devices = rowsOf(options.devices, device::parseDevices);
  if (!devices)
    return devices.takeError();
  auto conditions = rowsOf(options.conditions, device::parseConditions);
  if (!conditions)
    return conditions.takeError();
  // Cycles choose among the ranges of a condition, later.
  device::DeviceChoice chosen = choice();
  chosen.cycle.reset();
  auto laws = device::measuredConditions({*devices, options.devices},
                                         {*conditions, options.conditions},
                                         chosen, options.tail);
  if (!laws)
    return laws.takeError();
  bool timed = any_of(*devices, [](const device::DeviceRow &row) {
    return row.seconds.has_value();
  });
  options.noise.setLaws(std::move(*laws), nameOf(options.devices), timed);
  return Error::success();
}

Error Loader::loadDefects() {
  if (options.defects.empty())
    return Error::success();
  auto rows = rowsOf(options.defects, device::parseDefects);
  if (!rows)
    return rows.takeError();
  auto defects = device::DefectMap::make(*rows, image, map, options.defects);
  if (!defects)
    return defects.takeError();
  options.noise.addDefects(std::move(*defects), nameOf(options.defects));
  return Error::success();
}

Error Loader::loadMargins() {
  if (options.margin.empty())
    return Error::success();
  auto rows = rowsOf(options.margin, device::parseMargins);
  if (!rows)
    return rows.takeError();
  auto table = device::marginTable(*rows, options.supply, options.margin);
  if (!table)
    return table.takeError();
  options.noise.addMargins(std::move(*table), nameOf(options.margin));
  return Error::success();
}

Expected<device::MeasuredChip> Loader::makeChip(StringRef text) {
  if (!options.target.empty() &&
      !(device::hasResistances(text) && image.target().ternary_sense()))
    return makeError("--target says above which resistance a cell reads as 0, "
                     "which this --chip does not ask for");
  if (!device::hasResistances(text)) {
    const device::DeviceChoice chosen = choice();
    if (chosen.cycle || chosen.seconds)
      return makeError(options.chip + ": has no resistances for --cycles and "
                                      "--time to choose among");
    if (!options.reads.empty())
      return makeError("--reads is compared with the resistances of --chip, "
                       "and " +
                       options.chip + " has none");
    auto reads = device::parseReads(text, options.chip);
    if (!reads)
      return reads.takeError();
    return device::chipOfReads({*reads, options.chip}, image, map,
                               readChoice());
  }
  auto devices = device::parseDevices(text, options.chip);
  if (!devices)
    return devices.takeError();
  std::optional<double> zeroOhm;
  if (image.target().ternary_sense()) {
    Expected<Target> sensing = target();
    if (!sensing)
      return sensing.takeError();
    Expected<std::optional<double>> found =
        device::zeroThreshold(*sensing, options.noise.operation());
    if (!found)
      return found.takeError();
    zeroOhm = *found;
  }
  auto chip = device::chipOfDevices({*devices, options.chip}, image, map,
                                    choice(), zeroOhm);
  if (!chip || options.reads.empty())
    return chip;
  auto reads = rowsOf(options.reads, device::parseReads);
  if (!reads)
    return reads.takeError();
  if (Error error = device::addReads(*chip, {*reads, options.reads}, image, map,
                                     readChoice()))
    return std::move(error);
  return chip;
}

Error Loader::loadChip() {
  if (options.chip.empty())
    return Error::success();
  Expected<std::unique_ptr<MemoryBuffer>> file = openFile(options.chip);
  if (!file)
    return file.takeError();
  Expected<device::MeasuredChip> chip = makeChip((*file)->getBuffer());
  if (!chip)
    return chip.takeError();
  options.noise.setChip(std::move(*chip), nameOf(options.chip));
  return Error::success();
}

Error Loader::load() {
  if (options.noise.needsTarget()) {
    Expected<Target> described = target();
    if (!described)
      return described.takeError();
    options.noise.setTarget(std::move(*described));
  } else if (!options.target.empty() && options.chip.empty()) {
    return makeError("--target is whose devices are drawn; give --noise "
                     "device");
  }
  for (auto part : {&Loader::loadLaws, &Loader::loadDefects,
                    &Loader::loadMargins, &Loader::loadChip})
    if (Error error = (this->*part)())
      return error;
  return Error::success();
}

} // namespace

Error loadMeasurements(Options &options, const image::Image &image,
                       const image::CellMap &map) {
  return Loader(options, image, map).load();
}

} // namespace bnn::sim
