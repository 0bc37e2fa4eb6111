//===- FloorPlan.h - Which tile lies where ----------------------*- C++ -*-===//

#ifndef BNN_REPORT_FLOORPLAN_H
#define BNN_REPORT_FLOORPLAN_H

#include "bnn/Image/image.pb.h"
#include <cstdint>
#include <string>
#include <vector>

namespace bnn::report {

/// The grid of tiles that a layer's matrix is cut into.
struct PlannedLayer {
  std::string name;
  uint64_t tileRows = 0, tileColumns = 0;
  bool rowIsNeuron = true; ///< else a column is one
  /// Threshold tiles of the neurons of a tile row (of a tile column, where a
  /// column is a neuron); 0 where thresholds are in registers.
  uint64_t pieces = 0;
};

/// A tile in its subarray: cells `row` .. row + rows - 1, `column` .. column +
/// columns - 1.
struct PlannedTile {
  uint32_t layer = 0;      ///< of `FloorPlan::layers`
  bool thresholds = false; ///< cells of thresholds, not of weights
  /// Weights: tile row * tile columns + tile column. Thresholds: tile row
  /// (column) of the neurons * pieces + piece.
  uint64_t number = 0;
  uint64_t row = 0, column = 0, rows = 0, columns = 0;
  /// Columns behind these that hold no weight and cannot be used otherwise, as
  /// a read of a row counts them.
  uint64_t padding = 0;
  /// What the number grows by from one subarray of a run to the next.
  int64_t step = 0;

  uint64_t numberIn(uint64_t i) const {
    return number + uint64_t(step) * i; // modulo 2^64: a step may be negative
  }
};

/// `count` subarrays one after another that are cut alike, with tiles of the
/// same layers. The tiles stand by row and column.
struct PlannedRun {
  uint32_t chip = 0;
  uint64_t subarray = 0, count = 1;
  std::vector<PlannedTile> tiles;

  /// Cells of the tiles of one subarray, without padding.
  uint64_t cells() const;
};

struct FloorPlan {
  uint64_t rows = 0, columns = 0;   ///< of a subarray
  std::vector<PlannedLayer> layers; ///< on the arrays, in order
  std::vector<PlannedRun> runs;     ///< by chip and subarray
};

/// The floor plan of a verified image. Runs are as long as they can be, so
/// that full tiles of a layer make one, whatever its size.
FloorPlan planFloor(const image::Image &image);

} // namespace bnn::report

#endif // BNN_REPORT_FLOORPLAN_H
