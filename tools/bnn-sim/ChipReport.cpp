//===- ChipReport.cpp - What a run over chips tells -----------------------===//

#include "ChipReport.h"
#include "FusedKernels.h"
#include "Progress.h"
#include "Report.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringSwitch.h"
#include <fmt/format.h>

using namespace llvm;

namespace bnn::sim {

std::string settingsOf(const Point &point) {
  std::string out;
  for (const mc::Setting &setting : point.settings)
    out += (out.empty() ? "" : ", ") + setting.name + " = " +
           mc::formatNumber(setting.value);
  return out;
}

StringRef standingOf(const Experiment &experiment) {
  auto rank = [](const Point &point) {
    return StringSwitch<int>(point.noise.standing())
        .Case("exact", 0)
        .Case("measured", 1)
        .Case("published", 2)
        .Case("recalled", 3)
        .Default(4);
  };
  return llvm::max_element(
             experiment.points,
             [&](const Point &a, const Point &b) { return rank(a) < rank(b); })
      ->noise.standing();
}

std::string noiseOf(const Experiment &experiment, const Options &options) {
  if (options.sweep.empty())
    return experiment.points.front().noise.describe();
  std::string out = options.noise.describe();
  SmallVector<std::string> seen;
  for (const Point &point : experiment.points) {
    std::string tables = point.noise.describeTables();
    if (!llvm::is_contained(seen, tables))
      out += tables;
    seen.push_back(std::move(tables));
  }
  return out;
}

namespace {

/// Percent, or percentage points, of a share.
std::string percent(double share) {
  std::string text = fmt::format("{:.2f}", 100 * share);
  return text == "-0.00" ? "0.00" : text;
}

std::string interval(const std::optional<mc::Interval> &interval) {
  return interval ? percent(interval->low) + " .. " + percent(interval->high)
                  : "";
}

/// Rows of text in columns: the first `leftColumns` to the left, numbers to
/// the right.
class Table {
public:
  explicit Table(size_t leftColumns = 0) : leftColumns(leftColumns) {}
  void row(std::vector<std::string> cells) { rows.push_back(std::move(cells)); }

