//===- DeviceFigures.cpp - Figures of devices -----------------------------===//

#include "DeviceFigures.h"
#include "ChipReport.h"
#include "bnn/Image/CellArray.h"
#include "llvm/ADT/STLExtras.h"
#include <cmath>
#include <map>

using namespace llvm;

namespace bnn::sim {

/// Bit error rates of each point's devices: two a cell, and one alone. The
/// first parameter of --sweep runs along a line, all others make lines.
plot::Picture drawBer(const FigureData &data) {
  plot::BerPlot plot;
  plot.reference = data.options.reference.describe();
  std::map<std::string, size_t> lines;
  plot::BerSeries sampled{"sampled on the chips", {}, true};
  for (const Point &point : data.experiment->points) {
    const device::CellModel &model = *point.noise.cellModel();
    double single =
        device::singleDevice(model.parameters().lrs, model.parameters().hrs,
                             data.options.reference)
            .rate;
    std::string title = "2T2R";
    if (!point.settings.empty())
      for (const mc::Setting &setting : drop_begin(point.settings))
        title += ", " + setting.name + " = " + mc::formatNumber(setting.value);
    auto [at, added] = lines.try_emplace(title, plot.series.size());
    if (added)
      plot.series.push_back({title, {}, false});
    plot.series[at->second].points.push_back(
        {single, model.rates(/*withNoise=*/true).ofSigned(), plot::absent,
         plot::absent, settingsOf(point)});
    mc::Interval interval =
        mc::wilson(point.wrongAnswers / 2, point.answers / 2);
    sampled.points.push_back({single, point.wrongAnswers / point.answers,
                              interval.low, interval.high, settingsOf(point)});
  }
  for (plot::BerSeries &line : plot.series)
    llvm::stable_sort(line.points, [](const auto &a, const auto &b) {
      return a.single < b.single;
    });
  plot.series.push_back(std::move(sampled));
  return draw(plot);
}

/// Cells of chip 0 of the first point, as many as an eye can tell apart; wrong
/// ones are chosen apart from all others.
plot::Picture drawScatter(const FigureData &data) {
  const Point &point = data.experiment->points.front();
  const image::CellMap &map = data.simulator.cellMap();
  image::CellArray stored(data.image);
  std::vector<device::FrozenError> errors =
      point.noise.program(data.image, map, data.options.seed, 0, usualAnswers())
          .chip.errors;
  constexpr uint64_t most = 6000, mostWrong = 1500;
  uint64_t step = map.countedCells() / most + 1, seen = 0;
  uint64_t wrongStep = errors.size() / mostWrong + 1, wrongSeen = 0;
  auto error = errors.begin();
  plot::ScatterPlot plot;
  uint64_t end = data.image.num_subarrays() * map.rows() * map.columns();
  for (uint64_t cell = 0; cell < end; ++cell) {
    if (!map.tileOf(cell))
      continue;
    while (error != errors.end() && error->cell < cell)
      ++error;
    bool wrong = error != errors.end() && error->cell == cell;
    if (wrong ? wrongSeen++ % wrongStep : seen++ % step)
      continue;
    auto [bl, blb] = point.noise.resistances(data.options.seed, 0, cell);
    uint64_t row = cell / map.columns();
    plot.cells.push_back(
        {std::exp(bl), std::exp(blb),
         stored.weight(row / map.rows(), uint32_t(row % map.rows()),
                       uint32_t(cell % map.columns())),
         wrong});
  }
  plot.wrong = wrongSeen;
  return draw(plot);
}

/// The laws of the first point, and the devices of its chip 0.
plot::Picture drawProbit(const FigureData &data) {
  const NoiseSpec &noise = data.experiment->points.front().noise;
  const device::CellParameters &cell = noise.cellModel()->parameters();
  const image::CellMap &map = data.simulator.cellMap();
  image::CellArray stored(data.image);
  plot::ProbitSeries devices[2] = {{"", {}, false, 0}, {"", {}, false, 1}};
  // Every so many cells: the tails of the plot need no more.
  constexpr uint64_t most = 20000;
  uint64_t step = map.countedCells() / most + 1, seen = 0;
  uint64_t end = data.image.num_subarrays() * map.rows() * map.columns();
  for (uint64_t index = 0; index < end; ++index) {
    if (!map.tileOf(index) || seen++ % step)
      continue;
    auto [bl, blb] = noise.resistances(data.options.seed, 0, index);
    uint64_t row = index / map.columns();
    unsigned code = stored.code(row / map.rows(), uint32_t(row % map.rows()),
                                uint32_t(index % map.columns()));
    devices[code & 1 ? 0 : 1].ohms.push_back(std::exp(bl));
    devices[code & 2 ? 0 : 1].ohms.push_back(std::exp(blb));
  }
  plot::ProbitPlot plot;
  for (auto [state, name, law] :
       {std::tuple(0, "LRS", &cell.lrs), std::tuple(1, "HRS", &cell.hrs)}) {
    if (!devices[state].ohms.empty()) {
      devices[state].title = std::string(name) + ": " +
                             std::to_string(devices[state].ohms.size()) +
                             " devices of chip 0";
      plot.series.push_back(devices[state]);
    }
    plot::ProbitSeries series{
        std::string(name) + ": " + law->describe(), {}, true, size_t(state)};
    constexpr int points = 4000;
    for (int i = 0; i < points; ++i) {
      double below = (i + 0.5) / points;
      series.ohms.push_back(below < 0.5 ? law->quantile({below, false})
                                        : law->quantile({1 - below, true}));
    }
    plot.series.push_back(std::move(series));
  }
  return draw(plot);
}

/// Expected rates where the model has them, else sampled ones.
plot::Picture drawShmoo(const FigureData &data) {
  const std::vector<mc::Axis> &sweep = data.options.sweep;
  plot::ShmooPlot plot;
  plot.x = axisOf(sweep[0]);
  plot.y = axisOf(sweep[1]);
  plot.rate = "rate of wrong answers";
  plot.xs = sweep[0].values;
  plot.ys = sweep[1].values;
  plot.values.resize(plot.xs.size() * plot.ys.size());
  // Points have the last parameter fastest.
  for (auto [index, point] : enumerate(data.experiment->points)) {
    size_t x = index / plot.ys.size(), y = index % plot.ys.size();
    plot.values[y * plot.xs.size() + x] =
        point.noise.expectedBer().value_or(point.wrongAnswers / point.answers);
  }
  return draw(plot);
}

} // namespace bnn::sim
