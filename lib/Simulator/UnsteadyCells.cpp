//===- UnsteadyCells.cpp - Cells whose answers have odds ------------------===//

#include "UnsteadyCells.h"
#include "Layer.h"
#include "bnn/Device/Random.h"
#include <algorithm>
#include <cmath>

using bnn::device::Draw;
using bnn::device::Stream;
using bnn::device::toUnit;

namespace bnn::sim {

namespace {

/// The states over time of one device with telegraph noise.
///
/// A two-state chain that goes up with the probability lambda * occupancy and
/// down with lambda * (1 - occupancy) is the same as this: at each read, with
/// the probability lambda, the state is drawn afresh from its occupancy, else
/// it stays. So the state of read t is that of the last fresh draw, and can be
/// found for any t. Time is cut into blocks of about one draw each, whose draws
/// depend on the block alone.
class TelegraphDevice {
public:
  TelegraphDevice(const Stream &stream, uint64_t cell, uint64_t device,
                  double occupancy, double dwellReads)
      : stream(stream), cell(cell), device(device), occupancy(occupancy) {
    // The mean dwell time of both states, (1/up + 1/down) / 2.
    lambda = std::min(1.0, 1 / (2 * dwellReads * occupancy * (1 - occupancy)));
    block = uint64_t(std::ceil(1 / lambda));
    scale = lambda < 1 ? 1 / std::log1p(-lambda) : 0;
  }

  bool isHigh(uint64_t read) const {
    uint64_t number = read / block, limit = read % block;
    for (;; --number, limit = block - 1) {
      bool state = false;
      if (lastDraw(number, limit, state))
        return state;
      if (number == 0) // before the first read: drawn for read -1
        return toUnit(words(UINT32_MAX, 0)[1]) < occupancy;
    }
  }

private:
  std::array<uint64_t, 2> words(uint64_t number, uint64_t ordinal) const {
    return stream.pair(cell, device << 63 | number << 16 | ordinal);
  }
  /// The state of the last fresh draw in the block up to read `limit` of it.
  bool lastDraw(uint64_t number, uint64_t limit, bool &state) const {
    double at = -1;
    bool found = false;
    for (uint64_t ordinal = 0; ordinal < 0xffff; ++ordinal) {
      auto [gap, fresh] = words(number, ordinal);
      at += 1 + std::floor(std::log(toUnit(gap)) * scale);
      if (!(at <= double(limit)))
        break;
      state = toUnit(fresh) < occupancy;
      found = true;
    }
    return found;
  }

  const Stream &stream;
  uint64_t cell, device, block;
  double occupancy, lambda, scale;
};

unsigned telegraphState(const UnsteadyLane &cell, const CellRead &read) {
  // Apart from what programming draws of the same quantity.
  Stream stream(read.seed, read.chip, Draw::Telegraph,
                uint64_t(1) << 32 | read.layer);
  uint64_t key = uint64_t(cell.neuron) << 32 | cell.lane;
  unsigned state = 0;
  for (unsigned device = 0; device < 2; ++device) {
    double occupancy = device ? cell.occupancyBlb : cell.occupancyBl;
    bool high = false;
    if (occupancy >= 1)
      high = true;
    else if (occupancy > 0 && read.dwellReads > 0)
      high = TelegraphDevice(stream, key, device, occupancy, read.dwellReads)
                 .isHigh(read.image * read.sites + read.site);
    else if (occupancy > 0)
      high = toUnit(stream.pair(key, read.image)[device]) < occupancy;
    state |= unsigned(high) << device;
  }
  return state;
}

} // namespace

int answer(const UnsteadyLane &cell, const CellRead &read) {
  bool moves = cell.occupancyBl > 0 || cell.occupancyBlb > 0;
  const auto &state = cell.states[moves ? telegraphState(cell, read) : 0];
  const device::AnswerOdds &odds = read.input ? state.one : state.zero;
  // Most odds of most states are certain: no draw.
  for (int weight = -1; weight <= 1; ++weight)
    if (odds[weight + 1] >= 1)
      return weight;
  Stream stream(read.seed, read.chip, Draw::ReadFlip,
                uint64_t(read.layer) << 16 | 0x7ffe);
  double u = toUnit(stream.pair(read.image << 32 | cell.neuron,
                                read.site << 32 | cell.lane)[0]);
  if (u < odds[0])
    return -1;
  return u < double(odds[0]) + odds[1] ? 0 : 1;
}

std::array<double, 2> thresholdRead(const LayerNoise &noise, uint64_t image,
                                    int64_t position, uint32_t neuron,
                                    uint32_t cell) {
  device::Stream stream(noise.reads->seed, noise.reads->chip,
                        device::Draw::ReadFlip,
                        uint64_t(noise.layer) << 16 | 0x7ffe);
  auto [first, second] =
      stream.pair(image << 32 | neuron, uint64_t(position) << 32 | cell);
  return {device::toUnit(first), device::toUnit(second)};
}

} // namespace bnn::sim
