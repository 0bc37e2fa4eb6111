//===- FusedUnsteady.cpp - Cells and reads with odds in a fused layer -----===//
//
// What one word of weights and one of masks cannot say of a cell is left out
// of them: the cell keeps the stored weight there, and what it answers
// otherwise is added to the sums of each read.
//
//===----------------------------------------------------------------------===//

#include "FusedLayer.h"
#include "ReadFlips.h"
#include "bnn/Device/Random.h"
#include <bit>
#include <map>

using namespace llvm;
using bnn::device::Draw;
using bnn::device::Stream;

namespace bnn::sim {

/// With ternary sensing a cell that answers 1 and 0 differently may count for
/// one input and not for the other.
bool FusedLayer::isSeparate(const WrongLane &cell) const {
  return ternarySense && cell.toOne != cell.toZero;
}

static device::AnswerOdds certain(int weight) {
  device::AnswerOdds odds{};
  odds[weight + 1] = 1;
  return odds;
}

/// Answers `weight`, and with the probability `flip` the opposite.
static device::AnswerOdds flipping(int weight, float flip) {
  device::AnswerOdds odds = certain(weight);
  if (weight == 0)
    return odds;
  odds[weight + 1] = 1 - flip;
  odds[-weight + 1] = flip;
  return odds;
}

void FusedLayer::addUnsteady(const LayerNoise &next) {
  unsteady.assign(groups.size(), {});
  auto add = [&](const UnsteadyLane &cell) {
    unsteady[cell.neuron / geometry.groupNeurons].push_back(cell);
  };
  for (const UnsteadyLane &cell : next.unsteady)
    add(cell);
  if (!ternarySense)
    return;
  std::map<std::pair<uint32_t, uint32_t>, const MarginalLane *> marginal;
  for (const MarginalLane &cell : next.marginal)
    marginal[{cell.neuron, cell.lane}] = &cell;
  // A cell that is wrong and marginal is said by its odds alone, over what its
  // patched word holds.
  for (const WrongLane &cell : next.wrong) {
    auto odds = marginal.find({cell.neuron, cell.lane});
    bool separate = isSeparate(cell);
    if (!separate && odds == marginal.end())
      continue;
    UnsteadyLane lane{cell.neuron, cell.lane,
                      separate ? cell.stored : cell.toOne};
    float flipOne = 0, flipZero = 0;
    if (odds != marginal.end()) {
      flipOne = odds->second->flipOne;
      flipZero = odds->second->flipZero;
      marginal.erase(odds);
    }
    lane.states[0] = {flipping(cell.toOne, flipOne),
                      flipping(cell.toZero, flipZero)};
    add(lane);
  }
  for (const auto &[key, cell] : marginal) {
    UnsteadyLane lane{cell->neuron, cell->lane, cell->toOne};
    lane.states[0] = {flipping(cell->toOne, cell->flipOne),
                      flipping(cell->toZero, cell->flipZero)};
    add(lane);
  }
}

void FusedLayer::answerUnsteady(const Rows &rows, int64_t index,
                                int64_t firstRow, int64_t numRows,
                                int64_t firstSample, int32_t *sums) const {
  const Group &group = groups[index];
  size_t lanes = blocks * blockNeurons;
  uint64_t sites = uint64_t(geometry.positions) * geometry.planes;
  for (const UnsteadyLane &cell : unsteady[index]) {
    Site site = siteOf(index, cell.lane);
    int64_t neuron = cell.neuron % geometry.groupNeurons;
    for (int64_t r = 0; r < numRows; ++r)
      for (unsigned plane = 0; plane < geometry.planes; ++plane) {
        int64_t row = firstRow + r, position = row % geometry.positions;
        bool input = site.input(rows.data + row * rows.rowStride +
                                plane * rows.planeStride);
        int found = answer(
            cell, noise->read(uint64_t(firstSample + row / geometry.positions),
                              uint64_t(position) * geometry.planes + plane,
                              sites, input));
        // Of the product, -1 .. +1; sums count mismatches, at half a step each
        // (ternary: a whole one, with factors of 2).
        int change = input ? found - cell.stored : cell.stored - found;
        sums[r * lanes + neuron] -=
            group.terms[site.term].factors[plane] * change / 2;
      }
  }
}

namespace {

/// Draws words one after another, of one output of an access.
class Words {
public:
  Words(const Stream &stream, uint64_t output, uint64_t site)
      : stream(stream), output(output), site(site) {}
  uint32_t next() {
    if (at % 4 == 0)
      block = stream.words(output, site << 32 | at / 4);
    return block[at++ % 4];
  }
  /// True with the probability count / of.
  bool chance(uint64_t count, uint64_t of) {
    return uint64_t(next()) * of >> 32 < count;
  }

private:
  const Stream &stream;
  uint64_t output, site;
  uint32_t at = 0;
  std::array<uint32_t, 4> block{};
};

/// Distribution functions of binomials of one rate, made when first asked.
class Binomials {
public:
  explicit Binomials(double rate) : rate(rate) {}
  uint32_t draw(uint64_t n, Words &words) {
    if (rate <= 0 || n == 0)
      return 0;
    std::vector<uint32_t> &table = tables[n];
    if (table.empty())
      table = binomialTable(n, rate);
    uint32_t word = words.next(), flips = 0;
    while (word > table[flips])
      ++flips;
    return flips;
  }

private:
  double rate;
  std::map<uint64_t, std::vector<uint32_t>> tables;
};

} // namespace

/// Errors of all three types at each read of ternary cells, with one rate for
/// each stored state: `part` has the mismatches of a plane of a term, what
/// changes goes into `sums`.
void FusedLayer::flipTernary(int64_t index, size_t t, unsigned plane,
                             int64_t firstRow, int64_t numRows,
                             int64_t firstSample, const int32_t *part,
                             int32_t *sums) const {
  const Group &group = groups[index];
  const Term &term = group.terms[t];
  bool last = t + 1 == group.terms.size();
  const device::ErrorRates &rates = noise->rates;
  Binomials wrong(rates.ofSigned()), fromZero(rates.fromZero);
  double flipShare =
      rates.any() && rates.ofSigned() > 0 ? rates.flip / rates.ofSigned() : 0;
  Stream stream(noise->reads->seed, noise->reads->chip, Draw::ReadFlip,
                uint64_t(noise->layer) << 16 | 0x7ffd);
  size_t lanes = blocks * blockNeurons;
  for (int64_t i = 0; i < geometry.groupNeurons; ++i) {
    int64_t n = index * geometry.groupNeurons + i;
    // Cells that are not 0, and those that are, padding columns included.
    uint64_t sensed = 0;
    const uint32_t *masks = term.masks.data() +
                            i / blockNeurons * words * blockNeurons +
                            i % blockNeurons;
    for (size_t w = 0; w < words; ++w)
      sensed += unsigned(std::popcount(masks[w * blockNeurons]));
    uint64_t zeros = uint64_t(geometry.fanIn) - sensed;
    int32_t padMisses = 0;
    if (last && padColumns) {
      sensed += uint64_t(padColumns - padZeros[n]);
      zeros += uint64_t(padZeros[n]);
      padMisses = padMismatches[n];
    }
    for (int64_t r = 0; r < numRows; ++r) {
      int64_t row = firstRow + r, position = row % geometry.positions;
      uint64_t image = uint64_t(firstSample + row / geometry.positions);
      Words words(stream, image << 32 | uint64_t(n),
                  (uint64_t(position) * geometry.planes + plane) *
                          group.terms.size() +
                      t);
      uint64_t misses = uint64_t(part[r * lanes + i] + padMisses);
      int64_t change = 0; // of the sum of products
      uint32_t count = wrong.draw(sensed, words);
      for (uint32_t k = 0; k < count; ++k) {
        bool miss = words.chance(misses, sensed - k);
        misses -= miss;
        int64_t size = words.next() * 0x1p-32 < flipShare ? 2 : 1;
        change += miss ? size : -size;
      }
      count = fromZero.draw(zeros, words);
      for (uint32_t k = 0; k < count; ++k)
        change += words.next() >> 31 ? 1 : -1;
      // Factors of ternary sensing are those of a mismatch, two products.
      sums[r * lanes + i] -= int32_t(term.factors[plane] / 2 * change);
    }
  }
}

} // namespace bnn::sim
