//===- TestImage.h - Small images whose cells alternate ---------*- C++ -*-===//

#ifndef BNN_TEST_UNIT_DEVICE_TESTIMAGE_H
#define BNN_TEST_UNIT_DEVICE_TESTIMAGE_H

#include "bnn/Image/CellArray.h"
#include "bnn/Image/CellMap.h"
#include <cmath>

namespace bnn::device {

inline constexpr uint32_t side = 64;

/// Two layers of `tiles` subarrays each, weights +1, -1 and, where it can be
/// sensed, 0 in turn.
inline image::Image makeImage(uint32_t tiles, bool ternary) {
  image::Image image;
  image::Target &target = *image.mutable_target();
  target.set_rows(side);
  target.set_columns(side);
  target.set_ternary_sense(ternary);
  target.set_column_mask(true);
  for (auto [code, weight] :
       {std::pair(0, 0), std::pair(1, 1), std::pair(2, -1)}) {
    image::CellCode &entry = *target.add_cell_codes();
    entry.set_code(uint32_t(code));
    entry.set_weight(weight);
  }
  for (const char *name : {"a", "b"}) {
    image::ArrayLayer &layer = *image.add_steps()->mutable_array();
    layer.set_name(name);
    layer.set_neurons(side);
    layer.set_fan_in(side * tiles);
    layer.set_weight_planes(1);
    layer.set_tile_rows(1);
    layer.set_tile_columns(tiles);
    for (uint32_t i = 0; i < tiles; ++i)
      layer.add_placement()->set_subarray(i + (name[0] == 'b' ? tiles : 0));
  }
  image::CellArrayBuilder cells =
      llvm::cantFail(image::CellArrayBuilder::create(target, 2 * tiles));
  for (uint64_t s = 0; s < 2 * tiles; ++s)
    for (uint32_t r = 0; r < side; ++r)
      for (uint32_t c = 0; c < side; ++c)
        cells.setWeight(s, r, c, ternary ? int(c % 3) - 1 : c % 2 ? 1 : -1);
  std::move(cells).finish(image);
  return image;
}

/// |z| of `found` of `trials`, each with probability `p`.
inline double deviation(uint64_t found, double trials, double p) {
  return std::abs(double(found) - trials * p) / std::sqrt(trials * p * (1 - p));
}

} // namespace bnn::device

#endif // BNN_TEST_UNIT_DEVICE_TESTIMAGE_H
