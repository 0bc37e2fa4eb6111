//===- Compile.cpp - The way from ONNX to an image --------------*- C++ -*-===//

#include "Compile.h"
#include "Absent.h"
#include "Accuracy.h"
#include "ChooseSchedules.h"
#include "Diagnostics.h"
#include "Output.h"
#include "Parameters.h"
#include "Replication.h"
#include "Verification.h"
#include "bnn/Conversion/BNNToImage.h"
#include "bnn/Conversion/BNNToRRAM/Passes.h"
#include "bnn/Conversion/RRAMToImage.h"
#include "bnn/HostModel/HostModel.h"
#include "bnn/Image/Image.h"
#include "bnn/InitAll.h"
#include "bnn/Report/Report.h"
#include "bnn/Support/Error.h"
#include "bnn/Support/File.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Support/Timing.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Path.h"

using namespace mlir;

namespace bnn {

namespace {

class Compilation {
public:
  explicit Compilation(const Options &options)
      : options(options), diagnostics(&context) {
    applyDefaultTimingManagerCLOptions(timing);
    root = timing.getRootScope();
    DialectRegistry registry;
    registerAllDialects(registry);
    context.appendDialectRegistry(registry);
    context.loadAllAvailableDialects();
  }

  LogicalResult run();

private:
  LogicalResult import();
  LogicalResult checkInputNames();
  LogicalResult attachTarget();
  LogicalResult runPasses(llvm::StringRef phase,
                          llvm::function_ref<void(OpPassManager &)> build);
  LogicalResult toBNN();
  LogicalResult keepBinarized();
  void keepReduced();
  LogicalResult toRRAM();
  LogicalResult replicate(const rram::RRAMPipelineOptions &pipeline);
  llvm::Error countMemory();
  void collectTies();
  LogicalResult finish(const image::Image &image);

  /// Prints `error`; for `return fail(...)`.
  LogicalResult fail(llvm::Error error) {
    printError(std::move(error));
    return failure();
  }
  LogicalResult writeStage() {
    if (llvm::Error error = writeIR(*module, options))
      return fail(std::move(error));
    return success();
  }

