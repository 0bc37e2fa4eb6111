//===- Replay.cpp - Read by read, as the chip does ------------------------===//
//
// Three seams in a row: the cells answer (CellArray), the access counts the
// columns of one row (`senseRow`), the decision compares (`Decision`).
//
//===----------------------------------------------------------------------===//

#include "Layer.h"
#include "bnn/Device/Random.h"
#include "bnn/Image/CellArray.h"
#include "bnn/Image/Cycles.h"
#include "bnn/Image/TileGrid.h"
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
        cells(image), grid(image.target(), layer), decision(image, layer),
        lanes(int64_t(grid.lanes())) {
    cyclesPerSample = image::cyclesOf(target, layer).steady;
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
  using Counts = std::vector<int64_t>;

  /// Columns of a tile's rows that are sensed and counted: those of its block
  /// and, without a column mask, all behind them.
  int64_t columnsOf(const image::Placement &tile,
                    const image::TileBlock &block) const {
    return layer.lane_padding() == image::ArrayLayer::ALTERNATING
               ? int64_t(target.columns()) - tile.column()
               : int64_t(grid.columnsOf(block));
  }
  uint64_t laneBits(const Tensor &input, int64_t position, int64_t group,
                    int64_t lane) const;
  std::vector<TileDrive> drive(const Tensor &input, int64_t position,
                               int64_t group) const;
  int64_t senseRow(const image::Placement &tile, uint32_t row, int64_t columns,
                   const Words &bits) const;
  int64_t senseNoisyRow(const image::Placement &tile, uint32_t row,
                        int64_t firstLane, int64_t columns, const Words &bits,
                        const Read &read) const;
  int answerOf(int weight, bool bit, int64_t lane, const Read &read) const;
  void countByNeuron(const Tensor &input, int64_t sample, int64_t position,
                     Counts &counts, LayerRecord &record) const;
  void countByInput(const Tensor &input, int64_t sample, int64_t position,
                    Counts &counts, LayerRecord &record) const;
  void senseColumns(const image::Placement &tile, const image::TileBlock &block,
                    int64_t lane, bool bit, int64_t factor, Read read,
                    Counts &counts) const;
  bool readThresholdBit(uint32_t cell, const Read &read) const;
  void readThresholds(uint32_t cls, const Read &read,
                      std::vector<int64_t> &thresholds) const;
  int32_t codeOf(uint32_t cls, int64_t count, const Read &read) const;

  const image::Target &target;
  const image::ArrayLayer &layer;
  Geometry geometry;
  image::CellArray cells;
  image::TileGrid grid;
  Decision decision;
  int64_t lanes;
  uint64_t cyclesPerSample = 0;
  // Of the chip that is programmed, by neuron and lane.
  const LayerNoise *noise = nullptr;
  DenseMap<std::pair<uint32_t, uint32_t>, WrongLane> wrong;
  DenseMap<std::pair<uint32_t, uint32_t>, MarginalLane> marginal;
  DenseMap<std::pair<uint32_t, uint32_t>, const UnsteadyLane *> unsteady;
  DenseMap<std::pair<uint32_t, uint32_t>, bool> wrongThresholds;
  DenseMap<std::pair<uint32_t, uint32_t>, MarginalThreshold> marginalThresholds;
  DenseMap<std::pair<uint32_t, uint32_t>, const UnsteadyLane *>
      unsteadyThresholds;
};

/// The bits of all planes that drive `lane` of a neuron of `group`.
uint64_t ReplayLayer::laneBits(const Tensor &input, int64_t position,
                               int64_t group, int64_t lane) const {
  int64_t at = geometry.inputIndex(position, group, lane % geometry.fanIn);
  return at < 0 ? geometry.padBits : geometry.bits(int64_t(input.data[at]));
}

