//===- Margins.cpp - Measured decisions of neurons ------------------------===//

#include "Csv.h"
#include "bnn/Device/LabFiles.h"
#include "bnn/Support/Error.h"
#include "llvm/ADT/STLExtras.h"
#include <algorithm>
#include <cmath>
#include <fmt/format.h>

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
    row.line = table->line(i);
    if (!table->field(i, "fan_in").empty()) {
      Expected<uint64_t> fanIn = table->integer(i, "fan_in");
      if (!fanIn)
        return fanIn.takeError();
      row.fanIn = *fanIn;
    }
    for (auto [column, to] :
         {std::pair("vdd_V", &row.supplyVolt), {"t_clk_ns", &row.clockNs}}) {
      Expected<std::optional<double>> value = table->positive(i, column);
      if (!value)
        return value.takeError();
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
      return failAt(name, row.line,
                    "is of another fan-in; one table serves all layers: leave "
                    "the rows of one");
    if (row.supplyVolt != first.supplyVolt)
      return failAt(name, row.line,
                    "is of " + textOf(first.supplyVolt) + " and " +
                        textOf(row.supplyVolt) + " V; choose one by --supply");
    if (row.clockNs != first.clockNs)
      return failAt(name, row.line,
                    "is of clocks of " + textOf(first.clockNs) + " and " +
                        textOf(row.clockNs) + " ns; leave the rows of one");
  }
  llvm::stable_sort(used, [](const MarginRow &a, const MarginRow &b) {
    return a.delta < b.delta;
  });
  for (size_t i = 1; i < used.size(); ++i)
    if (used[i].delta == used[i - 1].delta)
      return failAt(name, used[i].line,
                    "delta " + textOf(used[i].delta) + " is there twice");
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

} // namespace bnn::device
