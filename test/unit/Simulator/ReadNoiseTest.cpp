//===- ReadNoiseTest.cpp - The law of what is drawn at each read ----------===//
//
// The fused executor draws once for an output, replay for every cell. Both
// must have one law, also of neighbouring outputs together.
//
//===----------------------------------------------------------------------===//

#include "RandomNetwork.h"
#include "bnn/Image/CellMap.h"
#include "bnn/Simulator/Simulator.h"
#include <cmath>
#include <gtest/gtest.h>

using namespace bnn;
using namespace bnn::sim;
using namespace bnn::sim::test;
using image::ArrayLayer;

namespace {

constexpr int samples = 3000;
constexpr int neurons = 40; // a block and a part

RandomNetwork makeNetwork(Codes codes, bool mask) {
  RandomNetwork network(5, {32, 33, false, mask}, samples);
  network.input({1, 1, 70}, codes);
  network.dense(1, 1, neurons, false, Outputs::Accumulator, {});
  network.finish();
  return network;
}

std::vector<double> accumulators(const RandomNetwork &network,
                                 Executor executor, const device::Chip &chip,
                                 const ReadNoise &reads) {
  Simulator simulator =
      llvm::cantFail(Simulator::create(network.image, executor));
  RunOptions options;
  options.threads = 2;
  PreparedInputs inputs =
      llvm::cantFail(simulator.prepare(network.samples, options));
  std::unique_ptr<ChipNetwork> cells = llvm::cantFail(simulator.makeChip());
  llvm::cantFail(cells->program(chip, reads));
  return llvm::cantFail(simulator.run(inputs, options, cells.get()))
      .outputs[0]
      .data;
}

/// Counts of the changes of two neighbouring outputs, both cut to -bound ..
/// bound steps.
std::vector<double> pairs(const std::vector<double> &noisy,
                          const std::vector<double> &exact, double step,
                          int bound) {
  int width = 2 * bound + 1;
  std::vector<double> counts(width * width);
  auto bin = [&](size_t i) {
    int change = int(std::lround((noisy[i] - exact[i]) / step));
    return std::clamp(change, -bound, bound) + bound;
  };
  for (size_t i = 0; i + 1 < noisy.size(); i += 2)
    ++counts[bin(i) * width + bin(i + 1)];
  return counts;
}

/// Chi-square of two samples of one size, as standard deviations from its mean.
double chiSquare(const std::vector<double> &a, const std::vector<double> &b) {
  double sum = 0, freedom = -1;
  for (size_t i = 0; i < a.size(); ++i) {
    if (a[i] + b[i] < 10)
      continue;
    sum += (a[i] - b[i]) * (a[i] - b[i]) / (a[i] + b[i]);
    ++freedom;
  }
  EXPECT_GT(freedom, 5);
  return (sum - freedom) / std::sqrt(2 * freedom);
}

struct Law {
  const char *name;
  Codes codes;
  double step; ///< the change of an accumulator by one flip of the last plane
  bool mask;
  double rate;
  bool marginal;
};

class Laws : public testing::TestWithParam<Law> {};

TEST_P(Laws, FusedDrawsAsCellByCell) {
  const Law &law = GetParam();
  RandomNetwork network = makeNetwork(law.codes, law.mask);
  ReadNoise reads;
  reads.seed = 11;
  reads.errors.rates.flip = law.rate;
  device::Chip chip;
  image::CellMap map(network.image);
  if (law.marginal) {
    // Probabilities over four decades, some frozen errors among them.
    int turn = 0;
    for (const image::MappedTile &tile : map.tiles())
      for (uint32_t row = 0; row < tile.rows; ++row)
        for (uint32_t column = row % 3; column < tile.columns; column += 3) {
          uint64_t cell =
              map.index(tile.subarray, tile.row + row, tile.column + column);
          float p = std::pow(10.0f, -float(++turn % 40) / 10);
          chip.marginal.push_back({cell, 0.5f * p, 0.1f * p});
          if (turn % 5 == 0)
            chip.errors.push_back({cell, -1, int8_t(turn % 2 ? 1 : -1)});
        }
    auto before = [](const auto &a, const auto &b) { return a.cell < b.cell; };
    llvm::sort(chip.marginal, before);
    llvm::sort(chip.errors, before);
  }
  device::Chip frozen;
  frozen.errors = chip.errors;
  std::vector<double> exact =
      accumulators(network, Executor::Fused, frozen, {});
  auto counts = [&](Executor executor, double rate) {
    ReadNoise changed = reads;
    changed.errors.rates.flip = rate;
    return pairs(accumulators(network, executor, chip, changed), exact,
                 law.step, 3);
  };
  std::vector<double> cells = counts(Executor::Replay, law.rate);
  EXPECT_LT(std::abs(chiSquare(counts(Executor::Fused, law.rate), cells)), 4);
  // A rate that is wrong by a factor of 1.2 would be seen.
  if (law.rate > 0) {
    EXPECT_GT(chiSquare(counts(Executor::Fused, 1.2 * law.rate), cells), 8);
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, Laws,
    testing::Values(
        Law{"Rare", {ArrayLayer::BIPOLAR}, 2, true, 5e-3, false},
        Law{"Frequent", {ArrayLayer::BIPOLAR}, 2, true, 0.1, false},
        Law{"Padding", {ArrayLayer::BIPOLAR}, 2, false, 0.02, false},
        Law{"Planes", {ArrayLayer::POSITIONAL, 3, true}, 1, true, 0.01, false},
        Law{"Marginal", {ArrayLayer::BIPOLAR}, 2, false, 0, true},
        Law{"MarginalPlanes",
            {ArrayLayer::POSITIONAL, 2, false},
            1,
            true,
            0,
            true},
        Law{"Both", {ArrayLayer::BIPOLAR}, 2, true, 0.02, true}),
    [](const auto &info) { return std::string(info.param.name); });

TEST(ReadNoise, DoesNotDependOnTheInstructionSet) {
  RandomNetwork network = makeNetwork({ArrayLayer::BIPOLAR}, false);
  ReadNoise reads;
  reads.errors.rates.flip = 0.05;
  std::vector<double> wanted =
      accumulators(network, Executor::Fused, {}, reads);
  std::vector<std::string> sets = instructionSets();
  ASSERT_FALSE(sets.empty());
  for (const std::string &set : sets) {
    llvm::cantFail(setInstructionSet(set));
    EXPECT_EQ(accumulators(network, Executor::Fused, {}, reads), wanted) << set;
  }
  llvm::cantFail(setInstructionSet(""));
  EXPECT_NE(llvm::toString(setInstructionSet("AVX9")), "");
}

// P(error) by the distance to the threshold, for both executors alike: their
// draws are the same.
TEST(ReadNoise, MarginTable) {
  RandomNetwork network(6, {32, 32, false, true}, samples);
  network.input({1, 1, 41}, {ArrayLayer::BIPOLAR});
  network.dense(1, 1, neurons, false, Outputs::Binary, {ArrayLayer::BIPOLAR});
  network.finish();
  ReadNoise reads;
  reads.marginError = {0.4, 0, 0.2, 0, 0.05, 0, 0};
  std::vector<double> exact = accumulators(network, Executor::Fused, {}, {});
  std::vector<double> noisy = accumulators(network, Executor::Fused, {}, reads);
  EXPECT_EQ(accumulators(network, Executor::Replay, {}, reads), noisy);
  // Expected errors, from the counts of the plain network.
  const ArrayLayer &layer = network.image.steps(0).array();
  const std::vector<int64_t> &sums =
      network.accumulators.at(layer.name() + "/accumulator");
  double mean = 0, variance = 0, found = 0;
  for (size_t i = 0; i < exact.size(); ++i) {
    found += exact[i] != noisy[i];
    int neuron = int(i % neurons);
    const image::Thresholds &table = layer.thresholds();
    int first = 0;
    for (int n = 0; n < neuron; ++n)
      first += int(table.counts(n));
    if (!table.counts(neuron) ||
        table.codes(first + neuron) == table.codes(first + neuron + 1))
      continue;
    int64_t count = (sums[i] * int64_t(layer.divisor()) - layer.bias(neuron)) /
                    int64_t(layer.count_unit());
    uint64_t distance = uint64_t(std::abs(count - table.thresholds(first)));
    double p = reads.marginError[std::min<size_t>(2 * distance, 6)];
    mean += p;
    variance += p * (1 - p);
  }
  EXPECT_GT(mean, 500);
  EXPECT_LT(std::abs(found - mean), 4 * std::sqrt(variance));
  EXPECT_GT(0.2 * mean, 8 * std::sqrt(variance)); // 1.2 would be seen
}

} // namespace