std::vector<ReplayLayer::TileDrive>
ReplayLayer::drive(const Tensor &input, int64_t position, int64_t group) const {
  std::vector<TileDrive> drives(layer.tile_columns());
  size_t words = (target.columns() + 63) / 64;
  for (auto [k, drive] : enumerate(drives)) {
    drive.planes.assign(geometry.planes, Words(words, 0));
    for (int64_t column = 0; column < int64_t(target.columns()); ++column) {
      // Columns behind the last lane are driven with 1.
      uint64_t bits = ~uint64_t(0);
      int64_t lane = int64_t(k) * target.columns() + column;
      if (lane < lanes)
        bits = laneBits(input, position, group, lane);
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
  wrongThresholds.clear();
  marginalThresholds.clear();
  unsteadyThresholds.clear();
  for (const WrongLane &cell : next.wrong)
    wrong[{cell.neuron, cell.lane}] = cell;
  for (const MarginalLane &cell : next.marginal)
    marginal[{cell.neuron, cell.lane}] = cell;
  for (const UnsteadyLane &cell : next.unsteady)
    unsteady[{cell.neuron, cell.lane}] = &cell;
  for (const WrongThreshold &cell : next.wrongThresholds)
    wrongThresholds[{cell.neuron, cell.cell}] = cell.one;
  for (const MarginalThreshold &cell : next.marginalThresholds)
    marginalThresholds[{cell.neuron, cell.cell}] = cell;
  for (const UnsteadyLane &cell : next.unsteadyThresholds)
    unsteadyThresholds[{cell.neuron, cell.lane}] = &cell;
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

int64_t ReplayLayer::senseNoisyRow(const image::Placement &tile, uint32_t row,
                                   int64_t firstLane, int64_t columns,
                                   const Words &bits, const Read &read) const {
  int64_t ones = 0, zeros = 0;
  for (int64_t column = 0; column < columns; ++column) {
    int weight =
        cells.weight(image::subarrayIndex(target, tile), tile.row() + row,
                     tile.column() + uint32_t(column));
    bool bit = bits[column / 64] >> (column % 64) & 1;
    int answer = answerOf(weight, bit, firstLane + column, read);
    ones += answer > 0;
    zeros += answer < 0;
  }
  return target.ternary_sense() ? ones - zeros : ones;
}

/// One neuron after another: its rows in all tiles, driven with all inputs.
void ReplayLayer::countByNeuron(const Tensor &input, int64_t sample,
                                int64_t position, Counts &counts,
                                LayerRecord &record) const {
  std::vector<TileDrive> drives;
  for (int64_t neuron = 0; neuron < geometry.neurons; ++neuron) {
    if (neuron % geometry.groupNeurons == 0)
      drives = drive(input, position, neuron / geometry.groupNeurons);
    uint64_t band = grid.bandOf(uint64_t(neuron));
    uint32_t row = uint32_t(uint64_t(neuron) - grid.band(band).firstNeuron);
    for (unsigned plane = 0; plane < geometry.planes; ++plane) {
      int64_t sum = 0;
      for (uint64_t s = 0; s < grid.slices(); ++s) {
        uint64_t index = grid.tileIn(band, s);
        const image::Placement &tile = layer.placement(int(index));
        image::TileBlock block = grid.tile(index);
        const Words &bits = drives[s].planes[plane];
        int64_t columns = columnsOf(tile, block);
        sum += noise
                   ? senseNoisyRow(tile, row, int64_t(block.firstLane), columns,
                                   bits, {sample, position, plane, neuron})
                   : senseRow(tile, row, columns, bits);
        ++record.rowReads;
      }
      counts[neuron] +=
          layer.plane_weights(int(plane)) / int64_t(layer.count_unit()) * sum;
    }
    record.rowReads += grid.pieces();
  }
}

/// The columns of one row, driven with one bit: each has a counter.
void ReplayLayer::senseColumns(const image::Placement &tile,
                               const image::TileBlock &block, int64_t lane,
                               bool bit, int64_t factor, Read read,
                               Counts &counts) const {
  uint64_t subarray = image::subarrayIndex(target, tile);
  uint32_t row = tile.row() + uint32_t(uint64_t(lane) - block.firstLane);
  for (uint64_t i = 0; i < block.neurons; ++i) {
    int weight = cells.weight(subarray, row, tile.column() + uint32_t(i));
    read.neuron = int64_t(block.firstNeuron + i);
    int answer = noise ? answerOf(weight, bit, lane, read)
                 : bit ? weight
                       : -weight;
    if (answer > 0 || target.ternary_sense())
      counts[read.neuron] += factor * answer;
  }
}

/// One input after another: its row in all tiles, driven with its bit.
void ReplayLayer::countByInput(const Tensor &input, int64_t sample,
                               int64_t position, Counts &counts,
                               LayerRecord &record) const {
  for (int64_t lane = 0; lane < lanes; ++lane) {
    uint64_t slice = uint64_t(lane) / grid.sliceLanes();
    for (uint64_t band = 0; band < grid.bands(); ++band) {
      uint64_t index = grid.tileIn(band, slice);
      image::TileBlock block = grid.tile(index);
      int64_t group = int64_t(block.firstNeuron) / geometry.groupNeurons;
      uint32_t bits = laneBits(input, position, group, lane);
      for (unsigned plane = 0; plane < geometry.planes; ++plane) {
        senseColumns(
            layer.placement(int(index)), block, lane, bits >> plane & 1,
            layer.plane_weights(int(plane)) / int64_t(layer.count_unit()),
            {sample, position, plane, 0}, counts);
        ++record.rowReads;
      }
    }
  }
  if (decision.stored)
    record.rowReads += uint64_t(decision.slots) * decision.bits * grid.bands();
}

/// A cell of the neuron's word of thresholds, read with 1.
bool ReplayLayer::readThresholdBit(uint32_t cell, const Read &read) const {
  uint32_t neuron = uint32_t(read.neuron);
  uint64_t band = grid.bandOf(neuron);
  uint64_t index = band * grid.pieces() + uint64_t(cell) / grid.sliceLanes();
  const image::Placement &tile = layer.threshold_placement(int(index));
  image::TileBlock block = grid.thresholdTile(index);
  image::CellPlace at =
      image::cellPlace(tile, grid.rowIsNeuron(), neuron - block.firstNeuron,
                       cell - block.firstLane);
  bool one = cells.weight(image::subarrayIndex(target, tile), uint32_t(at.row),
                          uint32_t(at.column)) > 0;
  if (!noise)
    return one;
  if (auto found = wrongThresholds.find({neuron, cell});
      found != wrongThresholds.end())
    one = found->second;
  if (auto found = unsteadyThresholds.find({neuron, cell});
      found != unsteadyThresholds.end())
    one =
        sim::answer(*found->second,
                    noise->read(uint64_t(read.sample), uint64_t(read.position),
                                uint64_t(geometry.positions), true)) > 0;
  auto margin = marginalThresholds.find({neuron, cell});
  if (noise->thresholdRate <= 0 && margin == marginalThresholds.end())
    return one;
  auto [first, second] =
      thresholdRead(*noise, uint64_t(read.sample), read.position, neuron, cell);
  if (first < noise->thresholdRate)
    one = !one;
  if (margin != marginalThresholds.end() && second < margin->second.flip)
    one = !one;
  return one;
}

void ReplayLayer::readThresholds(uint32_t cls, const Read &read,
                                 std::vector<int64_t> &thresholds) const {
  thresholds.assign(decision.slots, decision.base);
  for (uint32_t slot = 0; slot < decision.slots; ++slot)
    for (uint32_t bit = 0; bit < decision.bits; ++bit) {
      uint32_t cell = (cls * decision.slots + slot) * decision.bits + bit;
      if (readThresholdBit(cell, read))
        thresholds[slot] += int64_t(1) << bit;
    }
}

int32_t ReplayLayer::codeOf(uint32_t cls, int64_t count,
                            const Read &read) const {
  int64_t function = int64_t(cls) * geometry.neurons + read.neuron;
  std::vector<int64_t> stored;
  ArrayRef<int64_t> thresholds = decision.thresholds(function);
  if (decision.stored) {
    readThresholds(cls, read, stored);
    thresholds = stored;
  }
  if (!noise || noise->reads->marginError.empty())
    return decision.codeAt(function,
                           decision.stepOf(function, thresholds, count));
  return decision.noisyCode(
      function, thresholds, count, noise->reads->marginError, [&] {
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
  for (int64_t i = 0; i < input.samples(); ++i) {
    int64_t sample = record.firstSample + i;
    Tensor &result = results[i];
    result.type = ElementType::Int32;
    result.shape.assign(output.value().shape().begin(),
                        output.value().shape().end());
    result.data.resize(geometry.neurons * geometry.positions);
    for (int64_t position = 0; position < geometry.positions; ++position) {
      uint32_t cls = geometry.borderClass(position);
      Counts counts(geometry.neurons);
      if (grid.rowIsNeuron())
        countByNeuron(input.tensor(i), sample, position, counts, record);
      else
        countByInput(input.tensor(i), sample, position, counts, record);
      for (int64_t neuron = 0; neuron < geometry.neurons; ++neuron) {
        int64_t at = geometry.outputIndex(position, neuron);
        if (record.counts)
          (*record.counts)[i * result.size() + at] = counts[neuron];
        result.data[at] =
            decision.table
                ? double(codeOf(cls, counts[neuron],
                                {sample, position, 0, neuron}))
                : double(accumulatorOf(layer, cls, neuron, counts[neuron]));
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
