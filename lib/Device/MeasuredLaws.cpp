//===- MeasuredLaws.cpp - Laws of resistances from measured devices -------===//

#include "Csv.h"
#include "Places.h"
#include "bnn/Device/LabFiles.h"
#include "bnn/Support/Error.h"
#include "llvm/ADT/STLExtras.h"
#include <cmath>
#include <map>
#include <set>
#include <tuple>

using namespace llvm;

namespace bnn::device {

namespace {

using State = DeviceRow::State;

/// Of N devices with any number of resistances each, the N quantiles that one
/// resistance each would give: cycles of a device are not independent, so they
/// reach no further into the tails than the devices do.
std::vector<double> quantilesOf(std::vector<double> ohms, size_t devices) {
  llvm::sort(ohms);
  if (ohms.size() == devices)
    return ohms;
  std::vector<double> result;
  result.reserve(devices);
  for (size_t i = 0; i < devices; ++i) {
    double at = (double(i) + 0.5) * double(ohms.size()) / double(devices) - 0.5;
    at = std::clamp(at, 0.0, double(ohms.size() - 1));
    auto below = size_t(at);
    size_t above = std::min(below + 1, ohms.size() - 1);
    double share = at - double(below);
    result.push_back(std::exp((1 - share) * std::log(ohms[below]) +
                              share * std::log(ohms[above])));
  }
  return result;
}

class Laws {
public:
  Laws(LabFile<DeviceRow> devices, LabFile<ConditionRow> conditions,
       const DeviceChoice &choice, TailModel tail)
      : file(devices), table(conditions), choice(choice), tail(tail) {}

  Error select();
  Expected<std::vector<Condition>> make();

private:
  /// Rows must agree in what is not chosen, and name it or not all alike.
  Error insist(std::optional<double> DeviceRow::*field, StringRef what,
               StringRef advice) const;
  Expected<Condition> makeRange(const ConditionRow &range);
  Expected<std::optional<ResistanceLaw>> law(const ConditionRow &range,
                                             State state);

