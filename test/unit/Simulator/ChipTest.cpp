//===- ChipTest.cpp - Programmed chips on both executors ------------------===//

#include "AnyNetwork.h"
#include "bnn/Device/BitErrors.h"
#include "bnn/Image/CellArray.h"
#include "bnn/Image/CellMap.h"
#include "bnn/Simulator/Simulator.h"
#include <gtest/gtest.h>

using namespace bnn;
using namespace bnn::sim;
using namespace bnn::sim::test;

namespace {

std::string message(llvm::Error error) {
  return error ? llvm::toString(std::move(error)) : std::string();
}

RandomNetwork anyNetwork(int seed) {
  RandomNetwork network = seed % 3 == 0   ? anyDense(seed)
                          : seed % 3 == 1 ? anyConvolution(seed)
                                          : anyChain(seed);
  network.finish();
  return network;
}

device::BitErrorModel flips(double rate) {
  device::BitErrorModel model;
  model.rates.flip = rate;
  return model;
}

/// Outputs and accumulators of a run, the samples prepared first.
std::map<std::string, std::vector<double>>
runChip(const image::Image &image, const Tensor &samples, Executor executor,
        const device::Chip *chip, const ReadNoise &reads = {},
        bool accumulators = true, int64_t batch = 0) {
  std::map<std::string, std::vector<double>> results;
  llvm::Expected<Simulator> simulator = Simulator::create(image, executor);
  EXPECT_TRUE(bool(simulator)) << message(simulator.takeError());
  RunOptions options;
  options.threads = 1;
  options.batch = batch;
  options.accumulators = accumulators;
  llvm::Expected<PreparedInputs> inputs = simulator->prepare(samples, options);
  EXPECT_TRUE(bool(inputs)) << message(inputs.takeError());
  std::unique_ptr<ChipNetwork> network;
  if (chip) {
    network = llvm::cantFail(simulator->makeChip());
    // What another chip left must be gone.
    device::Chip other =
        device::program(flips(0.3), image, simulator->cellMap(), 99, 1);
    llvm::cantFail(network->program(other, {}));
    EXPECT_EQ(message(network->program(*chip, reads)), "");
  }
  llvm::Expected<RunResult> result =
      simulator->run(*inputs, options, network.get());
  EXPECT_TRUE(bool(result)) << message(result.takeError());
  results["output"] = result->outputs[0].data;
  for (NamedTensor &trace : result->traces)
    results[trace.name] = trace.tensor.data;
  return results;
}

/// The image whose cells are what the chip's cells answer as.
image::Image withCells(const image::Image &image, const device::Chip &chip) {
  image::Image changed = image;
  image::CellMap map(image);
  std::string &cells = *changed.mutable_cells();
  for (const device::FrozenError &error : chip.errors) {
    unsigned code = 0;
    for (const image::CellCode &entry : image.target().cell_codes())
      if (entry.weight() == error.toOne)
        code = entry.code();
    uint64_t column = error.cell % map.columns();
    char &byte =
        cells[error.cell / map.columns() * image::cellRowBytes(map.columns()) +
              column / 4];
    unsigned shift = column % 4 * 2;
    byte = char((uint8_t(byte) & ~(3u << shift)) | code << shift);
  }
  return changed;
}

RandomNetwork anyTernaryNetwork(int seed) {
  for (;; seed += 1000) {
    RandomNetwork network = anyNetwork(seed);
    if (network.image.target().ternary_sense())
      return network;
  }
}

/// One without ternary sensing.
RandomNetwork anyBinaryNetwork(int seed) {
  for (;; seed += 1000) {
    RandomNetwork network = anyNetwork(seed);
    if (!network.image.target().ternary_sense())
      return network;
  }
}

bool hasThresholdCells(const image::Image &image) {
  return llvm::any_of(image.steps(), [](const image::Step &step) {
    return step.has_array() && step.array().threshold_placement_size();
  });
}

class Chips : public testing::TestWithParam<int> {};

// A frozen error is another cell: the judge is the image with these cells, run
// without noise by the executor that knows nothing of chips.
TEST_P(Chips, FrozenErrorsAreOtherCells) {
  RandomNetwork network = anyNetwork(GetParam());
  bool ternary = network.image.target().ternary_sense();
  device::BitErrorModel model;
  model.rates.flip = 0.05;
  if (ternary) {
    model.rates.toZero = 0.1;
    model.rates.fromZero = 0.2;
  }
  model.stuckPlus = 0.02;
  model.stuckMinus = 0.01;
  ASSERT_EQ(message(device::checkRates(model, network.image)), "");
  image::CellMap map(network.image);
  device::Chip chip =
      device::program(model, network.image, map, 7, uint64_t(GetParam()));
  image::Image changed = withCells(network.image, chip);
  auto wanted = runChip(changed, network.samples, Executor::Replay, nullptr);
  for (Executor executor : {Executor::Replay, Executor::Fused})
    EXPECT_EQ(runChip(network.image, network.samples, executor, &chip), wanted);
  // Without accumulators bits are made at once.
  EXPECT_EQ(runChip(network.image, network.samples, Executor::Fused, &chip, {},
                    false)["output"],
            wanted["output"]);
}

// A latch's offset makes a cell answer by the input: replay asks each cell.
TEST_P(Chips, TwoPlanes) {
  RandomNetwork network = anyBinaryNetwork(GetParam());
  image::CellMap map(network.image);
  device::Chip chip =
      device::program(flips(0.1), network.image, map, 7, uint64_t(GetParam()));
  int turn = 0;
  for (device::FrozenError &error : chip.errors)
    if (++turn % 3)
      (turn % 3 == 1 ? error.toOne : error.toZero) *= -1;
  auto wanted =
      runChip(network.image, network.samples, Executor::Replay, &chip);
  EXPECT_EQ(runChip(network.image, network.samples, Executor::Fused, &chip),
            wanted);
  EXPECT_EQ(runChip(network.image, network.samples, Executor::Fused, &chip, {},
                    false)["output"],
            wanted["output"]);
}

TEST_P(Chips, PreparedInputsGiveTheSame) {
  RandomNetwork network = anyNetwork(GetParam());
  llvm::Expected<Simulator> simulator =
      Simulator::create(network.image, Executor::Fused);
  ASSERT_TRUE(bool(simulator)) << message(simulator.takeError());
  RunOptions options;
  options.trace = true;
  options.accumulators = true;
  RunResult direct = llvm::cantFail(simulator->run(network.samples, options));
  for (int64_t batch : {1, 2, 64}) {
    options.batch = batch;
    PreparedInputs inputs =
        llvm::cantFail(simulator->prepare(network.samples, options));
    RunResult prepared = llvm::cantFail(simulator->run(inputs, options));
    EXPECT_EQ(prepared.outputs[0].data, direct.outputs[0].data);
    ASSERT_EQ(prepared.traces.size(), direct.traces.size());
    for (size_t i = 0; i < direct.traces.size(); ++i)
      EXPECT_EQ(prepared.traces[i].tensor.data, direct.traces[i].tensor.data)
          << direct.traces[i].name;
  }
}

// Draws of reads depend on what is read, not on how the work is cut.
TEST_P(Chips, ReadsDoNotDependOnBatches) {
  RandomNetwork network = anyBinaryNetwork(GetParam());
  device::Chip chip;
  image::CellMap map(network.image);
  for (const image::MappedTile &tile : map.tiles())
    chip.marginal.push_back(
        {map.index(tile.subarray, tile.row, tile.column), 0.3f, 0.1f});
  llvm::sort(chip.marginal,
             [](const auto &a, const auto &b) { return a.cell < b.cell; });
  ReadNoise reads;
  reads.seed = 3;
  reads.errors.rates.flip = 0.02;
  reads.marginError = {0.5, 0.4, 0.3, 0.2};
  auto wanted = runChip(network.image, network.samples, Executor::Fused, &chip,
                        reads, true, 64);
  for (int64_t batch : {1, 2, 3})
    EXPECT_EQ(runChip(network.image, network.samples, Executor::Fused, &chip,
                      reads, true, batch),
              wanted);
  // Bits that are made at once come from the same draws.
  EXPECT_EQ(runChip(network.image, network.samples, Executor::Fused, &chip,
                    reads, false, 2)["output"],
            wanted["output"]);
}

/// Cells of every third column with odds, every other with telegraph noise.
/// Thresholds are left out.
device::Chip unsteadyChip(const image::Image &image, double dwellReads) {
  image::CellMap map(image);
  bool ternary = image.target().ternary_sense();
  device::Chip chip;
  chip.telegraphDwellReads = dwellReads;
  unsigned turn = 0;
  auto odds = [&] {
    float minus = float(++turn % 5) / 8, zero = ternary ? 0.25f : 0;
    return device::AnswerOdds{minus, zero, 1 - minus - zero};
  };
  for (const image::MappedTile &tile : map.tiles())
    for (uint32_t row = 0; row < tile.rows && !tile.thresholds; ++row)
      for (uint32_t column = row % 3; column < tile.columns; column += 3) {
        uint64_t cell =
            map.index(tile.subarray, tile.row + row, tile.column + column);
        if (++turn % 2) {
          chip.uncertain.push_back({cell, odds(), odds()});
          continue;
        }
        device::TelegraphCell noisy{cell, 0.3f, turn % 4 ? 0.6f : 0, {}};
        for (auto &state : noisy.states)
          state = {odds(), {0, 0, 1}};
        chip.telegraph.push_back(noisy);
      }
  auto before = [](const auto &a, const auto &b) { return a.cell < b.cell; };
  llvm::sort(chip.uncertain, before);
  llvm::sort(chip.telegraph, before);
  return chip;
}

// Cells with odds draw the same on both executors: they are judged cell by
// cell.
TEST_P(Chips, OddsAndTelegraphNoise) {
  RandomNetwork network = anyNetwork(GetParam());
  const double dwellReads[] = {0, 1, 20};
  device::Chip chip =
      unsteadyChip(network.image, dwellReads[GetParam() / 3 % 3]);
  auto wanted =
      runChip(network.image, network.samples, Executor::Replay, &chip);
  EXPECT_EQ(runChip(network.image, network.samples, Executor::Fused, &chip, {},
                    GetParam() % 2, 2)["output"],
            wanted["output"]);
}

// Ternary cells that answer 1 and 0 differently.
TEST_P(Chips, TernaryTwoPlanes) {
  RandomNetwork network = anyTernaryNetwork(GetParam());
  device::BitErrorModel model;
  model.rates = {0.1, 0.1, 0.2};
  device::Chip chip = device::program(model, network.image,
                                      image::CellMap(network.image), 7, 0);
  int turn = 0;
  for (device::FrozenError &error : chip.errors)
    error.toZero = int8_t(++turn % 3 - 1);
  auto wanted =
      runChip(network.image, network.samples, Executor::Replay, &chip);
  EXPECT_EQ(runChip(network.image, network.samples, Executor::Fused, &chip),
            wanted);
}

// Cells of thresholds are read like others: what a read draws depends on what
// is read only.
TEST_P(Chips, ThresholdCellsAreRead) {
  int seed = GetParam();
  RandomNetwork network = anyBinaryNetwork(seed);
  for (; !hasThresholdCells(network.image); seed += 90)
    network = anyBinaryNetwork(seed);
  image::CellMap map(network.image);
  device::Chip chip;
  for (const image::MappedTile &tile : map.tiles())
    if (tile.thresholds)
      chip.marginal.push_back(
          {map.index(tile.subarray, tile.row, tile.column), 1.0f, 0.0f});
  llvm::sort(chip.marginal,
             [](const auto &a, const auto &b) { return a.cell < b.cell; });
  // A cell that always answers otherwise is another cell.
  device::Chip other;
  for (const device::MarginalCell &cell : chip.marginal) {
    image::CellArray cells(network.image);
    int weight = cells.weight(cell.cell / map.columns() / map.rows(),
                              uint32_t(cell.cell / map.columns() % map.rows()),
                              uint32_t(cell.cell % map.columns()));
    other.errors.push_back({cell.cell, int8_t(-weight), int8_t(weight)});
  }
  auto wanted = runChip(withCells(network.image, other), network.samples,
                        Executor::Replay, nullptr);
  EXPECT_EQ(runChip(network.image, network.samples, Executor::Replay, &chip),
            wanted);
  EXPECT_EQ(runChip(network.image, network.samples, Executor::Fused, &chip),
            wanted);
}

INSTANTIATE_TEST_SUITE_P(Random, Chips, testing::Range(0, 90));

} // namespace
