//===- ReadNoiseTest.cpp - The law of what is drawn at each read ----------===//
//
// The fused executor draws once for an output, replay for every cell. Both
// must have one law, also of neighbouring outputs together.
//
//===----------------------------------------------------------------------===//

#include "ReadLaws.h"
#include "UnsteadyCells.h"
#include "bnn/Image/CellMap.h"
#include <cmath>
#include <gtest/gtest.h>

using namespace bnn;
using namespace bnn::sim;
using namespace bnn::sim::test;
using image::ArrayLayer;

namespace {

constexpr int samples = 3000;
constexpr int neurons = 40; // a block and a part

RandomNetwork makeNetwork(Codes codes, bool mask, bool ternary = false) {
  RandomNetwork network(5, {32, 33, ternary, mask}, samples);
  network.input({1, 1, 70}, codes);
  network.dense(1, 1, neurons, ternary, Outputs::Accumulator, {});
  network.finish();
  return network;
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
  std::vector<double> exact = outputs(network, Executor::Fused, frozen, {});
  auto counts = [&](Executor executor, double rate) {
    ReadNoise changed = reads;
    changed.errors.rates.flip = rate;
    return pairs(outputs(network, executor, chip, changed), exact, law.step, 3);
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
        Law{"Presentations",
            {ArrayLayer::UNARY, 2, false},
            1,
            true,
            0.01,
            false},
        Law{"Marginal", {ArrayLayer::BIPOLAR}, 2, false, 0, true},
        Law{"MarginalPlanes",
            {ArrayLayer::POSITIONAL, 2, false},
            1,
            true,
            0,
            true},
        Law{"Both", {ArrayLayer::BIPOLAR}, 2, true, 0.02, true}),
    [](const auto &info) { return std::string(info.param.name); });

struct TernaryLaw {
  const char *name;
  device::ErrorRates rates;
  bool mask, marginal;
};

class TernaryLaws : public testing::TestWithParam<TernaryLaw> {};

TEST_P(TernaryLaws, FusedDrawsAsCellByCell) {
  const TernaryLaw &law = GetParam();
  RandomNetwork network = makeNetwork({ArrayLayer::BIPOLAR}, law.mask, true);
  device::BitErrorModel frozen;
  frozen.rates = {0.02, 0.05, 0.1};
  image::CellMap map(network.image);
  // On cells that programming changed already, padding columns among them.
  device::Chip chip = device::program(frozen, network.image, map, 3, 0);
  device::Chip plain = chip;
  int turn = 0;
  for (const image::MappedTile &tile : map.tiles())
    for (uint32_t row = 0; law.marginal && row < tile.rows; ++row)
      for (uint32_t column = row % 2; column < tile.columns; column += 2)
        chip.marginal.push_back(
            {map.index(tile.subarray, tile.row + row, tile.column + column),
             float(++turn % 7) / 40, float(turn % 3) / 20});
  llvm::sort(chip.marginal,
             [](const auto &a, const auto &b) { return a.cell < b.cell; });
  std::vector<double> exact = outputs(network, Executor::Fused, plain, {});
  auto counts = [&](Executor executor, double factor) {
    ReadNoise reads;
    reads.seed = 12;
    reads.errors.rates = {law.rates.flip * factor, law.rates.toZero * factor,
                          law.rates.fromZero * factor};
    return pairs(outputs(network, executor, chip, reads), exact, 1, 5);
  };
  std::vector<double> cells = counts(Executor::Replay, 1);
  EXPECT_LT(std::abs(chiSquare(counts(Executor::Fused, 1), cells)), 4);
  if (law.rates.any()) {
    EXPECT_GT(chiSquare(counts(Executor::Fused, 1.2), cells), 8);
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, TernaryLaws,
    testing::Values(TernaryLaw{"Type1", {0.02, 0, 0}, true, false},
                    TernaryLaw{"Type2", {0, 0.05, 0}, true, false},
                    TernaryLaw{"Type3", {0, 0, 0.05}, false, false},
                    TernaryLaw{"AllTypes", {0.02, 0.04, 0.05}, false, false},
                    TernaryLaw{"Marginal", {}, false, true}),
    [](const auto &info) { return std::string(info.param.name); });

// A device keeps its state for the mean dwell time, over images too, and is
// high for the share of its occupancy.
TEST(ReadNoise, TelegraphNoiseOutlastsReads) {
  UnsteadyLane cell{3, 5, 1, 0.3f, 0};
  for (unsigned state = 0; state < 4; ++state)
    cell.states[state] = {{state & 1 ? 0.0f : 1.0f, 0, state & 1 ? 1.0f : 0.0f},
                          {1, 0, 0}};
  constexpr uint64_t reads = 400000, sites = 7;
  for (double dwell : {3.0, 25.0, 300.0}) {
    double high = 0, changes = 0;
    int last = 0;
    for (uint64_t t = 0; t < reads; ++t) {
      int found = answer(
          cell, {1, 2, 3, t / sites, t % sites, sites, dwell, /*input=*/true});
      high += found > 0;
      changes += t > 0 && found != last;
      last = found;
    }
    // Each state lasts for a dwell time: two changes in twice the mean.
    double wanted = double(reads) / dwell;
    EXPECT_NEAR(changes / wanted, 1, 5 / std::sqrt(wanted)) << dwell;
    EXPECT_NEAR(high / double(reads), 0.3, 3 / std::sqrt(wanted)) << dwell;
  }
  // Anew for each image: the same within one.
  double high = 0;
  for (uint64_t image = 0; image < 20000; ++image) {
    int first = answer(cell, {1, 2, 3, image, 0, sites, 0, true});
    for (uint64_t site = 1; site < sites; ++site)
      ASSERT_EQ(answer(cell, {1, 2, 3, image, site, sites, 0, true}), first);
    high += first > 0;
  }
  EXPECT_NEAR(high / 20000, 0.3, 4 * std::sqrt(0.21 / 20000));
}

TEST(ReadNoise, DoesNotDependOnTheInstructionSet) {
  RandomNetwork network = makeNetwork({ArrayLayer::BIPOLAR}, false);
  ReadNoise reads;
  reads.errors.rates.flip = 0.05;
  std::vector<double> wanted = outputs(network, Executor::Fused, {}, reads);
  std::vector<std::string> sets = instructionSets();
  ASSERT_FALSE(sets.empty());
  for (const std::string &set : sets) {
    llvm::cantFail(setInstructionSet(set));
    EXPECT_EQ(outputs(network, Executor::Fused, {}, reads), wanted) << set;
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
  std::vector<double> exact = outputs(network, Executor::Fused, {}, {});
  std::vector<double> noisy = outputs(network, Executor::Fused, {}, reads);
  EXPECT_EQ(outputs(network, Executor::Replay, {}, reads), noisy);
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
