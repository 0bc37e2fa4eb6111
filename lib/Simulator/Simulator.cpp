//===- Simulator.cpp - Executes a programming image -----------------------===//

#include "bnn/Simulator/Simulator.h"
#include "BatchRun.h"
#include "ChipNetwork.h"
#include "bnn/Image/Image.h"
#include "bnn/Support/Error.h"
#include <atomic>
#include <optional>
#include <tbb/global_control.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

using namespace llvm;

namespace bnn::sim {

struct Simulator::Impl {
  Network network;
  image::CellMap map;
};

Simulator::Simulator(std::unique_ptr<Impl> impl) : impl(std::move(impl)) {}
Simulator::Simulator(Simulator &&) = default;
Simulator::~Simulator() = default;

Expected<Simulator> Simulator::create(const image::Image &image,
                                      Executor executor) {
  try {
    Expected<Network> network = Network::load(image, executor);
    if (!network)
      return network.takeError();
    return Simulator(std::make_unique<Impl>(
        Impl{std::move(*network), image::CellMap(image)}));
  } catch (const std::bad_alloc &) {
    return makeError("not enough memory to load the image");
  }
}

/// Samples of a batch: enough that a layer's weights are read from memory for
/// many samples at once, and enough batches for all threads, within bounds of
/// memory. Results do not depend on it.
static int64_t batchSize(const image::Image &image, int64_t samples,
                         int64_t threads) {
  int64_t largest = 1;
  for (const image::Value &value : image.values())
    largest = std::max(largest, elements(value));
  int64_t byMemory = (int64_t(1) << 21) / largest;
  int64_t byThreads = (samples + 4 * threads - 1) / (4 * threads);
  return std::clamp<int64_t>(std::min(byMemory, byThreads), 1, 64);
}

/// Random numbers are drawn by sample and repetition, in 32 bits together.
constexpr int64_t maxRepeatedSamples = int64_t(1) << 26;

static Expected<int64_t> countSamples(const image::Image &image,
                                      ArrayRef<Tensor> inputs) {
  if (int64_t(inputs.size()) != image.inputs_size())
    return makeError("the network has " + Twine(image.inputs_size()) +
                     " inputs, " + Twine(inputs.size()) + " were given");
  if (inputs.empty())
    return makeError("the network has no input");
  int64_t samples = -1;
  for (auto [port, input] : zip(image.inputs(), inputs)) {
    int64_t size = elements(image.values(int(port.value())));
    if (input.shape.empty() || input.shape[0] * size != input.size())
      return makeError("input '" + port.name() + "' has shape " +
                       shapeString(input.shape));
    if (samples >= 0 && input.shape[0] != samples)
      return makeError("inputs '" + image.inputs(0).name() + "' and '" +
                       port.name() + "' have " + Twine(samples) + " and " +
                       Twine(input.shape[0]) + " samples");
    samples = input.shape[0];
  }
  if (image::repetitionsOf(image) > 1 && samples > maxRepeatedSamples)
    return makeError(Twine(samples) + " samples are more than the " +
                     Twine(maxRepeatedSamples) +
                     " that can be told apart where the whole network runs "
                     "several times for each");
  return samples;
}

namespace {

/// Runs batches of samples, each on some thread, and tells the error of the
/// first sample that had one.
class Batches {
public:
  Batches(const image::Image &image, int64_t samples, const RunOptions &options)
      : samples(samples), options(options) {
    int64_t threads = options.threads ? options.threads
                                      : tbb::this_task_arena::max_concurrency();
    step =
        options.batch > 0 ? options.batch : batchSize(image, samples, threads);
  }
  Batches(int64_t samples, int64_t step, const RunOptions &options)
      : samples(samples), step(step), options(options) {}

  int64_t count() const { return (samples + step - 1) / step; }
  int64_t size() const { return step; }

  /// `work(batch, first sample, samples of the batch)`.
  Error run(function_ref<Error(int64_t, int64_t, int64_t)> work) {
    std::vector<std::string> errors(count());
    // Batches behind one that failed are skipped, those before it are run, so
    // that the error told is always that of the first sample.
    std::atomic<int64_t> firstFailed = count();
    std::atomic<int64_t> done = 0;
    auto fail = [&](int64_t batch, std::string message) {
      errors[batch] = std::move(message);
      int64_t seen = firstFailed;
      while (batch < seen && !firstFailed.compare_exchange_weak(seen, batch))
        ;
    };
    auto runBatch = [&](int64_t batch) {
      if (batch > firstFailed)
        return;
      int64_t first = batch * step, size = std::min(step, samples - first);
      try {
        if (Error error = work(batch, first, size)) {
          fail(batch, toString(std::move(error)));
          return;
        }
      } catch (const std::bad_alloc &) {
        fail(batch, "not enough memory to run a batch of samples");
        return;
      }
      int64_t sum = done += size;
      if (options.progress)
        options.progress(sum);
    };
    forAll(runBatch);
    for (const std::string &error : errors)
      if (!error.empty())
        return makeError(error);
    return Error::success();
  }

private:
  void forAll(function_ref<void(int64_t)> runBatch) {
    if (options.threads == 1) {
      for (int64_t batch = 0; batch < count(); ++batch)
        runBatch(batch);
      return;
    }
    // More threads than the machine has are allowed where they are asked for.
    std::optional<tbb::global_control> control;
    if (options.threads)
      control.emplace(tbb::global_control::max_allowed_parallelism,
                      options.threads);
    tbb::task_arena arena(options.threads ? int(options.threads)
                                          : tbb::task_arena::automatic);
    arena.execute([&] {
      tbb::parallel_for(
          tbb::blocked_range<int64_t>(0, count(), 1),
          [&](const tbb::blocked_range<int64_t> &range) {
            for (int64_t i = range.begin(); i < range.end(); ++i)
              runBatch(i);
          },
          tbb::simple_partitioner());
    });
  }

