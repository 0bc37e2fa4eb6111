//===- Operations.cpp - Counting what a layer does ------------------------===//
//
// docs/cost.md has the formulas.
//
//===----------------------------------------------------------------------===//

#include "bnn/Cost/Cost.h"
#include "bnn/Image/Cycles.h"
#include "bnn/Image/Image.h"
#include "bnn/Image/TileGrid.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>

using namespace llvm;

namespace bnn::cost {

using image::ArrayLayer;

Operations &Operations::operator+=(const Operations &other) {
  rowReads += other.rowReads;
  senses += other.senses;
  popcountBits += other.popcountBits;
  adderBits += other.adderBits;
  compareBits += other.compareBits;
  bufferBits += other.bufferBits;
  return *this;
}

Pulses &Pulses::operator+=(const Pulses &other) {
  set += other.set;
  reset += other.reset;
  return *this;
}

/// Columns that are sensed when a row of `used` columns is read: without a mask
/// all amplifiers of the subarray work, one turn after another.
static uint64_t sensed(const image::Target &target, uint64_t used) {
  return target.column_mask() ? used : target.columns();
}

static uint64_t elementsOf(const image::Value &value) {
  uint64_t count = 1;
  for (int64_t size : value.shape())
    count *= uint64_t(size);
  return count;
}

Operations operationsOf(const image::Image &image, const ArrayLayer &layer) {
  const image::Target &target = image.target();
  image::TileGrid grid(target, layer);
  uint64_t positions = image::positionsOf(layer);
  uint64_t planes = uint64_t(layer.plane_weights_size());
  uint64_t neurons = layer.neurons();
  uint64_t width = std::max(layer.accumulation().bits(), 1u);
  uint64_t classes = std::max(layer.border_classes(), 1u);
  uint64_t word = grid.wordCells() / classes;
  bool counted = layer.lane_padding() == ArrayLayer::ALTERNATING;
  Operations all;
  if (grid.rowIsNeuron()) {
    // Threshold cells are sensed in their own reads and not counted.
    for (uint64_t t = 0; t < grid.size(); ++t) {
      image::TileBlock block = grid.tile(t);
      uint64_t columns = counted ? target.columns() : block.lanes;
      all.rowReads += planes * block.neurons;
      all.senses += planes * block.neurons * sensed(target, columns);
      all.popcountBits += planes * block.neurons * columns;
    }
    for (uint64_t t = 0; t < grid.thresholdTiles(); ++t) {
      image::TileBlock block = grid.thresholdTile(t);
      all.rowReads += block.neurons;
      all.senses += block.neurons * sensed(target, block.lanes);
    }
    // The first partial count of a neuron is not added to anything.
    all.adderBits = neurons * (planes * grid.slices() - 1) * width;
  } else {
    for (uint64_t t = 0; t < grid.size(); ++t) {
      image::TileBlock block = grid.tile(t);
      all.rowReads += planes * block.lanes;
      all.senses += planes * block.lanes * sensed(target, block.neurons);
      // Each sensed bit moves its column's counter.
      all.adderBits += planes * block.lanes * block.neurons * width;
    }
    for (uint64_t band = 0; word && band < grid.bands(); ++band) {
      all.rowReads += word;
      all.senses += word * sensed(target, grid.band(band).neurons);
    }
    all.adderBits += neurons * (grid.slices() - 1) * width;
  }
  all.compareBits =
      uint64_t(layer.thresholds().thresholds_size()) / classes * width;
  all.rowReads *= positions;
  all.senses *= positions;
  all.popcountBits *= positions;
  all.adderBits *= positions;
  all.compareBits *= positions;
  // Inputs are written once and read at each position, outputs are the next
  // layer's inputs.
  const image::Value &input = image.values(int(layer.input()));
  all.bufferBits = planes * (elementsOf(input) +
                             positions * layer.groups() * layer.fan_in());
  uint64_t repetitions = image::repetitionsOf(image);
  for (uint64_t *count : {&all.rowReads, &all.senses, &all.popcountBits,
                          &all.adderBits, &all.compareBits, &all.bufferBits})
    *count *= repetitions;
  return all;
}

} // namespace bnn::cost
