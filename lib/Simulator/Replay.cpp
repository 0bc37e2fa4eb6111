//===- Replay.cpp - Read by read, as the chip does ------------------------===//
//
// Three seams in a row: the cells answer (CellArray), the access counts the
// columns of one row (`senseRow`), the decision compares (`Decision`).
//
//===----------------------------------------------------------------------===//

#include "Layer.h"
#include "bnn/Device/Random.h"
#include "bnn/Image/CellArray.h"
#include "llvm/ADT/DenseMap.h"
#include <bit>

using namespace llvm;

namespace bnn::sim {

namespace {

using Words = std::vector<uint64_t>;

void setBit(Words &words, int64_t index) {
  words[index / 64] |= uint64_t(1) << (index % 64);
}

class ReplayLayer final : public LayerExecutor {
public:
  ReplayLayer(const image::Image &image, const image::ArrayLayer &layer,
              Geometry geometry)
      : target(image.target()), layer(layer), geometry(std::move(geometry)),
        cells(image), decision(layer) {
    lanes = this->geometry.weightPlanes * this->geometry.fanIn;
    countCycles();
  }

  void run(BatchValue &input, BatchValue &output,
           LayerRecord &record) const override;
  llvm::Error program(const LayerNoise &noise) override;

private:
  /// Which read of a neuron: for the keys of draws.
  struct Read {
    int64_t sample, position;
    unsigned plane;
    int64_t neuron;
  };
  /// What the columns of one tile are driven with: a bit for each plane.
  struct TileDrive {
    std::vector<Words> planes;
  };

  int64_t lanesOf(int64_t tileColumn) const {
    return std::min<int64_t>(target.columns(),
                             lanes - tileColumn * target.columns());
  }
  /// Columns of a tile's rows that are sensed and counted: those of its lanes
  /// and, without a column mask, all behind them.
  int64_t columnsOf(const image::Placement &tile, int64_t tileColumn) const {
    return layer.lane_padding() == image::ArrayLayer::ALTERNATING
               ? int64_t(target.columns()) - tile.column()
               : lanesOf(tileColumn);
  }
  std::vector<TileDrive> drive(const Tensor &input, int64_t position,
                               int64_t group) const;
  int64_t senseRow(const image::Placement &tile, uint32_t row, int64_t columns,
                   const Words &bits) const;
  int64_t senseNoisyRow(const image::Placement &tile, int64_t firstLane,
                        int64_t columns, const Words &bits,
                        const Read &read) const;
  int answerOf(int weight, bool bit, int64_t lane, const Read &read) const;
  int32_t codeOf(uint32_t cls, int64_t count, const Read &read) const;
  void countCycles();

