//===- bnn-sim.cpp - Runs samples through a programming image -------------===//

#include "ChipReport.h"
#include "Decisions.h"
#include "ExpectedBer.h"
#include "Figures.h"
#include "Measurements.h"
#include "Progress.h"
#include "Report.h"
#include "Samples.h"
#include "bnn/Image/Image.h"
#include "bnn/Support/Error.h"
#include "bnn/Support/File.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/WithColor.h"
#include <chrono>

using namespace llvm;
using namespace bnn;

namespace {

using Clock = std::chrono::steady_clock;

double secondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

Expected<sim::Accuracy> readAccuracy(const sim::Options &options,
                                     const sim::RunResult &result) {
  Expected<Tensor> labels = sim::readLabels(options);
  if (!labels)
    return labels.takeError();
  if (result.outputs.empty())
    return makeError("the network has no output");
  const Tensor &scores = result.outputs.front();
  // Labels first: where they do not fit, that is what went wrong.
  Expected<std::vector<int64_t>> wanted =
      labelsOf(*labels, result.samples, numClasses(scores));
  if (!wanted)
    return makeError(options.labels + ": " + toString(wanted.takeError()));
  Expected<std::vector<int64_t>> classes = classesOf(scores);
  if (!classes)
    return makeError(options.labels + ": " + toString(classes.takeError()));
  sim::Accuracy accuracy{0, result.samples};
  for (auto [found, label] : zip(*classes, *wanted))
    accuracy.correct += found == label;
  return accuracy;
}

/// Where the table goes.
raw_ostream &tableOf(const sim::Options &options) {
  return options.toStandardOutput() ? errs() : outs();
}

/// The image as it is, once.
Error runOnce(const sim::Options &options, const image::Image &image,
              const sim::Simulator &simulator, ArrayRef<Tensor> inputs) {
  sim::RunOptions run;
  run.threads = options.threads;
  run.batch = options.batch;
  run.seed = options.seed;
  run.trace = !options.trace.empty();
  run.accumulators = options.accumulators;
  int64_t samples = inputs.empty() || inputs.front().shape.empty()
                        ? 0
                        : inputs.front().shape[0];
  std::optional<sim::Progress> progress(std::in_place, "samples");
  run.progress = [&](int64_t done) { progress->update(done, samples); };
  auto start = Clock::now();
  Expected<sim::RunResult> result = simulator.run(inputs, run);
  double seconds = secondsSince(start);
  progress.reset();
  if (!result)
    return result.takeError();

  sim::Report report{
      image,           options.image, *result,      options.executor,
      options.threads, seconds,       std::nullopt, options.seed};
  if (!options.labels.empty()) {
    Expected<sim::Accuracy> accuracy = readAccuracy(options, *result);
    if (!accuracy)
      return accuracy.takeError();
    report.accuracy = *accuracy;
  }
  OutputFiles files;
  if (Error error = sim::stageOutputs(image, options, *result, files))
    return error;
  if (Error error = sim::stageTrace(options, *result, files))
    return error;
  if (!options.json.empty())
    if (Error error = files.stage(options.json, sim::formatJson(report)))
      return error;
  if (Error error =
          sim::stageFigures({options, image, simulator, inputs}, files))
    return error;
  if (Error error =
          sim::stageImportance({options, image, simulator, inputs}, files))
    return error;
  raw_ostream &table = tableOf(options);
  table << sim::formatReport(report);
  if (!options.trace.empty())
    table << sim::formatAbsent(image);
  return files.commit();
}

/// What a single chip makes of the samples, for --outputs and --trace.
Error stageChip(const sim::Options &options, const image::Image &image,
                const sim::Simulator &simulator, ArrayRef<Tensor> inputs,
                const sim::Point &point, OutputFiles &files) {
  if (options.outputs.empty() && options.trace.empty())
    return Error::success();
  sim::RunOptions run;
  run.threads = options.threads;
  run.batch = options.batch;
  run.seed = options.seed;
  run.trace = !options.trace.empty();
  run.accumulators = options.accumulators;
  Expected<sim::PreparedInputs> prepared = simulator.prepare(inputs, run);
  if (!prepared)
    return prepared.takeError();
  Expected<std::unique_ptr<sim::ChipNetwork>> chip = simulator.makeChip();
  if (!chip)
    return chip.takeError();
  sim::ProgrammedChip programmed =
      point.noise.program(image, simulator.cellMap(), options.seed, 0, {});
  if (Error error = (*chip)->program(programmed.chip, programmed.reads))
    return error;
  Expected<sim::RunResult> result = simulator.run(*prepared, run, chip->get());
  if (!result)
    return result.takeError();
  if (Error error = sim::stageOutputs(image, options, *result, files))
    return error;
  return sim::stageTrace(options, *result, files);
}

/// Chips, on all ranks; the first one writes.
Error runChips(const sim::Options &options, const image::Image &image,
               const sim::Simulator &nominal, ArrayRef<Tensor> inputs,
               const mc::Ranks &ranks) {
  auto start = Clock::now();
  const sim::Simulator *simulator = &nominal;
  image::Image corrected;
  std::optional<sim::Simulator> correctedSimulator;
  sim::CorrectedThresholds moved;
  if (options.expectedBer) {
    for (const image::Step &step : image.steps())
      if (step.array().threshold_store() == image::ArrayLayer::ARRAY_ROWS)
        return makeError(
            "--expected-ber moves thresholds in registers, layer '" +
            step.array().name() + "' has them in cells");
    corrected = image;
    moved = sim::correctThresholds(corrected, *options.expectedBer);
    Expected<sim::Simulator> made =
        sim::Simulator::create(corrected, options.executor);
    if (!made)
      return made.takeError();
    correctedSimulator.emplace(std::move(*made));
    simulator = &*correctedSimulator;
  }
  Expected<sim::Experiment> experiment =
      sim::runExperiment(options, image, nominal, *simulator, inputs, ranks);
  if (!experiment)
    return experiment.takeError();
  if (!ranks.isFirst())
    return Error::success();
  experiment->seconds = secondsSince(start);
  experiment->thresholds = moved.all;
  experiment->changedThresholds = moved.changed;
  OutputFiles files;
  if (Error error = stageChip(options, image, *simulator, inputs,
                              experiment->points.front(), files))
    return error;
  if (!options.cells.empty())
    if (Error error =
            files.stage(options.cells, options.noise.measuredChip()->cellTable(
                                           image, simulator->cellMap())))
      return error;
  if (!options.json.empty())
    if (Error error = files.stage(
            options.json, sim::formatChipJson(*experiment, image, options)))
      return error;
  if (!options.csv.empty())
    if (Error error =
            files.stage(options.csv, sim::formatChipCsv(*experiment, options)))
      return error;
  if (Error error = sim::stageFigures(
          {options, image, nominal, inputs, &*experiment}, files))
    return error;
  // Printed first: a file that cannot be written loses nothing but itself.
  tableOf(options) << sim::formatChipReport(*experiment, image, options);
  return files.commit();
}

/// What one process reads before the ranks run together.
struct Setup {
  image::Image image;
  std::vector<Tensor> inputs;
  std::optional<sim::Simulator> simulator;

