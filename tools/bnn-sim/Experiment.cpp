//===- Experiment.cpp - Monte Carlo over chips ----------------------------===//

#include "ExperimentRun.h"
#include "Progress.h"
#include "Samples.h"
#include "bnn/Support/Error.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/SHA256.h"
#include <bit>
#include <cmath>
#include <cstring>
#include <fmt/format.h>

using namespace llvm;

namespace bnn::sim {

namespace {

std::string hashOf(ArrayRef<Tensor> tensors) {
  SHA256 hash;
  for (const Tensor &tensor : tensors)
    hash.update(
        ArrayRef<uint8_t>(reinterpret_cast<const uint8_t *>(tensor.data.data()),
                          tensor.data.size() * sizeof(double)));
  return toHex(hash.final(), /*LowerCase=*/true);
}

} // namespace

Error ExperimentRun::makePoints() {
  Expected<std::vector<std::vector<mc::Setting>>> grid =
      mc::makeGrid(options.sweep);
  if (!grid)
    return grid.takeError();
  for (std::vector<mc::Setting> &settings : *grid) {
    Point point;
    point.noise = options.noise;
    for (const mc::Setting &setting : settings)
      if (Error error = point.noise.set(setting.name, setting.value))
        return makeError("--sweep " + setting.name + ": " +
                         toString(std::move(error)));
    if (Error error = point.noise.prepare(image, simulator.cellMap()))
      return settings.empty()
                 ? makeError("--noise: " + toString(std::move(error)))
                 : makeError("--sweep, " + settings.back().name + " = " +
                             mc::formatNumber(settings.back().value) + ": " +
                             toString(std::move(error)));
    point.settings = std::move(settings);
    experiment.points.push_back(std::move(point));
  }
  return Error::success();
}

void ExperimentRun::addParts(size_t point, StringRef sort,
                             ArrayRef<std::string> names,
                             ArrayRef<NoisePart> alone,
                             ArrayRef<NoisePart> without) {
  if (names.size() < 2)
    return; // all but the only one is nothing
  PartSet set{sort.str(), {}, {}, {}};
  for (auto [name, one, rest] : zip(names, alone, without)) {
    set.names.push_back(name);
    set.alone.push_back(variants.size());
    variants.push_back({point, one});
    set.without.push_back(variants.size());
    variants.push_back({point, rest});
  }
  partSets[point].push_back(std::move(set));
}

void ExperimentRun::makeVariants() {
  size_t points = experiment.points.size();
  for (size_t point = 0; point < points; ++point)
    variants.push_back({point, {}});
  partSets.resize(points);
  if (!options.attribute)
    return;
  for (size_t point = 0; point < points; ++point) {
    std::vector<std::string> names;
    std::vector<NoisePart> alone, without;
    for (auto [step, entry] : enumerate(image.steps())) {
      if (!entry.has_array())
        continue;
      names.push_back(entry.array().name());
      alone.emplace_back().onlyLayer = uint32_t(step);
      without.emplace_back().butLayer = uint32_t(step);
    }
    addParts(point, "layer", names, alone, without);
    names.clear();
    alone.clear();
    without.clear();
    for (ErrorKind kind : experiment.points[point].noise.kinds()) {
      names.push_back(sim::toString(kind).str());
      alone.emplace_back().onlyKind = kind;
      without.emplace_back().butKind = kind;
    }
    addParts(point, "kind", names, alone, without);
  }
}

/// A bit for each image whose class is the wanted one.
Error ExperimentRun::compare(const RunResult &result,
                             std::vector<uint64_t> &right) const {
  Expected<std::vector<int64_t>> classes = classesOf(result.outputs.front());
  if (!classes)
    return classes.takeError();
  right.assign((wanted.size() + 63) / 64, 0);
  for (auto [i, found] : enumerate(*classes))
    right[i / 64] |= uint64_t(found == wanted[i]) << (i % 64);
  return Error::success();
}

Error ExperimentRun::runNominal(ArrayRef<Tensor> tensors) {
  RunOptions run;
  run.threads = options.threads;
  run.batch = options.batch;
  run.seed = options.seed;
  run.boundaryTies = false;
  Expected<RunResult> result = nominal.run(tensors, run);
  if (!result)
    return result.takeError();
  if (result->outputs.empty())
    return makeError("the network has no output");
  experiment.images = result->samples;
  const Tensor &scores = result->outputs.front();
  if (options.labels.empty()) {
    Expected<std::vector<int64_t>> classes = classesOf(scores);
    if (!classes)
      return classes.takeError();
    wanted = std::move(*classes);
  } else {
    experiment.labelled = true;
    Expected<Tensor> labels = readLabels(options);
    if (!labels)
      return labels.takeError();
    Expected<std::vector<int64_t>> classes =
        labelsOf(*labels, result->samples, numClasses(scores));
    if (!classes)
      return makeError(options.labels + ": " + toString(classes.takeError()));
    wanted = std::move(*classes);
  }
  if (Error error = compare(*result, nominalRight))
    return error;
  for (uint64_t word : nominalRight)
    experiment.noiseFree += std::popcount(word);
  return Error::success();
}

/// Everything that results depend on, but for the number of chips: those of a
/// longer run begin with those of a shorter one.
mc::RunKey ExperimentRun::key(ArrayRef<Tensor> tensors) const {
  Tensor labels({int64_t(wanted.size())},
                std::vector<double>(wanted.begin(), wanted.end()));
  mc::RunKey key = {
      {"bnn-sim", BNN_VERSION},
      {"image", experiment.imageHash},
      {"inputs", hashOf(tensors)},
      {"labels", hashOf(labels)},
      {"seed", std::to_string(options.seed)},
      {"executor", options.executor == Executor::Replay ? "replay" : "fused"},
      {"until", options.until ? mc::formatNumber(*options.until) : "none"},
      {"expected-ber",
       options.expectedBer ? mc::formatNumber(*options.expectedBer) : "none"},
      {"attribute", options.attribute ? "yes" : "no"},
      {"number of points", std::to_string(experiment.points.size())},
  };
  for (auto [name, path] : {std::pair("defects", &options.defects),
                            {"margin", &options.margin},
                            {"devices", &options.devices},
                            {"conditions", &options.conditions},
                            {"chip", &options.chip}}) {
    Expected<std::unique_ptr<MemoryBuffer>> file = openFile(*path);
    key.emplace_back(
        name,
        file ? toHex(SHA256::hash(arrayRefFromStringRef((*file)->getBuffer())),
                     /*LowerCase=*/true)
             : "none");
    if (!file)
      consumeError(file.takeError()); // none was given, or read before
  }
  for (auto [index, point] : enumerate(experiment.points)) {
    key.emplace_back("point " + std::to_string(index), point.noise.describe());
    std::string numbers = point.noise.modelNumbers();
    if (!numbers.empty())
      key.emplace_back("devices of point " + std::to_string(index),
                       toHex(SHA256::hash(arrayRefFromStringRef(numbers)),
                             /*LowerCase=*/true));
  }
  return key;
}

Error ExperimentRun::prepare(ArrayRef<Tensor> tensors) {
  if (Error error = makePoints())
    return error;
  makeVariants();
  if (Error error = runNominal(tensors))
    return error;
  experiment.rule = {options.chips, options.until};
  experiment.imageFile = sys::path::filename(options.image).str();
  experiment.network = image.provenance().network();
  Expected<std::unique_ptr<MemoryBuffer>> file = openFile(options.image);
  if (!file)
    return file.takeError();
  experiment.imageHash =
      toHex(SHA256::hash(arrayRefFromStringRef((*file)->getBuffer())),
            /*LowerCase=*/true);
  experiment.ranks = ranks.size();

  plan.points = variants.size();
  plan.images = experiment.images;
  plan.counts = 2;
  plan.rule = experiment.rule;
  plan.threads = options.threads;
  plan.checkpoint = options.resume;
  plan.saveSeconds = options.saveSeconds;
  plan.key = key(tensors);

  RunOptions run;
  run.threads = options.threads;
  run.batch = options.batch;
  run.seed = options.seed;
  run.boundaryTies = false;
  Expected<PreparedInputs> prepared = simulator.prepare(tensors, run);
  if (!prepared)
    return prepared.takeError();
  inputs.emplace(std::move(*prepared));
  return Error::success();
}

Expected<mc::Trial> ExperimentRun::runChip(size_t index, uint64_t chip,
                                           unsigned threads) {
  const Variant &variant = variants[index];
  ProgrammedChip programmed = experiment.points[variant.point].noise.program(
      image, simulator.cellMap(), options.seed, chip, variant.part);
  mc::Trial trial;
  trial.counts = {
      std::llround(wrongAnswers(programmed.chip, image) * answerUnits),
      std::llround(programmed.chip.droppedProbability * droppedUnits)};
  if (programmed.isIdeal() && !options.expectedBer) {
    trial.right = nominalRight;
    return trial;
  }
  std::unique_ptr<ChipNetwork> &network = networks.local();
  if (!network) {
    Expected<std::unique_ptr<ChipNetwork>> made = simulator.makeChip();
    if (!made)
      return made.takeError();
    network = std::move(*made);
  }
  if (Error error = network->program(programmed.chip, programmed.reads))
    return std::move(error);
  RunOptions run;
  run.threads = threads;
  run.batch = options.batch;
  run.seed = options.seed;
  run.boundaryTies = false;
  Expected<RunResult> result = simulator.run(*inputs, run, network.get());
  if (!result)
    return result.takeError();
  if (Error error = compare(*result, trial.right))
    return std::move(error);
  return trial;
}

Expected<Experiment> ExperimentRun::run() {
  Progress progress("chips", ranks.isFirst());
  plan.progress = [&](int64_t done, int64_t total) {
    progress.update(done, total);
  };
  Expected<std::vector<mc::PointResult>> results =
      mc::runChips(plan, ranks, [&](size_t index, uint64_t chip, unsigned n) {
        return runChip(index, chip, n);
      });
  if (!results)
    return results.takeError();
  for (auto [index, point] : enumerate(experiment.points)) {
    evaluate(point, (*results)[index]);
    for (const PartSet &set : partSets[index])
      point.attributions.push_back(attribute(point, set, *results));
  }
  return std::move(experiment);
}

Expected<Experiment>
runExperiment(const Options &options, const image::Image &image,
              const Simulator &nominal, const Simulator &simulator,
              ArrayRef<Tensor> inputs, const mc::Ranks &ranks) {
  ExperimentRun run(options, image, nominal, simulator, ranks);
  // A rank that cannot start must not leave the others waiting.
  if (Error error = ranks.agree(run.prepare(inputs)))
    return std::move(error);
  return run.run();
}

} // namespace bnn::sim
