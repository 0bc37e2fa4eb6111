//===- LabFiles.cpp - Files of cells, devices and conditions --------------===//

#include "bnn/Device/LabFiles.h"
#include "Csv.h"
#include "bnn/Support/Error.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"

using namespace llvm;

namespace bnn::device {

Expected<std::vector<ReadRow>> parseReads(StringRef text, StringRef name) {
  Expected<CsvTable> table = CsvTable::parse(text, name,
                                             {{"chip", false},
                                              {"subarray"},
                                              {"row"},
                                              {"col"},
                                              {"x"},
                                              {"vdd_V", false},
                                              {"temp_C", false},
                                              {"t_sense_ns", false},
                                              {"n_reads"},
                                              {"n_one"},
                                              {"n_zero", false}});
  if (!table)
    return table.takeError();
  std::vector<ReadRow> rows;
  for (size_t i = 0; i < table->rows(); ++i) {
    ReadRow row;
    row.line = table->line(i);
    row.chip = table->field(i, "chip").str();
    uint64_t input = 0;
    for (auto [column, to] : {std::pair("subarray", &row.subarray),
                              {"row", &row.row},
                              {"col", &row.column},
                              {"x", &input},
                              {"n_reads", &row.reads},
                              {"n_one", &row.ones},
                              {"n_zero", &row.zeros}}) {
      if (column == StringRef("n_zero") && table->field(i, column).empty())
        continue;
      Expected<uint64_t> value = table->integer(i, column);
      if (!value)
        return value.takeError();
      *to = *value;
    }
    if (input > 1)
      return table->fail(i, "x", "an input bit is 0 or 1");
    row.input = input;
    for (auto [column, to] : {std::pair("vdd_V", &row.supplyVolt),
                              {"temp_C", &row.celsius},
                              {"t_sense_ns", &row.senseNs}}) {
      Expected<std::optional<double>> value = table->number(i, column);
      if (!value)
        return value.takeError();
      *to = *value;
    }
    if (!row.reads)
      return table->fail(i, "n_reads", "a cell was read at least once");
    if (row.ones + row.zeros > row.reads)
      return table->fail(i, "n_one", "are more than the reads");
    rows.push_back(std::move(row));
  }
  return rows;
}

bool hasResistances(StringRef text) {
  text.consume_front("\xEF\xBB\xBF");
  while (!text.empty()) {
    StringRef line;
    std::tie(line, text) = text.split('\n');
    line = line.trim();
    if (!line.empty() && !line.starts_with("#"))
      return any_of(split(line, ','),
                    [](StringRef name) { return name.trim() == "r_ohm"; });
  }
  return false;
}

bool DeviceChoice::fits(const DeviceRow &row) const {
  auto same = [](std::optional<double> wanted, std::optional<double> value) {
    return !wanted || !value || *wanted == *value;
  };
  return same(cycle, row.cycle) && same(seconds, row.seconds) &&
         same(celsius, row.celsius);
}

/// What is written once or not at all, as 0 or 1.
static Expected<bool> flag(const CsvTable &table, size_t row,
                           StringRef column) {
  StringRef text = table.field(row, column);
  if (!text.empty() && text != "0" && text != "1")
    return table.fail(row, column, "'" + text + "' is neither 0 nor 1");
  return text == "1";
}

Expected<std::vector<DeviceRow>> parseDevices(StringRef text, StringRef name) {
  Expected<CsvTable> table = CsvTable::parse(text, name,
                                             {{"chip", false},
                                              {"subarray"},
                                              {"row"},
                                              {"col"},
                                              {"device"},
                                              {"target_state"},
                                              {"condition", false},
                                              {"cycle", false},
                                              {"t_after_s", false},
                                              {"temp_C", false},
                                              {"v_read_V", false},
                                              {"r_ohm"},
                                              {"compliance_hit", false}});
  if (!table)
    return table.takeError();
  using State = DeviceRow::State;
  std::vector<DeviceRow> rows;
  for (size_t i = 0; i < table->rows(); ++i) {
    DeviceRow row;
    row.line = table->line(i);
    row.chip = table->field(i, "chip").str();
    row.condition = table->field(i, "condition").str();
    for (auto [column, to] : {std::pair("subarray", &row.subarray),
                              {"row", &row.row},
                              {"col", &row.column}}) {
      Expected<uint64_t> value = table->integer(i, column);
      if (!value)
        return value.takeError();
      *to = *value;
    }
    StringRef device = table->field(i, "device");
    if (device != "BL" && device != "BLb")
      return table->fail(i, "device", "'" + device + "' is neither BL nor BLb");
    row.blb = device == "BLb";
    StringRef stateText = table->field(i, "target_state");
    auto state = StringSwitch<std::optional<State>>(stateText)
                     .Case("LRS", State::Lrs)
                     .Case("HRS", State::Hrs)
                     .Case("virgin", State::Virgin)
                     .Default(std::nullopt);
    if (!state)
      return table->fail(i, "target_state",
                         "'" + stateText + "' is none of LRS, HRS, virgin");
    row.state = *state;
    for (auto [column, to] : {std::pair("cycle", &row.cycle),
                              {"t_after_s", &row.seconds},
                              {"temp_C", &row.celsius},
                              {"v_read_V", &row.readVolt}}) {
      Expected<std::optional<double>> value = table->number(i, column);
      if (!value)
        return value.takeError();
      *to = *value;
    }
    if (row.cycle &&
        (*row.cycle < 0 || *row.cycle != double(uint64_t(*row.cycle))))
      return table->fail(i, "cycle", "is no whole number from 0");
    if (row.seconds && *row.seconds < 0)
      return table->fail(i, "t_after_s", "is below 0");
    Expected<std::optional<double>> ohm = table->positive(i, "r_ohm");
    if (!ohm)
      return ohm.takeError();
    if (!*ohm)
      return table->fail(i, "r_ohm", "is empty; leave the line out");
    row.ohm = **ohm;
    Expected<bool> bounded = flag(*table, i, "compliance_hit");
    if (!bounded)
      return bounded.takeError();
    row.bounded = *bounded;
    // An LRS that is taken too high errs more often than the real one; an HRS
    // that is taken too high hides its errors.
    if (row.bounded && row.state == State::Hrs)
      return table->fail(i, "compliance_hit",
                         "r_ohm is an upper bound of the resistance; in HRS "
                         "that hides errors: measure it in a wider range");
    rows.push_back(std::move(row));
  }
  return rows;
}

Expected<std::vector<ConditionRow>> parseConditions(StringRef text,
                                                    StringRef name) {
  Expected<CsvTable> table = CsvTable::parse(text, name,
                                             {{"condition"},
                                              {"i_comp_uA", false},
                                              {"v_set_V", false},
                                              {"t_set_ns", false},
                                              {"v_reset_V", false},
                                              {"t_reset_ns", false},
                                              {"cycle_min", false},
                                              {"cycle_max", false},
                                              {"e_set_pJ", false},
                                              {"e_reset_pJ", false},
                                              {"endurance_cycles", false},
                                              {"n_devices", false},
                                              {"source"},
                                              {"standing"}});
  if (!table)
    return table.takeError();
  std::vector<ConditionRow> rows;
  for (size_t i = 0; i < table->rows(); ++i) {
    ConditionRow row;
    row.line = table->line(i);
    row.name = table->field(i, "condition").str();
    if (row.name.empty() || !all_of(row.name, [](char c) {
          return isAlnum(c) || c == '_' || c == '-' || c == '.';
        }))
      return table->fail(i, "condition",
                         "'" + row.name +
                             "' must be letters, digits, '_', '-' and '.'");
    for (StringRef column : {"i_comp_uA", "v_set_V", "t_set_ns", "v_reset_V",
                             "t_reset_ns", "endurance_cycles"}) {
      // A RESET voltage is often written as negative.
      Expected<std::optional<double>> value = column == "v_reset_V"
                                                  ? table->number(i, column)
                                                  : table->positive(i, column);
      if (!value)
        return value.takeError();
      if (*value)
        row.pulses += (row.pulses.empty() ? "" : ", ") + column.str() + " " +
                      table->field(i, column).str();
    }
    for (auto [column, to, scale] :
         {std::tuple("cycle_min", &row.cycleMin, 1.0),
          {"cycle_max", &row.cycleMax, 1.0},
          {"e_set_pJ", &row.setJoule, 1e-12},
          {"e_reset_pJ", &row.resetJoule, 1e-12}}) {
      Expected<std::optional<double>> value = table->number(i, column);
      if (!value)
        return value.takeError();
      if (*value && **value < 0)
        return table->fail(i, column, "is below 0");
      if (*value)
        *to = **value * scale;
    }
    if (row.cycleMin.has_value() != row.cycleMax.has_value() ||
        (row.cycleMin && *row.cycleMin > *row.cycleMax))
      return table->fail(i, "cycle_min",
                         "a range of cycles has cycle_min and cycle_max, the "
                         "first not above the second");
    if (!table->field(i, "n_devices").empty()) {
      Expected<uint64_t> devices = table->integer(i, "n_devices");
      if (!devices)
        return devices.takeError();
      row.devices = *devices;
    }
    row.source = table->field(i, "source").str();
    if (row.source.empty())
      return table->fail(i, "source", "must say where the row is from");
    StringRef standing = table->field(i, "standing");
    auto known = StringSwitch<std::optional<Standing>>(standing)
                     .Case("measured", Standing::Measured)
                     .Case("published", Standing::Published)
                     .Case("recalled", Standing::Recalled)
                     .Case("assumed", Standing::Assumed)
                     .Default(std::nullopt);
    if (!known)
      return table->fail(i, "standing",
                         "'" + standing +
                             "' is none of measured, published, recalled, "
                             "assumed");
    row.standing = *known;
    for (const ConditionRow &other : rows) {
      if (other.name != row.name)
        continue;
      if (!other.cycleMin || !row.cycleMin)
        return table->fail(i, "condition",
                           "'" + row.name +
                               "' is there twice, without cycles that tell "
                               "them apart");
      if (*row.cycleMin <= *other.cycleMax && *other.cycleMin <= *row.cycleMax)
        return table->fail(i, "cycle_min",
                           "two ranges of cycles of '" + row.name +
                               "' overlap");
    }
    rows.push_back(std::move(row));
  }
  if (rows.empty())
    return makeError(name + ": has no condition");
  return rows;
}

} // namespace bnn::device
