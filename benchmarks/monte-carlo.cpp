//===- monte-carlo.cpp - What errors cost a whole study -------------------===//
//
// All samples of a data set on chip after chip, programming included, against
// as many runs without errors. Both alternate, the best of each counts:
//
//   monte-carlo net.rimg images.npy
//
//   ratio     time of a chip / of a run without errors
//   speedup   of two threads over one
//   peak_MB   of the process so far: it does not grow with the chips
//
//===----------------------------------------------------------------------===//

#include "bnn/Device/BitErrors.h"
#include "bnn/Image/CellMap.h"
#include "bnn/Image/Image.h"
#include "bnn/Simulator/Simulator.h"
#include "bnn/Support/Error.h"
#include "bnn/Support/TensorFile.h"
#include "llvm/Support/WithColor.h"
#include <algorithm>
#include <benchmark/benchmark.h>
#include <chrono>
#include <sys/resource.h>

using namespace bnn;

namespace {

struct Study {
  image::Image image;
  std::vector<Tensor> inputs;
  std::unique_ptr<sim::Simulator> simulator;
  std::unique_ptr<sim::PreparedInputs> prepared;
  std::unique_ptr<sim::ChipNetwork> cells;
  uint64_t chip = 0;

  double run(unsigned threads, const device::BitErrorModel *model,
             bool eachRead) {
    sim::RunOptions options;
    options.threads = threads;
    options.boundaryTies = false;
    auto start = std::chrono::steady_clock::now();
    if (model) {
      sim::ReadNoise reads;
      reads.chip = ++chip;
      device::Chip errors;
      if (eachRead)
        reads.errors = *model;
      else
        errors = device::program(*model, image, simulator->cellMap(), 1, chip);
      llvm::cantFail(cells->program(errors, reads));
    }
    benchmark::DoNotOptimize(llvm::cantFail(
        simulator->run(*prepared, options, model ? cells.get() : nullptr)));
    return std::chrono::duration<double>(std::chrono::steady_clock::now() -
                                         start)
        .count();
  }
};

void compare(benchmark::State &state, Study &study, double rate,
             bool eachRead) {
  device::BitErrorModel model;
  model.rates.flip = rate;
  double exact = 1e9, withErrors = 1e9;
  for (auto _ : state) {
    exact = std::min(exact, study.run(1, nullptr, false));
    withErrors = std::min(withErrors, study.run(1, &model, eachRead));
  }
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  state.counters["ratio"] = withErrors / exact;
  state.counters["ms/chip"] = 1e3 * withErrors;
  state.counters["peak_MB"] = double(usage.ru_maxrss) / 1024;
}

void threads(benchmark::State &state, Study &study) {
  device::BitErrorModel model;
  model.rates.flip = 1e-3;
  double one = 1e9, two = 1e9;
  for (auto _ : state) {
    one = std::min(one, study.run(1, &model, false));
    two = std::min(two, study.run(2, &model, false));
  }
  state.counters["speedup"] = one / two;
}

llvm::Error load(Study &study, const char *image, const char *samples) {
  llvm::Expected<image::Image> read = image::read(image);
  if (!read)
    return read.takeError();
  study.image = std::move(*read);
  llvm::Expected<Tensor> tensor = readTensorFile(samples);
  if (!tensor)
    return tensor.takeError();
  if (study.image.inputs_size() != 1)
    return makeError("the network has several inputs");
  const image::Value &value =
      study.image.values(int(study.image.inputs(0).value()));
  Shape declared(value.shape().begin(), value.shape().end());
  if (llvm::Error error = sim::fitSamples(*tensor, declared, samples))
    return error;
  study.inputs.push_back(std::move(*tensor));
  llvm::Expected<sim::Simulator> simulator =
      sim::Simulator::create(study.image, sim::Executor::Fused);
  if (!simulator)
    return simulator.takeError();
  study.simulator = std::make_unique<sim::Simulator>(std::move(*simulator));
  sim::RunOptions options;
  options.boundaryTies = false;
  llvm::Expected<sim::PreparedInputs> prepared =
      study.simulator->prepare(study.inputs, options);
  if (!prepared)
    return prepared.takeError();
  study.prepared = std::make_unique<sim::PreparedInputs>(std::move(*prepared));
  auto cells = study.simulator->makeChip();
  if (!cells)
    return cells.takeError();
  study.cells = std::move(*cells);
  return llvm::Error::success();
}

} // namespace

int main(int argc, char **argv) {
  benchmark::Initialize(&argc, argv);
  if (argc != 3) {
    llvm::errs() << "usage: monte-carlo [--benchmark_...] net.rimg samples\n";
    return 1;
  }
  Study study;
  if (llvm::Error error = load(study, argv[1], argv[2])) {
    llvm::WithColor::error() << llvm::toString(std::move(error)) << "\n";
    return 1;
  }
  auto add = [&](const char *name, double rate, bool eachRead) {
    benchmark::RegisterBenchmark(name,
                                 [&study, rate, eachRead](auto &state) {
                                   compare(state, study, rate, eachRead);
                                 })
        ->Iterations(100)
        ->Unit(benchmark::kMillisecond);
  };
  add("100 chips, frozen 1e-3", 1e-3, false);
  add("100 chips, each read 1e-3", 1e-3, true);
  benchmark::RegisterBenchmark("two threads",
                               [&study](auto &state) { threads(state, study); })
      ->Iterations(30)
      ->Unit(benchmark::kMillisecond);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
