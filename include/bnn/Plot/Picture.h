//===- Picture.h - Pictures made by gnuplot ---------------------*- C++ -*-===//
//
// A picture is a list of gnuplot commands with its data in it, and the same
// data as CSV, which stands beside every picture: a figure of a paper is
// redrawn from numbers. The program gnuplot is started without a shell.
//
//===----------------------------------------------------------------------===//

#ifndef BNN_PLOT_PICTURE_H
#define BNN_PLOT_PICTURE_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <string>
#include <vector>

namespace bnn::plot {

struct Picture {
  std::string commands; ///< after the common ones of `renderSvg`
  std::string csv;
  /// Lines below: seed, chips, images, standing of the numbers.
  std::vector<std::string> caption;
};

/// What an axis shows: "bit error rate", "supply [V]".
struct AxisLabel {
  std::string text;
  bool log = false;
};

/// `text` as a string of gnuplot, whatever is in it.
std::string quote(llvm::StringRef text);

/// A number as gnuplot and CSV read it; absent ones (not finite) are empty in
/// CSV and NaN for gnuplot.
std::string number(double value);
std::string csvNumber(double value);

/// One line of CSV; fields with commas, quotes or line breaks are quoted.
std::string csvLine(llvm::ArrayRef<std::string> fields);

/// "set xlabel ..." and, for a logarithmic axis, its ticks.
std::string axisCommands(llvm::StringRef axis, const AxisLabel &label);

/// A colour for each series that people with colour blindness can tell apart.
llvm::StringRef color(size_t series);

/// Fails where gnuplot is not installed (`why` tells how to get it).
llvm::Error checkGnuplot();

/// Runs gnuplot; the result is the text of an SVG file.
llvm::Expected<std::string> renderSvg(const Picture &picture);

} // namespace bnn::plot

#endif // BNN_PLOT_PICTURE_H
