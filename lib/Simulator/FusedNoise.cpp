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
  return noise && (noise->rates.any() || !noise->marginal.empty() ||
                   (noise->reads && !noise->reads->marginError.empty()));
}

/// What the reads of the chip that `noise` describes need.
void FusedLayer::prepareReads() {
  flipTable.clear();
  if (noise->rates.any())
    flipTable = binomialTable(uint64_t(geometry.fanIn), noise->rates.flip);
  lastFlipTable = flipTable;
  if (noise->rates.any() && padColumns)
    lastFlipTable =
        binomialTable(uint64_t(geometry.fanIn + padColumns), noise->rates.flip);
  buckets.clear();
  for (const MarginalLane &cell : noise->marginal) {
    float largest = std::max(cell.flipOne, cell.flipZero);
    if (largest <= 0)
      continue;
    int exponent = std::ilogb(largest) + 1;
    auto bucket = llvm::find_if(
        buckets, [&](const Bucket &b) { return b.exponent == exponent; });
    if (bucket == buckets.end()) {
      buckets.push_back({exponent, {}});
      bucket = std::prev(buckets.end());
    }
    bucket->cells.push_back(cell);
  }
  llvm::sort(buckets, [](const Bucket &a, const Bucket &b) {
    return a.exponent > b.exponent;
  });
}

/// Every sensed bit flips with the same rate: draws the flips of plane `plane`
/// of term `t` into its mismatches of rows firstRow ...
void FusedLayer::flipReads(int64_t index, size_t t, unsigned plane,
                           int64_t firstRow, int64_t numRows,
                           int64_t firstSample, int32_t *sums) const {
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
  task.table = last ? lastFlipTable.data() : flipTable.data();
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

/// The change of a plane's mismatches when a marginal cell flips.
int32_t FusedLayer::flipOf(const MarginalLane &cell, const uint32_t *row,
                           double u, double scale) const {
  bool padding = cell.lane >= geometry.weightPlanes * geometry.fanIn;
  if (padding) { // driven with 1
    if (u * scale >= cell.flipOne)
      return 0;
    return cell.answer < 0 ? -1 : 1;
  }
  int64_t i = cell.neuron % geometry.groupNeurons;
  const Term &term = groups[cell.neuron / geometry.groupNeurons]
                         .terms[cell.lane / geometry.fanIn];
  size_t slot = slotOf(cell.lane % geometry.fanIn);
  size_t at =
      (i / blockNeurons * words + slot / 32) * blockNeurons + i % blockNeurons;
  bool input = row[slot / 32] >> (slot % 32) & 1;
  if (u * scale >= (input ? cell.flipOne : cell.flipZero))
    return 0;
  const std::vector<uint32_t> &answers =
      input || term.zeroWeights.empty() ? term.weights : term.zeroWeights;
  bool weight = answers[at] >> (slot % 32) & 1;
  return input != weight ? -1 : 1;
}

/// Draws the flips of marginal cells: candidates at the bucket's largest
/// probability by their gaps, each kept with its own share.
void FusedLayer::flipMarginal(const Rows &rows, int64_t index, int64_t firstRow,
                              int64_t numRows, int64_t firstSample,
                              int32_t *sums) const {
  size_t lanes = blocks * blockNeurons;
  for (const Bucket &bucket : buckets) {
    double largest = std::ldexp(1.0, bucket.exponent);
    largest = std::min(largest, 1.0);
    double scale = largest < 1 ? 1 / std::log1p(-largest) : 0;
    Stream stream(noise->reads->seed, noise->reads->chip, Draw::ReadFlip,
                  uint64_t(noise->layer) << 16 |
                      uint64_t(0x8000 + bucket.exponent));
    int64_t size = int64_t(bucket.cells.size());
    for (int64_t r = 0; r < numRows; ++r) {
      int64_t row = firstRow + r, position = row % geometry.positions;
      uint64_t image = uint64_t(firstSample + row / geometry.positions);
      for (unsigned plane = 0; plane < geometry.planes; ++plane) {
        uint64_t site = uint64_t(position) * geometry.planes + plane;
        int64_t at = 0;
        for (uint32_t ordinal = 0;; ++ordinal) {
          auto [gapWord, further] =
              stream.pair(image, site << 32 | uint64_t(ordinal));
          double gap = std::floor(std::log(device::toUnit(gapWord)) * scale);
          if (!(gap < double(size - at)))
            break;
          at += int64_t(gap);
          const MarginalLane &cell = bucket.cells[at];
          if (cell.neuron / geometry.groupNeurons == index) {
            const uint32_t *bits =
                rows.data + row * rows.rowStride + plane * rows.planeStride;
            const Term &term = groups[index].terms[std::min<size_t>(
                cell.lane / geometry.fanIn, groups[index].terms.size() - 1)];
            sums[r * lanes + cell.neuron % geometry.groupNeurons] +=
                term.factors[plane] *
                flipOf(cell, bits, device::toUnit(further), largest);
          }
          if (++at == size)
            break;
        }
      }
    }
  }
}

/// The mismatches of rows firstRow .. with all that their reads draw.
void FusedLayer::noisySums(const Rows &rows, int64_t index, int64_t firstRow,
                           int64_t numRows, int64_t firstSample,
                           std::vector<int32_t> &sums) const {
  const Group &group = groups[index];
  size_t lanes = blocks * blockNeurons;
  bool flips = noise->rates.any();
  std::vector<int32_t> part(flips ? numRows * lanes : 0);
  static constexpr int32_t one = 1;
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
      flipReads(index, t, plane, firstRow, numRows, firstSample, part.data());
      for (size_t i = 0; i < numRows * lanes; ++i)
        sums[i] += term.factors[plane] * part[i];
    }
  }
  if (!buckets.empty())
    flipMarginal(rows, index, firstRow, numRows, firstSample, sums.data());
}

