//===- BitErrors.h - Errors at a rate, without devices behind them -*- C++ -*-//

#ifndef BNN_DEVICE_BITERRORS_H
#define BNN_DEVICE_BITERRORS_H

#include "bnn/Device/Chip.h"
#include "bnn/Image/CellMap.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace bnn::device {

/// Probabilities that a cell is read as another weight than the one stored,
/// each given what is stored.
struct ErrorRates {
  double flip = 0;     ///< +1 as -1 and -1 as +1; type 1 of a ternary cell
  double toZero = 0;   ///< +1 or -1 as 0; type 2
  double fromZero = 0; ///< 0 as +1 or -1, evenly; type 3

  double ofSigned() const { return flip + toZero; }
  double largest() const {
    return ofSigned() > fromZero ? ofSigned() : fromZero;
  }
  bool any() const { return largest() > 0; }
};

/// Bit errors that programming freezes: the same error at each read.
struct BitErrorModel {
  ErrorRates rates;
  /// Layers with rates of their own, by name.
  std::vector<std::pair<std::string, ErrorRates>> layers;
  /// Sign errors of cells that hold thresholds; absent: as their layer.
  std::optional<double> thresholds;
  /// Cells that answer as +1, or as -1, whatever was written.
  double stuckPlus = 0, stuckMinus = 0;

  const ErrorRates &ratesOf(llvm::StringRef layer) const;
  /// Those of a layer's weights, or of its thresholds in array rows.
  ErrorRates ratesOf(llvm::StringRef layer, bool ofThresholds) const {
    return ofThresholds && thresholds ? ErrorRates{.flip = *thresholds}
                                      : ratesOf(layer);
  }
};

/// Refuses rates that make no sense: a rate outside 0..1, `flip` above 1/2,
/// sums above 1, ternary types on cells that cannot be read as 0, a layer that
/// the image does not have, thresholds where none is in cells.
llvm::Error checkRates(const BitErrorModel &model, const image::Image &image);

/// Programs chip `chip`: which cells answer wrongly. Takes time in proportion
/// to the errors and tiles, not to the cells: the gaps between candidates are
/// drawn. `image` must be verified; cells that no read counts have no errors.
Chip program(const BitErrorModel &model, const image::Image &image,
             const image::CellMap &map, uint64_t seed, uint64_t chip);

} // namespace bnn::device

#endif // BNN_DEVICE_BITERRORS_H
