//===- DevicePlots.cpp - Resistances and bit error rates ------------------===//

#include "bnn/Device/Ecc.h"
#include "bnn/Plot/Plots.h"
#include "llvm/ADT/STLExtras.h"
#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <fmt/format.h>

using namespace llvm;

namespace bnn::plot {

namespace {

double standardNormal(double p) {
  return boost::math::quantile(boost::math::normal(), p);
}
double upperTail(double z) { return 0.5 * std::erfc(z / std::sqrt(2.0)); }

/// Powers of ten around all positive `values`, at least one decade.
std::pair<double, double> decades(ArrayRef<double> values) {
  double low = INFINITY, high = 0;
  for (double value : values)
    if (std::isfinite(value) && value > 0) {
      low = std::min(low, value);
      high = std::max(high, value);
    }
  if (low > high)
    return {1e-6, 1};
  double first = std::pow(10, std::floor(std::log10(low)));
  double last = std::pow(10, std::ceil(std::log10(high)));
  return {first, last > first ? last : 10 * first};
}

} // namespace

Picture draw(const BerPlot &plot) {
  Picture picture;
  picture.csv = csvLine({"series", "label", "ber_1t1r", "ber_2t2r",
                         "ber_2t2r_low", "ber_2t2r_high"});
  std::string &out = picture.commands;
  std::vector<double> xs, ys;
  for (auto [index, series] : enumerate(plot.series)) {
    out += fmt::format("$s{} << EOD\n", index);
    for (const BerPoint &p : series.points) {
      picture.csv += csvLine({series.title, p.label, csvNumber(p.single),
                              csvNumber(p.pair), csvNumber(p.pairLow),
                              csvNumber(p.pairHigh)});
      if (!(p.single > 0) || !(p.pair > 0))
        continue;
      xs.push_back(p.single);
      ys.push_back(p.pair);
      bool whole = p.pairLow > 0 && std::isfinite(p.pairHigh);
      out += fmt::format("{} {} {} {}\n", number(p.single), number(p.pair),
                         number(whole ? p.pairLow : p.pair),
                         number(whole ? p.pairHigh : p.pair));
    }
    out += "EOD\n";
  }
  // What the same devices keep as codes of single cells, and the textbook pair
  // of equal spreads without offset, Q(sqrt 2 Qinv(p)).
  auto [first, last] = decades(xs);
  last = std::min(last, 0.5);
  const device::Code codes[] = {device::Code::sec74(), device::Code::secded84(),
                                device::Code::secded7264()};
  out += "$lines << EOD\n";
  constexpr int steps = 120;
  for (int i = 0; i <= steps; ++i) {
    double p = first * std::pow(last / first, double(i) / steps);
    out += number(p) + " " +
           number(upperTail(std::sqrt(2.0) * -standardNormal(p)));
    for (const device::Code &code : codes)
      out += " " + number(code.residual(p));
    out += "\n";
  }
  out += "EOD\n";
  auto [bottom, top] = decades(ys);
  out += axisCommands(
      "x",
      {"bit error rate of 1T1R (reference: " + plot.reference + ")", true});
  out += axisCommands("y", {"bit error rate of 2T2R, or after decoding", true});
  out += fmt::format("set xrange [{}:{}]\nset yrange [{}:{}]\n", number(first),
                     number(last), number(bottom), number(std::min(top, 1.0)));
  // Colours are for what was run; what it is compared with is grey and dashed.
  out +=
      "set key outside right top\nplot \\\n"
      "  x with lines linecolor '#a0a0a0' dashtype 3 title '1T1R itself', \\\n"
      "  $lines using 1:2 with lines linecolor '#000000' title "
      "'2T2R, equal spreads, no offset', \\\n";
  static constexpr const char *dashes[] = {"(12,4)", "(6,3)", "(2,3)"};
  for (auto [index, code] : enumerate(codes))
    out += fmt::format("  $lines using 1:{} with lines linecolor '#606060' "
                       "linewidth 1.3 dashtype {} title {}, \\\n",
                       index + 3, dashes[index],
                       quote("1T1R with " + code.name()));
  for (auto [index, series] : enumerate(plot.series))
    out += fmt::format(
        "  $s{} using 1:2{} linecolor '{}' linewidth 2 pointtype {} pointsize "
        "0.7 title {}, \\\n",
        index, series.sampled ? ":3:4 with yerrorbars" : " with linespoints",
        series.sampled ? "#404040" : color(index).str(), series.sampled ? 6 : 7,
        quote(series.title));
  out += "  NaN notitle\n";
  return picture;
}

Picture draw(const ScatterPlot &plot) {
  Picture picture;
  picture.csv = csvLine({"r_bl_ohm", "r_blb_ohm", "weight", "wrong"});
  std::string blocks[4];
  std::vector<double> ohms;
  int64_t counts[4] = {};
  for (const ScatterPlot::Cell &cell : plot.cells) {
    picture.csv +=
        csvLine({csvNumber(cell.bl), csvNumber(cell.blb),
                 std::to_string(cell.weight), cell.wrong ? "1" : "0"});
    int block = cell.wrong ? 3 : cell.weight > 0 ? 0 : cell.weight < 0 ? 1 : 2;
    ++counts[block];
    blocks[block] += number(cell.bl) + " " + number(cell.blb) + "\n";
    ohms.push_back(cell.bl);
    ohms.push_back(cell.blb);
  }
  std::string &out = picture.commands;
  for (int i = 0; i < 4; ++i)
    out += fmt::format("$s{} << EOD\n{}EOD\n", i, blocks[i]);
  auto [low, high] = decades(ohms);
  out += axisCommands("x", {"R_BL [ohm]", true});
  out += axisCommands("y", {"R_BLb [ohm]", true});
  out += fmt::format("set xrange [{0}:{1}]\nset yrange [{0}:{1}]\n"
                     "set size square\nset key outside right top\nplot \\\n"
                     "  x with lines linecolor '#808080' dashtype 2 title "
                     "'equal resistances', \\\n",
                     number(low), number(high));
  const char *names[] = {"stored +1", "stored -1", "stored 0", "read wrongly"};
  const char *styles[] = {
      "pointtype 7 pointsize 0.25", "pointtype 7 pointsize 0.25",
      "pointtype 7 pointsize 0.25", "pointtype 2 pointsize 0.9 linewidth 1.6"};
  const char *colors[] = {"#0072B2", "#009E73", "#E69F00", "#D00000"};
  for (int i = 0; i < 4; ++i) {
    if (!counts[i])
      continue;
    std::string count = std::to_string(counts[i]);
    if (i == 3 && plot.wrong > uint64_t(counts[i]))
      count += " of " + std::to_string(plot.wrong);
    out += fmt::format("  $s{} using 1:2 with points {} linecolor '{}' title "
                       "'{}: {}', \\\n",
                       i, styles[i], colors[i], names[i], count);
  }
  out += "  NaN notitle\n";
  return picture;
}

Picture draw(const ProbitPlot &plot) {
  Picture picture;
  picture.csv = csvLine({"series", "r_ohm", "share_below"});
  std::string &out = picture.commands;
  std::vector<double> all;
  double most = 2;
  for (auto [index, series] : enumerate(plot.series)) {
    std::vector<double> sorted = series.ohms;
    std::sort(sorted.begin(), sorted.end());
    size_t n = sorted.size();
    out += fmt::format("$s{} << EOD\n", index);
    for (auto [i, ohm] : enumerate(sorted)) {
      // Hazen's plotting position.
      double share = (double(i) + 0.5) / double(n);
      picture.csv += csvLine({series.title, csvNumber(ohm), csvNumber(share)});
      // Everything in the tails, and enough of the middle.
      size_t fromEnd = std::min(i, n - 1 - i);
      if (fromEnd > 200 && n > 2000 && i % (n / 1000))
        continue;
      double z = standardNormal(share);
      most = std::max(most, std::abs(z));
      out += fmt::format("{} {}\n", number(ohm), number(z));
    }
    out += "EOD\n";
    all.insert(all.end(), sorted.begin(), sorted.end());
  }
  auto [low, high] = decades(all);
  out += axisCommands("x", {"resistance [ohm]", true});
  out += "set ylabel 'share of devices below'\n";
  out += fmt::format("set xrange [{}:{}]\nset yrange [{}:{}]\n", number(low),
                     number(high), -1.05 * most, 1.05 * most);
  out += "set ytics (";
  const std::pair<const char *, double> ticks[] = {
      {"10^{-6}", 1e-6},  {"10^{-5}", 1e-5},       {"10^{-4}", 1e-4},
      {"0.1 %%", 1e-3},   {"1 %%", 0.01},          {"10 %%", 0.1},
      {"50 %%", 0.5},     {"90 %%", 0.9},          {"99 %%", 0.99},
      {"99.9 %%", 0.999}, {"1-10^{-4}", 1 - 1e-4}, {"1-10^{-5}", 1 - 1e-5}};
  for (auto [index, tick] : enumerate(ticks))
    out += fmt::format("{}'{}' {}", index ? ", " : "", tick.first,
                       standardNormal(tick.second));
  out += ")\nset key tmargin left vertical maxcols 1\nplot \\\n";
  for (auto [index, series] : enumerate(plot.series))
    out += fmt::format(
        "  $s{} using 1:2 with {} linecolor '{}' linewidth 2 "
        "title {}, \\\n",
        index, series.law ? "lines" : "points pointtype 7 pointsize 0.35",
        color(series.color).str(), quote(series.title));
  out += "  NaN notitle\n";
  return picture;
}

Picture draw(const ShmooPlot &plot) {
  Picture picture;
  picture.csv = csvLine({plot.x.text, plot.y.text, plot.rate});
  std::string &out = picture.commands;
  std::vector<double> rates;
  for (double value : plot.values)
    if (value > 0)
      rates.push_back(value);
  auto [low, high] = decades(rates);
  size_t columns = plot.xs.size();
  // Boxes at the positions of their values in the lists: the steps of a grid
  // need not be even.
  out += "$cells << EOD\n";
  for (auto [y, yValue] : enumerate(plot.ys))
    for (auto [x, xValue] : enumerate(plot.xs)) {
      double value = plot.values[y * columns + x];
      picture.csv +=
          csvLine({csvNumber(xValue), csvNumber(yValue), csvNumber(value)});
      double color = value > 0 ? value : std::isfinite(value) ? low : absent;
      std::string text = value > 0 ? fmt::format("{:.1e}", value) : "0";
      out += fmt::format("{} {} {} \"{}\"\n", x, y, number(color), text);
    }
  out += "EOD\n";
  auto ticks = [&](const char *axis, ArrayRef<double> values) {
    out += fmt::format("set {}tics (", axis);
    for (auto [index, value] : enumerate(values))
      out += fmt::format("{}'{:g}' {}", index ? ", " : "", value, index);
    out += ")\n";
  };
  ticks("x", plot.xs);
  ticks("y", plot.ys);
  out += fmt::format("set xlabel {} noenhanced\nset ylabel {} noenhanced\n",
                     quote(plot.x.text), quote(plot.y.text));
  out += "unset grid\nset border 15\nunset key\n"
         "set palette defined (0 '#1a7f4b', 0.35 '#b7d96b', 0.6 '#fee08b', "
         "0.8 '#f46d43', 1 '#a50026')\n";
  out += fmt::format("set logscale cb\nset format cb '10^{{%L}}'\nset cbrange "
                     "[{}:{}]\nset cblabel {} noenhanced\n",
                     number(low), number(high), quote(plot.rate));
  out += fmt::format("set xrange [-0.5:{}]\nset yrange [-0.5:{}]\n",
                     double(columns) - 0.5, double(plot.ys.size()) - 0.5);
  out += "plot $cells using 1:2:($1-0.5):($1+0.5):($2-0.5):($2+0.5):3 with "
         "boxxyerror fillstyle solid 1.0 noborder linecolor palette notitle";
  if (plot.values.size() <= 150)
    out += ", \\\n  $cells using 1:2:4 with labels font ',10' notitle";
  out += "\n";
  return picture;
}

} // namespace bnn::plot