  std::string text() const {
    std::vector<size_t> widths;
    for (const std::vector<std::string> &row : rows) {
      widths.resize(std::max(widths.size(), row.size()));
      for (auto [column, cell] : enumerate(row))
        widths[column] = std::max(widths[column], cell.size());
    }
    std::string out;
    for (const std::vector<std::string> &row : rows) {
      std::string line;
      for (auto [column, cell] : enumerate(row)) {
        line += column < leftColumns
                    ? fmt::format("{:<{}}", cell, widths[column])
                    : fmt::format("{:>{}}", cell, widths[column]);
        line += "  ";
      }
      out += StringRef(line).rtrim().str() + "\n";
    }
    return out;
  }

private:
  size_t leftColumns;
  std::vector<std::vector<std::string>> rows;
};

std::string pointTable(const Experiment &experiment, const Options &options) {
  Table table;
  const Point &first = experiment.points.front();
  bool single = all_of(experiment.points, [](const Point &point) {
    return point.result.correct.size() == 1;
  });
  std::vector<std::string> header;
  header.reserve(first.settings.size() + 13);
  for (const mc::Setting &setting : first.settings)
    header.push_back(setting.name);
  llvm::append_range(
      header, ArrayRef<const char *>{"chips", "mean %", "95 % interval",
                                     "test set", "median", "5 %", "worst",
                                     "chip", "loss", "95 % interval"});
  if (single)
    header.resize(first.settings.size() + 4);
  if (single)
    header[first.settings.size() + 1] = "accuracy %";
  if (options.yield)
    header.push_back(fmt::format("yield >= {:g} %", 100 * *options.yield));
  // The sampled rate of wrong answers beside the model's own.
  bool devices = options.noise.needsTarget();
  if (devices)
    llvm::append_range(header,
                       ArrayRef<const char *>{"wrong answers", "expected"});
  table.row(header);
  for (const Point &point : experiment.points) {
    const mc::Summary &a = point.accuracy;
    std::vector<std::string> row;
    row.reserve(header.size());
    for (const mc::Setting &setting : point.settings)
      row.push_back(mc::formatNumber(setting.value));
    row.push_back(std::to_string(a.mean.chips));
    row.push_back(percent(a.mean.value));
    row.push_back(interval(a.oneChip ? a.oneChip : a.mean.interval));
    row.push_back(a.testSet ? "+-" + percent(*a.testSet) : "");
    if (!single)
      llvm::append_range(row, std::vector<std::string>{
                                  percent(a.median), percent(a.low),
                                  percent(a.worst), std::to_string(a.worstChip),
                                  percent(point.loss.value),
                                  interval(point.loss.interval)});
    if (point.yield)
      row.push_back(fmt::format("{} % ({})", percent(point.yield->share()),
                                interval(point.yield->interval)));
    if (devices) {
      const device::CellModel &model = *point.noise.cellModel();
      row.push_back(model.formatRate(point.wrongAnswers / point.answers));
      std::optional<double> expected = point.noise.expectedBer();
      row.push_back(expected ? model.formatRate(*expected) : "");
    }
    table.row(row);
  }
  return table.text();
}

std::string attributionTable(const Point &point, const Attribution &a) {
  Table table(1);
  table.row({a.sort == "layer" ? "layer" : "kind of error", "alone",
             "95 % interval", "all but it", "95 % interval"});
  for (const AttributionRow &row : a.rows)
    table.row({row.name, percent(row.alone.value), interval(row.alone.interval),
               percent(row.without.value), interval(row.without.interval)});
  table.row({"interaction", percent(a.interaction.value),
             interval(a.interaction.interval), "", ""});
  table.row({"all together", percent(point.loss.value),
             interval(point.loss.interval), "", ""});
  std::string settings = settingsOf(point);
  return fmt::format("\nloss in percentage points by {}{}\n{}",
                     a.sort == "layer" ? "layers" : "kinds of errors",
                     settings.empty() ? "" : ", " + settings, table.text());
}

} // namespace

std::string formatChipReport(const Experiment &experiment,
                             const image::Image &image,
                             const Options &options) {
  std::string out;
  auto line = [&](StringRef what, const std::string &text) {
    out += fmt::format("{:<15}{}\n", what.str(), text);
  };
  const image::Target &target = image.target();
  line("image", fmt::format("{} ({} subarrays of {}x{}, target {})",
                            experiment.imageFile, image.num_subarrays(),
                            target.rows(), target.columns(),
                            target.name().empty() ? "unnamed" : target.name()));
  std::string swept;
  for (const mc::Axis &axis : options.sweep)
    swept += (swept.empty() ? "; swept: " : ", ") + axis.name;
  line("noise", fmt::format("{}{}; standing: {}", noiseOf(experiment, options),
                            swept, standingOf(experiment).str()));
  double dropped = 0;
  for (const Point &point : experiment.points)
    dropped = std::max(dropped, point.dropped);
  if (dropped > 0)
    line("not drawn", fmt::format("cells whose reads differ less often than "
                                  "1e-12: at most {:.1e} of a chip at a read",
                                  dropped));
  // Points of one condition take the same pulses.
  std::optional<double> told;
  for (const Point &point : experiment.points) {
    std::optional<Pulses> pulses = point.noise.pulses();
    if (!pulses || pulses->joule == told)
      continue;
    line(told ? "" : "programming",
         fmt::format("{:.3g} J for {:.0f} SETs and {:.0f} RESETs, one pulse a "
                     "device{}{}",
                     pulses->joule, pulses->sets, pulses->resets,
                     point.settings.empty() ? "" : "; ", settingsOf(point)));
    told = pulses->joule;
  }
  if (const device::MeasuredChip *chip = options.noise.measuredChip()) {
    line("measured",
         fmt::format("{} of {} cells; {} answer wrongly to input 1, {} to "
                     "input 0, {} now and then",
                     chip->list.size(), chip->counted, chip->wrongOne,
                     chip->wrongZero, chip->wavering));
    if (chip->reads)
      line("read bits",
           fmt::format("{} of {} measured ones differ from the image's",
                       chip->wrongReads, chip->reads));
    device::MeasuredChip::Agreement agreement = chip->agreement();
    if (agreement.answers) {
      line("simulated",
           fmt::format("{} of {} cells and inputs answer as their resistances "
                       "say, {} of {} reads",
                       agreement.same, agreement.answers,
                       agreement.reads - agreement.differing, agreement.reads));
      line("", fmt::format("{} of {} wrong answers follow from the resistances",
                           agreement.foreseen, agreement.wrong));
    }
    if (chip->unmatched)
      line("", fmt::format("{} cells were read and have no resistances",
                           chip->unmatched));
  }
  if (experiment.thresholds)
    line("thresholds",
         fmt::format("{} of {} moved for an expected bit error rate of {}; "
                     "this changes the function",
                     experiment.changedThresholds, experiment.thresholds,
                     mc::formatNumber(*options.expectedBer)));
  if (isRandom(image))
    line("inputs", describeInputs(image, options.seed));
  double share = double(experiment.noiseFree) / double(experiment.images);
  line("samples",
       fmt::format("{}, {}", experiment.images,
                   experiment.labelled
                       ? fmt::format("noise-free accuracy {} % "
                                     "({} of {})",
                                     percent(share), experiment.noiseFree,
                                     experiment.images)
                       : "compared with the noise-free classes"));
  line("chips", fmt::format("{}{} of seed {}{}", options.until ? "up to " : "",
                            experiment.rule.chips, options.seed,
                            options.sweep.empty() ? "" : " at each point"));
  if (options.until)
    line("early stop",
         fmt::format("at 16, 32, 48 ... chips, once the interval of the mean "
                     "is at most {:g} points wide",
                     100 * *options.until));
  out += "\n" + pointTable(experiment, options);
  for (const Point &point : experiment.points)
    for (const Attribution &attribution : point.attributions)
      out += attributionTable(point, attribution);
  out += "\n";
  bool single = experiment.rule.chips == 1;
  if (single)
    line("intervals", "95 %, Wilson's over the images of this one chip");
  else
    line("intervals",
         "95 %, Student's over chips, which are drawn at random; the images\n"
         "               are the same for all. 'test set' is what other images "
         "would change,\n"
         "               one standard error; it does not shrink with chips.\n"
         "               Intervals end where accuracies do, at 0 and 100 %");
  if (options.yield)
    line("yield", "95 % interval of Wilson over chips");
  if (!single)
    line("loss", "percentage points below noise-free, paired image by image");
  line("time", fmt::format("{:.3f} s{} ({})", experiment.seconds,
                           experiment.ranks > 1
                               ? fmt::format(" on {} ranks", experiment.ranks)
                               : std::string(),
                           options.executor == Executor::Replay
                               ? "replay"
                               : mismatchTargetName()));
  return out;
}

} // namespace bnn::sim