  int64_t samples, step = 1;
  const RunOptions &options;
};

/// What a run has in common, however its inputs come.
Expected<RunResult>
runAll(const Network &network,
       const std::vector<std::unique_ptr<LayerExecutor>> *layers,
       Batches &batches, int64_t samples, const RunOptions &options,
       function_ref<Error(BatchRun &, int64_t)> runBatch) {
  Collector collector(network, samples, options);
  std::atomic<uint64_t> rowReads = 0, cycles = 0;
  if (Error error = batches.run(
          [&](int64_t batch, int64_t first, int64_t count) -> Error {
            BatchRun run(network, layers, collector, first, count);
            if (Error error = runBatch(run, batch))
              return error;
            rowReads += run.rowReads;
            cycles += run.cycles;
            return Error::success();
          }))
    return std::move(error);
  collector.result.rowReads = rowReads;
  collector.result.cycles = cycles;
  return std::move(collector.result);
}

} // namespace

Expected<RunResult> Simulator::run(ArrayRef<Tensor> inputs,
                                   const RunOptions &options) const {
  const Network &network = impl->network;
  Expected<int64_t> samples = countSamples(*network.image, inputs);
  if (!samples)
    return samples.takeError();
  try {
    Batches batches(*network.image, *samples, options);
    return runAll(network, nullptr, batches, *samples, options,
                  [&](BatchRun &run, int64_t) { return run.run(inputs); });
  } catch (const std::exception &exception) {
    return makeError(Twine("cannot run: ") + exception.what());
  }
}

struct PreparedInputs::Impl {
  int64_t samples = 0, step = 1;
  std::vector<PreparedBatch> batches;
};

PreparedInputs::PreparedInputs(std::unique_ptr<Impl> impl)
    : impl(std::move(impl)) {}
PreparedInputs::PreparedInputs(PreparedInputs &&) = default;
PreparedInputs &PreparedInputs::operator=(PreparedInputs &&) = default;
PreparedInputs::~PreparedInputs() = default;
int64_t PreparedInputs::samples() const { return impl->samples; }

Expected<PreparedInputs> Simulator::prepare(ArrayRef<Tensor> inputs,
                                            const RunOptions &options) const {
  const Network &network = impl->network;
  Expected<int64_t> samples = countSamples(*network.image, inputs);
  if (!samples)
    return samples.takeError();
  try {
    Batches batches(*network.image, *samples, options);
    auto prepared = std::make_unique<PreparedInputs::Impl>();
    prepared->samples = *samples;
    prepared->step = batches.size();
    prepared->batches.resize(batches.count());
    Collector collector(network, *samples, options);
    if (Error error = batches.run(
            [&](int64_t batch, int64_t first, int64_t count) -> Error {
              BatchRun run(network, nullptr, collector, first, count);
              Expected<PreparedBatch> done = run.prepare(inputs);
              if (!done)
                return done.takeError();
              prepared->batches[batch] = std::move(*done);
              return Error::success();
            }))
      return std::move(error);
    return PreparedInputs(std::move(prepared));
  } catch (const std::exception &exception) {
    return makeError(Twine("cannot run: ") + exception.what());
  }
}

Expected<RunResult> Simulator::run(const PreparedInputs &inputs,
                                   const RunOptions &options,
                                   const ChipNetwork *chip) const {
  const PreparedInputs::Impl &prepared = *inputs.impl;
  try {
    Batches batches(prepared.samples, prepared.step, options);
    return runAll(impl->network, chip ? &chip->impl->layers : nullptr, batches,
                  prepared.samples, options, [&](BatchRun &run, int64_t batch) {
                    return run.run(prepared.batches[batch]);
                  });
  } catch (const std::exception &exception) {
    return makeError(Twine("cannot run: ") + exception.what());
  }
}

Expected<std::unique_ptr<ChipNetwork>> Simulator::makeChip() const {
  try {
    auto chip = ChipNetwork::Impl::make(impl->network, impl->map);
    if (!chip)
      return chip.takeError();
    return std::unique_ptr<ChipNetwork>(new ChipNetwork(std::move(*chip)));
  } catch (const std::bad_alloc &) {
    return makeError("not enough memory for the cells of a chip");
  }
}

const image::CellMap &Simulator::cellMap() const { return impl->map; }

} // namespace bnn::sim
