//===- Simulator.cpp - Executes a programming image -----------------------===//

#include "bnn/Simulator/Simulator.h"
#include "BatchRun.h"
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
    return Simulator(std::make_unique<Impl>(Impl{std::move(*network)}));
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
  return samples;
}

Expected<RunResult> Simulator::run(ArrayRef<Tensor> inputs,
                                   const RunOptions &options) const {
  const Network &network = impl->network;
  Expected<int64_t> counted = countSamples(*network.image, inputs);
  if (!counted)
    return counted.takeError();
  int64_t samples = *counted;
  try {
    // More threads than the machine has are allowed where they are asked for.
    std::optional<tbb::global_control> control;
    if (options.threads)
      control.emplace(tbb::global_control::max_allowed_parallelism,
                      options.threads);
    tbb::task_arena arena(options.threads ? int(options.threads)
                                          : tbb::task_arena::automatic);
    int64_t step = batchSize(*network.image, samples, arena.max_concurrency());
    int64_t batches = (samples + step - 1) / step;
    Collector collector(network, samples, options);
    std::vector<std::string> errors(batches);
    // Batches behind one that failed are skipped, those before it are run, so
    // that the error told is always that of the first sample.
    std::atomic<int64_t> firstFailed = batches;
    auto fail = [&](int64_t batch, std::string message) {
      errors[batch] = std::move(message);
      int64_t seen = firstFailed;
      while (batch < seen && !firstFailed.compare_exchange_weak(seen, batch))
        ;
    };
    std::atomic<int64_t> done = 0;
    std::atomic<uint64_t> rowReads = 0, cycles = 0;
    auto runBatch = [&](int64_t batch) {
      if (batch > firstFailed)
        return;
      int64_t first = batch * step, count = std::min(step, samples - first);
      try {
        BatchRun run(network, collector, first, count);
        if (Error error = run.run(inputs)) {
          fail(batch, toString(std::move(error)));
          return;
        }
        rowReads += run.rowReads;
        cycles += run.cycles;
      } catch (const std::bad_alloc &) {
        fail(batch, "not enough memory to run a batch of samples");
        return;
      }
      int64_t sum = done += count;
      if (options.progress)
        options.progress(sum);
    };
    arena.execute([&] {
      tbb::parallel_for(
          tbb::blocked_range<int64_t>(0, batches, 1),
          [&](const tbb::blocked_range<int64_t> &range) {
            for (int64_t i = range.begin(); i < range.end(); ++i)
              runBatch(i);
          },
          tbb::simple_partitioner());
    });
    for (const std::string &error : errors)
      if (!error.empty())
        return makeError(error);
    collector.result.rowReads = rowReads;
    collector.result.cycles = cycles;
    return std::move(collector.result);
  } catch (const std::exception &exception) {
    return makeError(Twine("cannot run: ") + exception.what());
  }
}

} // namespace bnn::sim
