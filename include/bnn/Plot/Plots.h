//===- Plots.h - The figures of bnn-sim -------------------------*- C++ -*-===//
//
// Each takes what it shows as plain numbers, rates and accuracies as shares
// (0 .. 1), and makes a picture; the caption is the caller's.
//
//===----------------------------------------------------------------------===//

#ifndef BNN_PLOT_PLOTS_H
#define BNN_PLOT_PLOTS_H

#include "bnn/Plot/Picture.h"
#include <cstdint>
#include <limits>

namespace bnn::plot {

inline constexpr double absent = std::numeric_limits<double>::quiet_NaN();

/// Accuracy over chips against a parameter.
struct AccuracyPoint {
  double x = 0;
  double median = 0, low = 0, high = 0; ///< 5 % and 95 % of chips
  double mean = 0, meanLow = absent, meanHigh = absent;
};
struct AccuracySeries {
  std::string title; ///< empty for one series
  std::vector<AccuracyPoint> points;
};
struct AccuracyPlot {
  AxisLabel x;
  std::vector<AccuracySeries> series;
  double noiseFree = absent;
};
Picture draw(const AccuracyPlot &plot);

/// The share of chips that reach an accuracy.
struct YieldSeries {
  std::string title;
  std::vector<double> accuracies; ///< of each chip
};
struct YieldPlot {
  std::vector<YieldSeries> series;
  double wanted = absent; ///< marked where given
};
Picture draw(const YieldPlot &plot);

/// How far counts are from the nearest of their thresholds, layer by layer.
struct MarginSeries {
  std::string layer;
  std::vector<int64_t> outputs; ///< entry d: those with |count - threshold| = d
};
struct MarginPlot {
  std::vector<MarginSeries> layers;
};
Picture draw(const MarginPlot &plot);

/// A bit error rate of 2T2R against one of 1T1R on the same devices.
struct BerPoint {
  double single = 0, pair = 0;
  double pairLow = absent, pairHigh = absent; ///< of sampled ones
  std::string label;
};
struct BerSeries {
  std::string title;
  std::vector<BerPoint> points;
  bool sampled = false; ///< points with intervals, else a line
};
struct BerPlot {
  std::string reference; ///< how the reference of 1T1R was chosen
  std::vector<BerSeries> series;
};
Picture draw(const BerPlot &plot);

/// The resistances of cells, those read wrongly apart.
struct ScatterPlot {
  struct Cell {
    double bl = 0, blb = 0; ///< ohm
    int weight = 0;         ///< stored
    bool wrong = false;
  };
  std::vector<Cell> cells;
  uint64_t wrong = 0; ///< all that are read wrongly, drawn or not; 0: these
};
Picture draw(const ScatterPlot &plot);

/// Resistances of devices on normal probability paper.
struct ProbitSeries {
  std::string title;
  std::vector<double> ohms; ///< any order; a line instead of points if `law`
  bool law = false;         ///< of a model: ohms at equal steps of probability
  size_t color = 0;         ///< a law and its devices share one
};
struct ProbitPlot {
  std::vector<ProbitSeries> series;
};
Picture draw(const ProbitPlot &plot);

/// A rate over two parameters.
struct ShmooPlot {
  AxisLabel x, y;
  std::string rate = "bit error rate";
  std::vector<double> xs, ys;
  std::vector<double> values; ///< [y][x]; 0 is drawn apart
};
Picture draw(const ShmooPlot &plot);

/// Which cells of the arrays are wrong, in what share of the chips.
struct MapPlot {
  uint64_t rows = 0, columns = 0, subarrays = 0; ///< rows, columns of one
  struct Cell {
    uint64_t subarray = 0, row = 0, column = 0;
    double share = 0;
  };
  std::vector<Cell> cells; ///< others are never wrong
  uint64_t shown = 0;      ///< the first subarrays
};
Picture draw(const MapPlot &plot);

} // namespace bnn::plot

#endif // BNN_PLOT_PLOTS_H
