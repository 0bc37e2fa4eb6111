//===- Arrays.cpp - Margins of neurons and maps of arrays -----------------===//

#include "bnn/Plot/Plots.h"
#include "llvm/ADT/STLExtras.h"
#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <numeric>

using namespace llvm;

namespace bnn::plot {

Picture draw(const MarginPlot &plot) {
  Picture picture;
  picture.csv = csvLine({"layer", "distance", "outputs", "share"});
  std::string &out = picture.commands;
  double most = 1;
  for (auto [index, layer] : enumerate(plot.layers)) {
    int64_t total =
        std::accumulate(layer.outputs.begin(), layer.outputs.end(), int64_t(0));
    out += fmt::format("$s{} << EOD\n", index);
    for (auto [at, count] : enumerate(layer.outputs)) {
      if (!count)
        continue;
      double distance = double(at), share = double(count) / double(total);
      most = std::max(most, distance);
      picture.csv += csvLine({layer.layer, csvNumber(distance),
                              std::to_string(count), csvNumber(share)});
      out += fmt::format("{} {}\n", number(distance), number(share));
    }
    out += "EOD\n";
  }
  out += "set xlabel '|count - threshold|, in units of the count'\n"
         "set ylabel 'share of neuron outputs'\n"
         "set logscale y\nset format y '10^{%L}'\n"
         "set key top right\n";
  out += fmt::format("set xrange [0:{}]\nplot \\\n", number(most * 1.02));
  for (auto [index, layer] : enumerate(plot.layers))
    out +=
        fmt::format("  $s{} using 1:2 with {} linecolor '{}' linewidth 1.5 "
                    "pointtype 7 pointsize 0.4 title {}, \\\n",
                    index, layer.outputs.size() > 400 ? "lines" : "linespoints",
                    color(index).str(), quote(layer.layer));
  out += "  NaN notitle\n";
  return picture;
}

Picture draw(const MapPlot &plot) {
  Picture picture;
  picture.csv = csvLine({"subarray", "row", "column", "share_of_chips"});
  std::string &out = picture.commands;
  // Subarrays side by side in a picture about 3 wide by 2 high.
  uint64_t across = 1;
  while (2 * across * plot.columns * across < 3 * plot.rows * plot.shown)
    ++across;
  across = std::min(across, std::max<uint64_t>(plot.shown, 1));
  uint64_t down = (plot.shown + across - 1) / across;
  double pitchX = double(plot.columns) + 2, pitchY = double(plot.rows) + 2;
  // Of a subarray's cell (0, 0).
  auto cornerOf = [&](uint64_t subarray) {
    uint64_t x = subarray % across, y = subarray / across;
    return std::pair(double(x) * pitchX, double(y) * pitchY);
  };
  out += "$cells << EOD\n";
  bool shares = false;
  double most = 0;
  for (const MapPlot::Cell &cell : plot.cells) {
    picture.csv +=
        csvLine({std::to_string(cell.subarray), std::to_string(cell.row),
                 std::to_string(cell.column), csvNumber(cell.share)});
    if (cell.subarray >= plot.shown)
      continue;
    shares |= cell.share != 1;
    most = std::max(most, cell.share);
    auto [left, top] = cornerOf(cell.subarray);
    double x = left + double(cell.column), y = top + double(cell.row);
    out += fmt::format("{} {} {}\n", x, y, number(cell.share));
  }
  out += "EOD\n$frames << EOD\n";
  for (uint64_t s = 0; s < plot.shown; ++s) {
    auto [left, top] = cornerOf(s);
    out += fmt::format("{} {} {} {}\n", left - 0.5,
                       left + double(plot.columns) - 0.5, top - 0.5,
                       top + double(plot.rows) - 0.5);
  }
  out += "EOD\n";
  double width = double(across) * pitchX, height = double(down) * pitchY;
  // The size of a cell in the units of pointsize, about 0.1 cells a pixel.
  double size = std::clamp(std::min(760 / width, 480 / height) / 9, 0.12, 1.4);
  out += "unset border\nunset tics\nunset key\nunset grid\n"
         "set size ratio -1\n"
         "set ylabel 'number of the first subarray of a line'\n";
  out += fmt::format(
      "set xlabel '{} of {} subarrays of {} x {} cells, {} in a line; columns "
      "from the left, rows from the top'\n",
      plot.shown == plot.subarrays ? "all"
                                   : fmt::format("the first {}", plot.shown),
      plot.subarrays, plot.rows, plot.columns, across);
  for (uint64_t s = 0; s < plot.shown; s += across)
    out += fmt::format("set label {} '{}' at {},{} right font ',10'\n",
                       s / across + 1, s, -0.01 * width,
                       cornerOf(s).second + double(plot.rows) / 2);
  out += fmt::format("set xrange [{}:{}]\nset yrange [{}:-2]\n", -0.03 * width,
                     width, height);
  if (shares)
    out += "set palette defined (0 '#fde0c5', 0.5 '#eb4a40', 1 '#7a0230')\n"
           "set cblabel 'share of chips in which the cell is wrong'\n"
           "set colorbox\nset cbtics\nset cbrange [0:" +
           number(most) + "]\n";
  out += "plot $frames using 1:3:1:2:3:4 with boxxyerror linecolor '#9aa5b1' "
         "fillstyle solid 0.08 border notitle, \\\n";
  out += fmt::format("  $cells using 1:2{} with points pointtype 5 pointsize "
                     "{:.2f} {} notitle\n",
                     shares ? ":3" : "", size,
                     shares ? "linecolor palette" : "linecolor '#c0143c'");
  return picture;
}

} // namespace bnn::plot
