//===- ReadBitsTest.cpp - The law of bits whose reads err -----------------===//
//
// Where a layer makes bits, the fused executor draws only what can move a sum
// over a threshold. Neighbouring bits together must have the law that drawing
// every cell gives.
//
//===----------------------------------------------------------------------===//

#include "ReadLaws.h"
#include "bnn/Image/CellMap.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include <array>
#include <optional>

using namespace bnn;
using namespace bnn::sim;
using namespace bnn::sim::test;
using image::ArrayLayer;

namespace {

/// How often the first, the second and both of two neighbouring bits change,
/// by the place of the pair in the output: thresholds make places differ.
std::vector<double> changes(const std::vector<double> &noisy,
                            const std::vector<double> &exact, size_t samples) {
  size_t size = exact.size() / samples, places = std::min<size_t>(size / 2, 60);
  std::vector<double> counts(3 * places);
  for (size_t sample = 0; sample < samples; ++sample)
    for (size_t i = 0; i + 1 < size; i += 2) {
      size_t at = sample * size + i;
      bool first = noisy[at] != exact[at],
           second = noisy[at + 1] != exact[at + 1];
      if (first || second)
        ++counts[3 * (i / 2 % places) + (first && second ? 2 : second)];
    }
  return counts;
}

/// The difference of all changes in standard deviations.
double excess(const std::vector<double> &a, const std::vector<double> &b) {
  double difference = 0, sum = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    difference += a[i] - b[i];
    sum += a[i] + b[i];
  }
  return difference / std::sqrt(sum);
}

/// A network whose counts are matches, as the compiler makes them: others are
/// random, and take another way.
RandomNetwork countingMatches(llvm::function_ref<RandomNetwork(unsigned)> make,
                              bool thresholdCells = false) {
  for (unsigned seed = 7;; ++seed) {
    RandomNetwork network = make(seed);
    network.finish();
    const ArrayLayer &layer = network.image.steps(0).array();
    if (layer.count_unit() == 2 &&
        (layer.threshold_placement_size() > 0) == thresholdCells)
      return network;
  }
}

struct Law {
  const char *name;
  int samples, neurons;
  bool convolution, mask, ternary;
  double rate;
  bool marginal;
  bool thresholdCells = false;
};

class Bits : public testing::TestWithParam<Law> {
protected:
  /// Makes the network and, where the law wants them, cells with odds over four
  /// decades, some of them on frozen errors.
  void prepare(int samples) {
    const Law &law = GetParam();
    network = countingMatches(
        [&](unsigned seed) {
          RandomNetwork network(
              seed, {32, 33, law.ternary, law.mask, false, law.thresholdCells},
              samples);
          if (law.convolution) {
            // Borders have thresholds of their own.
            network.input({1, 5, 5, 5}, {ArrayLayer::BIPOLAR});
            network.convolution(
                {{3, 3}, {1, 1}, {1, 1}, {1, 1}, {1, 1}, 1, law.neurons},
                law.ternary, Outputs::Binary, {ArrayLayer::BIPOLAR});
          } else {
            network.input({1, 1, 71}, {ArrayLayer::BIPOLAR});
            network.dense(1, 1, law.neurons, law.ternary, Outputs::Binary,
                          {ArrayLayer::BIPOLAR});
          }
          return network;
        },
        GetParam().thresholdCells);
    image::CellMap map(network->image);
    int turn = 0;
    for (const image::MappedTile &tile : map.tiles())
      for (uint32_t row = 0; law.marginal && row < tile.rows; ++row)
        for (uint32_t column = row % 3; column < tile.columns; column += 3) {
          uint64_t cell =
              map.index(tile.subarray, tile.row + row, tile.column + column);
          float p = std::pow(10.0f, -float(++turn % 40) / 10);
          marginal.push_back({cell, 0.4f * p, 0.1f * p});
          if (turn % 5 == 0)
            frozen.errors.push_back({cell, -1, int8_t(turn % 2 ? 1 : -1)});
        }
    auto before = [](const auto &a, const auto &b) { return a.cell < b.cell; };
    llvm::sort(marginal, before);
    llvm::sort(frozen.errors, before);
    exact = outputs(*network, Executor::Fused, frozen, {});
  }

