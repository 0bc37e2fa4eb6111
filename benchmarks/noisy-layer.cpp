//===- noisy-layer.cpp - What errors cost a layer -------------------------===//
//
// 64 samples through a binary layer of 1024 neurons on one thread, with and
// without errors. Both kinds of run alternate and the lower quartile of each
// counts, so that the ratio depends little on what else the machine does:
//   ratio      time with errors / without
//   ns/output  more than without, for each output of a neuron
//   of_oracle  (where it is run) the speed-up over drawing every cell
//
//===----------------------------------------------------------------------===//

#include "BinaryLayer.h"
#include "bnn/Device/BitErrors.h"
#include "bnn/Device/Program.h"
#include "bnn/Image/CellMap.h"
#include <algorithm>
#include <benchmark/benchmark.h>

using namespace bnn;

namespace {

constexpr int64_t samples = 64;
constexpr uint32_t neurons = 1024;

enum class Noise { Frozen, TwoPlanes, Reads, Marginal };

/// A layer that can be programmed, with its image and what it was programmed
/// with.
struct Layer {
  image::Image image;
  std::unique_ptr<sim::LayerExecutor> executor;
  sim::ReadNoise reads;
  sim::LayerNoise noise;

  explicit Layer(uint32_t fanIn, bool replay = false)
      : image(bench::makeBinaryLayer(fanIn, neurons)) {
    const image::ArrayLayer &layer = image.steps(0).array();
    executor = llvm::cantFail(
        replay ? sim::makeReplayLayer(image, layer)
               : sim::makeFusedLayer(image, layer, /*programmable=*/true));
    noise.reads = &reads;
  }

  void program(Noise kind) {
    image::CellMap map(image);
    device::BitErrorModel errors;
    errors.rates.flip = 1e-3;
    if (kind == Noise::Reads) {
      noise.rates.flip = 1e-3;
    } else {
      device::Chip chip = device::program(errors, image, map, 1, 0);
      int turn = 0;
      for (const device::FrozenError &error : chip.errors) {
        image::CellUse use = map.use(*map.tileOf(error.cell), error.cell);
        int8_t wrong = error.toOne, right = int8_t(-wrong);
        bool split = kind == Noise::TwoPlanes && ++turn % 2;
        // Marginal cells flip in 3 of 10 reads: 3e-4 of all reads.
        if (kind == Noise::Marginal)
          noise.marginal.push_back({uint32_t(use.neuron), uint32_t(use.lane),
                                    0.3f, 0.3f, right, right});
        else
          noise.wrong.push_back({uint32_t(use.neuron), uint32_t(use.lane),
                                 right, wrong, split ? right : wrong});
      }
    }
    llvm::cantFail(executor->program(noise));
  }

  double run(sim::BatchValue &input) const {
    sim::BatchValue output;
    double start = bench::threadSeconds();
    output.init(image.values(1), input.samples());
    sim::LayerRecord record;
    executor->run(input, output, record);
    benchmark::DoNotOptimize(output);
    return bench::threadSeconds() - start;
  }
};

/// Neither what others on the machine disturbed nor a clock's slip.
double lowerQuartile(std::vector<double> &times) {
  auto at = times.begin() + std::ptrdiff_t(times.size() / 4);
  std::nth_element(times.begin(), at, times.end());
  return *at;
}

void runNoisy(benchmark::State &state, Noise kind, bool oracle) {
  uint32_t fanIn = uint32_t(state.range(0));
  Layer plain(fanIn), noisy(fanIn);
  noisy.program(kind);
  sim::BatchValue input = bench::makeInput(plain.image, samples);
  std::vector<double> plainTimes, noisyTimes;
  for (auto _ : state) {
    plainTimes.push_back(plain.run(input));
    noisyTimes.push_back(noisy.run(input));
  }
  double exact = lowerQuartile(plainTimes);
  double withErrors = lowerQuartile(noisyTimes);
  double outputs = double(samples) * neurons;
  state.counters["ratio"] = withErrors / exact;
  state.counters["ns/output"] = 1e9 * (withErrors - exact) / outputs;
  state.counters["MAC/s"] = outputs * fanIn / withErrors;
  if (!oracle)
    return;
  Layer cells(fanIn, /*replay=*/true);
  cells.program(kind);
  sim::BatchValue one = bench::makeInput(cells.image, 1);
  one.tensors();
  state.counters["of_oracle"] = samples * cells.run(one) / withErrors;
}

void runProgramming(benchmark::State &state) {
  // 10 million cells.
  image::Image image = bench::makeBinaryLayer(4096, 2432);
  image::CellMap map(image);
  device::BitErrorModel errors;
  errors.rates.flip = 1e-3;
  double best = 1;
  uint64_t chip = 0;
  for (auto _ : state) {
    double start = bench::threadSeconds();
    benchmark::DoNotOptimize(device::program(errors, image, map, 1, chip++));
    best = std::min(best, bench::threadSeconds() - start);
  }
  state.counters["ms/10M cells"] =
      1e3 * best * 1e7 / double(map.countedCells());
}

void runDevices(benchmark::State &state, double readSigma) {
  image::Image image = bench::makeBinaryLayer(4096, 2432);
  image::CellMap map(image);
  device::Programmer programmer = llvm::cantFail(
      device::Programmer::create(bench::makeCell(readSigma), image, map));
  double best = 1e9;
  uint64_t chip = 0;
  size_t errors = 0;
  for (auto _ : state) {
    double start = bench::threadSeconds();
    errors += programmer.program(1, chip++).errors.size();
    best = std::min(best, bench::threadSeconds() - start);
  }
  double cells = double(map.countedCells());
  state.counters["ms/10M cells"] = 1e3 * best * 1e7 / cells;
  state.counters["rate"] = double(errors) / (double(chip) * cells);
}

} // namespace

int main(int argc, char **argv) {
  auto add = [](const char *name, Noise kind, bool oracle) {
    benchmark::RegisterBenchmark(
        name, [=](benchmark::State &state) { runNoisy(state, kind, oracle); })
        ->Arg(4096)
        ->Arg(2048)
        ->Arg(1024)
        ->Arg(512)
        ->Arg(256)
        ->Unit(benchmark::kMicrosecond);
  };
  add("frozen 1e-3", Noise::Frozen, false);
  add("frozen 1e-3, two planes", Noise::TwoPlanes, false);
  add("each read 1e-3", Noise::Reads, true);
  add("marginal cells, 3e-4 of reads", Noise::Marginal, true);
  benchmark::RegisterBenchmark("programming 1e-3", runProgramming)
      ->Unit(benchmark::kMillisecond);
  for (double readSigma : {0.0, 0.05})
    benchmark::RegisterBenchmark(
        readSigma > 0 ? "programming devices, read noise"
                      : "programming devices",
        [=](auto &state) { runDevices(state, readSigma); })
        ->Unit(benchmark::kMillisecond);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv))
    return 1;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