  Error load(sim::Options &options) {
    if (Error error = sim::setInstructionSet(options.simd))
      return makeError("--simd: " + toString(std::move(error)));
    if (Error error = sim::checkFigures(options))
      return error;
    Expected<image::Image> read = image::read(options.image);
    if (!read)
      return read.takeError();
    image = std::move(*read);
    if (options.isGiven("seed") && !options.monteCarlo() &&
        !sim::isRandom(image))
      return makeError("--seed: nothing is drawn without --noise, and the "
                       "image presents no input at random");
    Expected<std::vector<Tensor>> samples = sim::readInputs(image, options);
    if (!samples)
      return samples.takeError();
    inputs = std::move(*samples);
    if (!inputs.empty() && inputs.front().shape.front() == 0)
      return makeError("there is no sample to run");
    Expected<sim::Simulator> made =
        sim::Simulator::create(image, options.executor);
    if (!made)
      return made.takeError();
    simulator.emplace(std::move(*made));
    return sim::loadMeasurements(options, image, simulator->cellMap());
  }
};

Error runTool(sim::Options &options, const mc::Ranks &ranks) {
  Setup setup;
  // A rank that cannot start must not leave the others waiting.
  if (Error error = ranks.agree(setup.load(options)))
    return error;
  if (options.monteCarlo())
    return runChips(options, setup.image, *setup.simulator, setup.inputs,
                    ranks);
  return ranks.isFirst()
             ? runOnce(options, setup.image, *setup.simulator, setup.inputs)
             : Error::success();
}

} // namespace

int main(int argc, char **argv) {
  InitLLVM init(argc, argv);
  auto report = [](Error error) {
    outs().flush();
    WithColor::error(errs(), "bnn-sim") << toString(std::move(error)) << '\n';
    return 1;
  };
  Expected<sim::Options> options = sim::parseCommandLine(argc, argv);
  if (!options)
    return report(options.takeError());
  Expected<mc::Ranks> ranks = mc::Ranks::join();
  if (!ranks)
    return report(ranks.takeError());
  if (Error error = runTool(*options, *ranks)) {
    // All ranks fail together; one of them says so.
    if (ranks->isFirst())
      return report(std::move(error));
    consumeError(std::move(error));
    return 1;
  }
  if (Error error = finishOutput())
    return report(std::move(error));
  return 0;
}