/// The comparison of a neuron's count, which errs where it is close.
int32_t FusedLayer::noisyCode(uint32_t cls, int64_t neuron, int64_t count,
                              int64_t sample, int64_t position) const {
  if (!noise || !noise->reads || noise->reads->marginError.empty())
    return decision.code(cls, neuron, count);
  return decision.noisyCode(cls, neuron, count, noise->reads->marginError, [&] {
    Stream stream(noise->reads->seed, noise->reads->chip, Draw::Decision,
                  noise->layer);
    return device::toUnit(stream.pair(
        uint64_t(sample), uint64_t(position) << 32 | uint64_t(neuron))[0]);
  });
}

/// As `runBits`, with drawn reads.
void FusedLayer::runNoisyBits(BatchValue &output, int64_t index,
                              const Rows &rows,
                              const LayerRecord &record) const {
  PackedCodes &packed = *output.packed;
  const Group &group = groups[index];
  size_t lanes = blocks * blockNeurons;
  bool exact = noise->reads->marginError.empty();
  int64_t total = output.samples() * geometry.positions,
          step = rowsPerPass(rows);
  std::vector<int32_t> sums(std::min(step, total) * lanes);
  for (int64_t row = 0; row < total; row += step) {
    int64_t count = std::min(step, total - row);
    noisySums(rows, index, row, count, record.firstSample, sums);
    for (int64_t r = 0; r < count; ++r) {
      int64_t position = (row + r) % geometry.positions;
      int64_t sample = record.firstSample + (row + r) / geometry.positions;
      uint32_t cls = geometry.borderClass(position);
      uint32_t *words =
          packed.bits.data() + (row + r) * packed.words() + index * blocks;
      const int32_t *limits = group.limits.data() + cls * lanes;
      const int32_t *of = sums.data() + r * lanes;
      for (size_t block = 0; block < blocks; ++block) {
        uint32_t word = 0;
        for (size_t i = 0; i < blockNeurons; ++i)
          word |= uint32_t(of[block * 32 + i] < limits[block * 32 + i]) << i;
        words[block] = word ^ group.inverts[cls * blocks + block];
      }
      for (int64_t i = 0; !exact && i < geometry.groupNeurons; ++i) {
        int64_t n = index * geometry.groupNeurons + i;
        int32_t code =
            noisyCode(cls, n, group.constants[i] - of[i], sample, position);
        words[i / 32] = (words[i / 32] & ~(1u << (i % 32))) |
                        uint32_t(code == packed.high) << (i % 32);
      }
    }
  }
}

} // namespace bnn::sim
