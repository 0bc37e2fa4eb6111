//===- TileGrid.cpp - How the matrix of a layer is cut --------------------===//

#include "bnn/Image/TileGrid.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>

using llvm::divideCeil;

namespace bnn::image {

TileGrid::TileGrid(const Target &target, const ArrayLayer &layer)
    : neuronRows(layer.orientation() == ArrayLayer::ROW_IS_NEURON),
      arrayRows(target.rows()), arrayColumns(target.columns()),
      numNeurons(layer.neurons()),
      numLanes(uint64_t(layer.weight_planes()) * layer.fan_in()),
      wordLength(layer.threshold_store() == ArrayLayer::ARRAY_ROWS
                     ? uint64_t(layer.border_classes()) *
                           layer.threshold_slots() * layer.threshold_bits()
                     : 0),
      groupNeurons(numNeurons / std::max(layer.groups(), 1u)),
      groupBands(divideCeil(groupNeurons, arrayColumns)) {
  tileRows = divideCeil(neuronRows ? numNeurons : numLanes, arrayRows);
  tileColumns = neuronRows ? divideCeil(numLanes, arrayColumns)
                           : std::max(layer.groups(), 1u) * groupBands;
}

TileBlock TileGrid::band(uint64_t i) const {
  TileBlock block;
  if (neuronRows) {
    block.firstNeuron = i * arrayRows;
    block.neurons = std::min(arrayRows, numNeurons - block.firstNeuron);
    return block;
  }
  uint64_t inGroup = i % groupBands * arrayColumns;
  block.firstNeuron = i / groupBands * groupNeurons + inGroup;
  block.neurons = std::min(arrayColumns, groupNeurons - inGroup);
  return block;
}

uint64_t TileGrid::bandOf(uint64_t neuron) const {
  if (neuronRows)
    return neuron / arrayRows;
  return neuron / groupNeurons * groupBands +
         neuron % groupNeurons / arrayColumns;
}

TileBlock TileGrid::tile(uint64_t index) const {
  uint64_t t = index / tileColumns, k = index % tileColumns;
  TileBlock block = band(neuronRows ? t : k);
  block.firstLane = (neuronRows ? k : t) * sliceLanes();
  block.lanes = std::min(sliceLanes(), numLanes - block.firstLane);
  return block;
}

uint64_t TileGrid::pieces() const {
  return divideCeil(wordLength, sliceLanes());
}

TileBlock TileGrid::thresholdTile(uint64_t index) const {
  TileBlock block = band(index / pieces());
  block.firstLane = index % pieces() * sliceLanes();
  block.lanes = std::min(sliceLanes(), wordLength - block.firstLane);
  return block;
}

} // namespace bnn::image
