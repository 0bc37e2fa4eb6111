//===- Decisions.cpp - How near decisions are to the other side -----------===//

#include "Decisions.h"
#include "bnn/Support/Error.h"
#include "llvm/ADT/STLExtras.h"
#include <cmath>
#include <fmt/format.h>

using namespace llvm;

namespace bnn::sim {

std::vector<const image::ArrayLayer *>
decidingLayers(const image::Image &image) {
  std::vector<const image::ArrayLayer *> layers;
  for (const image::Step &step : image.steps())
    if (step.has_array() && step.array().has_thresholds())
      layers.push_back(&step.array());
  return layers;
}

namespace {

/// The counts of one layer behind its accumulators, [sample][output element].
class Counts {
public:
  Counts(const image::ArrayLayer &layer, size_t number)
      : layer(layer), number(number),
        values(layer.thresholds().thresholds().begin(),
               layer.thresholds().thresholds().end()) {
    for (uint32_t count : layer.thresholds().counts())
      starts.push_back(starts.back() + count);
  }

  void visit(const Tensor &accumulators,
             function_ref<void(const Comparison &)> visit) const {
    int64_t samples = accumulators.shape.front(), neurons = layer.neurons();
    int64_t size = samples ? accumulators.size() / samples : 0;
    int64_t positions = size / neurons;
    for (int64_t i = 0; i < accumulators.size(); ++i) {
      int64_t at = i % size;
      bool outer = layer.has_convolution(); // neurons are the outer axis
      int64_t neuron = outer ? at / positions : at % neurons;
      int64_t position = outer ? at % positions : at / neurons;
      int64_t cls =
          layer.position_class_size() ? layer.position_class(int(position)) : 0;
      size_t function = size_t(cls * neurons + neuron);
      ArrayRef<int64_t> thresholds = ArrayRef(values).slice(
          starts[function], starts[function + 1] - starts[function]);
      if (thresholds.empty())
        continue; // a constant: nothing is compared
      int64_t bias = layer.bias_size() ? layer.bias(int(function)) : 0;
      // What accumulatorOf computes, backwards.
      int64_t count = (int64_t(accumulators.data[i]) * layer.divisor() - bias) /
                      int64_t(layer.count_unit());
      visit({number, neuron, count, thresholds});
    }
  }

  const image::ArrayLayer &layer;

private:
  size_t number;
  std::vector<int64_t> values;
  std::vector<size_t> starts{0};
};

} // namespace

Error forEachComparison(const FigureData &data,
                        function_ref<void(const Comparison &)> visit) {
  RunOptions run;
  run.threads = data.options.threads;
  run.batch = data.options.batch;
  run.seed = data.options.seed;
  run.boundaryTies = false;
  run.accumulators = true;
  std::vector<Counts> layers;
  for (const image::ArrayLayer *layer : decidingLayers(data.image))
    layers.emplace_back(*layer, layers.size());
  // Accumulators are large: some samples at a time.
  int64_t samples = data.inputs.front().shape[0];
  constexpr int64_t step = 64;
  for (int64_t first = 0; first < samples; first += step) {
    int64_t count = std::min(step, samples - first);
    std::vector<Tensor> part;
    for (const Tensor &input : data.inputs) {
      int64_t size = input.size() / samples;
      Tensor cut;
      cut.type = input.type;
      cut.shape = input.shape;
      cut.shape[0] = count;
      cut.data.assign(input.data.begin() + first * size,
                      input.data.begin() + (first + count) * size);
      part.push_back(std::move(cut));
    }
    Expected<RunResult> result = data.simulator.run(part, run);
    if (!result)
      return result.takeError();
    for (const NamedTensor &trace : result->traces)
      for (const Counts &layer : layers)
        if (trace.name == layer.layer.name() + "/accumulator")
          layer.visit(trace.tensor, visit);
  }
  return Error::success();
}

/// Standard deviation of a count whose weights have random signs, over inputs
/// whose bits are random.
static double spreadOfCounts(const image::ArrayLayer &layer) {
  double mean = layer.plane_offset(), variance = 0;
  for (double weight : layer.plane_weights()) {
    mean += weight / 2;
    variance += weight * weight / 4;
  }
  double lanes = double(layer.weight_planes()) * layer.fan_in();
  double accumulator = std::sqrt(lanes * (mean * mean + variance)) /
                       double(layer.weight_planes());
  return accumulator * layer.divisor() / layer.count_unit();
}

Error stageImportance(const FigureData &data, OutputFiles &files) {
  if (data.options.importance.empty())
    return Error::success();
  std::vector<const image::ArrayLayer *> layers = decidingLayers(data.image);
  if (layers.empty())
    return makeError("--importance: no layer on the arrays has thresholds");
  struct Near {
    double window = 0; ///< of counts around a threshold
    std::vector<uint64_t> near, all;
  };
  std::vector<Near> found;
  for (const image::ArrayLayer *layer : layers) {
    // A wrong weight moves the accumulator by twice its input, but few samples
    // would come so near to a threshold.
    found.push_back({std::max(0.5, spreadOfCounts(*layer) / 2),
                     std::vector<uint64_t>(layer->neurons()),
                     std::vector<uint64_t>(layer->neurons())});
  }
  if (Error error = forEachComparison(data, [&](const Comparison &comparison) {
        Near &layer = found[comparison.layer];
        ++layer.all[size_t(comparison.neuron)];
        layer.near[size_t(comparison.neuron)] +=
            any_of(comparison.thresholds, [&](int64_t threshold) {
              return std::abs(double(comparison.count - threshold) + 0.5) <=
                     layer.window;
            });
      }))
    return error;
  std::string csv = "layer,neuron,importance\n";
  for (const auto &[layer, counts] : zip_equal(layers, found)) {
    std::vector<double> shares;
    double sum = 0;
    for (const auto &[near, all] : zip_equal(counts.near, counts.all)) {
      shares.push_back(all ? double(near) / double(all) : 0);
      sum += shares.back();
    }
    // Neurons that no sample brought near have the least of what is left.
    constexpr double least = 0.01;
    double mean = sum / double(shares.size());
    for (auto [neuron, share] : enumerate(shares))
      csv += fmt::format("{},{},{:.4g}\n", layer->name(), neuron,
                         mean > 0 ? std::max(least, share / mean) : 1.);
  }
  return files.stage(data.options.importance, csv);
}

} // namespace bnn::sim
