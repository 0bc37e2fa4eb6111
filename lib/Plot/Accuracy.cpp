//===- Accuracy.cpp - Accuracies and yields over chips --------------------===//

#include "bnn/Plot/Plots.h"
#include "llvm/ADT/STLExtras.h"
#include <algorithm>
#include <cmath>
#include <fmt/format.h>

using namespace llvm;

namespace bnn::plot {

namespace {

std::string percent(double share) { return number(100 * share); }

/// A point at 0 has no place on a logarithmic axis.
bool hasPlace(const AxisLabel &axis, double x) {
  return std::isfinite(x) && (!axis.log || x > 0);
}

} // namespace

Picture draw(const AccuracyPlot &plot) {
  Picture picture;
  picture.csv = csvLine({"series", plot.x.text, "median_percent", "q05_percent",
                         "q95_percent", "mean_percent", "mean_low_percent",
                         "mean_high_percent"});
  std::string &out = picture.commands;
  double left = INFINITY, right = -INFINITY, lowest = 100, highest = 0;
  auto span = [&](double share) {
    if (std::isfinite(share)) {
      lowest = std::min(lowest, 100 * share);
      highest = std::max(highest, 100 * share);
    }
  };
  span(plot.noiseFree);
  for (auto [index, series] : enumerate(plot.series)) {
    out += fmt::format("$s{} << EOD\n", index);
    for (const AccuracyPoint &p : series.points) {
      std::vector<std::string> row = {series.title, csvNumber(p.x)};
      for (double share :
           {p.median, p.low, p.high, p.mean, p.meanLow, p.meanHigh})
        row.push_back(csvNumber(100 * share));
      picture.csv += csvLine(row);
      if (!hasPlace(plot.x, p.x))
        continue;
      left = std::min(left, p.x);
      right = std::max(right, p.x);
      span(p.low);
      span(p.high);
      span(p.meanLow);
      span(p.meanHigh);
      double meanLow = std::isfinite(p.meanLow) ? p.meanLow : p.mean;
      double meanHigh = std::isfinite(p.meanHigh) ? p.meanHigh : p.mean;
      out += fmt::format("{} {} {} {} {} {} {}\n", number(p.x),
                         percent(p.median), percent(p.low), percent(p.high),
                         percent(p.mean), percent(meanLow), percent(meanHigh));
    }
    out += "EOD\n";
  }
  out += axisCommands("x", plot.x);
  out += "set ylabel 'accuracy [%]'\n";
  double room = std::max((highest - lowest) * 0.08, 0.2);
  out += fmt::format("set yrange [{}:{}]\n", std::max(0.0, lowest - room),
                     std::min(100.0, highest + room));
  // A frame of its own on both sides, so that end points are whole.
  if (left < right && plot.x.log)
    out += fmt::format("set xrange [{}:{}]\n", left / 1.3, right * 1.3);
  else if (left < right)
    out += fmt::format("set xrange [{}:{}]\n", left - 0.04 * (right - left),
                       right + 0.04 * (right - left));
  // Of many series each has one entry in the key, and all share two more.
  bool many = plot.series.size() > 2;
  out += many ? "set key outside right top\nplot \\\n"
              : "set key bottom left\nplot \\\n";
  for (auto [index, series] : enumerate(plot.series)) {
    std::string title = series.title.empty() ? "" : series.title + ": ";
    std::string c = color(index).str();
    auto entry = [&](const char *what) {
      return many ? std::string("notitle") : "title " + quote(title + what);
    };
    out += fmt::format("  $s{} using 1:3:4 with filledcurves fillstyle "
                       "transparent solid {} noborder linecolor '{}' {}, \\\n",
                       index, many ? 0.1 : 0.18, c, entry("5-95 % of chips"));
    out += fmt::format("  $s{} using 1:2 with linespoints linecolor '{}' "
                       "dashtype {} linewidth 2 pointtype 7 pointsize 0.6 {}, "
                       "\\\n",
                       index, c, index / 7 % 5 + 1,
                       many ? "title " + quote(series.title) : entry("median"));
    out += fmt::format("  $s{} using 1:5:6:7 with yerrorbars linecolor '{}' "
                       "linewidth 1.4 pointtype 2 pointsize 0.7 {}, \\\n",
                       index, c, entry("mean, 95 % t interval"));
  }
  if (many)
    out += "  NaN with linespoints linecolor '#606060' linewidth 2 pointtype 7 "
           "pointsize 0.6 title 'median', \\\n"
           "  NaN with lines linecolor '#d0d0d0' linewidth 8 title '5-95 % of "
           "chips', \\\n"
           "  NaN with points linecolor '#606060' linewidth 1.4 pointtype 2 "
           "pointsize 0.7 title 'mean, 95 % t interval', \\\n";
  if (std::isfinite(plot.noiseFree))
    out += fmt::format("  {} with lines linecolor '#000000' dashtype 2 title "
                       "'noise-free'\n",
                       percent(plot.noiseFree));
  else
    out += "  NaN notitle\n";
  return picture;
}

Picture draw(const YieldPlot &plot) {
  Picture picture;
  picture.csv = csvLine({"series", "accuracy_percent", "yield_percent"});
  std::string &out = picture.commands;
  double lowest = 1, highest = 0;
  for (auto [index, series] : enumerate(plot.series)) {
    std::vector<double> sorted = series.accuracies;
    std::sort(sorted.begin(), sorted.end());
    out += fmt::format("$s{} << EOD\n", index);
    if (!sorted.empty()) {
      lowest = std::min(lowest, sorted.front());
      highest = std::max(highest, sorted.back());
      out += fmt::format("0 100\n");
    }
    for (size_t i = 0; i < sorted.size(); ++i) {
      if (i && sorted[i] == sorted[i - 1])
        continue;
      // All chips from i on reach this accuracy, those beyond need more.
      double reach = double(sorted.size() - i) / double(sorted.size());
      size_t next = i;
      while (next < sorted.size() && sorted[next] == sorted[i])
        ++next;
      double beyond = double(sorted.size() - next) / double(sorted.size());
      picture.csv += csvLine(
          {series.title, csvNumber(100 * sorted[i]), csvNumber(100 * reach)});
      out += fmt::format("{0} {1}\n{0} {2}\n", percent(sorted[i]),
                         percent(reach), percent(beyond));
    }
    out += "EOD\n";
  }
  double room = std::max((highest - lowest) * 0.08, 0.002);
  if (std::isfinite(plot.wanted)) {
    lowest = std::min(lowest, plot.wanted);
    highest = std::max(highest, plot.wanted);
    out += fmt::format("set arrow 1 from {0}, graph 0 to {0}, graph 1 nohead "
                       "linecolor '#000000' dashtype 2\n",
                       percent(plot.wanted));
  }
  out += fmt::format("set xrange [{}:{}]\nset yrange [0:104]\n",
                     100 * std::max(0.0, lowest - room),
                     100 * std::min(1.0, highest + room));
  out += "set xlabel 'wanted accuracy [%]'\n"
         "set ylabel 'chips that reach it [%]'\n";
  out += "unset colorbox\nset palette defined (0 '#0d0887', 0.35 '#a02393', "
         "0.7 '#ec7754', 1 '#d8b600')\n";
  out += plot.series.size() > 5 ? "set key outside right top\nplot \\\n"
                                : "set key bottom left\nplot \\\n";
  // Many series are shades from the first to the last, some of them named.
  constexpr size_t most = 12;
  size_t count = plot.series.size(), step = (count + most - 1) / most;
  for (auto [index, series] : enumerate(plot.series)) {
    std::string line = count <= most
                           ? fmt::format("linecolor '{}' dashtype {}",
                                         color(index).str(), index / 7 % 5 + 1)
                           : fmt::format("linecolor palette frac {:.4f}",
                                         double(index) / double(count - 1));
    bool named = !series.title.empty() &&
                 (count <= most || index % step == 0 || index + 1 == count);
    out += fmt::format("  $s{} using 1:2 with lines {} linewidth 2 {}, \\\n",
                       index, line,
                       named ? "title " + quote(series.title) : "notitle");
  }
  if (count > most)
    out += fmt::format("  NaN with lines linecolor '#ffffff' title '({} of {} "
                       "are named)', \\\n",
                       (count - 1) / step + 1 + ((count - 1) % step ? 1 : 0),
                       count);
  if (std::isfinite(plot.wanted))
    out += fmt::format("  NaN with lines linecolor '#000000' dashtype 2 title "
                       "'wanted: {} %'\n",
                       fmt::format("{:g}", 100 * plot.wanted));
  else
    out += "  NaN notitle\n";
  return picture;
}

} // namespace bnn::plot
