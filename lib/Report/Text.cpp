//===- Text.cpp - A report for people ---------------------------*- C++ -*-===//

#include "Table.h"
#include "llvm/ADT/StringRef.h"
#include <algorithm>
#include <fmt/format.h>

namespace bnn::report {

static constexpr size_t widestOperation = 17;

std::string shorten(const std::string &text, size_t width) {
  if (text.size() <= width)
    return text;
  // The end of an exporter's path tells more than its beginning.
  return ".." + text.substr(text.size() - (width - 2));
}

/// The first of several operators, and how many more there are.
static std::string shortenOperation(const std::string &text) {
  if (text.size() <= widestOperation)
    return text;
  llvm::StringRef list = text;
  return list.split(',').first.str() + " +" + std::to_string(list.count(','));
}

/// Empty for what does not apply.
static std::string number(uint64_t value) {
  return value ? std::to_string(value) : "";
}

static std::string percent(double share) {
  return share > 0 ? fmt::format("{:.1f}", 100 * share) : "";
}

static Cells cellsOf(const Row &row) {
  bool arrays = row.place == Place::Arrays;
  return {shorten(row.name.empty() ? "-" : row.name, widestName),
          shortenOperation(row.operation),
          toString(row.place),
          number(row.fanIn),
          number(row.neurons),
          number(row.positions),
          number(row.inputBits),
          number(row.borderClasses),
          arrays || row.ties ? std::to_string(row.ties) : "",
          number(row.subarrays),
          percent(row.utilization),
          number(row.rowReads)};
}

std::string formatTable(llvm::ArrayRef<Cells> table, size_t textColumns) {
  std::vector<size_t> widths(table.front().size());
  for (const Cells &cells : table)
    for (size_t i = 0; i < cells.size(); ++i)
      widths[i] = std::max(widths[i], cells[i].size());
  std::string text;
  for (const Cells &cells : table) {
    std::string line;
    for (size_t i = 0; i < cells.size(); ++i) {
      line += i ? "  " : "";
      line += i < textColumns ? fmt::format("{:<{}}", cells[i], widths[i])
                              : fmt::format("{:>{}}", cells[i], widths[i]);
    }
    text += llvm::StringRef(line).rtrim().str() + '\n';
  }
  return text;
}

/// "node: reason" once per reason, with the nodes that share it.
static std::string formatReasons(const Summary &summary) {
  std::vector<std::pair<std::string, std::vector<std::string>>> reasons;
  for (const Row &row : summary.layers) {
    if (row.place != Place::Host)
      continue;
    const std::string &reason =
        row.reason.empty() ? "works on real numbers" : row.reason;
    auto known = std::find_if(reasons.begin(), reasons.end(), [&](auto &entry) {
      return entry.first == reason;
    });
    if (known == reasons.end())
      known = reasons.insert(known, {reason, {}});
    const std::string &name = row.name.empty() ? row.operation : row.name;
    if (std::find(known->second.begin(), known->second.end(), name) ==
        known->second.end())
      known->second.push_back(name);
  }
  if (reasons.empty())
    return "";
  std::string text = "\nOn the host, because\n";
  for (const auto &[reason, names] : reasons) {
    text += fmt::format("  {}:\n", reason);
    std::string line = "   ";
    for (size_t i = 0; i < names.size(); ++i) {
      std::string word = names[i] + (i + 1 < names.size() ? "," : "");
      if (line.size() > 4 && line.size() + 1 + word.size() > 100) {
        text += line + '\n';
        line = "   ";
      }
      line += " " + word;
    }
    text += line + '\n';
  }
  return text;
}

static std::string formatInputs(const Summary &summary) {
  std::string text;
  for (const DeclaredInput &input : summary.inputs) {
    text += fmt::format("Input '{}' is declared {}", input.name, input.type);
    if (input.scale != 1 || input.offset != 0)
      text += fmt::format(": {} * (q + {})", input.scale, input.offset);
    text += '\n';
    if (input.float32Difference > 0)
      text += fmt::format("  exact for the integers q; float32 inputs differ "
                          "from it by up to {:.3g}\n",
                          input.float32Difference);
  }
  return text;
}

static std::string plural(uint64_t count, const char *noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

/// "12.3", negative where more bits are stored than before.
static std::string saved(double bits, double before) {
  return before > 0 ? fmt::format("{:.1f}", 100 * (1 - bits / before)) : "";
}

/// The second table: where the bits of the parameters are.
static std::string formatMemory(const Memory &memory) {
  if (!memory.parameters.total())
    return "";
  std::vector<Cells> table = {{"parameters of", "weights", "others",
                               "bits, host 32", "saved %", "bits, host 8",
                               "saved %"}};
  auto add = [&](std::string name, Parameters read, uint64_t bits32,
                 uint64_t bits8) {
    double before = double(read.total());
    table.push_back({std::move(name), std::to_string(read.weights),
                     std::to_string(read.others), std::to_string(bits32),
                     saved(double(bits32), 32 * before), std::to_string(bits8),
                     saved(double(bits8), 8 * before)});
  };
  for (const MemoryRow &row : memory.layers)
    add(shorten(row.name.empty() ? "-" : row.name, widestName), row.read,
        row.bits32, row.bits8);
  bool other = !memory.baseline.empty();
  add(other ? "total, against" : "total", memory.parameters, memory.bits32,
      memory.bits8);
  std::string text = '\n' + formatTable(table, 1);
  if (other)
    text += "  " + memory.baseline + '\n';
  return text;
}

/// One chip that is programmed anew for each sample.
static bool oneByOne(const Summary &summary) {
  return summary.reprogrammed && summary.chips > 1;
}

/// The second table: what is read when.
static std::string formatCycles(const Summary &summary) {
  if (!summary.subarrays)
    return "";
  std::vector<Cells> table = {{"cycles a sample", "schedule", "adders", "bits",
                               "fill", "steady", "drain", "buffer, bits"}};
  for (const Row &row : summary.layers)
    if (row.place == Place::Arrays || row.bufferBits)
      table.push_back({shorten(row.name.empty() ? "-" : row.name, widestName),
                       row.schedule, row.accumulation,
                       number(row.accumulatorBits), number(row.fillCycles),
                       number(row.steadyCycles), number(row.drainCycles),
                       std::to_string(row.bufferBits)});
  return '\n' + formatTable(table, 3) +
         fmt::format(
             "one layer after another {} cycles; {} a sample each {} cycles{}; "
             "buffers {}\n",
             summary.latencyCycles,
             oneByOne(summary) ? "programmed anew" : "as a pipeline",
             summary.intervalCycles,
             oneByOne(summary) ? " and programming" : "",
             plural(summary.bufferBits, "bit"));
}

static std::string formatTotals(const Summary &summary) {
  std::string text;
  if (summary.subarrays)
    text += fmt::format(
        "{} of {}x{} cells, {} in cells, {:.1f} % used; {} a sample\n",
        plural(summary.subarrays, "subarray"), summary.rows, summary.columns,
        plural(summary.weights, "weight"), 100 * summary.utilization,
        plural(summary.rowReads, "row read"));
  else
    text += "nothing runs on the arrays\n";
  if (summary.subarrays)
    text += fmt::format(
        "the tiles' area {}fills {}, no packing does with fewer than {}{}{}\n",
        oneByOne(summary) ? "of all contents " : "", summary.areaBound,
        summary.packingBound,
        summary.apartBound == summary.packingBound
            ? std::string()
            : fmt::format(", or {} if tiles that are read together lie apart",
                          summary.apartBound),
        summary.chips <= 1 ? std::string()
        : summary.reprogrammed
            ? fmt::format("; one chip, programmed {} times an inference",
                          summary.chips)
            : fmt::format("; on {} chips", summary.chips));
  if (summary.hostWeights)
    text +=
        fmt::format("{} on the host\n", plural(summary.hostWeights, "weight"));
  if (summary.subarrays)
    text += fmt::format("{} onto the chip and {} off it a sample\n",
                        plural(summary.inputBits, "bit"),
                        plural(summary.outputBits, "bit"));
  for (const image::Crossing &crossing : summary.crossings)
    text +=
        fmt::format("  {} {}: {} x {}, {}\n", crossing.toChip ? "onto" : "off ",
                    crossing.tensor, crossing.elements, crossing.encoding,
                    plural(crossing.bits, "bit"));
  if (summary.ties)
    text += fmt::format("{}: decisions that float32 leaves to its rounding; "
                        "--emit bnn lists them\n",
                        plural(summary.ties, "tie"));
  return text;
}

std::string formatText(const Summary &summary) {
  std::string text =
      fmt::format("{} on {}, subarrays of {}x{}\n\n", summary.model,
                  summary.target, summary.rows, summary.columns);
  std::vector<Cells> table = {{"layer", "what", "where", "fan-in", "neurons",
                               "positions", "bits", "classes", "ties",
                               "subarrays", "use %", "row reads"}};
  for (const Row &row : summary.layers)
    table.push_back(cellsOf(row));
  text += formatTable(table, 3) + '\n';
  text += formatTotals(summary);
  text += formatInputs(summary);
  text += formatReasons(summary);
  text += formatCycles(summary);
  text += formatCost(summary.cost);
  text += formatMemory(summary.memory);
  return text;
}

} // namespace bnn::report
