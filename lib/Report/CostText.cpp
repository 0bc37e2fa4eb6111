//===- CostText.cpp - Operations and what they take, for people -----------===//

#include "Table.h"
#include <array>
#include <cmath>
#include <fmt/format.h>

namespace bnn::report {

std::string quantity(double value, const std::string &unit) {
  if (unit == "square_micrometre")
    return value >= 1e5 ? fmt::format("{:.3g} mm2", value * 1e-6)
                        : fmt::format("{:.3g} um2", value);
  const char *symbol = unit == "joule" ? "J" : "s";
  if (value == 0)
    return fmt::format("0 {}", symbol);
  static constexpr std::array<const char *, 9> prefixes = {
      "a", "f", "p", "n", "u", "m", "", "k", "M"};
  int step = std::clamp(int(std::floor(std::log10(value) / 3)), -6, 2);
  double scaled = value * std::pow(10.0, -3 * step);
  if (scaled >= 999.5 && step < 2)
    scaled /= 1000, ++step;
  return fmt::format("{:.3g} {}{}", scaled, prefixes[size_t(step + 6)], symbol);
}

std::string headline(const cost::Sum &sum, const std::string &of) {
  size_t missing = sum.missing().size(), used = 0;
  for (const cost::Part &part : sum.parts)
    used += part.count > 0;
  std::optional<Standing> standing = sum.standing();
  if (!standing)
    return fmt::format(
        "unknown: the target has no coefficient{}",
        used == 1 ? "" : fmt::format(" for any of {} components", used));
  std::string basis = toString(*standing).str();
  if (sum.calibrated())
    basis += ", a measured total split by weights";
  if (missing)
    return fmt::format(">= {}{}, lower bound, {} of {} components unknown ({})",
                       quantity(sum.known(), sum.unit), of, missing, used,
                       basis);
  return fmt::format("{}{} ({})", quantity(sum.known(), sum.unit), of, basis);
}

/// The names of the target's keys that a sum waits for.
static std::string missingKeys(const cost::Sum &sum) {
  std::string keys;
  for (const cost::Part *part : sum.missing())
    keys += (keys.empty() ? "" : ", ") + part->key;
  return keys;
}

static std::string formatSum(const std::string &name, const cost::Sum &sum,
                             const std::string &of) {
  std::string text = fmt::format("{:<12}{}\n", name, headline(sum, of));
  for (const cost::Part &part : sum.parts)
    if (part.total && part.count)
      text += fmt::format("  {:<18} {:>12}  {:>14} {} of {} ({}{})\n",
                          part.name, quantity(*part.total, sum.unit),
                          part.count, part.of, quantity(*part.each, sum.unit),
                          toString(part.standing).str(),
                          part.calibrated ? ", calibrated" : "");
  if (std::string keys = missingKeys(sum); !keys.empty())
    text += "  unknown: " + keys + '\n';
  return text;
}

std::string formatCost(const cost::Cost &cost) {
  if (cost.layers.empty())
    return "";
  std::vector<Cells> table = {{"operations a sample", "row reads", "senses",
                               "popcount", "adder", "compare", "buffer", "SET",
                               "RESET"}};
  auto add = [&](const std::string &name, const cost::Operations &count,
                 const cost::Pulses &pulses) {
    Cells cells = {shorten(name, widestName)};
    for (uint64_t value :
         {count.rowReads, count.senses, count.popcountBits, count.adderBits,
          count.compareBits, count.bufferBits, pulses.set, pulses.reset})
      cells.push_back(std::to_string(value));
    table.push_back(std::move(cells));
  };
  for (const cost::Layer &layer : cost.layers)
    add(layer.name, layer.operations, layer.pulses);
  if (cost.layers.size() > 1)
    add("total", cost.operations, cost.pulses);
  std::string text = '\n' + formatTable(table, 1) +
                     "popcount to buffer in bits; SET and RESET are the pulses "
                     "that program all cells " +
                     (cost.contents > 1 ? "for each sample\n\n" : "once\n\n");
  text += formatSum("energy", cost.energy, " a sample");
  text += formatSum("programming", cost.programmingEnergy,
                    cost.contents > 1 ? " of it a sample" : "");
  text += formatSum("area", cost.area, "");
  if (cost.latency)
    text += fmt::format("{:<12}{} a sample, {} between samples of a pipeline "
                        "({})\n",
                        "time", quantity(*cost.latency, "second"),
                        quantity(*cost.interval, "second"),
                        toString(*cost.timeStanding).str());
  else
    text += fmt::format("{:<12}unknown: {}\n", "time",
                        cost.contents > 1 ? "cycle_time, set_time or reset_time"
                                          : "cycle_time");
  if (cost.programmingTime)
    text += fmt::format("{:<12}{} ({})\n", "  program",
                        quantity(*cost.programmingTime, "second"),
                        toString(*cost.programmingTimeStanding).str());
  if (cost.enduranceUsed && cost.contents > 1)
    text +=
        fmt::format("{:<12}{:.2g} of a device's cycles a sample: {} samples "
                    "use up those that are written {} times\n",
                    "endurance", *cost.enduranceUsed,
                    uint64_t(1 / *cost.enduranceUsed), cost.contents);
  else if (cost.contents > 1)
    text += fmt::format("{:<12}unknown: endurance; each sample takes up to {} "
                        "cycles of a device\n",
                        "endurance", cost.contents);
  else if (cost.enduranceUsed)
    text += fmt::format("{:<12}{:.2g} of a device's cycles each time it is "
                        "programmed\n",
                        "endurance", *cost.enduranceUsed);
  return text;
}

} // namespace bnn::report