  const Options &options;
  DefaultTimingManager timing;
  TimingScope root;
  MLIRContext context;
  DiagnosticPrinter diagnostics;
  OwningOpRef<ModuleOp> module;
  std::map<std::string, uint64_t> ties;
  report::MemoryFacts memory;
  std::optional<Target> chipTarget; // once it is known
  std::vector<ImportedTensor> tensors;
  std::string binarized, reduced, replicated; // lines of the summary
  OwningOpRef<ModuleOp> reference;
  std::optional<Interpreter> referenceInterpreter;
  std::optional<AccuracyCheck> accuracy;
};

} // namespace

//===----------------------------------------------------------------------===//
// Import
//===----------------------------------------------------------------------===//

LogicalResult Compilation::import() {
  TimingScope scope = root.nest("import");
  module = importONNX(options.model, context, options.import);
  if (!module) {
    if (!diagnostics.hadError())
      return fail(makeError(options.model + ": cannot be imported"));
    return failure();
  }
  SmallVector<Attribute> provenance;
  for (const std::string &option : options.provenance)
    provenance.push_back(StringAttr::get(&context, option));
  (*module)->setAttr("bnn.options", ArrayAttr::get(&context, provenance));
  return checkInputNames();
}

/// Before the passes free and pack constants.
llvm::Error Compilation::countMemory() {
  memory.byNode = countParameters(*module);
  if (options.baseline.empty())
    return llvm::Error::success();
  llvm::Expected<report::Parameters> parameters =
      parametersOfModel(options.baseline, options);
  if (!parameters)
    return parameters.takeError();
  memory.baseline = llvm::sys::path::filename(options.baseline).str();
  memory.baselineParameters = *parameters;
  return llvm::Error::success();
}

LogicalResult Compilation::checkInputNames() {
  auto main = module->lookupSymbol<func::FuncOp>("main");
  std::vector<std::string> names;
  for (unsigned i = 0; i < main.getNumArguments(); ++i)
    if (auto name = main.getArgAttrOfType<StringAttr>(i, "bnn.name"))
      names.push_back(name.str());
  for (const InputDeclaration &input : options.inputs)
    if (!llvm::is_contained(names, input.name))
      return fail(makeError("--input " + input.text + ": " + options.model +
                            " has no input '" + input.name +
                            "'; its inputs are: " + llvm::join(names, ", ")));
  return success();
}

//===----------------------------------------------------------------------===//
// Passes
//===----------------------------------------------------------------------===//

LogicalResult
Compilation::runPasses(llvm::StringRef phase,
                       llvm::function_ref<void(OpPassManager &)> build) {
  TimingScope scope = root.nest(phase);
  PassManager manager(&context);
  manager.enableVerifier(options.verifyEach);
  if (failed(applyPassManagerCLOptions(manager)))
    return fail(makeError("MLIR's pass manager refuses its options"));
  manager.enableTiming(scope);
  build(manager);
  if (succeeded(manager.run(*module)))
    return success();
  if (!diagnostics.hadError())
    return fail(makeError(options.model + ": a pass of '" + phase +
                          "' failed without saying why; this is a defect of "
                          "bnn-compile"));
  return failure();
}

LogicalResult Compilation::toBNN() {
  BNNPipelineOptions pipeline;
  for (const InputDeclaration &input : options.inputs)
    pipeline.inputs.push_back(input.text);
  pipeline.encodings = options.encodings;
  pipeline.float32Ties = options.float32Ties;
  pipeline.binarize = options.binarize;
  pipeline.votes.group = options.voteGroup;
  pipeline.votes.calibration = options.calibration;
  pipeline.votes.samples = options.binarize.samples;
  if (failed(runPasses("recognize", [&](OpPassManager &manager) {
        buildRecognitionPipeline(manager, pipeline);
      })))
    return failure();
  if (options.binarizes() && failed(keepBinarized()))
    return failure();
  if (failed(runPasses("bnn", [&](OpPassManager &manager) {
        buildIntegerPipeline(manager, pipeline);
      })))
    return failure();
  keepReduced();
  return success();
}

/// What bnn-reduce-by-votes did, for the summary.
void Compilation::keepReduced() {
  auto main = module->lookupSymbol<func::FuncOp>("main");
  auto lines = main->getAttrOfType<ArrayAttr>("bnn.reduced");
  if (!lines)
    return;
  reduced = "by votes, which changes the function:\n";
  for (auto line : lines.getAsRange<StringAttr>())
    reduced += "  " + line.str() + '\n';
  main->removeAttr("bnn.reduced");
  // IR has no summary behind it.
  if (options.stage != Stage::Image)
    llvm::errs() << reduced;
}

/// What bnn-binarize did, for the summary, and the network that it made, for
/// --verify: from here on compilation is exact.
LogicalResult Compilation::keepBinarized() {
  auto main = module->lookupSymbol<func::FuncOp>("main");
  auto lines = main->getAttrOfType<ArrayAttr>("bnn.binarized");
  if (!lines)
    return success();
  for (auto [i, line] : llvm::enumerate(lines.getAsRange<StringAttr>()))
    binarized += (i ? "  " : "binarized: ") + line.str() + '\n';
  main->removeAttr("bnn.binarized");
  if (!options.verify)
    return success();
  reference = OwningOpRef<ModuleOp>(module->clone());
  FailureOr<Interpreter> interpreter = Interpreter::create(*reference);
  if (failed(interpreter))
    return failure();
  referenceInterpreter.emplace(std::move(*interpreter));
  return success();
}

LogicalResult Compilation::attachTarget() {
  llvm::Expected<Target> target = findTarget(options.target);
  if (!target)
    return fail(target.takeError());
  if (!options.array.empty())
    if (llvm::Error error = overrideArray(*target, options.array))
      return fail(std::move(error));
  if (options.reprogram && !target->geometry.subarrays)
    return fail(makeError("--reprogram: target '" + target->name +
                          "' has as many subarrays as the network needs; "
                          "nothing is programmed anew"));
  (*module)->setAttr("rram.target", rram::targetAttr(*target, &context));
  chipTarget = *target;
  return success();
}

LogicalResult Compilation::toRRAM() {
  rram::RRAMPipelineOptions pipeline;
  switch (options.schedule) {
  case ScheduleChoice::Auto:
    pipeline.schedule = rram::Schedule::Auto;
    break;
  case ScheduleChoice::P2S:
    pipeline.schedule = rram::Schedule::P2S;
    break;
  case ScheduleChoice::S2P:
    pipeline.schedule = rram::Schedule::S2P;
    break;
  }
  if (options.tree && !chipTarget->capabilities.has(Schedules::P2S))
    return fail(makeError("--accumulation tree adds partial counts of p2s, "
                          "which target '" +
                          chipTarget->name + "' does not have"));
  pipeline.chips = options.chips;
  pipeline.reprogram = options.reprogram;
  pipeline.latency = options.goal == Goal::Latency;
  if (options.tree)
    pipeline.accumulation = rram::Accumulation::Tree;
  if (options.replicate)
    return replicate(pipeline);
  if (options.goal == Goal::None)
    return runPasses("rram", [&](OpPassManager &manager) {
      rram::buildRRAMPipeline(manager, pipeline);
    });
  if (failed(runPasses("convert", [&](OpPassManager &manager) {
        manager.addPass(createConvertBNNToRRAM());
      })))
    return failure();
  TimingScope scope = root.nest("schedules");
  if (llvm::Error error =
          chooseSchedules(*module, *chipTarget, options.goal, pipeline))
    return fail(std::move(error));
  scope.stop();
  return runPasses("rram", [&](OpPassManager &manager) {
    rram::buildLayerPipeline(manager, pipeline);
  });
}

LogicalResult
Compilation::replicate(const rram::RRAMPipelineOptions &pipeline) {
  TimingScope scope = root.nest("plan copies");
  llvm::Expected<Replication> plan =
      planReplication(*module, *chipTarget, options, pipeline);
  if (!plan)
    return fail(plan.takeError());
  scope.stop();
  replicated = plan->summary;
  if (options.stage != Stage::Image) // IR has no summary behind it
    llvm::errs() << replicated;
  requestCopies(*module, *plan);
  if (failed(runPasses("convert", [&](OpPassManager &manager) {
        manager.nest<func::FuncOp>().addPass(createBNNReplicate());
        manager.addPass(createConvertBNNToRRAM());
      })))
    return failure();
  orientCopies(*module, *plan);
  return runPasses("rram", [&](OpPassManager &manager) {
    rram::buildLayerPipeline(manager, plan->pipeline);
  });
}

/// The image holds no ties; the report shows them with the linear operator
/// whose sums they are, or else with the threshold.
void Compilation::collectTies() {
  module->walk([&](ThresholdOp threshold) {
    if (!threshold.getTies() || threshold.getTies()->empty())
      return;
    Value source = threshold.getInput();
    while (isa_and_nonnull<ReshapeOp, TransposeOp, MaxPoolOp, SumPoolOp>(
        source.getDefiningOp()))
      source = source.getDefiningOp()->getOperand(0);
    Operation *op = source.getDefiningOp();
    if (!isa_and_nonnull<ConvOp, LinearOp>(op))
      op = threshold;
    ties[locationName(op->getLoc()).str()] += threshold.getTies()->size();
  });
}

//===----------------------------------------------------------------------===//
// Results
//===----------------------------------------------------------------------===//

/// All files appear, or none.
LogicalResult Compilation::finish(const image::Image &image) {
  report::Summary summary = report::summarize(image, *chipTarget, ties, memory);
  OutputFiles files;
  if (!options.output.empty()) {
    llvm::Expected<std::string> bytes = image::serialize(image);
    if (!bytes)
      return fail(bytes.takeError());
    if (llvm::Error error = files.stage(options.output, *bytes))
      return fail(std::move(error));
  }
  if (!options.emitHost.empty()) {
    llvm::Expected<std::vector<std::string>> models = makeHostModels(image);
    if (!models)
      return fail(makeError("--emit-host " + options.emitHost + ": " +
                            llvm::toString(models.takeError())));
    for (auto [i, bytes] : llvm::enumerate(*models))
      if (llvm::Error error =
              files.stage(hostModelPath(options.emitHost, i), bytes))
        return fail(std::move(error));
  }
  if (!options.report.empty()) {
    llvm::StringRef name = options.report;
    std::string text =
        name.ends_with(".json")
            ? report::formatJson(summary, report::planFloor(image))
        : name.ends_with(".html")
            ? report::formatHtml(summary, report::planFloor(image))
            : report::formatText(summary);
    if (llvm::Error error = files.stage(options.report, text))
      return fail(std::move(error));
  }
  if (!options.quiet)
    llvm::outs() << report::formatText(summary);
  for (const std::string *changes : {&binarized, &reduced, &replicated})
    if (!options.quiet && !changes->empty())
      llvm::outs() << '\n' << *changes;
  if (accuracy) {
    TimingScope scope = root.nest("accuracy");
    llvm::Expected<std::string> text = accuracy->compare(image);
    if (!text)
      return fail(text.takeError());
    if (!options.quiet)
      llvm::outs() << *text;
  }
  if (options.verify) {
    TimingScope scope = root.nest("verify");
    llvm::Expected<std::string> verdict =
        verifyCompiled(image, options,
                       referenceInterpreter ? &*referenceInterpreter : nullptr);
    if (!verdict)
      return fail(verdict.takeError());
    if (!options.quiet)
      llvm::outs() << '\n' << *verdict;
  }
  // What was changed is said before anything is written.
  if (llvm::Error error = finishOutput())
    return fail(std::move(error));
  if (llvm::Error error = files.commit())
    return fail(std::move(error));
  return success();
}

LogicalResult Compilation::run() {
  if (failed(import()))
    return failure();
  if (options.stage == Stage::Import)
    return writeStage();
  tensors = listTensors(*module);
  if (llvm::Error error = countMemory())
    return fail(std::move(error));
  if (!options.labels.empty()) {
    TimingScope scope = root.nest("accuracy");
    llvm::Expected<AccuracyCheck> check =
        AccuracyCheck::create(*module, options);
    if (!check)
      return fail(check.takeError());
    accuracy.emplace(std::move(*check));
  }
  if (failed(toBNN()))
    return failure();
  if (options.stage == Stage::BNN)
    return writeStage();
  collectTies();
  memory.ternaryNodes = ternaryNodes(*module);
  if (failed(attachTarget()) || failed(toRRAM()))
    return failure();
  if (options.stage == Stage::RRAM)
    return writeStage();
  TimingScope scope = root.nest("image");
  FailureOr<image::Image> image = convertToImage(*module);
  scope.stop();
  if (failed(image))
    return failure();
  addAbsent(*image, tensors);
  module = {};
  return finish(*image);
}

LogicalResult compile(const Options &options) {
  return Compilation(options).run();
}

} // namespace bnn
