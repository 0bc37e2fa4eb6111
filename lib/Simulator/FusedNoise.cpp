//===- FusedNoise.cpp - Reads of a fused layer that are drawn -------------===//
//
// Where reads are drawn anew, the exact mismatches of a chunk of rows are
// counted first, by the kernels of every other run, and changed afterwards:
// by the flips of equal rates output by output, by those of marginal cells
// cell by cell. The comparison comes last.
//
//===----------------------------------------------------------------------===//

#include "FusedLayer.h"
#include "ReadFlips.h"
#include "bnn/Device/Random.h"
#include <cmath>

using namespace llvm;
using bnn::device::Draw;
using bnn::device::Stream;

namespace bnn::sim {

bool FusedLayer::readsAreNoisy() const {
  return noise &&
         (noise->rates.any() || !noise->marginal.empty() ||
          llvm::any_of(unsteady,
                       [](const auto &group) { return !group.empty(); }) ||
          thresholdsAreNoisy() ||
          (noise->reads && !noise->reads->marginError.empty()));
}

/// What the reads of the chip that `noise` describes need.
void FusedLayer::prepareReads() {
  flipTable.clear();
  if (noise->rates.any() && !ternarySense)
    flipTable = binomialTable(uint64_t(geometry.fanIn), noise->rates.flip);
  lastFlipTable = flipTable;
  if (noise->rates.any() && !ternarySense && padColumns)
    lastFlipTable =
        binomialTable(uint64_t(geometry.fanIn + padColumns), noise->rates.flip);
  buckets.assign(groups.size(), {});
  for (const MarginalLane &cell : noise->marginal)
    if (!ternarySense && std::max(cell.flipOne, cell.flipZero) > 0)
      addFlicker(cell);
  for (int64_t index = 0; index < int64_t(groups.size()); ++index)
    for (Bucket &bucket : buckets[index])
      if (bucket.number == 0)
        arrange(bucket, index);
  // Cells that are drawn one by one come last.
  for (std::vector<Bucket> &group : buckets)
    llvm::sort(group, [](const Bucket &a, const Bucket &b) {
      return a.number > b.number;
    });
}

FusedLayer::Site FusedLayer::siteOf(int64_t index, uint32_t lane) const {
  Site site;
  site.padding = lane >= geometry.weightPlanes * geometry.fanIn;
  // The padding belongs to the last term.
  size_t terms = groups[index].terms.size();
  site.term = uint8_t(std::min<size_t>(lane / geometry.fanIn, terms - 1));
  if (!site.padding) {
    size_t slot = slotOf(lane % geometry.fanIn);
    site.word = uint32_t(slot / 32);
    site.bit = uint8_t(slot % 32);
  }
  return site;
}

/// Every sensed bit flips with the same rate: draws the flips of plane `plane`
/// of term `t` into its mismatches of rows firstRow ...
void FusedLayer::flipReads(int64_t index, size_t t, unsigned plane,
                           int64_t firstRow, int64_t numRows,
                           int64_t firstSample, const MismatchTask *bits,
                           int32_t *sums) const {
  const Group &group = groups[index];
  bool last = t + 1 == group.terms.size();
  std::vector<uint32_t> sites(numRows), images(numRows);
  for (int64_t r = 0; r < numRows; ++r) {
    int64_t position = (firstRow + r) % geometry.positions;
    sites[r] = uint32_t((position * geometry.planes + plane) *
                            int64_t(group.terms.size()) +
                        int64_t(t));
    images[r] = uint32_t(firstSample + (firstRow + r) / geometry.positions);
  }
  std::vector<int32_t> more;
  if (last && padColumns) {
    more.assign(blocks * blockNeurons, 0);
    std::copy_n(padMismatches.begin() + index * geometry.groupNeurons,
                geometry.groupNeurons, more.begin());
  }
  FlipTask task;
  task.sums = sums;
  task.numRows = numRows;
  task.blocks = blocks;
  const std::vector<uint32_t> &table = last ? lastFlipTable : flipTable;
  task.table = table.data();
  task.tableSize = uint32_t(table.size());
  if (bits) {
    task.limits = bits->limits;
    task.rowClasses = bits->rowClasses;
  }
  task.bits = uint32_t(geometry.fanIn + (last ? padColumns : 0));
  task.more = more.empty() ? nullptr : more.data();
  auto key = Stream(noise->reads->seed, noise->reads->chip, Draw::ReadFlip,
                    noise->layer)
                 .philoxKey();
  task.key[0] = key[0];
  task.key[1] = key[1];
  task.sites = sites.data();
  task.images = images.data();
  // Groups whose neurons do not fill a block keep apart by their blocks.
  task.firstNeuron = uint32_t(index * blocks * blockNeurons);
  runFlips(task);
}

/// The mismatches of rows firstRow .. with all that their reads draw. `bits`:
/// what compares them, where nothing else is made of them.
void FusedLayer::noisySums(const Rows &rows, int64_t index, int64_t firstRow,
                           int64_t numRows, int64_t firstSample,
                           const MismatchTask *bits,
                           std::vector<int32_t> &sums) const {
  const Group &group = groups[index];
  size_t lanes = blocks * blockNeurons;
  bool flips = noise->rates.any();
  // Flips are all that moves the sums between the exact ones and the limits.
  bool alone = bits && group.terms.size() == 1 && geometry.planes == 1 &&
               group.terms[0].factors[0] == 1 && buckets[index].empty() &&
               unsteady[index].empty() && noise->reads->marginError.empty();
  if (flips && alone && !ternarySense) {
    MismatchTask work = task(group, group.terms[0], rows, firstRow, numRows);
    work.sums = sums.data();
    runMismatch(work);
    flipReads(index, 0, 0, firstRow, numRows, firstSample, bits, sums.data());
    return;
  }
  std::vector<int32_t> part(flips ? numRows * lanes : 0);
  static constexpr int32_t one = 1;
  if (flips)
    std::fill_n(sums.begin(), numRows * lanes, 0);
  for (auto [t, term] : enumerate(group.terms)) {
    MismatchTask work = task(group, term, rows, firstRow, numRows);
    if (!flips) {
      work.sums = sums.data();
      work.accumulate = t > 0;
      runMismatch(work);
      continue;
    }
    for (unsigned plane = 0; plane < geometry.planes; ++plane) {
      MismatchTask single = work;
      single.rows += plane * rows.planeStride;
      single.planes = 1;
      single.factors = &one;
      single.sums = part.data();
      runMismatch(single);
      if (ternarySense)
        flipTernary(index, t, plane, firstRow, numRows, firstSample,
                    part.data(), sums.data());
      else
        flipReads(index, t, plane, firstRow, numRows, firstSample, nullptr,
                  part.data());
      for (size_t i = 0; i < numRows * lanes; ++i)
        sums[i] += term.factors[plane] * part[i];
    }
  }
  if (!unsteady[index].empty())
    answerUnsteady(rows, index, firstRow, numRows, firstSample, sums.data());
  // Last, as it asks how far the sums are from their limits.
  if (!buckets[index].empty())
    flipMarginal(rows, index, firstRow, numRows, firstSample,
                 noise->reads->marginError.empty() ? bits : nullptr,
                 sums.data());
}

/// The code of a neuron's count by the thresholds as they are read, with a
/// comparison that errs where it is close.
int32_t FusedLayer::decide(uint32_t cls, int64_t neuron,
                           ArrayRef<int64_t> thresholds, int64_t count,
                           int64_t sample, int64_t position) const {
  int64_t function = int64_t(cls) * geometry.neurons + neuron;
  if (!noise || !noise->reads || noise->reads->marginError.empty())
    return decision.codeAt(function,
                           decision.stepOf(function, thresholds, count));
  return decision.noisyCode(
      function, thresholds, count, noise->reads->marginError, [&] {
        Stream stream(noise->reads->seed, noise->reads->chip, Draw::Decision,
                      noise->layer);
        return device::toUnit(stream.pair(
            uint64_t(sample), uint64_t(position) << 32 | uint64_t(neuron))[0]);
      });
}

int32_t FusedLayer::noisyCode(uint32_t cls, int64_t neuron, int64_t count,
                              int64_t sample, int64_t position) const {
  int64_t function = int64_t(cls) * geometry.neurons + neuron;
  return decide(cls, neuron, decision.thresholds(function), count, sample,
                position);
}

/// Draws the comparisons that a margin table lets go wrong, into the bits that
/// `compared` made of rows firstRow ..
void FusedLayer::moveMargins(const MismatchTask &compared, int64_t index,
                             int64_t firstRow, int64_t firstSample) const {
  if (noise->reads->marginError.empty())
    return;
  const Group &group = groups[index];
  for (size_t r = 0; r < compared.numRows; ++r) {
    int64_t row = firstRow + int64_t(r);
    int64_t position = row % geometry.positions;
    int64_t sample = firstSample + row / geometry.positions;
    const int32_t *sums = compared.sums + r * blocks * blockNeurons;
    uint32_t *words = compared.bits + r * compared.bitStride;
    for (int64_t i = 0; i < geometry.groupNeurons; ++i) {
      int32_t code = noisyCode(geometry.borderClass(position),
                               index * geometry.groupNeurons + i,
                               group.constants[i] - sums[i], sample, position);
      uint32_t bit = 1u << (i % 32);
      words[i / 32] =
          code == decision.high ? words[i / 32] | bit : words[i / 32] & ~bit;
    }
  }
}

} // namespace bnn::sim