  const image::Target &target;
  const image::ArrayLayer &layer;
  Geometry geometry;
  image::CellArray cells;
  Decision decision;
  int64_t lanes;
  uint64_t cyclesPerSample = 0;
  // Of the chip that is programmed, by neuron and lane.
  const LayerNoise *noise = nullptr;
  DenseMap<std::pair<uint32_t, uint32_t>, WrongLane> wrong;
  DenseMap<std::pair<uint32_t, uint32_t>, MarginalLane> marginal;
  DenseMap<std::pair<uint32_t, uint32_t>, const UnsteadyLane *> unsteady;
};

/// One neuron after another; its tiles in different subarrays are sensed in
/// the same cycle, those that share a subarray one after another.
void ReplayLayer::countCycles() {
  uint64_t cycles = 0;
  for (uint32_t t = 0; t < layer.tile_rows(); ++t) {
    DenseMap<uint64_t, uint64_t> reads;
    uint64_t longest = 0;
    for (uint32_t k = 0; k < layer.tile_columns(); ++k) {
      const image::Placement &tile =
          layer.placement(int(t * layer.tile_columns() + k));
      longest = std::max(longest, ++reads[image::subarrayIndex(target, tile)]);
    }
    uint64_t rows = std::min<uint64_t>(
        target.rows(), geometry.neurons - uint64_t(t) * target.rows());
    cycles += rows * longest;
  }
  uint64_t multiplexed = std::max(target.columns_per_sense_amplifier(), 1u);
  cyclesPerSample =
      cycles * multiplexed * geometry.planes * uint64_t(geometry.positions);
}

std::vector<ReplayLayer::TileDrive>
ReplayLayer::drive(const Tensor &input, int64_t position, int64_t group) const {
  std::vector<TileDrive> drives(layer.tile_columns());
  size_t words = (target.columns() + 63) / 64;
  for (auto [k, drive] : enumerate(drives)) {
    drive.planes.assign(geometry.planes, Words(words, 0));
    for (int64_t column = 0; column < int64_t(target.columns()); ++column) {
      // Columns behind the last lane are driven with 1.
      uint32_t bits = ~0u;
      int64_t lane = int64_t(k) * target.columns() + column;
      if (lane < lanes) {
        int64_t at =
            geometry.inputIndex(position, group, lane % geometry.fanIn);
        bits =
            at < 0 ? geometry.padBits : geometry.bits(int64_t(input.data[at]));
      }
      for (unsigned plane = 0; plane < geometry.planes; ++plane)
        if (bits >> plane & 1)
          setBit(drive.planes[plane], column);
    }
  }
  return drives;
}

int64_t ReplayLayer::senseRow(const image::Placement &tile, uint32_t row,
                              int64_t columns, const Words &bits) const {
  size_t words = size_t(columns + 63) / 64;
  SmallVector<uint64_t, 16> plus(words), minus(words);
  cells.rowPlanes(image::subarrayIndex(target, tile), tile.row() + row,
                  tile.column(), uint32_t(columns), plus.data(), minus.data());
  int64_t ones = 0, zeros = 0;
  for (size_t w = 0; w < words; ++w) {
    // XNOR: a column answers one where the bit is that of its weight; a
    // column of weight 0 answers neither.
    ones += std::popcount((plus[w] & bits[w]) | (minus[w] & ~bits[w]));
    zeros += std::popcount((plus[w] & ~bits[w]) | (minus[w] & bits[w]));
  }
  return target.ternary_sense() ? ones - zeros : ones;
}

Error ReplayLayer::program(const LayerNoise &next) {
  noise = &next;
  wrong.clear();
  marginal.clear();
  unsteady.clear();
  for (const WrongLane &cell : next.wrong)
    wrong[{cell.neuron, cell.lane}] = cell;
  for (const MarginalLane &cell : next.marginal)
    marginal[{cell.neuron, cell.lane}] = cell;
  for (const UnsteadyLane &cell : next.unsteady)
    unsteady[{cell.neuron, cell.lane}] = &cell;
  return Error::success();
}

/// The product that a column answers, -1, 0 or +1: of the cell's frozen answer
/// and what this read draws for it.
int ReplayLayer::answerOf(int weight, bool bit, int64_t lane,
                          const Read &read) const {
  std::pair<uint32_t, uint32_t> key(uint32_t(read.neuron), uint32_t(lane));
  if (auto cell = wrong.find(key); cell != wrong.end())
    weight = bit ? cell->second.toOne : cell->second.toZero;
  uint64_t site = uint64_t(read.position) * geometry.planes + read.plane;
  if (auto cell = unsteady.find(key); cell != unsteady.end())
    weight = sim::answer(
        *cell->second,
        noise->read(uint64_t(read.sample), site,
                    uint64_t(geometry.positions) * geometry.planes, bit));
  int answer = bit ? weight : -weight;
  auto margin = marginal.find(key);
  if (!noise->rates.any() && margin == marginal.end())
    return answer;
  // A draw for every cell, which the fused executor saves.
  device::Stream stream(noise->reads->seed, noise->reads->chip,
                        device::Draw::ReadFlip,
                        uint64_t(noise->layer) << 16 | 0x7fff);
  auto [first, second] =
      stream.pair(uint64_t(read.sample) << 32 | uint64_t(read.neuron),
                  site << 32 | uint64_t(lane));
  double u = device::toUnit(first);
  const device::ErrorRates &rates = noise->rates;
  if (answer == 0 && u < rates.fromZero)
    answer = 2 * u < rates.fromZero ? 1 : -1;
  else if (answer != 0 && u < rates.flip)
    answer = -answer;
  else if (answer != 0 && u < rates.ofSigned())
    answer = 0;
  if (margin != marginal.end()) {
    const MarginalLane &cell = margin->second;
    if (device::toUnit(second) < (bit ? cell.flipOne : cell.flipZero))
      answer = -answer;
  }
  return answer;
}

int64_t ReplayLayer::senseNoisyRow(const image::Placement &tile,
                                   int64_t firstLane, int64_t columns,
                                   const Words &bits, const Read &read) const {
  int64_t ones = 0, zeros = 0;
  for (int64_t column = 0; column < columns; ++column) {
    int weight =
        cells.weight(image::subarrayIndex(target, tile),
                     tile.row() + uint32_t(read.neuron % target.rows()),
                     tile.column() + uint32_t(column));
    bool bit = bits[column / 64] >> (column % 64) & 1;
    int answer = answerOf(weight, bit, firstLane + column, read);
    ones += answer > 0;
    zeros += answer < 0;
  }
  return target.ternary_sense() ? ones - zeros : ones;
}

int32_t ReplayLayer::codeOf(uint32_t cls, int64_t count,
                            const Read &read) const {
  if (!noise || noise->reads->marginError.empty())
    return decision.code(cls, read.neuron, count);
  return decision.noisyCode(
      cls, read.neuron, count, noise->reads->marginError, [&] {
        device::Stream stream(noise->reads->seed, noise->reads->chip,
                              device::Draw::Decision, noise->layer);
        return device::toUnit(
            stream.pair(uint64_t(read.sample), uint64_t(read.position) << 32 |
                                                   uint64_t(read.neuron))[0]);
      });
}

void ReplayLayer::run(BatchValue &input, BatchValue &output,
                      LayerRecord &record) const {
  if (record.counts)
    record.counts->resize(input.samples() * geometry.neurons *
                          geometry.positions);
  std::vector<Tensor> &results = output.tensors();
  for (int64_t sample = 0; sample < input.samples(); ++sample) {
    Tensor &result = results[sample];
    result.type = ElementType::Int32;
    result.shape.assign(output.value().shape().begin(),
                        output.value().shape().end());
    result.data.resize(geometry.neurons * geometry.positions);
    for (int64_t position = 0; position < geometry.positions; ++position) {
      uint32_t cls = geometry.borderClass(position);
      std::vector<TileDrive> drives;
      for (int64_t neuron = 0; neuron < geometry.neurons; ++neuron) {
        if (neuron % geometry.groupNeurons == 0)
          drives = drive(input.tensor(sample), position,
                         neuron / geometry.groupNeurons);
        int64_t tileRow = neuron / target.rows();
        uint32_t row = uint32_t(neuron % target.rows());
        int64_t count = 0;
        for (unsigned plane = 0; plane < geometry.planes; ++plane) {
          int64_t sum = 0;
          for (int64_t k = 0; k < int64_t(layer.tile_columns()); ++k) {
            const image::Placement &tile =
                layer.placement(int(tileRow * layer.tile_columns() + k));
            const Words &bits = drives[k].planes[plane];
            sum += noise ? senseNoisyRow(tile, k * target.columns(),
                                         columnsOf(tile, k), bits,
                                         {record.firstSample + sample, position,
                                          plane, neuron})
                         : senseRow(tile, row, columnsOf(tile, k), bits);
            ++record.rowReads;
          }
          count += layer.plane_weights(int(plane)) /
                   int64_t(layer.count_unit()) * sum;
        }
        int64_t at = geometry.outputIndex(position, neuron);
        if (record.counts)
          (*record.counts)[sample * result.size() + at] = count;
        result.data[at] =
            decision.table ? double(codeOf(cls, count,
                                           {record.firstSample + sample,
                                            position, 0, neuron}))
                           : double(accumulatorOf(layer, cls, neuron, count));
      }
    }
    record.cycles += cyclesPerSample;
  }
}

} // namespace

Expected<std::unique_ptr<LayerExecutor>>
makeReplayLayer(const image::Image &image, const image::ArrayLayer &layer) {
  Expected<Geometry> geometry =
      Geometry::make(layer, image.values(int(layer.input())));
  if (!geometry)
    return geometry.takeError();
  return std::make_unique<ReplayLayer>(image, layer, std::move(*geometry));
}

} // namespace bnn::sim
