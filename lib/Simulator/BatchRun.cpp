//===- BatchRun.cpp - The steps of an image for some samples --------------===//

#include "BatchRun.h"
#include "Presentation.h"
#include "bnn/Host/Kernels.h"
#include "bnn/Host/LoadSample.h"
#include "bnn/Image/Image.h"
#include "bnn/Support/Error.h"
#include <cmath>

using namespace llvm;

namespace bnn::sim {

using image::Op;
using image::Value;

namespace {

/// Bits that number a sample where the whole network runs several times.
constexpr int sampleBits = 26;

/// [samples, shape...] without the leading dimension of 1.
Shape stackedShape(const Value &value, int64_t samples) {
  Shape shape{samples};
  int first = value.shape_size() && value.shape(0) == 1 ? 1 : 0;
  for (int i = first; i < value.shape_size(); ++i)
    shape.push_back(value.shape(i));
  return shape;
}

void allocate(Tensor &tensor, const Value &value, int64_t samples,
              ElementType type) {
  tensor.type = type;
  tensor.shape = stackedShape(value, samples);
  tensor.data.resize(samples * elements(value));
}

} // namespace

Collector::Collector(const Network &network, int64_t samples,
                     const RunOptions &options)
    : options(options) {
  const image::Image &image = *network.image;
  result.samples = samples;
  result.boundaryTies.assign(samples, 0);
  targets.resize(image.values_size());
  accumulators.assign(image.steps_size(), nullptr);

  // All tensors are made before their addresses are taken.
  result.outputs.resize(image.outputs_size());
  for (auto [port, tensor] : zip(image.outputs(), result.outputs)) {
    allocate(
        tensor, image.values(int(port.value())), samples,
        parseElementType(port.element_type()).value_or(ElementType::Float32));
    targets[port.value()].push_back({&tensor, 1, 0});
  }
  size_t traced = 0;
  if (options.trace)
    for (const Value &value : image.values())
      traced += value.traces_size();
  if (options.accumulators)
    traced += image.steps_size();
  result.traces.reserve(traced);
  if (options.trace)
    for (auto [index, value] : enumerate(image.values()))
      for (const image::Trace &trace : value.traces()) {
        if (network.constants[index])
          continue; // a parameter of the network, not an activation
        NamedTensor &entry = result.traces.emplace_back();
        entry.name = trace.tensor();
        allocate(entry.tensor, value, samples, ElementType::Float32);
        targets[index].push_back(
            {&entry.tensor, trace.scale(), trace.offset()});
      }
  if (options.accumulators)
    for (auto [index, step] : enumerate(image.steps())) {
      if (!step.has_array())
        continue;
      NamedTensor &entry = result.traces.emplace_back();
      entry.name = step.array().name() + "/accumulator";
      allocate(entry.tensor, image.values(int(step.array().output())), samples,
               image::repetitionsOf(image) > 1 ? ElementType::Float32
                                               : ElementType::Int32);
      accumulators[index] = &entry.tensor;
    }
}

BatchRun::BatchRun(const Network &network,
                   const std::vector<std::unique_ptr<LayerExecutor>> *layers,
                   Collector &collector, int64_t first, int64_t count)
    : network(network), layers(layers ? *layers : network.layers),
      image(*network.image), collector(collector), first(first), count(count),
      values(image.values_size()), intervals(image.values_size()) {
  for (auto [index, value] : enumerate(image.values()))
    values[index].init(value, count);
}

/// A value of this run, or what was prepared of it: that has all its forms
/// already, so that nothing is written to it.
BatchValue &BatchRun::valueAt(uint32_t value) {
  if (prepared && prepared->values[value].isPresent())
    return const_cast<BatchValue &>(prepared->values[value]);
  return values[value];
}

const Tensor &BatchRun::operand(uint32_t value, int64_t sample) {
  if (network.constants[value])
    return *network.constants[value];
  return valueAt(value).tensor(sample);
}

void BatchRun::collect(uint32_t index) {
  if (collector.targets[index].empty())
    return;
  int64_t size = elements(image.values(int(index)));
  auto repetitions = int64_t(image::repetitionsOf(image));
  for (const Collector::Target &target : collector.targets[index])
    for (int64_t sample = 0; sample < count; ++sample) {
      const Tensor &from = operand(index, sample);
      double *to = target.tensor->data.data() + (first + sample) * size;
      if (repetitions > 1) {
        for (int64_t i = 0; i < size; ++i)
          to[i] = (repetition ? to[i] : 0) +
                  (target.scale * from.data[i] + target.offset) /
                      double(repetitions);
        continue;
      }
      if (target.scale == 1 && target.offset == 0) {
        std::copy(from.data.begin(), from.data.end(), to);
        continue;
      }
      for (int64_t i = 0; i < size; ++i)
        to[i] = target.scale * from.data[i] + target.offset;
    }
}

/// The bounds of the results of a host operator, or at an ENCODE their end.
Error BatchRun::trackBounds(const Op &op, int64_t sample,
                            ArrayRef<const Tensor *> inputs) {
  SmallVector<Bounds, 5> bounds;
  for (auto [input, tensor] : zip(op.inputs(), inputs)) {
    const std::vector<Interval> &known =
        prepared && !prepared->intervals[input].empty()
            ? prepared->intervals[input]
            : intervals[input];
    bounds.push_back(known.empty() ? Bounds{tensor, tensor}
                                   : known[sample].bounds());
  }
  if (op.kind() == Op::ENCODE) {
    collector.result.boundaryTies[first + sample] += countTies(op, bounds[0]);
    return Error::success();
  }
  SmallVector<const Tensor *, 2> results;
  SmallVector<Interval, 2> made(op.outputs_size());
  for (uint32_t output : op.outputs())
    results.push_back(&values[output].tensor(sample));
  if (Error error = evaluateBounds(op, bounds, results, made))
    return error;
  for (auto [output, interval] : zip(op.outputs(), made)) {
    intervals[output].resize(count);
    intervals[output][sample] = std::move(interval);
  }
  return Error::success();
}

/// An executor looks codes up in a table, so none may be outside its range.
Error BatchRun::checkCodes(BatchValue &batch, const Op &op) {
  const Value &value = batch.value();
  if (value.encoding() != Value::CODE || batch.packed)
    return Error::success();
  for (int64_t sample = 0; sample < count; ++sample)
    for (auto [i, code] : enumerate(batch.tensor(sample).data))
      if (!(code >= value.code_min() && code <= value.code_max() &&
            code == std::floor(code)))
        return makeError("'" + op.node() + "': sample " +
                         Twine(first + sample) + ", index " + Twine(i) +
                         ": the value encodes to " + std::to_string(code) +
                         ", outside the codes " + Twine(value.code_min()) +
                         ".." + Twine(value.code_max()) + " of '" +
                         value.name() + "'");
  return Error::success();
}

/// Samples in the order of the data set, in the lower bits.
int64_t BatchRun::keyOf(int64_t sample) const {
  return sample + (repetition << sampleBits);
}

void BatchRun::present(const Op &op) {
  const Value &range = image.values(int(op.inputs(0)));
  for (int64_t sample = 0; sample < count; ++sample)
    values[op.outputs(0)].tensor(sample) =
        presentCodes(op, range, operand(op.inputs(0), sample),
                     collector.options.seed, uint64_t(keyOf(first + sample)));
}

Error BatchRun::runOp(const Op &op, bool feedsEncoding) {
  if (op.kind() == Op::PRESENT) {
    present(op);
    return Error::success();
  }
  bool track =
      feedsEncoding && collector.options.boundaryTies && repetition == 0;
  if (!track && op.outputs_size() == 1 && op.inputs_size() == 1 &&
      runPackedPool(op, valueAt(op.inputs(0)), values[op.outputs(0)]))
    return Error::success();
  for (int64_t sample = 0; sample < count; ++sample) {
    SmallVector<const Tensor *, 5> inputs;
    for (uint32_t input : op.inputs())
      inputs.push_back(&operand(input, sample));
    SmallVector<Tensor, 2> outputs(op.outputs_size());
    if (Error error = host::evaluate(op, inputs, outputs))
      return makeError("'" + op.node() + "': " + toString(std::move(error)));
    for (auto [output, tensor] : zip(op.outputs(), outputs))
      values[output].tensor(sample) = std::move(tensor);
    if (track)
      if (Error error = trackBounds(op, sample, inputs))
        return makeError("'" + op.node() + "': " + toString(std::move(error)));
  }
  for (uint32_t output : op.outputs())
    if (Error error = checkCodes(values[output], op))
      return error;
  return Error::success();
}

Error BatchRun::checkBipolar(const image::ArrayLayer &layer,
                             BatchValue &input) {
  if (layer.plane_coding() == image::ArrayLayer::BIPOLAR && !input.packed)
    for (int64_t sample = 0; sample < count; ++sample)
      if (is_contained(input.tensor(sample).data, 0.0))
        return makeError("layer '" + layer.name() + "': sample " +
                         Twine(first + sample) +
                         " has the code 0, which a bipolar plane cannot carry");
  return Error::success();
}

Error BatchRun::runLayer(int step) {
  const image::ArrayLayer &layer = image.steps(step).array();
  BatchValue &input = valueAt(layer.input());
  if (network.constants[layer.input()])
    return makeError("layer '" + layer.name() +
                     "' reads a constant, which this version does not execute");
  if (Error error = checkBipolar(layer, input))
    return error;
  LayerRecord record;
  record.firstSample = keyOf(first);
  std::vector<int64_t> counts;
  Tensor *accumulator = collector.accumulators[step];
  if (accumulator)
    record.counts = &counts;
  layers[step]->run(input, values[layer.output()], record);
  rowReads += record.rowReads;
  cycles += record.cycles;
  if (!accumulator)
    return Error::success();

  int64_t size = elements(values[layer.output()].value());
  int64_t neurons = layer.neurons(), positions = size / neurons;
  auto repetitions = double(image::repetitionsOf(image));
  for (int64_t i = 0; i < int64_t(counts.size()); ++i) {
    int64_t at = i % size;
    int64_t neuron = layer.has_convolution() ? at / positions : at % neurons;
    int64_t position = layer.has_convolution() ? at % positions : at / neurons;
    uint32_t cls =
        layer.position_class_size() ? layer.position_class(int(position)) : 0;
    double value = double(accumulatorOf(layer, cls, neuron, counts[i]));
    double &to = accumulator->data[first * size + i];
    to = repetitions == 1 ? value : (repetition ? to : 0) + value / repetitions;
  }
  return Error::success();
}

Error BatchRun::load(ArrayRef<Tensor> inputs) {
  for (auto [port, input] : zip(image.inputs(), inputs)) {
    BatchValue &value = values[port.value()];
    for (int64_t sample = 0; sample < count; ++sample) {
      Expected<Tensor> tensor =
          host::loadSample(port, value.value(), input, first + sample);
      if (!tensor)
        return tensor.takeError();
      value.tensor(sample) = std::move(*tensor);
    }
    collect(port.value());
  }
  // Constants may be outputs too.
  for (auto [index, constant] : enumerate(network.constants))
    if (constant)
      collect(uint32_t(index));
  return Error::success();
}

/// The steps that are `wanted`; a value is dropped after its last use unless
/// it is to be kept.
Error BatchRun::runSteps(function_ref<bool(int)> wanted,
                         function_ref<bool(uint32_t)> keep) {
  std::vector<std::vector<uint32_t>> releases(image.steps_size());
  for (auto [value, step] : enumerate(network.lastUse))
    if (step >= 0 && !keep(uint32_t(value)))
      releases[step].push_back(uint32_t(value));
  for (int step = 0; step < image.steps_size(); ++step) {
    if (wanted(step)) {
      bool isOp = image.steps(step).has_op();
      const Op &op = image.steps(step).op();
      if (Error error =
              isOp ? runOp(op, network.feedsEncoding[step]) : runLayer(step))
        return error;
      if (isOp)
        for (uint32_t output : op.outputs())
          collect(output);
      else
        collect(image.steps(step).array().output());
    }
    for (uint32_t value : releases[step]) {
      values[value].release();
      intervals[value] = {};
    }
  }
  return Error::success();
}

/// All presentations of the whole network: `once` for each.
Error BatchRun::runAgain(function_ref<Error()> once) {
  auto repetitions = int64_t(image::repetitionsOf(image));
  for (repetition = 0; repetition < repetitions; ++repetition) {
    if (repetition)
      for (auto [index, value] : enumerate(image.values()))
        values[index].init(value, count);
    if (Error error = once())
      return error;
  }
  return Error::success();
}

Error BatchRun::run(ArrayRef<Tensor> inputs) {
  return runAgain([&]() -> Error {
    if (Error error = load(inputs))
      return error;
    return runSteps([](int) { return true; }, [](uint32_t) { return false; });
  });
}

Expected<PreparedBatch> BatchRun::prepare(ArrayRef<Tensor> inputs) {
  if (Error error = load(inputs))
    return std::move(error);
  // Later steps, outputs and traces ask for these again.
  std::vector<bool> kept(image.values_size(), false);
  if (collector.options.trace)
    for (auto [index, value] : enumerate(image.values()))
      kept[index] = value.traces_size() > 0;
  for (auto [index, step] : enumerate(image.steps())) {
    if (network.beforeArrays[index])
      continue;
    if (step.has_array())
      kept[step.array().input()] = true;
    for (uint32_t input : step.op().inputs())
      kept[input] = true;
  }
  for (const image::Port &port : image.outputs())
    kept[port.value()] = true;
  auto keep = [&](uint32_t value) { return bool(kept[value]); };
  if (Error error = runSteps(
          [&](int step) { return bool(network.beforeArrays[step]); }, keep))
    return std::move(error);

  PreparedBatch batch;
  for (auto [index, value] : enumerate(values)) {
    if (network.constants[index] || !kept[index] || !value.isPresent())
      value.release();
    else
      value.tensors(); // beside the packed bits
  }
  for (auto [index, step] : enumerate(image.steps())) {
    if (!step.has_array() || !values[step.array().input()].isPresent())
      continue;
    BatchValue &value = values[step.array().input()];
    if (Error error = checkBipolar(step.array(), value))
      return std::move(error);
    if (std::optional<PackedCodes> packed = network.layers[index]->pack(value))
      value.packed = std::move(*packed);
  }
  batch.values = std::move(values);
  batch.intervals = std::move(intervals);
  auto ties = collector.result.boundaryTies.begin() + first;
  batch.boundaryTies.assign(ties, ties + count);
  return batch;
}

Error BatchRun::run(const PreparedBatch &batch) {
  prepared = &batch;
  for (auto [sample, ties] : enumerate(batch.boundaryTies))
    collector.result.boundaryTies[first + int64_t(sample)] = ties;
  return runAgain([&] {
    for (auto [index, value] : enumerate(batch.values))
      if (network.constants[index] || value.isPresent())
        collect(uint32_t(index));
    return runSteps([&](int step) { return !network.beforeArrays[step]; },
                    [](uint32_t) { return false; });
  });
}

} // namespace bnn::sim
