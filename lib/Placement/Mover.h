//===- Mover.h - Moves the cells of one image -------------------*- C++ -*-===//

#ifndef BNN_LIB_PLACEMENT_MOVER_H
#define BNN_LIB_PLACEMENT_MOVER_H

#include "Marks.h"
#include "bnn/Image/AddressMap.h"
#include "bnn/Image/CellArray.h"
#include "bnn/Placement/AvoidDefects.h"

namespace bnn::placement {

/// Rows or subarrays that change places with each other at most: an assignment
/// takes time with the cube.
inline constexpr size_t largestGroup = 2048;

/// Moves the cells of an image by one freedom after another. What has moved
/// so far is in the image itself.
class Mover {
public:
  Mover(image::Image &image, llvm::ArrayRef<device::BrokenCell> broken,
        const AvoidOptions &options)
      : image(image), target(image.target()), options(options),
        marks(image, broken, options.useSpares) {
    weighted = !options.importance.empty();
    for (const image::Step &step : image.steps())
      weighted |= step.array().threshold_bits() > 0;
  }

  void run();
  /// Of the image as it is.
  double cost() const;

private:
  /// What a wrong answer of a cell counts.
  float weightOf(const image::MappedTile &tile, uint32_t row,
                 uint32_t column) const;
  float neuronWeight(size_t step, uint64_t neuron) const {
    return options.importance.empty() ? 1 : options.importance[step][neuron];
  }

  /// Sets `row_slots` of the layer, anew; false where every row stays.
  bool moveRowsOf(int step);
  /// Sets `addresses`: rows, complements and columns of each subarray.
  void makeTables();

  /// Changes `subarray` of placements; false where all stay.
  bool moveSubarrays();
  bool moveGroup(const image::CellArray &cells, const image::AddressMap &back,
                 const image::CellMap &map, llvm::ArrayRef<uint64_t> used,
                 llvm::ArrayRef<uint64_t> places, std::vector<uint64_t> &to);
  void apply(llvm::ArrayRef<uint64_t> to);

  /// What row `address` of what lies in subarray `from` costs in a row with the
  /// defects `found`; in the end also whether it is to be complemented. `cells`
  /// are those after rows of layers changed places, `back` knows from where.
  float rowCost(const image::CellArray &cells, const image::AddressMap &back,
                const image::CellMap &map, uint64_t from, uint32_t address,
                llvm::ArrayRef<Mark> found, bool *complemented) const;

  image::Image &image;
  const image::Target &target;
  const AvoidOptions &options;
  Marks marks;
  bool weighted;
};

} // namespace bnn::placement

#endif // BNN_LIB_PLACEMENT_MOVER_H
