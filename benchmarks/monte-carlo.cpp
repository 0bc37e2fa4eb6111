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

#include "BinaryLayer.h"
#include "bnn/Device/BitErrors.h"
#include "bnn/Device/Program.h"
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

/// What a chip suffers from.
struct Noise {
  device::BitErrorModel model;
  bool eachRead = false;
  std::shared_ptr<device::Programmer> programmer; ///< in place of `model`
};

Noise bitErrors(double rate, bool eachRead) {
  Noise noise;
  noise.model.rates.flip = rate;
  noise.eachRead = eachRead;
  return noise;
}

struct Study {
  image::Image image;
  std::vector<Tensor> inputs;
  std::unique_ptr<sim::Simulator> simulator;
  std::unique_ptr<sim::PreparedInputs> prepared;
  std::unique_ptr<sim::ChipNetwork> cells;
  uint64_t chip = 0;

  /// Programs a chip and runs all samples on it, in seconds; without `noise`
  /// only the latter, without errors.
  double run(unsigned threads, const Noise *noise) {
    sim::RunOptions options;
    options.threads = threads;
    options.boundaryTies = false;
    // Of one thread its own time, whatever else runs on the machine.
    auto seconds = [threads] {
      return threads == 1
                 ? bench::threadSeconds()
                 : std::chrono::duration<double>(
                       std::chrono::steady_clock::now().time_since_epoch())
                       .count();
    };
    double start = seconds();
    if (noise) {
      sim::ReadNoise reads;
      reads.chip = ++chip;
      device::Chip errors;
      if (noise->programmer)
        errors = noise->programmer->program(1, chip);
      else if (noise->eachRead)
        reads.errors = noise->model;
      else
        errors =
            device::program(noise->model, image, simulator->cellMap(), 1, chip);
      llvm::cantFail(cells->program(errors, reads));
    }
    benchmark::DoNotOptimize(llvm::cantFail(
        simulator->run(*prepared, options, noise ? cells.get() : nullptr)));
    return seconds() - start;
  }
};

void compare(benchmark::State &state, Study &study, const Noise &noise) {
  double exact = 1e9, withErrors = 1e9;
  for (auto _ : state) {
    exact = std::min(exact, study.run(1, nullptr));
    withErrors = std::min(withErrors, study.run(1, &noise));
  }
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  state.counters["ratio"] = withErrors / exact;
  state.counters["ms/chip"] = 1e3 * withErrors;
  state.counters["peak_MB"] = double(usage.ru_maxrss) / 1024;
}

void threads(benchmark::State &state, Study &study) {
  Noise noise = bitErrors(1e-3, false);
  double one = 1e9, two = 1e9;
  for (auto _ : state) {
    one = std::min(one, study.run(1, &noise));
    two = std::min(two, study.run(2, &noise));
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
  auto add = [&](const char *name, Noise noise) {
    benchmark::RegisterBenchmark(
        name, [&study, noise](auto &state) { compare(state, study, noise); })
        ->Iterations(100)
        ->Unit(benchmark::kMillisecond);
  };
  add("100 chips, frozen 1e-3", bitErrors(1e-3, false));
  add("100 chips, each read 1e-3", bitErrors(1e-3, true));
  for (double readSigma : {0.0, 0.05}) {
    auto programmer = device::Programmer::create(
        bench::makeCell(readSigma), study.image, study.simulator->cellMap());
    if (!programmer) {
      llvm::WithColor::error()
          << llvm::toString(programmer.takeError()) << "\n";
      return 1;
    }
    Noise noise;
    noise.programmer =
        std::make_shared<device::Programmer>(std::move(*programmer));
    add(readSigma > 0 ? "100 chips, devices with read noise"
                      : "100 chips, devices",
        noise);
  }
  benchmark::RegisterBenchmark("two threads",
                               [&study](auto &state) { threads(state, study); })
      ->Iterations(30)
      ->Unit(benchmark::kMillisecond);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
