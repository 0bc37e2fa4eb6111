//===- Cycles.cpp - How long a layer takes on its arrays ------------------===//

#include "bnn/Image/Cycles.h"
#include "bnn/Image/CellArray.h"
#include "bnn/Image/Image.h"
#include "bnn/Image/TileGrid.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>

using namespace llvm;

namespace bnn::image {

namespace {

/// Reads that want to happen at once, by subarray.
class Reads {
public:
  explicit Reads(const Target &target) : target(target) {}

  void add(const Placement &tile, uint64_t rows) {
    uint64_t &sum = bySubarray[subarrayIndex(target, tile)];
    longest = std::max(longest, sum += rows);
  }
  uint64_t longest = 0;

private:
  const Target &target;
  DenseMap<uint64_t, uint64_t> bySubarray;
};

} // namespace

uint64_t positionsOf(const ArrayLayer &layer) {
  if (!layer.has_convolution())
    return layer.dense().positions();
  uint64_t positions = 1;
  for (uint32_t size : layer.convolution().output())
    positions *= size;
  return positions;
}

uint64_t adderStages(const ArrayLayer &layer) {
  if (layer.orientation() == ArrayLayer::ROW_IS_INPUT)
    return 0;
  return layer.accumulation().kind() == Accumulation::TREE
             ? Log2_64_Ceil(layer.tile_columns()) + 1
             : layer.tile_columns();
}

/// Senses of one position for the weights, and with rows that are neurons for
/// their thresholds.
static uint64_t weightSenses(const Target &target, const ArrayLayer &layer,
                             const TileGrid &grid) {
  uint64_t planes = uint64_t(layer.plane_weights_size()), senses = 0;
  if (grid.rowIsNeuron()) {
    for (uint64_t band = 0; band < grid.bands(); ++band) {
      Reads reads(target);
      for (uint64_t s = 0; s < grid.slices(); ++s)
        reads.add(layer.placement(int(grid.tileIn(band, s))), planes);
      for (uint64_t p = 0; p < grid.pieces(); ++p)
        reads.add(layer.threshold_placement(int(band * grid.pieces() + p)), 1);
      senses += grid.band(band).neurons * reads.longest;
    }
    return senses;
  }
  for (uint64_t s = 0; s < grid.slices(); ++s) {
    Reads reads(target);
    for (uint64_t band = 0; band < grid.bands(); ++band)
      reads.add(layer.placement(int(grid.tileIn(band, s))), 1);
    senses +=
        std::min(grid.sliceLanes(), grid.lanes() - s * grid.sliceLanes()) *
        planes * reads.longest;
  }
  return senses;
}

/// With rows that are inputs: senses of the thresholds of class `cls`, whose
/// cells are rows.
static uint64_t thresholdSenses(const Target &target, const ArrayLayer &layer,
                                const TileGrid &grid, uint64_t cls) {
  if (grid.rowIsNeuron() || !grid.wordCells())
    return 0;
  uint64_t senses = 0;
  uint64_t cells = uint64_t(layer.threshold_slots()) * layer.threshold_bits();
  for (uint64_t cell = cls * cells; cell < (cls + 1) * cells; ++cell) {
    Reads reads(target);
    for (uint64_t band = 0; band < grid.bands(); ++band)
      reads.add(layer.threshold_placement(
                    int(band * grid.pieces() + cell / grid.sliceLanes())),
                1);
    senses += reads.longest;
  }
  return senses;
}

/// Positions of a layer by border class.
static std::vector<uint64_t> positionsByClass(const ArrayLayer &layer) {
  std::vector<uint64_t> ofClass(std::max(layer.border_classes(), 1u), 0);
  if (layer.position_class().empty())
    ofClass[0] = positionsOf(layer);
  for (uint32_t cls : layer.position_class())
    ++ofClass[cls];
  return ofClass;
}

LayerCycles cyclesOf(const Target &target, const ArrayLayer &layer) {
  TileGrid grid(target, layer);
  uint64_t positions = positionsOf(layer);
  uint64_t senses = weightSenses(target, layer, grid) * positions;
  std::vector<uint64_t> ofClass = positionsByClass(layer);
  for (uint64_t cls = 0; cls < ofClass.size(); ++cls)
    if (ofClass[cls])
      senses += ofClass[cls] * thresholdSenses(target, layer, grid, cls);
  LayerCycles cycles;
  cycles.steady = senses * std::max(target.columns_per_sense_amplifier(), 1u);
  // The counters of the tiles of a column are added one by one.
  if (!grid.rowIsNeuron())
    cycles.steady += positions * (grid.slices() - 1);
  cycles.fill = 1;
  cycles.drain = adderStages(layer) + 1;
  return cycles;
}

namespace {

/// Adds the rows that each subarray reads for a sample.
void addReads(const Target &target, const ArrayLayer &layer,
              DenseMap<uint64_t, uint64_t> &rows) {
  TileGrid grid(target, layer);
  uint64_t positions = positionsOf(layer);
  uint64_t planes = uint64_t(layer.plane_weights_size());
  bool rowIsNeuron = grid.rowIsNeuron();
  for (uint64_t t = 0; t < grid.size(); ++t) {
    TileBlock block = grid.tile(t);
    rows[subarrayIndex(target, layer.placement(int(t)))] +=
        (rowIsNeuron ? block.neurons : block.lanes) * planes * positions;
  }
  std::vector<uint64_t> ofClass = positionsByClass(layer);
  uint64_t word = uint64_t(layer.threshold_slots()) * layer.threshold_bits();
  for (uint64_t t = 0; t < grid.thresholdTiles(); ++t) {
    TileBlock block = grid.thresholdTile(t);
    uint64_t reads = rowIsNeuron ? block.neurons * positions : 0;
    for (uint64_t cell = 0; !rowIsNeuron && cell < block.lanes; ++cell)
      reads += ofClass[(block.firstLane + cell) / word];
    rows[subarrayIndex(target, layer.threshold_placement(int(t)))] += reads;
  }
}

} // namespace

uint64_t intervalOf(const Image &image) {
  const Target &target = image.target();
  uint64_t interval = 0, latency = 0;
  DenseMap<uint64_t, uint64_t> rows;
  for (const Step &step : image.steps()) {
    if (!step.has_array())
      continue;
    LayerCycles cycles = cyclesOf(target, step.array());
    cycles.steady *= repetitionsOf(image);
    interval = std::max(interval, cycles.steady);
    latency += cycles.latency();
    addReads(target, step.array(), rows);
  }
  if (target.time_multiplexed())
    return latency;
  for (auto [subarray, reads] : rows)
    interval = std::max(interval,
                        reads * repetitionsOf(image) *
                            std::max(target.columns_per_sense_amplifier(), 1u));
  return interval;
}

} // namespace bnn::image