  LabFile<DeviceRow> file;
  LabFile<ConditionRow> table;
  DeviceChoice choice;
  TailModel tail;
  std::vector<const DeviceRow *> chosen;
  /// Of the range that is made.
  std::set<std::tuple<StringRef, uint64_t, uint64_t, uint64_t, bool>> found;
};

Error Laws::insist(std::optional<double> DeviceRow::*field, StringRef what,
                   StringRef advice) const {
  for (const DeviceRow *row : chosen) {
    const DeviceRow &first = *chosen.front();
    if (row->*field == first.*field)
      continue;
    auto text = [&](const DeviceRow &at) {
      return at.*field ? fmt::format("{}", *(at.*field)) : "none";
    };
    return failAt(file.name, row->line,
                  fmt::format("is of {} {}, line {} of {}; {}", what.str(),
                              text(*row), first.line, text(first),
                              advice.str()));
  }
  return Error::success();
}

Error Laws::select() {
  for (const DeviceRow &row : file.rows)
    if (choice.fits(row))
      chosen.push_back(&row);
  if (chosen.empty())
    return makeError(file.name + ": has no measurement" +
                     (file.rows.empty() ? "" : " of what was chosen"));
  if (Error error =
          insist(&DeviceRow::seconds, "t_after_s", "choose one time by --time"))
    return error;
  if (Error error = insist(&DeviceRow::celsius, "temp_C",
                           "choose one temperature by --temperature"))
    return error;
  return insist(&DeviceRow::readVolt, "v_read_V",
                "write one file for each read voltage");
}

Expected<std::optional<ResistanceLaw>> Laws::law(const ConditionRow &range,
                                                 State state) {
  std::vector<double> ohms;
  std::set<std::tuple<StringRef, uint64_t, uint64_t, uint64_t, bool>> devices;
  std::set<std::tuple<StringRef, uint64_t, uint64_t, uint64_t, bool, double>>
      places;
  for (const DeviceRow *row : chosen) {
    if (row->condition != range.name || row->state != state)
      continue;
    if (range.cycleMin && !row->cycle)
      return failAt(file.name, row->line,
                    "has no cycle, and condition '" + range.name +
                        "' has ranges of them in " + table.name);
    if (range.cycleMin &&
        (*row->cycle < *range.cycleMin || *row->cycle > *range.cycleMax))
      continue;
    auto device = std::tuple(StringRef(row->chip), row->subarray, row->row,
                             row->column, row->blb);
    if (!places
             .insert(
                 std::tuple_cat(device, std::tuple(row->cycle.value_or(-1))))
             .second)
      return failAt(file.name, row->line,
                    placeName(row->subarray, row->row, row->column) + ": the " +
                        (row->blb ? "BLb" : "BL") +
                        " device is there twice in one state and cycle");
    devices.insert(device);
    ohms.push_back(row->ohm);
  }
  found.insert(devices.begin(), devices.end());
  if (devices.empty())
    return std::nullopt;
  if (devices.size() < 2)
    return makeError(file.name + ": " +
                     (range.name.empty()
                          ? "there is 1 device"
                          : "condition '" + range.name + "' has 1 device") +
                     " in " + (state == State::Lrs ? "LRS" : "HRS") +
                     "; a law needs two or more");
  ResistanceLaw result;
  result.law = ResistanceLaw::Law::Table;
  result.table.emplace();
  result.table->unit = "ohm";
  result.table->devices = devices.size();
  result.table->resistances = quantilesOf(std::move(ohms), devices.size());
  result.table->tail = tail;
  result.table->standing = range.standing;
  result.table->source = range.source;
  return std::optional(std::move(result));
}

Expected<Condition> Laws::makeRange(const ConditionRow &range) {
  found.clear();
  Condition condition;
  condition.name = range.name;
  condition.note = range.pulses;
  for (auto [state, to] :
       {std::pair(State::Lrs, &condition.lrs), {State::Hrs, &condition.hrs}}) {
    Expected<std::optional<ResistanceLaw>> made = law(range, state);
    if (!made)
      return made.takeError();
    *to = std::move(*made);
  }
  auto quantity = [&](std::optional<double> value, StringRef unit) {
    return value ? std::optional(Quantity{*value, unit.str(), range.standing,
                                          range.source})
                 : std::nullopt;
  };
  condition.cycleMin = quantity(range.cycleMin, "cycles");
  condition.cycleMax = quantity(range.cycleMax, "cycles");
  condition.setEnergy = quantity(range.setJoule, "joule");
  condition.resetEnergy = quantity(range.resetJoule, "joule");
  if (range.devices && *range.devices != found.size())
    return failAt(table.name, range.line,
                  fmt::format("n_devices is {}, {} has {} devices of condition "
                              "'{}'",
                              *range.devices, file.name.str(), found.size(),
                              range.name));
  return condition;
}

Expected<std::vector<Condition>> Laws::make() {
  std::vector<ConditionRow> ranges = table.rows;
  std::set<StringRef> known;
  for (const ConditionRow &range : table.rows)
    known.insert(range.name);
  for (const DeviceRow *row : chosen) {
    if (!known.insert(row->condition).second)
      continue;
    if (!table.rows.empty())
      return failAt(file.name, row->line,
                    "column condition: '" + row->condition + "' is not in " +
                        table.name);
    ConditionRow range;
    range.name = row->condition;
    range.source = file.name.str();
    ranges.push_back(std::move(range));
  }
  std::vector<Condition> result;
  for (const ConditionRow &range : ranges) {
    Expected<Condition> condition = makeRange(range);
    if (!condition)
      return condition.takeError();
    result.push_back(std::move(*condition));
  }
  return result;
}

} // namespace

Expected<std::vector<Condition>>
measuredConditions(LabFile<DeviceRow> devices, LabFile<ConditionRow> conditions,
                   const DeviceChoice &choice, TailModel tail) {
  Laws laws(devices, conditions, choice, tail);
  if (Error error = laws.select())
    return std::move(error);
  return laws.make();
}

} // namespace bnn::device
