//===- Chip.h - A programmed chip ------------------------------*- C++ -*-===//
//
// What programming made of an image's cells, seam 1 of DESIGN's three. Cells
// that answer as they should are not listed: at the rates that matter nearly
// all of them do, so a chip is short whatever its size.
//
//===----------------------------------------------------------------------===//

#ifndef BNN_DEVICE_CHIP_H
#define BNN_DEVICE_CHIP_H

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

/// A programmed chip; both lists ascend by cell, without repetition.
struct Chip {
  std::vector<FrozenError> errors;
  std::vector<MarginalCell> marginal;
  /// Cells left out of `marginal` because they flip less often than once in
  /// 1e12 reads: the sum of their probabilities.
  double droppedProbability = 0;
};

} // namespace bnn::device

#endif // BNN_DEVICE_CHIP_H
