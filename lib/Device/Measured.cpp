//===- Measured.cpp - Measured decisions and measured chips ---------------===//

#include "Csv.h"
#include "bnn/Device/LabFiles.h"
#include "bnn/Image/CellArray.h"
#include "bnn/Support/Error.h"
#include "llvm/ADT/STLExtras.h"
#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <map>

using namespace llvm;

namespace bnn::device {

Expected<std::vector<MarginRow>> parseMargins(StringRef text, StringRef name) {
  Expected<CsvTable> table = CsvTable::parse(text, name,
                                             {{"fan_in", false},
                                              {"vdd_V", false},
                                              {"t_clk_ns", false},
                                              {"delta"},
                                              {"n_trials"},
                                              {"n_errors"}});
  if (!table)
    return table.takeError();
  std::vector<MarginRow> rows;
  for (size_t i = 0; i < table->rows(); ++i) {
    MarginRow row;
    if (!table->field(i, "fan_in").empty()) {
      Expected<uint64_t> fanIn = table->integer(i, "fan_in");
      if (!fanIn)
        return fanIn.takeError();
      row.fanIn = *fanIn;
    }
    for (auto [column, to] :
         {std::pair("vdd_V", &row.supplyVolt), {"t_clk_ns", &row.clockNs}}) {
      Expected<std::optional<double>> value = table->number(i, column);
      if (!value)
        return value.takeError();
      if (*value && !(**value > 0))
        return table->fail(i, column, "is not above 0");
      *to = *value;
    }
    Expected<std::optional<double>> delta = table->number(i, "delta");
    if (!delta)
      return delta.takeError();
    if (!*delta || **delta < 0 || **delta > 1e6 ||
        2 * **delta != std::floor(2 * **delta))
      return table->fail(i, "delta", "is a multiple of 1/2 from 0");
    row.delta = **delta;
    for (auto [column, to] :
         {std::pair("n_trials", &row.trials), {"n_errors", &row.errors}}) {
      Expected<uint64_t> value = table->integer(i, column);
      if (!value)
        return value.takeError();
      *to = *value;
    }
    if (!row.trials)
      return table->fail(i, "n_trials", "a rate needs at least one trial");
    if (row.errors > row.trials)
      return table->fail(i, "n_errors", "are more than the trials");
    rows.push_back(row);
  }
  return rows;
}

static std::string textOf(std::optional<double> value) {
  return value ? fmt::format("{}", *value) : "none";
}

Expected<std::vector<double>> marginTable(ArrayRef<MarginRow> rows,
                                          std::optional<double> supplyVolt,
                                          StringRef name) {
  std::vector<MarginRow> used;
  for (const MarginRow &row : rows)
    if (!supplyVolt || !row.supplyVolt || *row.supplyVolt == *supplyVolt)
      used.push_back(row);
  if (used.empty())
    return makeError(name + ": has no measurement" +
                     (supplyVolt ? " at " + textOf(supplyVolt) + " V" : ""));
  const MarginRow &first = used.front();
  for (const MarginRow &row : used) {
    if (row.fanIn != first.fanIn)
      return makeError(name + ": is of several fan-ins; one table serves all "
                              "layers: leave the rows of one");
    if (row.supplyVolt != first.supplyVolt)
      return makeError(name + ": is of " + textOf(first.supplyVolt) + " and " +
                       textOf(row.supplyVolt) + " V; choose one by --supply");
    if (row.clockNs != first.clockNs)
      return makeError(name + ": is of clocks of " + textOf(first.clockNs) +
                       " and " + textOf(row.clockNs) +
                       " ns; leave the rows of one");
  }
  llvm::stable_sort(used, [](const MarginRow &a, const MarginRow &b) {
    return a.delta < b.delta;
  });
  for (size_t i = 1; i < used.size(); ++i)
    if (used[i].delta == used[i - 1].delta)
      return makeError(name + ": delta " + textOf(used[i].delta) +
                       " is there twice");
  auto rate = [](const MarginRow &row) {
    return double(row.errors) / double(row.trials);
  };
  std::vector<double> table;
  size_t next = 0;
  for (int64_t half = 0; half <= int64_t(2 * used.back().delta); ++half) {
    double delta = double(half) / 2;
    while (used[next].delta < delta)
      ++next;
    double p = rate(used[next]);
    if (next && used[next].delta > delta) {
      const MarginRow &below = used[next - 1];
      double share = (delta - below.delta) / (used[next].delta - below.delta);
      p = rate(below) + share * (p - rate(below));
    }
    table.push_back(p);
  }
  return table;
}

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
    for (auto [column, to] : {std::pair<const char *, std::optional<double> *>(
                                  "vdd_V", &row.supplyVolt),
                              {"temp_C", nullptr},
                              {"t_sense_ns", nullptr}}) {
      Expected<std::optional<double>> value = table->number(i, column);
      if (!value)
        return value.takeError();
      if (to)
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

namespace {

/// What one cell answered: to input 0 and to input 1.
struct CellReads {
  std::optional<ReadRow> of[2];
};

/// The weight that a read of 1 (or of 0) stands for with input `input`.
int8_t weightOf(bool one, bool input) { return one == input ? 1 : -1; }

} // namespace

Expected<MeasuredChip> measuredChip(ArrayRef<ReadRow> rows,
                                    const image::Image &image,
                                    const image::CellMap &map,
                                    std::optional<double> supplyVolt,
                                    StringRef name) {
  if (image.target().ternary_sense())
    return makeError(name + ": chips with ternary sensing cannot be loaded by "
                            "this version");
  image::CellArray cells(image);
  std::map<CellIndex, CellReads> measured;
  const ReadRow *first = nullptr;
  for (const ReadRow &row : rows) {
    if (supplyVolt && row.supplyVolt && *row.supplyVolt != *supplyVolt)
      continue;
    if (!first)
      first = &row;
    if (row.chip != first->chip)
      return makeError(name + ": holds chips '" + first->chip + "' and '" +
                       row.chip + "'; write one file for each chip");
    if (row.supplyVolt != first->supplyVolt)
      return makeError(name + ": is of " + textOf(first->supplyVolt) + " and " +
                       textOf(row.supplyVolt) + " V; choose one by --supply");
    std::string place = fmt::format("subarray {}, row {}, column {}",
                                    row.subarray, row.row, row.column);
    if (row.subarray >= cells.subarrays() || row.row >= cells.rows() ||
        row.column >= cells.columns())
      return makeError(name + ": " + place + " is not among the " +
                       Twine(cells.subarrays()) + " subarrays of " +
                       Twine(cells.rows()) + "x" + Twine(cells.columns()) +
                       " of the image: is the file of another geometry?");
    if (row.zeros)
      return makeError(name + ": " + place +
                       " was read as 0, which the image's target cannot sense");
    std::optional<ReadRow> &entry =
        measured[map.index(row.subarray, uint32_t(row.row),
                           uint32_t(row.column))]
            .of[row.input];
    if (entry)
      return makeError(name + ": " + place + " with input " +
                       Twine(int(row.input)) + " is there twice");
    entry = row;
  }
  if (!first)
    return makeError(name + ": has no measurement" +
                     (supplyVolt ? " at " + textOf(supplyVolt) + " V" : ""));

  MeasuredChip result;
  result.counted = map.countedCells();
  for (const auto &[index, reads] : measured) {
    if (!map.tileOf(index))
      continue; // no read counts it
    ++result.cells;
    uint64_t row = index / cells.columns();
    int stored = cells.weight(row / cells.rows(), uint32_t(row % cells.rows()),
                              uint32_t(index % cells.columns()));
    int8_t answers[2] = {0, 0};
    float flips[2] = {0, 0};
    for (int input : {0, 1}) {
      if (!reads.of[input])
        continue;
      const ReadRow &r = *reads.of[input];
      // Most reads decide; of as many the cell is right as often as not.
      bool one = 2 * r.ones > r.reads ||
                 (2 * r.ones == r.reads && weightOf(true, input) == stored);
      answers[input] = weightOf(one, input);
      flips[input] =
          float(double(one ? r.reads - r.ones : r.ones) / double(r.reads));
      result.reads += r.reads;
      result.wrongReads +=
          weightOf(true, input) == stored ? r.reads - r.ones : r.ones;
    }
    for (int input : {0, 1})
      if (!reads.of[input]) {
        answers[input] = answers[1 - input];
        flips[input] = flips[1 - input];
      }
    result.wrongZero += answers[0] != stored;
    result.wrongOne += answers[1] != stored;
    if (answers[0] != stored || answers[1] != stored)
      result.chip.errors.push_back({index, answers[1], answers[0]});
    if (flips[0] > 0 || flips[1] > 0) {
      ++result.wavering;
      result.chip.marginal.push_back({index, flips[1], flips[0]});
    }
  }
  return result;
}

} // namespace bnn::device
