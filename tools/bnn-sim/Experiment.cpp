//===- Experiment.cpp - Monte Carlo over chips ----------------------------===//

#include "Experiment.h"
#include "NoiseParts.h"
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
#include <tbb/enumerable_thread_specific.h>

using namespace llvm;

namespace bnn::sim {

namespace {

/// A point with a part of its noise: what the runner calls a point.
struct Variant {
  size_t point;
  NoisePart part;
};

/// The parts of one sort, alone and left out, in the order of the variants.
struct PartSet {
  std::string sort;
  std::vector<std::string> names;
  std::vector<size_t> alone, without; ///< variants
};

class ExperimentRun {
public:
  ExperimentRun(const Options &options, const image::Image &image,
                const Simulator &nominal, const Simulator &simulator,
                const mc::Ranks &ranks)
      : options(options), image(image), nominal(nominal), simulator(simulator),
        ranks(ranks) {}

  Error prepare(ArrayRef<Tensor> tensors);
  Expected<Experiment> run();

private:
  Error makePoints();
  void makeVariants();
  void addParts(size_t point, StringRef sort, ArrayRef<std::string> names,
                ArrayRef<NoisePart> alone, ArrayRef<NoisePart> without);
  Error runNominal(ArrayRef<Tensor> tensors);
  mc::RunKey key(ArrayRef<Tensor> tensors) const;
  Expected<mc::Trial> runChip(size_t variant, uint64_t chip, unsigned threads);
  Error compare(const RunResult &result, std::vector<uint64_t> &right) const;
  /// Of losses of chips, cut where accuracies would leave 0 to 1.
  mc::Mean meanLoss(ArrayRef<int64_t> losses) const;
  void evaluate(Point &point, const mc::PointResult &result);
  Attribution attribute(const Point &point, const PartSet &set,
                        ArrayRef<mc::PointResult> results) const;

  const Options &options;
  const image::Image &image;
  const Simulator &nominal, &simulator;
  const mc::Ranks &ranks;

  Experiment experiment;
  std::vector<Variant> variants;              ///< the points come first
  std::vector<std::vector<PartSet>> partSets; ///< of each point
  std::vector<int64_t> wanted;                ///< class of each image
  std::vector<uint64_t> nominalRight;         ///< a bit for each image
  std::optional<PreparedInputs> inputs;
  mc::RunPlan plan;
  // What programming alone changes, thread by thread.
  tbb::enumerable_thread_specific<std::unique_ptr<ChipNetwork>> networks;
};

/// Probabilities of wrong answers are summed over chips in these units, so that
/// the sum does not depend on who adds.
constexpr double answerUnits = 0x1p20;
/// Of probabilities that were left out, likewise.
constexpr double droppedUnits = 0x1p50;

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
  if (!experiment.images)
    return makeError("there is no sample to run");
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

namespace {

/// Noise-free less `result`, of each chip.
std::vector<int64_t> lossesOf(int64_t noiseFree,
                              const mc::PointResult &result) {
  std::vector<int64_t> losses;
  losses.reserve(result.correct.size());
  for (int64_t correct : result.correct)
    losses.push_back(noiseFree - correct);
  return losses;
}

} // namespace

mc::Mean ExperimentRun::meanLoss(ArrayRef<int64_t> losses) const {
  mc::Mean mean = mc::meanOf(losses, experiment.images);
  double noiseFree = double(experiment.noiseFree) / double(experiment.images);
  mean.keepWithin(noiseFree - 1, noiseFree);
  return mean;
}

void ExperimentRun::evaluate(Point &point, const mc::PointResult &result) {
  int64_t images = experiment.images, chips = int64_t(result.correct.size());
  point.result = result;
  point.accuracy = mc::summarize(result.correct, result.perImage, images);
  point.loss = meanLoss(lossesOf(experiment.noiseFree, result));
  std::vector<int64_t> perImage;
  perImage.reserve(result.perImage.size());
  for (auto [i, right] : enumerate(result.perImage))
    perImage.push_back(int64_t(nominalRight[i / 64] >> (i % 64) & 1) * chips -
                       right);
  point.lossTestSet = mc::testSetError(perImage, chips);
  if (options.yield)
    point.yield = mc::yieldAbove(result.correct, images, *options.yield);
  const Point &first = experiment.points.front();
  if (&point != &first)
    point.difference =
        mc::pairedDifference(result.correct, first.result.correct, images);
  point.wrongAnswers = double(result.counts[0]) / answerUnits;
  point.dropped = double(result.counts[1]) / droppedUnits / double(chips);
  point.answers =
      2 * double(chips) * double(simulator.cellMap().countedCells());
}

Attribution ExperimentRun::attribute(const Point &point, const PartSet &set,
                                     ArrayRef<mc::PointResult> results) const {
  int64_t images = experiment.images, noiseFree = experiment.noiseFree;
  Attribution out;
  out.sort = set.sort;
  std::vector<int64_t> left = lossesOf(noiseFree, point.result);
  for (auto [name, alone, without] : zip(set.names, set.alone, set.without)) {
    std::vector<int64_t> one = lossesOf(noiseFree, results[alone]);
    out.rows.push_back(
        {name, meanLoss(one), meanLoss(lossesOf(noiseFree, results[without]))});
    // Points may have stopped at different chips: those that all have.
    left.resize(std::min(left.size(), one.size()));
    for (size_t chip = 0; chip < left.size(); ++chip)
      left[chip] -= one[chip];
  }
  out.interaction = mc::meanOf(left, images);
  return out;
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
