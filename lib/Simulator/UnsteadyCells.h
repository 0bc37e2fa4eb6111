//===- UnsteadyCells.h - Cells whose answers have odds ----------*- C++ -*-===//

#ifndef BNN_LIB_SIMULATOR_UNSTEADYCELLS_H
#define BNN_LIB_SIMULATOR_UNSTEADYCELLS_H

#include "bnn/Device/Chip.h"
#include <cstdint>

namespace bnn::sim {

/// A cell of a layer that answers as -1, 0 or +1 with odds that depend on the
/// input bit and, with telegraph noise, on the states of its two devices.
struct UnsteadyLane {
  uint32_t neuron, lane;
  int8_t stored;
  /// Without telegraph noise both occupancies are 0: only state 0 occurs.
  float occupancyBl = 0, occupancyBlb = 0;
  std::array<device::TelegraphCell::State, 4> states{};
};

/// One read of a cell. Reads of a cell are numbered through: image * sites +
/// site.
struct CellRead {
  uint64_t seed, chip;
  uint32_t layer;
  uint64_t image, site, sites; ///< in the data set; of the image; of an image
  double dwellReads;           ///< Chip.telegraphDwellReads
  bool input;
};

/// The weight that the cell acts as at this read. A function of its arguments:
/// both executors see the same chip do the same.
int answer(const UnsteadyLane &cell, const CellRead &read);

} // namespace bnn::sim

#endif // BNN_LIB_SIMULATOR_UNSTEADYCELLS_H