  /// All rates multiplied by `factor`.
  std::vector<double> noisy(Executor executor, float factor) const {
    device::Chip chip = frozen;
    for (device::MarginalCell cell : marginal)
      chip.marginal.push_back(
          {cell.cell, factor * cell.flipOne, factor * cell.flipZero});
    ReadNoise reads;
    reads.seed = 13;
    reads.errors.rates.flip = GetParam().rate * double(factor);
    return outputs(*network, executor, chip, reads);
  }

  std::optional<RandomNetwork> network;
  device::Chip frozen;
  std::vector<device::MarginalCell> marginal;
  std::vector<double> exact;
};

TEST_P(Bits, FusedDrawsAsCellByCell) {
  int samples = BNN_SANITIZED ? 100 : GetParam().samples;
  prepare(samples);
  auto counts = [&](Executor executor, float factor) {
    return changes(noisy(executor, factor), exact, size_t(samples));
  };
  std::vector<double> cells = counts(Executor::Replay, 1),
                      fused = counts(Executor::Fused, 1);
  if (BNN_SANITIZED)
    return;
  EXPECT_LT(std::abs(chiSquare(fused, cells)), 4);
  // A rate that is wrong by a factor of 1.2 would be seen.
  EXPECT_LT(std::abs(excess(fused, cells)), 4);
  EXPECT_GT(excess(counts(Executor::Fused, 1.2f), cells), 6);
}

TEST_P(Bits, DoNotDependOnTheInstructionSet) {
  prepare(300);
  std::vector<double> wanted = noisy(Executor::Fused, 1);
  EXPECT_NE(wanted, exact);
  for (const std::string &set : instructionSets()) {
    llvm::cantFail(setInstructionSet(set));
    EXPECT_EQ(noisy(Executor::Fused, 1), wanted) << set;
  }
  llvm::cantFail(setInstructionSet(""));
}

INSTANTIATE_TEST_SUITE_P(
    All, Bits,
    testing::Values(
        Law{"Rare", 30000, 40, false, true, false, 4e-3, false},
        Law{"Frequent", 12000, 40, false, true, false, 0.05, false},
        Law{"Padding", 18000, 40, false, false, false, 0.01, false},
        Law{"Wide", 5000, 300, false, true, false, 2e-3, false},
        Law{"Borders", 2000, 24, true, true, false, 5e-3, false},
        Law{"Ternary", 20000, 40, false, true, true, 0.05, false},
        Law{"Marginal", 40000, 40, false, true, false, 0, true},
        Law{"MarginalBorders", 2000, 30, true, false, false, 0, true},
        Law{"Both", 18000, 40, false, true, false, 0.01, true},
        Law{"Thresholds", 18000, 40, false, true, false, 0.01, false, true},
        Law{"ThresholdBorders", 2000, 24, true, true, false, 5e-3, true, true}),
    [](const auto &info) { return std::string(info.param.name); });

/// A neuron's code by the number of matches, 0 .. lanes: its counts.
std::vector<int64_t> codesByMatches(const ArrayLayer &layer, int neuron) {
  const image::Thresholds &table = layer.thresholds();
  int first = 0;
  for (int n = 0; n < neuron; ++n)
    first += int(table.counts(n));
  std::vector<int64_t> codes;
  for (int64_t matches = 0; matches <= int64_t(layer.fan_in()); ++matches) {
    int passed = 0;
    for (int t = 0; t < int(table.counts(neuron)); ++t)
      passed += matches >= table.thresholds(first + t);
    codes.push_back(table.codes(first + neuron + passed));
  }
  return codes;
}

// Rates at which drawing every cell would take too long: counts of changes
// against the binomial law, by the number of flips that a change needs. Flips
// of all reads, and of cells that are all marginal, have the same one.
class RareBits : public testing::TestWithParam<bool> {};

