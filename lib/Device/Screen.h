//===- Screen.h - Which cells need a closer look ----------------*- C++ -*-===//
//
// Nearly all cells are far from the tie. Of a cell's two random words the
// high bits of one choose an entry of a table, and a comparison of the high
// bits of the other with it shows that the cell neither errs nor wavers; the
// law of the cells is not touched, since the others are computed exactly.
//
//===----------------------------------------------------------------------===//

#ifndef BNN_LIB_DEVICE_SCREEN_H
#define BNN_LIB_DEVICE_SCREEN_H

#include "bnn/Device/CellModel.h"
#include <vector>

namespace bnn::device {

/// A read that goes otherwise less often than this is not drawn.
inline constexpr double leastProbability = 1e-12;
/// The normal score of `leastProbability`, rounded away from 0.
inline constexpr double leastScore = 7.04;

class Screen {
public:
  explicit Screen(const CellModel &model);

  /// Where in `thresholds` those lie for cells whose margin is shifted against
  /// the LRS device by `offset`: entry i is for LRS words that begin with the
  /// bits i, and the cell is safe if the HRS device's first 16 bits are above.
  uint32_t start(double offset) const;
  const std::vector<uint32_t> &thresholds() const { return firstBits; }

  static constexpr unsigned bits = 9;

  /// Ternary sensing, R_th shifted by `low` .. `high` in ln: LRS devices with
  /// words from this on may be above R_th, HRS devices up to that below.
  uint64_t lrsAbove(double low) const;
  uint64_t hrsBelow(double high) const;

private:
  uint64_t highestBelow(const Distribution &law, double ln) const;

  const CellModel &model;
  double first = 0, step = 0; ///< offsets of the tables
  size_t classes = 1;
  std::vector<uint32_t> firstBits; ///< [class][entry]; the last: no cell safe
};

} // namespace bnn::device

#endif // BNN_LIB_DEVICE_SCREEN_H
