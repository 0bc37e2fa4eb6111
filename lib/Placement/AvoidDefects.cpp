//===- AvoidDefects.cpp - Move cells away from defects --------------------===//
//
// Columns are chosen first, by their defects alone. Then either subarrays have
// tables, and each orders its rows for itself, or the rows of a layer and what
// subarrays hold change places by turns, each an assignment that can only lower
// the cost. Complements and spare rows come last.
//
//===----------------------------------------------------------------------===//

#include "bnn/Placement/AvoidDefects.h"
#include "Harm.h"
#include "Mover.h"
#include "bnn/Support/Error.h"
#include <cmath>

using namespace llvm;

namespace bnn::placement {

/// Rows and subarrays change places by turns, so often at most.
static constexpr unsigned rounds = 3;

float Mover::weightOf(const image::MappedTile &tile, uint32_t row,
                      uint32_t column) const {
  uint32_t r = row - tile.row, c = column - tile.column;
  float weight =
      neuronWeight(tile.step, tile.firstNeuron + (tile.rowIsNeuron ? r : c));
  if (tile.thresholds) {
    uint64_t cell = tile.firstLane + (tile.rowIsNeuron ? c : r);
    uint32_t bits = image.steps(int(tile.step)).array().threshold_bits();
    weight = std::ldexp(weight, int(cell % bits));
  }
  return weight;
}

double Mover::cost() const {
  double sum = 0;
  forEachDefect(image, marks.broken(),
                [&](const image::MappedTile &tile, const image::MovedCell &at,
                    double wrong) {
                  sum += double(weightOf(tile, at.row, at.column)) * wrong;
                });
  return sum;
}

void Mover::run() {
  bool tabled = target.row_tables() && options.moveRows;
  if (tabled) {
    if (options.moveSubarrays)
      moveSubarrays();
    return makeTables();
  }
  for (unsigned round = 0; round < rounds; ++round) {
    if (options.moveRows)
      for (int step = 0; step < image.steps_size(); ++step)
        if (image.steps(step).has_array())
          moveRowsOf(step);
    if (round + 1 == rounds || !options.moveSubarrays || !moveSubarrays())
      break;
  }
  makeTables();
}

Error avoidDefects(image::Image &image, ArrayRef<device::BrokenCell> broken,
                   const AvoidOptions &options) {
  if (image.target().time_multiplexed())
    return makeError("the image programs one chip anew during each inference: "
                     "what is right for one content is wrong for the next; "
                     "compile for as many chips as it takes (--chips)");
  bool moved = image.addresses_size() > 0;
  for (const image::Step &step : image.steps())
    moved |= step.array().row_slots_size() > 0;
  if (moved)
    return makeError("the image has been moved for another chip already; start "
                     "from the one that bnn-compile wrote");
  image::Image result = image;
  Mover mover(result, broken, options);
  double before = mover.cost();
  mover.run();
  if (mover.cost() <= before)
    image = std::move(result);
  return Error::success();
}

} // namespace bnn::placement
