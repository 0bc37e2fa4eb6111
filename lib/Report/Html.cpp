//===- Html.cpp - A report as one page ------------------------------------===//

#include "Html.h"
#include "Table.h"
#include "llvm/ADT/STLExtras.h"
#include <algorithm>
#include <fmt/format.h>

namespace bnn::report {

std::string escape(const std::string &text) {
  std::string result;
  for (char c : text)
    switch (c) {
    case '&':
      result += "&amp;";
      break;
    case '<':
      result += "&lt;";
      break;
    case '>':
      result += "&gt;";
      break;
    case '"':
      result += "&quot;";
      break;
    default:
      result += c;
    }
  return result;
}

static constexpr const char *style = R"(
:root { color-scheme: light; }
body { font: 16px/1.5 system-ui, sans-serif; color: #222; background: #fff;
  max-width: 80rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.5rem; margin: 0 0 .2rem; }
h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; border-bottom: 1px solid #ccc; }
p.of { margin: 0 0 1rem; color: #555; }
dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(13rem, 1fr));
  gap: .6rem; margin: 0; }
dl div { border: 1px solid #ddd; border-radius: .4rem; padding: .5rem .7rem; }
dt { color: #555; font-size: .85rem; }
dd { margin: 0; font-weight: 600; overflow-wrap: anywhere; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: .85rem; white-space: nowrap; }
th, td { padding: .25rem .45rem; text-align: right; border-bottom: 1px solid #eee; }
th { color: #555; font-weight: 600; }
th.text, td.text { text-align: left; }
tr.sum td { border-top: 1px solid #888; font-weight: 600; }
i.mark { display: inline-block; width: .8em; height: .8em; margin-right: .4em; }
svg { width: 100%; height: auto; }
svg .empty { fill: none; pointer-events: all; stroke: #bbb; stroke-width: .7; }
svg .padding { fill: #ddd; }
figure { margin: 0 0 1rem; }
figcaption { color: #555; font-size: .85rem; }
.bar { display: grid; grid-template-columns: 10rem 1fr 11rem; gap: .5rem;
  align-items: center; font-size: .9rem; }
.bar span:first-child { overflow: hidden; text-overflow: ellipsis;
  white-space: nowrap; }
.bar b { display: block; height: .9rem; min-width: 1px; }
.bar span:last-child { text-align: right; font-variant-numeric: tabular-nums; }
@media (max-width: 40rem) { .bar { grid-template-columns: 6rem 1fr 7rem; } }
@media print { body { font-size: 11px; max-width: none; padding: 0; }
  .wide { overflow: visible; } table { font-size: 8px; }
  th, td { padding: .1rem .3rem; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  h2, figure, tr { break-inside: avoid; } }
)";

namespace {

/// A table whose first `texts` columns are of text.
class Table {
public:
  Table(const char *id, size_t texts, const Cells &head) : texts(texts) {
    text = fmt::format("<div class=\"wide\"><table id=\"{}\"><thead><tr>", id);
    for (size_t i = 0; i < head.size(); ++i)
      text += fmt::format("<th{}>{}</th>", i < texts ? " class=\"text\"" : "",
                          escape(head[i]));
    text += "</tr></thead><tbody>\n";
  }
  /// `colour` marks the first cell.
  void add(const Cells &cells, const char *colour = nullptr, bool sum = false) {
    text += sum ? "<tr class=\"sum\">" : "<tr>";
    for (size_t i = 0; i < cells.size(); ++i) {
      text += i < texts ? "<td class=\"text\">" : "<td>";
      if (i == 0 && colour)
        text += fmt::format("<i class=\"mark\" style=\"background:{}\"></i>",
                            colour);
      text += escape(cells[i]) + "</td>";
    }
    text += "</tr>\n";
  }
  /// The last line of a part: a text over the other columns.
  void span(const std::string &name, const std::string &value, size_t columns) {
    text += fmt::format("<tr class=\"sum\"><td class=\"text\">{}</td><td "
                        "class=\"text\" colspan=\"{}\">{}</td></tr>\n",
                        escape(name), columns, escape(value));
  }
  std::string finish() const { return text + "</tbody></table></div>\n"; }

private:
  size_t texts;
  std::string text;
};

} // namespace

static std::string number(uint64_t value) {
  return value ? std::to_string(value) : "";
}

static std::string facts(const Summary &summary) {
  std::string text = "<dl>";
  auto add = [&](const char *name, const std::string &value) {
    text +=
        fmt::format("<div><dt>{}</dt><dd>{}</dd></div>\n", name, escape(value));
  };
  bool oneByOne = summary.reprogrammed && summary.chips > 1;
  add("subarrays",
      fmt::format("{} of {}x{} on {}", summary.subarrays, summary.rows,
                  summary.columns,
                  oneByOne ? fmt::format("one chip with {} contents in turn",
                                         summary.chips)
                           : fmt::format("{} chip{}", summary.chips,
                                         summary.chips == 1 ? "" : "s")));
  add(oneByOne ? "least subarrays, all contents" : "least subarrays",
      summary.apartBound == summary.packingBound
          ? fmt::format("{} in any packing", summary.packingBound)
          : fmt::format(
                "{} in any packing, {} if tiles that are read together lie "
                "apart",
                summary.packingBound, summary.apartBound));
  add("weights in cells",
      fmt::format("{} ({:.1f} % of the cells)", summary.weights,
                  100 * summary.utilization));
  add("weights on the host", std::to_string(summary.hostWeights));
  add("row reads a sample", std::to_string(summary.rowReads));
  add("cycles",
      oneByOne
          ? fmt::format("{} a sample and programming", summary.latencyCycles)
          : fmt::format("{} a sample, {} as a pipeline", summary.latencyCycles,
                        summary.intervalCycles));
  add("buffers", fmt::format("{} bits", summary.bufferBits));
  add("host to chip, chip to host",
      fmt::format("{} and {} bits a sample", summary.inputBits,
                  summary.outputBits));
  add("energy", headline(summary.cost.energy, " a sample"));
  add("programming", headline(summary.cost.programmingEnergy, ""));
  add("area", headline(summary.cost.area, ""));
  add("time", summary.cost.latency
                  ? fmt::format("{} a sample ({})",
                                quantity(*summary.cost.latency, "second"),
                                toString(*summary.cost.timeStanding).str())
                  : "unknown: the target has no cycle_time");
  add("ties", std::to_string(summary.ties));
  return text + "</dl>\n";
}

static std::string layers(const Summary &summary) {
  Table table("layers", 4,
              {"layer", "operation", "place", "schedule", "fan-in", "neurons",
               "positions", "input bits", "thresholds", "ties", "subarrays",
               "used %", "row reads", "fill", "steady", "drain",
               "buffer, bits"});
  uint64_t onArrays = 0;
  for (const Row &row : summary.layers) {
    bool arrays = row.place == Place::Arrays;
    std::string schedule =
        arrays ? row.schedule + ", " + row.accumulation : std::string();
    table.add(
        {row.name.empty() ? "-" : row.name, row.operation, toString(row.place),
         schedule, number(row.fanIn), number(row.neurons),
         number(row.positions), number(row.inputBits), number(row.thresholds),
         number(row.ties), number(row.subarrays),
         arrays ? fmt::format("{:.1f}", 100 * row.utilization) : "",
         number(row.rowReads), number(row.fillCycles), number(row.steadyCycles),
         number(row.drainCycles), number(row.bufferBits)},
        arrays ? layerColour(onArrays) : nullptr);
    onArrays += arrays;
  }
  return table.finish();
}

static std::string bar(const std::string &name, double share,
                       const std::string &value, const char *colour) {
  return fmt::format(
      "<div class=\"bar\"><span title=\"{0}\">{0}</span><span><b "
      "style=\"width:{1:.2f}%;background:{2}\"></b></span><span>"
      "{3}</span></div>\n",
      escape(name), 100 * share, colour, escape(value));
}

static std::string bars(const Summary &summary) {
  std::string cycles, energy;
  uint64_t most = 1, onArrays = 0;
  double largest = 0;
  for (const Row &row : summary.layers)
    most = std::max(most, row.steadyCycles);
  for (const cost::Layer &layer : summary.cost.layers)
    largest = std::max(largest, layer.energy.known());
  for (const Row &row : summary.layers)
    if (row.place == Place::Arrays)
      cycles += bar(row.name, double(row.steadyCycles) / double(most),
                    std::to_string(row.steadyCycles), layerColour(onArrays++));
  for (const auto &[i, layer] : llvm::enumerate(summary.cost.layers))
    if (largest > 0)
      energy += bar(layer.name, layer.energy.known() / largest,
                    (layer.energy.missing().empty() ? "" : ">= ") +
                        quantity(layer.energy.known(), "joule"),
                    layerColour(i));
  std::string text = "<h2>Cycles by layer</h2>\n" + cycles;
  text += "<h2>Energy by layer</h2>\n";
  if (energy.empty())
    return text + "<p>Unknown: the target has no energy coefficient.</p>\n";
  if (!summary.cost.energy.missing().empty())
    text += fmt::format("<p>{}</p>\n",
                        escape(headline(summary.cost.energy, " a sample")));
  return text + energy;
}

static std::string operations(const cost::Cost &cost) {
  Table table("operations", 1,
              {"layer", "row reads", "senses", "popcount bits", "adder bits",
               "compare bits", "buffer bits", "SET", "RESET"});
  auto cells = [](const std::string &name, const cost::Operations &count,
                  const cost::Pulses &pulses) {
    Cells cells = {name};
    for (uint64_t value :
         {count.rowReads, count.senses, count.popcountBits, count.adderBits,
          count.compareBits, count.bufferBits, pulses.set, pulses.reset})
      cells.push_back(std::to_string(value));
    return cells;
  };
  for (const auto &[i, layer] : llvm::enumerate(cost.layers))
    table.add(cells(layer.name, layer.operations, layer.pulses),
              layerColour(i));
  table.add(cells("total", cost.operations, cost.pulses), nullptr, true);
  return table.finish();
}

static std::string parts(const cost::Cost &cost) {
  Table table("cost", 3,
              {"of", "component", "standing", "count", "each", "total"});
  auto add = [&](const char *name, const cost::Sum &sum) {
    for (const cost::Part &part : sum.parts)
      table.add({name, part.name,
                 part.total ? toString(part.standing).str() +
                                  (part.calibrated ? ", calibrated" : "")
                            : "unknown: " + part.key,
                 fmt::format("{} {}", part.count, part.of),
                 part.each ? quantity(*part.each, sum.unit) : "",
                 part.total ? quantity(*part.total, sum.unit) : ""});
    table.span(name, headline(sum, ""), 5);
  };
  add("energy a sample", cost.energy);
  add("programming", cost.programmingEnergy);
  add("area", cost.area);
  return table.finish();
}

static std::string reasons(const Summary &summary) {
  std::string text;
  for (const Row &row : summary.layers)
    if (row.place == Place::Host)
      text += fmt::format(
          "<li>{} ({}): {}</li>\n", escape(row.name.empty() ? "-" : row.name),
          escape(row.operation),
          escape(row.reason.empty() ? "works on real numbers" : row.reason));
  return text.empty() ? text : "<h2>On the host</h2>\n<ul>" + text + "</ul>\n";
}

std::string formatHtml(const Summary &summary, const FloorPlan &plan) {
  std::string text = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, "
      "initial-scale=1\">\n<title>{0} on {1}</title>\n<style>{2}</style></head>"
      "<body>\n<h1>{0} on {1}</h1>\n<p class=\"of\">network {3}, subarrays of "
      "{4}x{5} cells; numbers are for one sample</p>\n",
      escape(summary.model), escape(summary.target), style,
      escape(summary.network), summary.rows, summary.columns);
  text += facts(summary);
  text += "<h2>Layers</h2>\n" + layers(summary);
  if (summary.subarrays)
    text += "<h2>Floor plan</h2>\n" + floorPlan(plan) + bars(summary) +
            "<h2>Operations a sample, and pulses to program</h2>\n" +
            operations(summary.cost) + "<h2>What they take</h2>\n" +
            parts(summary.cost);
  return text + reasons(summary) + "</body></html>\n";
}

} // namespace bnn::report
