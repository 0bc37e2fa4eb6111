//===- Options.cpp - The command line of bnn-compile ------------*- C++ -*-===//

#include "Options.h"
#include "Declarations.h"
#include "OptionParsers.h"
#include "bnn/InitAll.h"
#include "bnn/Support/Error.h"
#include "bnn/Support/File.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Support/Timing.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/Path.h"
#include <algorithm>

namespace cl = llvm::cl;

namespace bnn {

static cl::OptionCategory category("bnn-compile options");

static cl::opt<std::string> model(cl::Positional, cl::desc("net.onnx"),
                                  cl::cat(category));
static cl::opt<std::string> output(
    "o", cl::value_desc("FILE"), cl::cat(category),
    cl::desc(
        "Write the programming image (.rimg), or the IR that --emit names\n"
        "(.mlir, .mlirbc). Without it only the summary is printed"));
static WordOption<Stage> emit(
    "emit", cl::cat(category), cl::init(Stage::Image),
    cl::desc(
        "Stop after a stage and write its result; IR goes to the standard\n"
        "output unless -o is given:"),
    cl::values(
        clEnumValN(Stage::Import, "import", "network as read, real numbers"),
        clEnumValN(Stage::BNN, "bnn",
                   "binary layers and thresholds recognised"),
        clEnumValN(Stage::RRAM, "rram", "tiles, placement and loop nests"),
        clEnumValN(Stage::Image, "image", "programming image (default)")));
static cl::opt<bool> emitResources(
    "emit-resources", cl::cat(category),
    cl::desc("Print constants over 64 kB in IR text in full, too"));
static cl::list<std::string> inputs(
    "input", cl::value_desc("DECL"), cl::cat(category),
    cl::desc(
        "DECL is NAME=TYPE[:SCALE[,OFFSET]]: input NAME holds the values\n"
        "SCALE * (q + OFFSET), q an integer of TYPE u1..u16, s1..s16 or\n"
        "bipolar; numbers may be fractions such as 1/255. Only the layer of\n"
        "a declared input can run on the arrays"));
static cl::list<std::string> encodings(
    "input-encoding", cl::value_desc("[NAME=]KIND"), cl::cat(category),
    cl::desc(
        "How inputs are driven onto the arrays, all or one by its name:\n"
        "  auto          bit planes of what is declared (default)\n"
        "  bitplane      the same, or an error that says why not; exact\n"
        "  host          their layer stays on the host\n"
        "  stochastic:T  T random bits each, 1 as often as the value is high;\n"
        "                the first layer adds the counts of all T (1 to 64)\n"
        "  stochastic:T,network  the whole network runs T times on one such\n"
        "                bit, and its outputs are averaged"));
static cl::list<std::string>
    shapes("shape", cl::value_desc("NAME=1x3x32x32"), cl::cat(category),
           cl::desc("Shape of an input whose sizes the file leaves open; a\n"
                    "batch that it fixes may be set to 1"));
static cl::opt<std::string> binarize(
    "binarize", cl::value_desc("none|classifier|all"), cl::cat(category),
    cl::init("none"),
    cl::desc(
        "Make real layers binary after training: the fully connected ones\n"
        "that end the network, or all. What was trained binary is always\n"
        "compiled as it is, exactly"));
static cl::list<std::string> binarizeNodes(
    "binarize-nodes", cl::value_desc("PATTERN"), cl::CommaSeparated,
    cl::cat(category),
    cl::desc(
        "Binarize layers by the names of their ONNX nodes, too (*, ?, [..])"));
enum class WeightKind { Binary, Ternary };
static WordOption<WeightKind> weightKind(
    "weights", cl::cat(category), cl::init(WeightKind::Binary),
    cl::desc("Weights of layers binarized so:"),
    cl::values(clEnumValN(WeightKind::Binary, "binary", "-1, +1"),
               clEnumValN(WeightKind::Ternary, "ternary", "-1, 0, +1")));
static cl::opt<std::string> reduction(
    "reduction", cl::value_desc("exact|majority:N"), cl::cat(category),
    cl::init("exact"),
    cl::desc("How partial sums become one: exact (default), or every N inputs\n"
             "of a fully connected layer decide, and their votes are counted.\n"
             "Changes the function; fitted to --calibration"));
static cl::opt<std::string> calibration(
    "calibration", cl::value_desc("x.npy"), cl::cat(category),
    cl::desc(
        "Samples to fit binarized layers and votes to (also x.npz:member,\n"
        "x.pb); binarized layers without them lose nearly everything"));
static NumberOption<unsigned> calibrationSamples(
    "calibration-samples", cl::value_desc("N"), cl::cat(category),
    cl::init(512),
    cl::desc("At most so many of them, evenly spaced (default: 512)"));
static cl::opt<std::string> labels(
    "labels", cl::value_desc("y.npy"), cl::cat(category),
    cl::desc("Classes of the samples of --calibration: print the accuracy\n"
             "before and after, on those used and on the others"));
static cl::opt<std::string>
    target("target", cl::value_desc("NAME|FILE.yaml"), cl::cat(category),
           cl::init("hfox130-kilobit"),
           cl::desc("Chip to compile for (default: hfox130-kilobit)"));
static cl::opt<std::string>
    array("array", cl::value_desc("ROWSxCOLUMNS"), cl::cat(category),
          cl::desc("Another size of the target's subarrays"));
static WordOption<ScheduleChoice> schedule(
    "schedule", cl::cat(category), cl::init(ScheduleChoice::Auto),
    cl::desc("How a layer is read:"),
    cl::values(clEnumValN(ScheduleChoice::Auto, "auto", "what the target has"),
               clEnumValN(ScheduleChoice::P2S, "p2s",
                          "parallel to sequential: a row is a neuron"),
               clEnumValN(ScheduleChoice::S2P, "s2p",
                          "sequential to parallel: a row is an input")));
static WordOption<Goal> goal(
    "optimize-for", cl::cat(category), cl::init(Goal::None),
    cl::desc("What --schedule auto chooses by, layer by layer, where the\n"
             "target has both schedules (default: p2s):"),
    cl::values(clEnumValN(Goal::Latency, "latency",
                          "cycles of a sample; tiles that are read together\n"
                          "never share a subarray"),
               clEnumValN(Goal::Energy, "energy",
                          "joule of a sample; the target must have all\n"
                          "coefficients"),
               clEnumValN(Goal::Area, "area", "subarrays, then buffer bits")));
static NumberOption<uint64_t> replicate(
    "replicate", cl::value_desc("N"), cl::cat(category),
    cl::desc("Copy the weights of the slowest convolutions, each copy for a\n"
             "part of the output positions, so that a stream of samples is as\n"
             "fast as N subarrays more allow; same results"));
enum class Adders { Serial, Tree };
static WordOption<Adders> accumulation(
    "accumulation", cl::cat(category), cl::init(Adders::Serial),
    cl::desc("How the partial counts of a neuron are added (p2s):"),
    cl::values(clEnumValN(Adders::Serial, "serial",
                          "one accumulator, tile after tile (default)"),
               clEnumValN(Adders::Tree, "tree",
                          "an adder tree over the tiles: fewer cycles to\n"
                          "drain, more adders")));
static NumberOption<uint64_t> chips(
    "chips", cl::value_desc("N"), cl::cat(category), cl::init(1),
    cl::desc("Chips that may be used where the target says how many\n"
             "subarrays one has (default: 1). A neuron lies on one chip"));
static cl::opt<bool> reprogram(
    "reprogram", cl::cat(category),
    cl::desc(
        "Where one chip is too small: program it anew for the next layers,\n"
        "several times in each inference. Wears the devices"));
enum class Ties { Exact, Float32 };
static WordOption<Ties> ties(
    "ties", cl::cat(category), cl::init(Ties::Exact),
    cl::desc(
        "Neurons whose decision at an attainable sum depends on rounding:"),
    cl::values(clEnumValN(Ties::Exact, "exact", "as real arithmetic decides"),
               clEnumValN(Ties::Float32, "fp32",
                          "as float32 in the order of the operators does")));
static cl::opt<std::string> verify(
    "verify", cl::ValueOptional, cl::value_desc("x.npy"), cl::cat(category),
    cl::desc("Run the compiled image, on both executors, against a naive\n"
             "interpreter of the network as read; on random inputs without a\n"
             "file. Exit status 1 at the first difference"));
static NumberOption<unsigned>
    verifySamples("verify-samples", cl::value_desc("N"), cl::cat(category),
                  cl::init(16), cl::desc("Samples of --verify (default: 16)"));
static NumberOption<uint64_t>
    seed("seed", cl::value_desc("S"), cl::cat(category), cl::init(1),
         cl::desc("Seed of the random inputs of --verify (default: 1)"));
static cl::opt<std::string> emitHost(
    "emit-host", cl::value_desc("host.onnx"), cl::cat(category),
    cl::desc(
        "Write what the host computes as ONNX models: host.onnx up to the\n"
        "arrays, host.2.onnx from there on, and so on"));
static cl::opt<std::string> report(
    "report", cl::value_desc("FILE"), cl::cat(category),
    cl::desc("Write the summary: JSON if FILE ends in .json, a page with the\n"
             "floor plan if in .html, else text"));
static cl::opt<std::string> baseline(
    "baseline", cl::value_desc("FILE.onnx"), cl::cat(category),
    cl::desc("Network that the summary compares the memory of the parameters\n"
             "with: the one that net.onnx replaces (default: itself)"));
static cl::opt<bool> quiet("quiet", cl::cat(category),
                           cl::desc("Do not print the summary"));
static cl::alias quietShort("q", cl::aliasopt(quiet), cl::cat(category),
                            cl::desc("Same as --quiet"));
static cl::opt<bool>
    verifyEach("verify-each", cl::init(true), cl::Hidden, cl::cat(category),
               cl::desc("Verify the IR after each pass (default: true)"));

static cl::extrahelp examples(R"(
EXAMPLES:
  Compile for 32x32 arrays and see where the weights went:
    bnn-compile net.onnx -o net.rimg
  Pixels are integers 0..255 divided by 255: the first layer fits the arrays, too:
    bnn-compile net.onnx -o net.rimg --input x=u8:1/255
  Binarize the classifier of a real network, and see what it costs:
    bnn-compile net.onnx -o net.rimg --binarize classifier \
                --calibration x.npy --labels y.npy
  Other arrays, a summary for a script, and proof on 100 random samples:
    bnn-compile net.onnx -o net.rimg --array 64x64 --report net.json \
                --verify --verify-samples 100
  Twice or more the samples per second, for up to 100 subarrays more:
    bnn-compile net.onnx -o net.rimg --replicate 100
  Read the thresholds that were derived:
    bnn-compile net.onnx --emit bnn

--help-hidden lists MLIR's own options (timing, IR after each pass, ...).
)");

/// --help shows our options; --help-hidden MLIR's as well; nothing LLVM's.
static void hideForeignOptions() {
  for (auto &entry : cl::getRegisteredOptions()) {
    cl::Option *option = entry.second;
    if (llvm::is_contained(option->Categories, &category) ||
        entry.first.starts_with("help") || entry.first == "version")
      continue;
    bool useful = entry.first.starts_with("mlir-");
    option->setHiddenFlag(useful ? cl::Hidden : cl::ReallyHidden);
  }
}

static llvm::Error parseReduction(Options &options) {
  llvm::StringRef text = reduction;
  if (text == "exact")
    return llvm::Error::success();
  if (!text.consume_front("majority:") ||
      text.getAsInteger(10, options.voteGroup) || options.voteGroup < 1)
    return makeError("--reduction " + reduction +
                     ": is neither exact nor majority:N, N the inputs that "
                     "decide together");
  if (calibration.empty())
    return makeError("--reduction " + reduction +
                     " changes the network's function, and fits it to samples: "
                     "give some hundred by --calibration");
  return llvm::Error::success();
}

/// The options of bnn-binarize, and whether they go together.
static llvm::Error parseBinarize(Options &options) {
  options.binarize.mode = binarize;
  options.binarize.weights =
      weightKind == WeightKind::Ternary ? "ternary" : "binary";
  options.binarize.samples = calibrationSamples;
  options.binarize.calibration = calibration;
  llvm::append_range(options.binarize.nodes, binarizeNodes);
  options.calibration = calibration;
  options.labels = labels;
  // Who has labels compares scores with each other.
  options.binarize.scores = !labels.empty();
  if (binarize != "none" && binarize != "classifier" && binarize != "all")
    return makeError("--binarize " + binarize +
                     ": is none of none, classifier, all; single layers are "
                     "chosen with --binarize-nodes");
  if (llvm::Error error = parseReduction(options))
    return error;
  if (weightKind.getNumOccurrences() && !options.binarizes())
    return makeError("--weights is for layers that --binarize or "
                     "--binarize-nodes names; there are none");
  for (const cl::Option *option :
       {static_cast<cl::Option *>(&calibration),
        static_cast<cl::Option *>(&calibrationSamples)})
    if (option->getNumOccurrences() && !options.binarizes() &&
        !options.voteGroup)
      return makeError("--" + option->ArgStr +
                       " is for layers that --binarize, --binarize-nodes or "
                       "--reduction changes; there are none");
  if (!options.labels.empty() && options.calibration.empty())
    return makeError("--labels " + options.labels +
                     ": are the classes of the samples of --calibration, which "
                     "is missing");
  if (calibrationSamples < 2)
    return makeError("--calibration-samples " +
                     llvm::Twine(calibrationSamples) +
                     ": statistics need two samples at least");
  return llvm::Error::success();
}

static std::vector<std::string> makeProvenance(const Options &options) {
  std::vector<std::string> result;
  result.reserve(options.inputs.size());
  for (const InputDeclaration &input : options.inputs)
    result.push_back("--input=" + input.text);
  for (const std::string &encoding : options.encodings)
    result.push_back("--input-encoding=" + encoding);
  for (const auto &[name, shape] : options.import.shapes) {
    std::string text = "--shape=" + name + "=";
    for (auto [i, size] : llvm::enumerate(shape))
      text += (i ? "x" : "") + std::to_string(size);
    result.push_back(std::move(text));
  }
  if (options.float32Ties)
    result.push_back("--ties=fp32");
  // The folder of a target file says nothing about the image.
  result.push_back("--target=" +
                   llvm::sys::path::filename(options.target).str());
  if (!options.array.empty())
    result.push_back("--array=" + options.array);
  if (options.binarizes()) {
    result.push_back("--binarize=" + options.binarize.mode);
    if (!options.binarize.nodes.empty())
      result.push_back("--binarize-nodes=" +
                       llvm::join(options.binarize.nodes, ","));
    result.push_back("--weights=" + options.binarize.weights);
    if (!options.calibration.empty()) {
      result.push_back("--calibration=" +
                       llvm::sys::path::filename(options.calibration).str());
      result.push_back("--calibration-samples=" +
                       std::to_string(options.binarize.samples));
      if (options.binarize.scores)
        result.push_back("--labels");
    }
  }
  if (options.schedule != ScheduleChoice::Auto)
    result.push_back(options.schedule == ScheduleChoice::P2S
                         ? "--schedule=p2s"
                         : "--schedule=s2p");
  if (options.voteGroup)
    result.push_back("--reduction=" + reduction);
  if (options.voteGroup && !options.binarizes()) {
    result.push_back("--calibration=" +
                     llvm::sys::path::filename(options.calibration).str());
    result.push_back("--calibration-samples=" +
                     std::to_string(options.binarize.samples));
  }
  if (options.goal != Goal::None)
    result.push_back(options.goal == Goal::Latency  ? "--optimize-for=latency"
                     : options.goal == Goal::Energy ? "--optimize-for=energy"
                                                    : "--optimize-for=area");
  if (options.replicate)
    result.push_back("--replicate=" + std::to_string(options.replicate));
  if (options.tree)
    result.push_back("--accumulation=tree");
  if (options.chips != 1)
    result.push_back("--chips=" + std::to_string(options.chips));
  if (options.reprogram)
    result.push_back("--reprogram");
  std::sort(result.begin(), result.end());
  return result;
}

static llvm::Error parseReplicate(Options &options) {
  options.replicate = replicate;
  if (!replicate.getNumOccurrences())
    return llvm::Error::success();
  if (!replicate)
    return makeError(
        "--replicate 0: is the number of subarrays that copies may "
        "take; give one at least, or leave it out");
  if (options.reprogram)
    return makeError(
        "--replicate is for layers that work at the same time, and "
        "with --reprogram they do not; leave one of them out");
  if (options.stage == Stage::Import || options.stage == Stage::BNN)
    return makeError("--replicate changes nothing before the chip is known; "
                     "give --emit rram to see the copies");
  return llvm::Error::success();
}

/// What --emit and -o ask for together.
static llvm::Error decideOutput(Options &options) {
  llvm::StringRef path = options.output;
  // As from a script whose variable is empty: nothing would be written.
  if (path.empty() && output.getNumOccurrences())
    return makeError("-o names no file");
  if (options.report.empty() && report.getNumOccurrences())
    return makeError("--report names no file");
  if (options.emitHost.empty() && emitHost.getNumOccurrences())
    return makeError("--emit-host names no file");
  ResultFiles results({options.model, options.target, options.calibration,
                       options.labels, options.verifyInputs, options.baseline});
  for (llvm::StringRef file : {path, llvm::StringRef(options.report),
                               llvm::StringRef(options.emitHost)})
    if (llvm::Error error = results.add(file))
      return error;
  bool isIR = path.ends_with(".mlir") || path.ends_with(".mlirbc");
  if (isIR && options.stage == Stage::Image)
    return makeError("-o " + path +
                     ": say with --emit import, bnn or rram "
                     "which IR is wanted");
  if (path.ends_with(".rimg") && options.stage != Stage::Image)
    return makeError("-o " + path +
                     ": --emit writes IR here, an image ends in "
                     ".rimg; name it .mlir or .mlirbc");
  if (path == "-" && options.stage == Stage::Image)
    return makeError("-o -: an image is binary and goes to a file");
  if (options.stage == Stage::Image)
    return llvm::Error::success();
  const char *needsImage = options.verify              ? "--verify"
                           : !options.report.empty()   ? "--report"
                           : !options.emitHost.empty() ? "--emit-host"
                                                       : nullptr;
  if (needsImage)
    return makeError(llvm::Twine(needsImage) +
                     " needs the image; leave out --emit");
  return llvm::Error::success();
}

llvm::Expected<Options> parseCommandLine(int argc, char **argv) {
  registerAllPasses(); // names for --mlir-print-ir-after and the like
  mlir::registerAsmPrinterCLOptions();
  mlir::registerMLIRContextCLOptions();
  mlir::registerPassManagerCLOptions();
  mlir::registerDefaultTimingManagerCLOptions();
  hideForeignOptions();
  cl::SetVersionPrinter(
      [](llvm::raw_ostream &os) { os << "bnn-compile " BNN_VERSION "\n"; });
  cl::ParseCommandLineOptions(
      argc, argv,
      "bnn-compile: binarized and ternary ONNX networks to programming images "
      "of RRAM arrays\n");

  Options options;
  if (model.empty())
    return makeError("no model given; 'bnn-compile net.onnx -o net.rimg', or "
                     "--help");
  options.model = model;
  options.output = output;
  options.stage = emit;
  options.emitResources = emitResources;
  for (const std::string &text : shapes)
    if (llvm::Error error = parseShape(text, options.import))
      return error;
  for (const std::string &text : inputs) {
    llvm::Expected<InputDeclaration> input = parseInput(text);
    if (!input)
      return input.takeError();
    for (const InputDeclaration &other : options.inputs)
      if (other.name == input->name)
        return makeError("--input " + text + ": input '" + input->name +
                         "' is declared already");
    options.inputs.push_back(std::move(*input));
  }
  options.encodings = encodings;
  options.float32Ties = ties == Ties::Float32;
  options.target = target;
  options.array = array;
  options.schedule = schedule;
  options.goal = goal;
  options.tree = accumulation == Adders::Tree;
  options.chips = chips;
  options.reprogram = reprogram;
  if (goal != Goal::None && schedule != ScheduleChoice::Auto)
    return makeError("--optimize-for chooses the schedules, which --schedule "
                     "names; give one of them");
  if (options.tree && schedule == ScheduleChoice::S2P)
    return makeError("--accumulation tree adds partial counts of p2s; with "
                     "--schedule s2p a counter for each column adds: leave one "
                     "of them out");
  if (chips == 0)
    return makeError("--chips 0: at least one chip is needed");
  if (reprogram && chips > 1)
    return makeError("--reprogram is for one chip, not for --chips " +
                     llvm::Twine(options.chips));
  if (llvm::Error error = parseReplicate(options))
    return error;
  options.verify = verify.getNumOccurrences() > 0;
  options.verifyInputs = verify;
  options.verifySamples = verifySamples;
  options.seed = seed;
  options.emitHost = emitHost;
  options.report = report;
  options.baseline = baseline;
  options.quiet = quiet;
  options.verifyEach = verifyEach;
  for (llvm::StringRef encoding : options.encodings)
    if (options.verify && encoding.contains("stochastic:"))
      return makeError("--verify compares bit by bit, and --input-encoding " +
                       encoding +
                       " draws the bits: leave one of them out (docs/inputs.md "
                       "has what can be compared)");
  if (options.verify && options.verifySamples == 0)
    return makeError("--verify-samples 0: nothing would be verified");
  if (llvm::Error error = parseBinarize(options))
    return error;
  if (options.verify && options.voteGroup)
    return makeError("--verify compares with the network as read, and "
                     "--reduction " +
                     reduction + " changes it; leave one of them out");
  if (llvm::Error error = decideOutput(options))
    return error;
  options.provenance = makeProvenance(options);
  return options;
}

} // namespace bnn