TEST_P(RareBits, AreBinomial) {
  bool marginal = GetParam();
  constexpr int samples = BNN_SANITIZED ? 100 : 6000, lanes = 71, most = 3;
  RandomNetwork network = countingMatches([](unsigned seed) {
    RandomNetwork network(seed, {32, 33, false, true}, samples);
    network.input({1, 1, lanes}, {ArrayLayer::BIPOLAR});
    network.dense(1, 1, 300, false, Outputs::Binary, {ArrayLayer::BIPOLAR});
    return network;
  });
  std::vector<double> exact = outputs(network, Executor::Fused, {}, {});
  const ArrayLayer &layer = network.image.steps(0).array();
  const std::vector<int64_t> &sums =
      network.accumulators.at(layer.name() + "/accumulator");
  auto binomial = [](int64_t n, int64_t k, double rate) {
    return std::exp(std::lgamma(n + 1) - std::lgamma(k + 1) -
                    std::lgamma(n - k + 1) + double(k) * std::log(rate) +
                    double(n - k) * std::log1p(-rate));
  };
  image::CellMap map(network.image);
  for (auto [rate, chips] : {std::pair(1e-4, marginal ? 12 : 60),
                             std::pair(1e-3, marginal ? 3 : 20)}) {
    device::Chip cells;
    for (const image::MappedTile &tile : map.tiles())
      for (uint32_t row = 0; marginal && row < tile.rows; ++row)
        for (uint32_t column = 0; column < tile.lanes; ++column)
          cells.marginal.push_back(
              {map.index(tile.subarray, tile.row + row, tile.column + column),
               float(rate), float(rate)});
    llvm::sort(cells.marginal,
               [](const auto &a, const auto &b) { return a.cell < b.cell; });
    // P(code changes) and the flips that it needs, by neuron and matches.
    std::vector<std::vector<std::pair<double, int>>> law;
    for (int n = 0; n < int(layer.neurons()); ++n) {
      std::vector<int64_t> codes = codesByMatches(layer, n);
      law.emplace_back();
      for (int64_t matches = 0; matches <= lanes; ++matches) {
        auto &[p, need] = law.back().emplace_back(0, most + 1);
        for (int64_t lost = 0; lost <= std::min<int64_t>(matches, 12); ++lost)
          for (int64_t won = 0; won <= std::min<int64_t>(lanes - matches, 12);
               ++won) {
            if (codes[matches - lost + won] == codes[matches])
              continue;
            p += binomial(matches, lost, rate) *
                 binomial(lanes - matches, won, rate);
            need = std::min(need, int(lost + won));
          }
      }
    }
    std::array<double, most + 2> expected{}, found{}; // last: more flips
    std::vector<int> needs;
    for (size_t i = 0; i < exact.size(); ++i) {
      size_t n = i % layer.neurons();
      int64_t matches =
          (sums[i] * int64_t(layer.divisor()) - layer.bias(int(n))) /
          int64_t(layer.count_unit());
      auto [p, need] = law[n][size_t(matches)];
      needs.push_back(need);
      expected[need] += chips * p;
    }
    for (int chip = 0; chip < chips; ++chip) {
      ReadNoise reads;
      reads.seed = 17;
      reads.chip = uint64_t(chip);
      reads.errors.rates.flip = marginal ? 0 : rate;
      std::vector<double> noisy =
          outputs(network, Executor::Fused, cells, reads);
      for (size_t i = 0; i < exact.size(); ++i)
        found[needs[i]] += noisy[i] != exact[i];
    }
    if (BNN_SANITIZED)
      continue;
    for (int need = 1; need <= most; ++need)
      EXPECT_LT(std::abs(found[need] - expected[need]),
                4 * std::sqrt(expected[need]) + (expected[need] < 20 ? 2 : 0))
          << rate << ", " << need << " flips";
    EXPECT_GT(0.2 * expected[1], 6 * std::sqrt(expected[1])) << rate;
  }
}

INSTANTIATE_TEST_SUITE_P(All, RareBits, testing::Bool(), [](const auto &info) {
  return std::string(info.param ? "MarginalCells" : "Flips");
});

} // namespace
