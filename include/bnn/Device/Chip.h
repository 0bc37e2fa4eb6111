//===- Chip.h - A programmed chip ------------------------------*- C++ -*-===//
//
// What programming made of an image's cells, seam 1 of DESIGN's three. Cells
// that answer as they should are not listed: at the rates that matter nearly
// all of them do, so a chip is short whatever its size.
//
//===----------------------------------------------------------------------===//

#ifndef BNN_DEVICE_CHIP_H
#define BNN_DEVICE_CHIP_H

#include <array>
#include <cstdint>
#include <vector>

namespace bnn::device {

/// A cell's place: (subarray * rows + row) * columns + column, subarrays as
/// `image::subarrayIndex` counts them.
using CellIndex = uint64_t;

/// A cell that always answers as another weight than its own. A latch's offset
/// is not swapped with the branches, so the answer may depend on the input.
struct FrozenError {
  CellIndex cell;
  int8_t toOne;  ///< acts as this weight (-1, 0, +1) when the input bit is 1
  int8_t toZero; ///< ... and as this one when it is 0
};

/// A cell whose answer is drawn anew at each read: with the probability given
/// it differs from the cell's frozen answer (FrozenError, or its weight).
struct MarginalCell {
  CellIndex cell;
  float flipOne;  ///< when the input bit is 1
  float flipZero; ///< when it is 0
};

/// Probabilities that a read answers as the weight -1, 0, +1.
using AnswerOdds = std::array<float, 3>;

/// A cell of ternary sensing whose answer is drawn anew at each read.
struct UncertainCell {
  CellIndex cell;
  AnswerOdds one;  ///< when the input bit is 1
  AnswerOdds zero; ///< when it is 0
};

/// A cell with telegraph noise that matters: what it answers depends on the
/// state of its devices, which outlasts many reads.
struct TelegraphCell {
  CellIndex cell;
  /// Share of the time that each device is in its state of higher resistance;
  /// 0: always in the lower one.
  float occupancyBl, occupancyBlb;
  struct State {
    AnswerOdds one, zero;
  };
  /// By state: bit 0 set: the BL device is high, bit 1: the BLb device.
  std::array<State, 4> states;
};

/// A programmed chip; all lists ascend by cell, without repetition. A cell is
/// in one of `marginal`, `uncertain` and `telegraph` at most, and `errors` says
/// nothing of those in the last two.
struct Chip {
  std::vector<FrozenError> errors;
  std::vector<MarginalCell> marginal;
  std::vector<UncertainCell> uncertain;
  std::vector<TelegraphCell> telegraph;
  /// Mean number of reads for which a device keeps its state (the mean of both
  /// states' dwell times); 0: drawn anew for each image.
  double telegraphDwellReads = 0;
  /// Cells left out of the lists because they answer otherwise less often than
  /// once in 1e12 reads: a bound of the sum of their probabilities.
  double droppedProbability = 0;
};

} // namespace bnn::device

#endif // BNN_DEVICE_CHIP_H
