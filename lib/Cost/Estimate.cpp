//===- Estimate.cpp - Energy, area and time -------------------------------===//

#include "bnn/Cost/Cost.h"
#include "bnn/Image/CellArray.h"
#include "bnn/Image/CellMap.h"
#include "bnn/Image/Cycles.h"
#include "bnn/Image/Image.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/bit.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>
#include <set>

using namespace llvm;

namespace bnn::cost {

double Sum::known() const {
  double sum = 0;
  for (const Part &part : parts)
    sum += part.total.value_or(0);
  return sum;
}

std::vector<const Part *> Sum::missing() const {
  std::vector<const Part *> result;
  for (const Part &part : parts)
    if (part.count && !part.total)
      result.push_back(&part);
  return result;
}

std::optional<Standing> Sum::standing() const {
  std::optional<Standing> worst;
  for (const Part &part : parts)
    if (part.count && part.total)
      worst = std::max(worst.value_or(part.standing), part.standing);
  return worst;
}

bool Sum::calibrated() const {
  return any_of(parts,
                [](const Part &part) { return part.count && part.calibrated; });
}

/// A component with its coefficient, if the target has one.
static Part makePart(std::string name, std::string key, uint64_t count,
                     std::string of, const std::optional<Quantity> &each) {
  Part part;
  part.name = std::move(name);
  part.key = std::move(key);
  part.count = count;
  part.of = std::move(of);
  if (each) {
    part.each = each->value;
    part.total = double(count) * each->value;
    part.standing = each->standing;
  }
  return part;
}

/// Pulses of every layer's cells, from what the image wants of the devices.
static void countPulses(const image::Image &image, const image::CellMap &map,
                        std::vector<std::pair<uint32_t, Pulses>> &bySteps) {
  image::CellArray cells(image);
  std::vector<uint64_t> bl, blb;
  std::vector<Pulses> pulses(size_t(image.steps_size()));
  for (const image::MappedTile &tile : map.tiles()) {
    bl.resize(divideCeil(tile.columns, 64u));
    blb.resize(bl.size());
    for (uint32_t row = tile.row; row < tile.row + tile.rows; ++row) {
      cells.rowDevices(tile.subarray, row, tile.column, tile.columns, bl.data(),
                       blb.data());
      uint64_t low = 0;
      for (size_t i = 0; i < bl.size(); ++i)
        low += uint64_t(popcount(bl[i]) + popcount(blb[i]));
      pulses[tile.step].set += low;
      pulses[tile.step].reset += 2 * uint64_t(tile.columns) - low;
    }
  }
  for (auto [step, count] : enumerate(pulses))
    if (image.steps(int(step)).has_array())
      bySteps.emplace_back(uint32_t(step), count);
}

static Sum energyOf(const Operations &operations, const Target &target) {
  const Devices &devices = target.devices;
  const Coefficients &each = target.coefficients;
  Sum sum;
  sum.unit = "joule";
  auto add = [&](const char *name, const char *key, uint64_t count,
                 const char *of, const std::optional<Quantity> &energy,
                 const std::optional<Quantity> &weight) {
    Part part = makePart(name, key, count, of, energy);
    if (!energy && weight && each.calibration)
      if (std::optional<double> unit = each.calibration->unit()) {
        part.each = weight->value * *unit;
        part.total = double(count) * *part.each;
        part.standing =
            std::max(weight->standing, each.calibration->energy.standing);
        part.calibrated = true;
      }
    sum.parts.push_back(std::move(part));
  };
  const Calibration none, &share = each.calibration ? *each.calibration : none;
  add("word lines", "row_energy", operations.rowReads, "row reads",
      each.rowEnergy, share.row.weight);
  add("sensing", "sense_energy", operations.senses, "senses",
      devices.senseEnergy, share.sense.weight);
  add("popcount", "popcount_energy", operations.popcountBits, "bits",
      each.popcountEnergy, share.popcount.weight);
  add("adders", "adder_energy", operations.adderBits, "bits", each.adderEnergy,
      share.adder.weight);
  add("comparison", "compare_energy", operations.compareBits, "bits",
      each.compareEnergy, share.compare.weight);
  add("buffers", "buffer_energy", operations.bufferBits, "bits",
      each.bufferEnergy, share.buffer.weight);
  return sum;
}

/// Bits that a subarray keeps of what lets its cells move away from defects.
static uint64_t addressBits(const image::Target &target) {
  uint64_t rows = target.rows(), spare = target.spare_rows();
  uint64_t columns = target.columns() + target.spare_columns();
  // A table, or for each spare row the address that it takes.
  uint64_t bits = target.row_tables() ? rows * Log2_64_Ceil(rows + spare)
                                      : spare * Log2_64_Ceil(rows);
  bits += target.spare_columns() * Log2_64_Ceil(columns);
  return bits + (target.partial_complement() ? rows : 0);
}

/// What the periphery of all subarrays takes: a popcount tree and an adder
/// where rows are neurons, a counter for each column where they are inputs.
static Sum areaOf(const image::Image &image, const Target &target,
                  uint64_t bufferBits) {
  const Coefficients &each = target.coefficients;
  uint64_t subarrays = image::occupiedSubarrays(image).physical;
  uint64_t columns = image.target().columns() + image.target().spare_columns();
  uint64_t rows = image.target().rows() + image.target().spare_rows();
  uint64_t amplifiers = divideCeil(
      columns,
      uint64_t(std::max(1u, image.target().columns_per_sense_amplifier())));
  uint64_t width = 0, popcount = 0, adders = 0;
  for (const image::Step &step : image.steps())
    if (step.has_array())
      width = std::max<uint64_t>(width, step.array().accumulation().bits());
  if (target.capabilities.has(Schedules::P2S)) {
    popcount = subarrays * amplifiers;
    adders = subarrays * width;
  }
  if (target.capabilities.has(Schedules::S2P))
    adders += subarrays * columns * width;
  uint64_t table = subarrays * addressBits(image.target());
  Sum sum;
  sum.unit = "square_micrometre";
  sum.parts = {makePart("cells", "cell_area", subarrays * rows * columns,
                        "cells", each.cellArea),
               makePart("sense amplifiers", "amplifier_area",
                        subarrays * amplifiers, "amplifiers",
                        each.amplifierArea),
               makePart("popcount", "popcount_area", popcount, "bits",
                        each.popcountArea),
               makePart("adders, counters", "adder_area", adders, "bits",
                        each.adderArea),
               makePart("comparison", "compare_area", subarrays * width, "bits",
                        each.compareArea),
               makePart("buffers, tables", "buffer_area", bufferBits + table,
                        "bits", each.bufferArea)};
  return sum;
}

static void addTimes(const image::Image &image, const Target &target,
                     const image::CellMap &map, Cost &cost) {
  uint64_t latency = 0, interval = image::intervalOf(image);
  for (const image::Step &step : image.steps())
    if (step.has_array()) {
      image::LayerCycles cycles = image::cyclesOf(image.target(), step.array());
      cycles.steady *= image::repetitionsOf(image);
      latency += cycles.latency();
    }
  if (const std::optional<Quantity> &cycle = target.devices.cycleTime) {
    cost.latency = double(latency) * cycle->value;
    cost.interval = double(interval) * cycle->value;
    cost.timeStanding = cycle->standing;
  }
  const Coefficients &each = target.coefficients;
  if (each.setTime && each.resetTime) {
    // A row's SETs are given one after another, as each is limited in current,
    // its RESETs together where the target can; subarrays one by one.
    uint64_t resets = cost.pulses.reset;
    if (target.programming.reset == ResetParallel::Row) {
      resets = 0;
      for (const image::MappedTile &tile : map.tiles())
        resets += tile.rows;
    }
    cost.programmingTime = double(resets) * each.resetTime->value +
                           double(cost.pulses.set) * each.setTime->value;
    cost.programmingTimeStanding =
        std::max(each.setTime->standing, each.resetTime->standing);
  }
  if (const auto &endurance = target.programming.endurance)
    cost.enduranceUsed = double(cost.contents) / endurance->value;
  if (cost.contents == 1 || !cost.latency)
    return;
  if (!cost.programmingTime) {
    // Without it the rest would pass for the whole.
    cost.latency = cost.interval = std::nullopt;
    cost.timeStanding.reset();
    return;
  }
  *cost.latency += *cost.programmingTime;
  cost.interval = cost.latency;
  cost.timeStanding =
      std::max(*cost.timeStanding, *cost.programmingTimeStanding);
}

static uint64_t contentsOf(const image::Image &image) {
  std::set<uint32_t> chips;
  for (const image::Step &step : image.steps())
    for (const image::Placement &tile : step.array().placement())
      chips.insert(tile.chip());
  return image.target().time_multiplexed() && !chips.empty() ? chips.size() : 1;
}

Cost estimate(const image::Image &image, const Target &target,
              uint64_t bufferBits) {
  Cost cost;
  cost.contents = contentsOf(image);
  image::CellMap map(image);
  std::vector<std::pair<uint32_t, Pulses>> pulses;
  countPulses(image, map, pulses);
  for (const auto &[step, count] : pulses) {
    const image::ArrayLayer &layer = image.steps(int(step)).array();
    Operations operations = operationsOf(image, layer);
    Layer entry{layer.name(), operations, count, energyOf(operations, target)};
    cost.operations += entry.operations;
    cost.pulses += entry.pulses;
    cost.layers.push_back(std::move(entry));
  }
  cost.energy = energyOf(cost.operations, target);
  cost.programmingEnergy.unit = "joule";
  cost.programmingEnergy.parts = {makePart("SET", "set_energy", cost.pulses.set,
                                           "pulses", target.devices.setEnergy),
                                  makePart("RESET", "reset_energy",
                                           cost.pulses.reset, "pulses",
                                           target.devices.resetEnergy)};
  // What is programmed for each sample is part of the sample.
  if (cost.contents > 1)
    append_range(cost.energy.parts, cost.programmingEnergy.parts);
  cost.area = areaOf(image, target, bufferBits);
  addTimes(image, target, map, cost);
  return cost;
}

} // namespace bnn::cost
