//===- FusedMarginal.cpp - Cells that err in a share of their reads -------===//
//
// Cells of similar probability are drawn together. Those that err often are
// drawn one by one, neuron by neuron, and only where they could change the
// neuron's bit; of those that err rarely the gaps between errors are drawn.
//
//===----------------------------------------------------------------------===//

#include "FusedLayer.h"
#include "ReadChoice.h"
#include "bnn/Device/Random.h"
#include <cmath>
#include <numeric>

using namespace llvm;
using bnn::device::Draw;
using bnn::device::Stream;

namespace bnn::sim {

/// Buckets of 2^-8 .. 1, where each cell is drawn for itself, then of 2^-16 ..
/// 2^-8 and so on, where the gaps between candidates are drawn: of most buckets
/// one draw tells that a row has none.
void FusedLayer::addFlicker(const MarginalLane &lane) {
  int64_t index = lane.neuron / geometry.groupNeurons;
  float largest = std::max(lane.flipOne, lane.flipZero);
  int number = std::max(0, -(std::ilogb(largest) + 1) / 8);
  auto bucket = llvm::find_if(
      buckets[index], [&](const Bucket &b) { return b.number == number; });
  if (bucket == buckets[index].end()) {
    bucket = buckets[index].insert(bucket, Bucket());
    bucket->largest = std::ldexp(1.0, -8 * number);
    bucket->number = number;
  }
  Flicker cell{};
  cell.neuron = uint32_t(lane.neuron % geometry.groupNeurons);
  cell.site = siteOf(index, lane.lane);
  // A mismatch that flips is one less.
  cell.changeOne = lane.toOne < 0 ? -1 : 1;
  cell.changeZero = lane.toZero > 0 ? -1 : 1;
  cell.flipOne = lane.flipOne;
  cell.flipZero = lane.flipZero;
  bucket->cells.push_back(cell);
}

/// Sorts the cells of a bucket by their neurons, with what tells where drawing
/// them is needed.
void FusedLayer::arrange(Bucket &bucket, int64_t index) const {
  std::vector<Flicker> &cells = bucket.cells;
  llvm::stable_sort(cells, [](const Flicker &a, const Flicker &b) {
    return a.neuron < b.neuron;
  });
  size_t lanes = blocks * blockNeurons;
  bucket.firstCell.assign(lanes + 1, 0);
  bucket.reach.assign(lanes, 0);
  for (const Flicker &cell : cells) {
    double largest = std::max(cell.flipOne, cell.flipZero);
    bucket.limits.push_back(uint32_t(std::min(largest * 0x1p32, 0x1p32 - 1)));
    ++bucket.firstCell[cell.neuron + 1];
    for (int32_t factor : groups[index].terms[cell.site.term].factors)
      bucket.reach[cell.neuron] += std::abs(factor);
  }
  std::partial_sum(bucket.firstCell.begin(), bucket.firstCell.end(),
                   bucket.firstCell.begin());
}

/// A candidate flips where `u`, uniform below the cell's larger probability, is
/// below that of its input.
void FusedLayer::flip(const Flicker &cell, int64_t index, const uint32_t *row,
                      unsigned plane, double u, int32_t *sums) const {
  bool input = cell.site.input(row);
  if (u < (input ? cell.flipOne : cell.flipZero))
    sums[cell.neuron] += groups[index].terms[cell.site.term].factors[plane] *
                         (input ? cell.changeOne : cell.changeZero);
}

/// Draws the flips of the cells of `bucket` of one row, each for itself, where
/// they can matter.
void FusedLayer::flipOften(const Bucket &bucket, const uint32_t *row,
                           size_t planeStride, int64_t index, ChoiceTask task,
                           Drawn &drawn, const int32_t *limits,
                           int32_t *sums) const {
  size_t lanes = blocks * blockNeurons;
  size_t neurons = lanes;
  if (limits)
    neurons = findNear({sums, limits, bucket.reach.data(), lanes},
                       drawn.neurons.data());
  drawn.cells.clear();
  for (size_t i = 0; i < neurons; ++i) {
    uint32_t neuron = limits ? drawn.neurons[i] : uint32_t(i);
    for (uint32_t cell = bucket.firstCell[neuron];
         cell < bucket.firstCell[neuron + 1]; ++cell)
      drawn.cells.push_back(cell);
  }
  task.count = drawn.cells.size();
  drawn.cells.resize(task.count + 16);
  task.cells = drawn.cells.data();
  for (unsigned plane = 0; plane < geometry.planes; ++plane, ++task.site) {
    size_t count = runChoice(task, drawn.chosen.data(), drawn.words.data());
    for (size_t i = 0; i < count; ++i)
      flip(bucket.cells[drawn.chosen[i]], index, row + plane * planeStride,
           plane, drawn.words[i] * 0x1p-32, sums);
  }
}

/// Draws the gaps between the flips of the cells of `bucket` of one row.
void FusedLayer::flipRarely(const Bucket &bucket, const uint32_t *row,
                            int64_t index, const Stream &stream, uint64_t image,
                            uint64_t site, unsigned plane,
                            int32_t *sums) const {
  int64_t size = int64_t(bucket.cells.size());
  double scale = 1 / std::log1p(-bucket.largest);
  int64_t at = 0;
  for (uint32_t ordinal = 0; at < size; ++ordinal, ++at) {
    auto [gapWord, further] =
        stream.pair(image, site << 32 | uint64_t(ordinal));
    double gap = std::floor(std::log(device::toUnit(gapWord)) * scale);
    if (!(gap < double(size - at)))
      break;
    at += int64_t(gap);
    flip(bucket.cells[at], index, row, plane,
         device::toUnit(further) * bucket.largest, sums);
  }
}

/// Draws the flips of marginal cells of rows firstRow .., those that err rarely
/// first, since the others ask how far the sums are from their limits (of
/// `bits`, where nothing but the bit is made of them).
void FusedLayer::flipMarginal(const Rows &rows, int64_t index, int64_t firstRow,
                              int64_t numRows, int64_t firstSample,
                              const MismatchTask *bits, int32_t *sums) const {
  size_t lanes = blocks * blockNeurons;
  Drawn drawn;
  for (const Bucket &bucket : buckets[index]) {
    Stream stream(noise->reads->seed, noise->reads->chip, Draw::ReadFlip,
                  uint64_t(noise->layer) << 32 | uint64_t(index) << 16 |
                      uint64_t(0x8000 + bucket.number));
    drawn.neurons.resize(lanes + 16);
    drawn.chosen.resize(bucket.cells.size() + 16);
    drawn.words.resize(bucket.cells.size() + 16);
    for (int64_t r = 0; r < numRows; ++r) {
      int64_t row = firstRow + r, position = row % geometry.positions;
      uint64_t image = uint64_t(firstSample + row / geometry.positions);
      uint64_t site = uint64_t(position) * geometry.planes;
      const uint32_t *data = rows.data + row * rows.rowStride;
      int32_t *to = sums + r * lanes;
      if (bucket.number > 0) {
        for (unsigned plane = 0; plane < geometry.planes; ++plane)
          flipRarely(bucket, data + plane * rows.planeStride, index, stream,
                     image, site + plane, plane, to);
        continue;
      }
      ChoiceTask task;
      task.limits = bucket.limits.data();
      task.key[0] = stream.philoxKey()[0];
      task.key[1] = stream.philoxKey()[1];
      task.site = uint32_t(site);
      task.image = uint32_t(image);
      const int32_t *limits = nullptr;
      if (bits)
        limits =
            bits->limits + (bits->rowClasses ? bits->rowClasses[r] : 0) * lanes;
      flipOften(bucket, data, rows.planeStride, index, task, drawn, limits, to);
    }
  }
}

} // namespace bnn::sim
