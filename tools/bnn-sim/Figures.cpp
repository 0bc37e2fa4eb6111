//===- Figures.cpp - The figures that --plot asks for ---------------------===//

#include "Figures.h"
#include "ChipReport.h"
#include "Decisions.h"
#include "DeviceFigures.h"
#include "bnn/Plot/Plots.h"
#include "bnn/Support/Error.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/Path.h"
#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <map>

using namespace llvm;

namespace bnn::sim {

/// A parameter as the label of an axis, with its unit; rates and what spans
/// two decades are drawn on a logarithmic one.
plot::AxisLabel axisOf(const mc::Axis &axis) {
  std::string text = StringSwitch<std::string>(axis.name)
                         .Case("ber", "bit error rate")
                         .Case("t1", "rate of sign errors (type 1)")
                         .Case("t2", "rate of -1 or +1 read as 0 (type 2)")
                         .Case("t3", "rate of 0 read as -1 or +1 (type 3)")
                         .Case("stuck_plus", "share of cells stuck at +1")
                         .Case("stuck_minus", "share of cells stuck at -1")
                         .Default("");
  bool rate = !text.empty();
  if (text.empty()) {
    text = axis.name;
    for (const device::ModelParameter &p : device::modelParameters())
      if (p.name == axis.name && p.unit != "1")
        text += " [" + p.unit.str() + "]";
  }
  double low = INFINITY, high = 0;
  bool positive = true;
  for (double value : axis.values) {
    positive &= value >= 0;
    if (value > 0) {
      low = std::min(low, value);
      high = std::max(high, value);
    }
  }
  return {text, positive && low < high && (rate || high / low >= 100)};
}

namespace {

plot::Picture drawAccuracy(const FigureData &data) {
  const Experiment &experiment = *data.experiment;
  plot::AccuracyPlot plot;
  plot.x = axisOf(data.options.sweep.front());
  plot.noiseFree = double(experiment.noiseFree) / double(experiment.images);
  // The first parameter runs along the axis, all others make series.
  std::map<std::string, size_t> series;
  for (const Point &point : experiment.points) {
    std::string title;
    for (const mc::Setting &setting : drop_begin(point.settings))
      title += (title.empty() ? "" : ", ") + setting.name + " = " +
               mc::formatNumber(setting.value);
    auto [at, added] = series.try_emplace(title, plot.series.size());
    if (added)
      plot.series.push_back({title, {}});
    const mc::Summary &a = point.accuracy;
    plot::AccuracyPoint entry{point.settings.front().value,
                              a.median,
                              a.low,
                              a.high,
                              a.mean.value,
                              plot::absent,
                              plot::absent};
    if (a.mean.interval) {
      entry.meanLow = a.mean.interval->low;
      entry.meanHigh = a.mean.interval->high;
    }
    plot.series[at->second].points.push_back(entry);
  }
  for (plot::AccuracySeries &s : plot.series)
    llvm::stable_sort(s.points,
                      [](const plot::AccuracyPoint &a,
                         const plot::AccuracyPoint &b) { return a.x < b.x; });
  return draw(plot);
}

plot::Picture drawYield(const FigureData &data) {
  plot::YieldPlot plot;
  if (data.options.yield)
    plot.wanted = *data.options.yield;
  for (const Point &point : data.experiment->points) {
    plot::YieldSeries series{settingsOf(point), {}};
    for (int64_t correct : point.result.correct)
      series.accuracies.push_back(double(correct) /
                                  double(data.experiment->images));
    plot.series.push_back(std::move(series));
  }
  return draw(plot);
}

/// Distances of the counts to the nearest threshold, of the noise-free image.
Expected<plot::Picture> drawMargin(const FigureData &data) {
  plot::MarginPlot plot;
  for (const image::ArrayLayer *layer : decidingLayers(data.image))
    plot.layers.push_back({layer->name(), {}});
  if (plot.layers.empty())
    return makeError("--plot margin: no layer on the arrays has thresholds");
  if (Error error = forEachComparison(data, [&](const Comparison &comparison) {
        int64_t nearest = INT64_MAX;
        for (int64_t threshold : comparison.thresholds)
          nearest = std::min(nearest, std::abs(comparison.count - threshold));
        auto &outputs = plot.layers[comparison.layer].outputs;
        if (uint64_t(nearest) >= outputs.size())
          outputs.resize(size_t(nearest) + 1, 0);
        ++outputs[size_t(nearest)];
      }))
    return std::move(error);
  return draw(plot);
}

/// Wrong cells of the first point, in what share of its chips.
plot::Picture drawMap(const FigureData &data) {
  const image::CellMap &map = data.simulator.cellMap();
  plot::MapPlot plot;
  plot.rows = map.rows();
  plot.columns = map.columns();
  plot.subarrays = data.image.num_subarrays();
  // More frames than this are too small to see cells in.
  plot.shown = std::min<uint64_t>(plot.subarrays, 120);
  const Point &point = data.experiment->points.front();
  int64_t chips = int64_t(point.result.correct.size());
  std::map<device::CellIndex, int64_t> wrong;
  for (int64_t chip = 0; chip < chips; ++chip)
    for (const device::FrozenError &error :
         point.noise
             .program(data.image, map, data.options.seed, uint64_t(chip),
                      usualAnswers())
             .chip.errors)
      ++wrong[error.cell];
  for (auto [cell, count] : wrong)
    plot.cells.push_back({cell / map.columns() / map.rows(),
                          cell / map.columns() % map.rows(),
                          cell % map.columns(), double(count) / double(chips)});
  return draw(plot);
}

/// What each picture says below: what was run, and how far to trust it.
std::vector<std::string> captionOf(const FigureData &data, PlotKind kind) {
  const Options &options = data.options;
  std::string network = sys::path::filename(options.image).str();
  std::string target = data.image.target().name();
  std::string first = network + (target.empty() ? "" : " on " + target);
  int64_t images = data.inputs.front().shape[0];
  if (kind == PlotKind::Margin || !data.experiment)
    return {fmt::format("{}, noise-free, {} images", first, images)};
  const Experiment &experiment = *data.experiment;
  size_t least = SIZE_MAX, most = 0;
  for (const Point &point : experiment.points) {
    least = std::min(least, point.result.correct.size());
    most = std::max(most, point.result.correct.size());
  }
  std::string chips = least == most ? std::to_string(most)
                                    : fmt::format("{} to {}", least, most);
  // Some are of the first point, all others of all.
  bool ofFirst = kind == PlotKind::Map || kind == PlotKind::Scatter ||
                 kind == PlotKind::Probit;
  std::string swept;
  if (!ofFirst)
    for (const mc::Axis &axis : options.sweep)
      swept += (swept.empty() ? "; swept: " : ", ") + axis.name;
  std::string noise = ofFirst ? experiment.points.front().noise.describe()
                              : noiseOf(experiment, options);
  return {
      fmt::format("{}; {}{}", first, noise, swept),
      fmt::format("{} chips of seed {}, {} images; standing of the "
                  "numbers: {}",
                  chips, options.seed, images, standingOf(experiment).str()) +
          (kind == PlotKind::Scatter
               ? "; chip 0, a sample of its cells, of wrong ones a larger share"
               : "")};
}

} // namespace

Error checkFigures(const Options &options) {
  return options.plots.empty() ? Error::success() : plot::checkGnuplot();
}

Error stageFigures(const FigureData &data, OutputFiles &files) {
  for (const PlotRequest &request : data.options.plots) {
    auto make = [&]() -> Expected<plot::Picture> {
      switch (request.kind) {
      case PlotKind::Accuracy:
        return drawAccuracy(data);
      case PlotKind::Yield:
        return drawYield(data);
      case PlotKind::Margin:
        return drawMargin(data);
      case PlotKind::Map:
        return drawMap(data);
      case PlotKind::Ber:
        return drawBer(data);
      case PlotKind::Scatter:
        return drawScatter(data);
      case PlotKind::Probit:
        return drawProbit(data);
      case PlotKind::Shmoo:
        return drawShmoo(data);
      }
      return plot::Picture();
    };
    Expected<plot::Picture> picture = make();
    if (!picture)
      return picture.takeError();
    picture->caption = captionOf(data, request.kind);
    Expected<std::string> svg = plot::renderSvg(*picture);
    if (!svg)
      return svg.takeError();
    if (Error error = files.stage(request.svg, *svg))
      return error;
    if (Error error = files.stage(request.csv, picture->csv))
      return error;
  }
  return Error::success();
}

} // namespace bnn::sim
