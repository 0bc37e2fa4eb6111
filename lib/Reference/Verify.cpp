//===- Verify.cpp - The image against the network as read -------*- C++ -*-===//

#include "bnn/Reference/Verify.h"
#include "Difference.h"
#include "bnn/Simulator/Simulator.h"
#include "bnn/Support/Error.h"
#include "llvm/ADT/StringMap.h"
#include <cmath>
#include <random>

using namespace llvm;

namespace bnn {

namespace {

/// One executor's results.
struct Run {
  StringRef executor;
  sim::RunResult result;
  StringMap<Actual> traces;
};

class Verification {
public:
  Verification(const image::Image &image, const Interpreter &reference,
               ArrayRef<Tensor> inputs, const VerifyOptions &options)
      : image(image), reference(reference), inputs(inputs), options(options) {}
  Expected<VerifyResult> run();

private:
  Error prepare();
  Error execute(sim::Executor executor, StringRef name);
  std::vector<Tensor> sampleInputs(int64_t sample) const;
  Expected<std::vector<std::optional<Difference>>> check(int64_t sample);
  Expected<bool> isUndecided(int64_t sample, const Difference &difference);

  const image::Image &image;
  Interpreter reference;
  ArrayRef<Tensor> inputs;
  const VerifyOptions &options;
  SmallVector<unsigned> portOf; // the image's input of each of the reference's
  /// Inputs whose values are no float64 numbers exactly (a scale of 1/255).
  std::vector<bool> isRounded;
  SmallVector<Run, 2> runs;
  VerifyResult result;
};

} // namespace

static bool isPowerOfTwo(double value) {
  int exponent;
  return std::frexp(value, &exponent) == 0.5;
}

Error Verification::prepare() {
  for (const Interpreter::Port &port : reference.inputs()) {
    auto found = llvm::find_if(image.inputs(), [&](const image::Port &other) {
      return other.name() == port.name;
    });
    if (found == image.inputs().end())
      return makeError("the image has no input '" + port.name + "'");
    portOf.push_back(found - image.inputs().begin());
    isRounded.push_back(!found->declared().empty() &&
                        !isPowerOfTwo(std::fabs(found->scale())));
  }
  if (reference.outputs().size() != size_t(image.outputs_size()))
    return makeError("the image has " + Twine(image.outputs_size()) +
                     " outputs, the network " +
                     Twine(reference.outputs().size()));
  return Error::success();
}

Error Verification::execute(sim::Executor executor, StringRef name) {
  Expected<sim::Simulator> simulator = sim::Simulator::create(image, executor);
  if (!simulator)
    return simulator.takeError();
  sim::RunOptions runOptions;
  runOptions.trace = true;
  Expected<sim::RunResult> ran = simulator->run(inputs, runOptions);
  if (!ran)
    return ran.takeError();
  Run &run = runs.emplace_back(Run{name, std::move(*ran), {}});
  StringMap<Tolerance> tolerances;
  for (const image::Value &value : image.values())
    for (const image::Trace &trace : value.traces())
      tolerances[trace.tensor()] = value.encoding() == image::Value::REAL
                                       ? Tolerance::ofReals(options.tolerance)
                                       : Tolerance::ofCodes(trace.scale());
  for (const sim::NamedTensor &trace : run.result.traces)
    if (auto tolerance = tolerances.find(trace.name);
        tolerance != tolerances.end())
      run.traces[trace.name] = {&trace.tensor, tolerance->second};
  return Error::success();
}

std::vector<Tensor> Verification::sampleInputs(int64_t sample) const {
  std::vector<Tensor> result;
  for (auto [port, from] : llvm::zip_equal(reference.inputs(), portOf)) {
    const Tensor &all = inputs[from];
    int64_t size = 1;
    for (int64_t dimension : port.shape)
      size *= dimension;
    auto begin = all.data.begin() + sample * size;
    result.emplace_back(port.shape, std::vector<double>(begin, begin + size));
  }
  return result;
}

/// The first difference of each executor in `sample`.
Expected<std::vector<std::optional<Difference>>>
Verification::check(int64_t sample) {
  std::vector<std::optional<Difference>> differences(runs.size());
  int64_t tensors = 0;
  auto observe = [&](StringRef name, const Tensor &expected) {
    bool compared = false;
    for (auto [run, difference] : llvm::zip_equal(runs, differences)) {
      auto actual = run.traces.find(name);
      if (actual == run.traces.end())
        continue;
      compared = true;
      if (!difference)
        difference = compare(name, expected, actual->second, sample);
    }
    tensors += compared;
  };
  std::vector<Tensor> outputs;
  if (mlir::failed(reference.run(sampleInputs(sample), outputs, observe)))
    return makeError("the network cannot be interpreted");
  for (auto [i, output] : llvm::enumerate(outputs)) {
    const image::Port &port = image.outputs(int(i));
    bool real =
        image.values(int(port.value())).encoding() == image::Value::REAL;
    for (auto [run, difference] : llvm::zip_equal(runs, differences))
      if (!difference)
        difference = compare(reference.outputs()[i].name, output,
                             {&run.result.outputs[i],
                              real ? Tolerance::ofReals(options.tolerance)
                                   : Tolerance::ofCodes(1)},
                             sample);
  }
  result.tensors = tensors + int64_t(outputs.size());
  return differences;
}

/// Where a declared scale is no power of two, scale * (q + offset) is rounded,
/// and a sum that is exactly at its decision point lands beside it. The image
/// decides for the exact q. Such an element turns under perturbations of the
/// size of those roundings; every other does not.
Expected<bool> Verification::isUndecided(int64_t sample,
                                         const Difference &difference) {
  if (llvm::none_of(isRounded, [](bool rounded) { return rounded; }) ||
      difference.elements.empty())
    return false;
  constexpr int perturbations = 16;
  std::mt19937_64 engine(options.seed);
  std::vector<std::pair<double, double>> seen(difference.elements.size(),
                                              {INFINITY, -INFINITY});
  auto observe = [&](StringRef name, const Tensor &tensor) {
    if (name != difference.tensor)
      return;
    for (auto [range, element] : llvm::zip_equal(seen, difference.elements)) {
      range.first = std::min(range.first, tensor.data[element]);
      range.second = std::max(range.second, tensor.data[element]);
    }
  };
  for (int i = 0; i < perturbations; ++i) {
    std::vector<Tensor> perturbed = sampleInputs(sample), outputs;
    for (auto [rounded, tensor] : llvm::zip_equal(isRounded, perturbed))
      for (double &element : tensor.data)
        if (rounded)
          element *= 1 + (engine() & 1 ? 0x1p-44 : -0x1p-44);
    if (mlir::failed(reference.run(perturbed, outputs, observe)))
      return makeError("the network cannot be interpreted");
    for (auto [port, output] : llvm::zip_equal(reference.outputs(), outputs))
      observe(port.name, output);
  }
  // A difference of more than rounding is a step from one code to another.
  return llvm::all_of(seen, [](auto range) {
    double magnitude =
        std::max(std::fabs(range.first), std::fabs(range.second));
    return range.second - range.first > 1e-9 * magnitude;
  });
}

Expected<VerifyResult> Verification::run() {
  if (Error error = prepare())
    return error;
  if (Error error = execute(sim::Executor::Replay, "replay"))
    return error;
  if (Error error = execute(sim::Executor::Fused, "fused"))
    return error;
  result.samples = runs.front().result.samples;
  for (int64_t sample = 0; sample < result.samples; ++sample) {
    Expected<std::vector<std::optional<Difference>>> differences =
        check(sample);
    if (!differences)
      return differences.takeError();
    if (options.float32Ties && llvm::any_of(*differences, [](auto &difference) {
          return difference.has_value();
        })) {
      reference.setFloat32(true);
      differences = check(sample);
      reference.setFloat32(false);
      if (!differences)
        return differences.takeError();
    }
    bool excluded = false;
    for (auto [run, difference] : llvm::zip_equal(runs, *differences)) {
      if (!difference)
        continue;
      // A boundary tie turns one element; an error of the compiler more.
      int64_t ties =
          run.result.boundaryTies.empty() ? 0 : run.result.boundaryTies[sample];
      bool excused = !difference->elements.empty() &&
                     int64_t(difference->elements.size()) <= ties;
      if (!excused) {
        Expected<bool> undecided = isUndecided(sample, *difference);
        if (!undecided)
          return undecided.takeError();
        excused = *undecided;
      }
      if (!excused) {
        result.difference = describe(run.executor, sample, *difference);
        return result;
      }
      excluded = true;
    }
    result.excluded += excluded;
  }
  return result;
}

Expected<VerifyResult> verifyImage(const image::Image &image,
                                   const Interpreter &reference,
                                   ArrayRef<Tensor> inputs,
                                   const VerifyOptions &options) {
  return Verification(image, reference, inputs, options).run();
}

} // namespace bnn
