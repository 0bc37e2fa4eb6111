//===- FusedThresholds.cpp - Thresholds in cells that are read with errors ===//
//
// A neuron's thresholds are read anew at each position. Few of the words err at
// all: the gaps between cells that flip at equal rates are drawn, marginal and
// unsteady cells one by one, and only what follows from such a word is
// computed.
//
//===----------------------------------------------------------------------===//

#include "FusedLayer.h"
#include "bnn/Device/Random.h"
#include <cmath>

using namespace llvm;
using bnn::device::Draw;
using bnn::device::Stream;

namespace bnn::sim {

bool FusedLayer::thresholdsAreNoisy() const {
  return noise && decision.stored &&
         (noise->thresholdRate > 0 || !noise->marginalThresholds.empty() ||
          !noise->unsteadyThresholds.empty());
}

/// The cells of the neurons of group `index` that answer otherwise than they
/// hold at one position: (neuron of the group, cell of its word), sorted.
void FusedLayer::wrongThresholdCells(int64_t index, uint64_t image,
                                     int64_t position,
                                     std::vector<ThresholdCell> &cells) const {
  uint32_t cls = geometry.borderClass(position);
  uint32_t word = decision.slots * decision.bits;
  int64_t firstNeuron = index * geometry.groupNeurons;
  cells.clear();
  if (double rate = noise->thresholdRate; rate > 0) {
    Stream stream(noise->reads->seed, noise->reads->chip, Draw::ReadFlip,
                  uint64_t(noise->layer) << 32 | uint64_t(index) << 16 |
                      0x7fff);
    double scale = 1 / std::log1p(-rate);
    int64_t count = geometry.groupNeurons * word, at = 0;
    for (uint32_t ordinal = 0; at < count; ++ordinal, ++at) {
      double gap = std::floor(
          std::log(device::toUnit(stream.pair(
              image, uint64_t(position) << 32 | uint64_t(ordinal))[0])) *
          scale);
      if (!(gap < double(count - at)))
        break;
      at += int64_t(gap);
      cells.push_back({uint32_t(at / word), uint32_t(at % word) + cls * word});
    }
  }
  auto isHere = [&](uint32_t neuron, uint32_t cell) {
    return neuron / geometry.groupNeurons == index && cell / word == cls;
  };
  for (const UnsteadyLane &cell : noise->unsteadyThresholds)
    if (isHere(cell.neuron, cell.lane) &&
        (answer(cell, noise->read(image, uint64_t(position),
                                  uint64_t(geometry.positions), true)) > 0) !=
            decision.storedBit(cell.neuron, cell.lane))
      cells.push_back({uint32_t(cell.neuron - firstNeuron), cell.lane});
  for (const MarginalThreshold &cell : noise->marginalThresholds)
    if (isHere(cell.neuron, cell.cell) &&
        thresholdRead(*noise, image, position, cell.neuron, cell.cell)[1] <
            cell.flip)
      cells.push_back({uint32_t(cell.neuron - firstNeuron), cell.cell});
  llvm::sort(cells);
}

/// Calls `change` for the outputs of rows firstRow .. whose thresholds are read
/// with errors: with the row, the neuron of the group and what is read.
void FusedLayer::readThresholds(
    int64_t index, int64_t firstRow, int64_t numRows, int64_t firstSample,
    function_ref<void(int64_t, int64_t, ArrayRef<int64_t>)> change) const {
  if (!thresholdsAreNoisy())
    return;
  std::vector<ThresholdCell> cells;
  std::vector<int64_t> thresholds(decision.slots);
  for (int64_t row = firstRow; row < firstRow + numRows; ++row) {
    int64_t position = row % geometry.positions;
    uint32_t cls = geometry.borderClass(position);
    wrongThresholdCells(index, uint64_t(firstSample + row / geometry.positions),
                        position, cells);
    for (size_t i = 0; i < cells.size();) {
      uint32_t neuron = cells[i].first;
      int64_t function =
          cls * geometry.neurons + index * geometry.groupNeurons + neuron;
      ArrayRef<int64_t> held = decision.thresholds(function);
      thresholds.assign(held.begin(), held.end());
      // A cell that is twice in the list answers as it holds after all.
      for (; i < cells.size() && cells[i].first == neuron; ++i) {
        uint32_t cell = cells[i].second;
        int64_t &value = thresholds[cell / decision.bits % decision.slots];
        value =
            ((value - decision.base) ^ (int64_t(1) << cell % decision.bits)) +
            decision.base;
      }
      change(row - firstRow, neuron, thresholds);
    }
  }
}

/// Decides again what follows from such words, in the bits that `compared` made
/// of rows firstRow ..
void FusedLayer::moveThresholds(const MismatchTask &compared, int64_t index,
                                int64_t firstRow, int64_t firstSample) const {
  const Group &group = groups[index];
  readThresholds(
      index, firstRow, int64_t(compared.numRows), firstSample,
      [&](int64_t r, int64_t i, ArrayRef<int64_t> thresholds) {
        int64_t row = firstRow + r, position = row % geometry.positions;
        int64_t count = group.constants[i] -
                        compared.sums[r * int64_t(blocks * blockNeurons) + i];
        int32_t code =
            decide(geometry.borderClass(position),
                   index * geometry.groupNeurons + i, thresholds, count,
                   firstSample + row / geometry.positions, position);
        uint32_t *words = compared.bits + r * int64_t(compared.bitStride);
        uint32_t bit = 1u << (i % 32);
        words[i / 32] =
            code == decision.high ? words[i / 32] | bit : words[i / 32] & ~bit;
      });
}

} // namespace bnn::sim
