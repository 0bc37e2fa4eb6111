//===- Options.cpp - The command line of bnn-sim --------------------------===//

#include "Options.h"
#include "bnn/Support/Error.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include <cmath>

using namespace llvm;

namespace bnn::sim {

namespace {

cl::OptionCategory data("Data");
cl::OptionCategory noise("Noise");
cl::OptionCategory experiment("Monte Carlo over chips");
cl::OptionCategory results("Results");
cl::OptionCategory running("Running");

/// LLVM's library registers options of its own passes under names that are
/// ours here; it must go first, two of one name end the program.
struct ForgetForeignOptions {
  ForgetForeignOptions() {
    for (StringRef name : {"threads", "seed"})
      cl::getRegisteredOptions().erase(name);
  }
} forgetForeignOptions;

cl::opt<std::string> imagePath(cl::Positional, cl::Required,
                               cl::desc("<net.rimg>"));

cl::list<std::string> inputSpecs(
    "inputs", cl::cat(data), cl::OneOrMore, cl::value_desc("[NAME=]FILE"),
    cl::desc("samples: x.npy, x.npz:member or an ONNX TensorProto x.pb,\n"
             "stacked along the first axis; once for each input"));
cl::opt<std::string> labelsPath(
    "labels", cl::cat(data), cl::value_desc("FILE"),
    cl::desc("class indices to compare with. Without them chips are\n"
             "compared with the classes of the noise-free image"));
cl::opt<int64_t> limit("limit", cl::cat(data), cl::value_desc("N"),
                       cl::init(-1), cl::desc("run the first N samples only"));

cl::opt<std::string> noiseText(
    "noise", cl::cat(noise), cl::value_desc("MODEL"), cl::init("none"),
    cl::desc(
        "none (default), or ber:P[,read|program][,NAME=RATE...]:\n"
        "  P           rate at which a stored -1 is read as +1 and back\n"
        "  program     frozen when a chip is programmed (default)\n"
        "  read        drawn anew at each read\n"
        "  t2=, t3=    ternary sensing: -1 or +1 read as 0, and 0 as -1\n"
        "              or +1; rates given what is stored (t1= is P)\n"
        "  thresholds=  of cells that hold thresholds, frozen (as weights)\n"
        "  stuck_plus=, stuck_minus=  cells that always answer so\n"
        "  layer:NAME=P, layer:NAME:t2=, layer:NAME:t3=  other rates in one\n"
        "              layer\n"
        "or device[:CONDITION][,NAME=VALUE...]: resistances and offsets of\n"
        "the target, after programming under one of its conditions\n"
        "  lrs.median=, lrs.ln_sigma=, hrs.median=, hrs.ln_sigma=,\n"
        "  offset_array_sigma=, offset_latch_sigma=, series_resistance=,\n"
        "  zero_threshold=  another value than the target's (ohm, 1)\n"
        "  read_sigma=      noise of ln(R_BL / R_BLb) at each read\n"
        "  (docs/targets.md has all)"));
cl::opt<std::string> targetName(
    "target", cl::cat(noise), cl::value_desc("NAME|FILE.yaml"),
    cl::desc("whose devices --noise device draws (default: the image's)"));
cl::opt<std::string>
    defectPath("defects", cl::cat(noise), cl::value_desc("FILE.csv"),
               cl::desc("broken devices and cells, on top of --noise"));
cl::opt<std::string>
    marginPath("margin", cl::cat(noise), cl::value_desc("FILE.csv"),
               cl::desc("measured share of wrong decisions of a neuron by\n"
                        "|count - threshold|, drawn at each decision"));
cl::opt<std::string> chipPath(
    "chip", cl::cat(noise), cl::value_desc("FILE.csv"),
    cl::desc("execute on a measured chip, without drawing one: what its\n"
             "cells answered (reads.csv), or the resistances of its devices\n"
             "(devices.csv)"));
cl::opt<std::string> readsPath(
    "reads", cl::cat(noise), cl::value_desc("FILE.csv"),
    cl::desc("what the cells of --chip answered, to compare with what their\n"
             "resistances say"));
cl::opt<std::string> cellsPath(
    "cells", cl::cat(results), cl::value_desc("FILE.csv"),
    cl::desc(
        "every measured cell of --chip: resistances, the image's bit, the\n"
        "simulated one, and the reads"));
cl::opt<std::string> devicesPath(
    "devices", cl::cat(noise), cl::value_desc("FILE.csv"),
    cl::desc("resistances that were measured (devices.csv): the laws of\n"
             "--noise device, in place of the target's"));
cl::opt<std::string> conditionsPath(
    "conditions", cl::cat(noise), cl::value_desc("FILE.csv"),
    cl::desc("how the devices of --devices were programmed, and over which\n"
             "cycles (conditions.csv)"));
cl::opt<TailModel> tailModel(
    "tail", cl::cat(noise),
    cl::desc("what lies beyond the outermost device of --devices (default:\n"
             "nothing, and rates below 3/N are not stated)"),
    cl::values(
        clEnumValN(TailModel::None, "none", "nothing"),
        clEnumValN(TailModel::Lognormal, "lognormal",
                   "the line through the outer tenth, ln R against\n"
                   "normal scores"),
        clEnumValN(TailModel::Gpd, "gpd",
                   "a generalized Pareto law fitted to the outer tenth")));
cl::opt<double> cycles(
    "cycles", cl::cat(noise), cl::value_desc("N"),
    cl::desc("programming cycles so far: which of a condition's ranges"));
cl::opt<double>
    supply("supply", cl::cat(noise), cl::value_desc("VOLT"),
           cl::desc("supply of the reads: of the target's tables and of the\n"
                    "measurements to use"));
cl::opt<double>
    temperature("temperature", cl::cat(noise), cl::value_desc("CELSIUS"),
                cl::desc("temperature of the target's tables, and of the\n"
                         "measurements to use"));
cl::opt<double> timeSince(
    "time", cl::cat(noise), cl::value_desc("SECONDS"),
    cl::desc("time since programming, of the target's retention table\n"
             "(default: as programmed)"));
cl::opt<bool> allowCollapsed(
    "allow-collapsed", cl::cat(noise),
    cl::desc("accept devices whose median HRS is not above the median LRS"));
cl::opt<std::string> referenceText(
    "reference", cl::cat(results), cl::value_desc("R"), cl::init("min_error"),
    cl::desc("what --plot ber and --json read single devices (1T1R) against:\n"
             "min_error (default), geometric_mean of the medians, or a number\n"
             "of ohm"));
cl::opt<double> expectedBer(
    "expected-ber", cl::cat(noise), cl::value_desc("P"),
    cl::desc("correct the thresholds for a bit error rate of P: counts shrink\n"
             "towards half their range by 1 - 2 P, and so do they. Changes\n"
             "the function; the noise-free line stays that of the image"));

cl::opt<int64_t> chips("chips", cl::cat(experiment), cl::value_desc("N"),
                       cl::desc("chips of a point (default: 32 with noise)"));
cl::opt<uint64_t> seed("seed", cl::cat(experiment), cl::value_desc("S"),
                       cl::init(1),
                       cl::desc("chip i of seed S is the same at all points, "
                                "on any\nnumber of threads, ranks and machines "
                                "(default: 1).\nAlso of inputs that the image "
                                "presents at random"));
cl::list<std::string> sweeps(
    "sweep", cl::cat(experiment), cl::value_desc("NAME=VALUES"),
    cl::desc("run a parameter of --noise over A,B,C or FIRST:LAST:logN or\n"
             "FIRST:LAST:linN (N values); several --sweep make a grid"));
cl::opt<double>
    yieldAccuracy("yield", cl::cat(experiment), cl::value_desc("PERCENT"),
                  cl::desc("share of chips that reach this accuracy"));
cl::opt<double> until(
    "until", cl::cat(experiment), cl::value_desc("POINTS"),
    cl::desc("stop a point once the 95 % interval of its mean is at most this\n"
             "wide, in percentage points; looked at after 16, 32, 48 ...\n"
             "chips in their order, up to --chips"));
cl::opt<bool> attribute(
    "attribute", cl::cat(experiment),
    cl::desc("tell the loss by layers and by kinds of errors: each alone, all\n"
             "but each, and the interaction that is left over"));
cl::opt<std::string> resume(
    "resume", cl::cat(experiment), cl::value_desc("FILE"),
    cl::desc("continue from FILE if it is there, and keep it up to date: a\n"
             "killed run started again goes on where it was"));
cl::opt<double>
    saveSeconds("save-every", cl::cat(experiment), cl::value_desc("SECONDS"),
                cl::init(10),
                cl::desc("how often --resume writes FILE (default: 10)"));

cl::list<std::string>
    outputSpecs("outputs", cl::cat(results), cl::value_desc("[NAME=]FILE"),
                cl::desc("write an output to x.npy, or all of them to x.npz;\n"
                         "with noise those of a single chip"));
cl::opt<std::string>
    tracePath("trace", cl::cat(results), cl::value_desc("FILE.npz"),
              cl::desc("write the network's tensors under their ONNX names"));
cl::opt<bool> accumulators(
    "accumulators", cl::cat(results),
    cl::desc("with --trace: also '<layer>/accumulator' of every array layer"));
cl::opt<std::string>
    importancePath("importance", cl::cat(results), cl::value_desc("FILE.csv"),
                   cl::desc("write how much a wrong weight of each neuron "
                            "matters,\nfor bnn-image avoid"));
cl::opt<std::string>
    jsonPath("json", cl::cat(results), cl::value_desc("FILE"),
             cl::desc("write the results as JSON. Of chips it holds nothing\n"
                      "that depends on the machine, no times: same seed, same\n"
                      "bytes. A result named - goes to the standard output,\n"
                      "and the table then to the standard error"));
cl::opt<std::string> csvPath("csv", cl::cat(results), cl::value_desc("FILE"),
                             cl::desc("write a line of CSV for each point"));
cl::list<std::string> plotSpecs(
    "plot", cl::cat(results), cl::value_desc("KIND=FILE.svg"),
    cl::desc("draw a figure (gnuplot), and FILE.csv with its data:\n"
             "  accuracy    over the first parameter of --sweep\n"
             "  yield       chips that reach an accuracy\n"
             "  margin      |count - threshold| of each layer, noise-free\n"
             "  map         wrong cells on the arrays, first point\n"
             "with --noise device also:\n"
             "  ber         2T2R against 1T1R, with error-correcting codes\n"
             "  scatter     R_BL against R_BLb, first chip of the first point\n"
             "  probit      resistances on normal paper, first point\n"
             "  shmoo       wrong answers over two parameters of --sweep"));

cl::opt<Executor> executor(
    "exec", cl::cat(running), cl::init(Executor::Fused),
    cl::desc("how the arrays are read. The results are the same; errors\n"
             "drawn at each read have one law, but are other draws"),
    cl::values(clEnumValN(Executor::Fused, "fused",
                          "layers compiled to packed blocks (default)"),
               clEnumValN(Executor::Replay, "replay",
                          "row by row as on the chip; counts reads")));
cl::opt<unsigned> threads("threads", cl::cat(running), cl::value_desc("N"),
                          cl::init(0),
                          cl::desc("threads of this process (default: all)"));
cl::opt<int64_t> batch("batch", cl::cat(running), cl::value_desc("N"),
                       cl::init(0),
                       cl::desc("samples run together (default: chosen)"));
cl::opt<std::string>
    simd("simd", cl::cat(running), cl::value_desc("SET"),
         cl::desc("instruction set: AVX3_DL, AVX2, ... (default: the best)"));

cl::extrahelp examples(R"(
EXAMPLES:

  Accuracy on a test set:
    bnn-sim lfc.rimg --inputs mnist.npz:images --labels mnist.npz:labels

  Scores and all activations of the first 100 samples:
    bnn-sim net.rimg --inputs x.npy --limit 100 --outputs scores.npy --trace acts.npz

  A network with two inputs, read by read:
    bnn-sim net.rimg --inputs left=l.npy --inputs right=r.npy --exec replay

  100 chips at each of nine bit error rates, as a table and a figure:
    bnn-sim net.rimg --inputs x.npy --labels y.npy --noise ber --sweep ber=1e-5:1e-1:log9 \
            --chips 100 --json sweep.json --plot accuracy=sweep.svg

  A chip with broken cells, and one that was measured cell by cell:
    bnn-sim net.rimg --inputs x.npy --labels y.npy --noise ber:1e-3 --defects defects.csv
    bnn-sim net.rimg --inputs x.npy --labels y.npy --chip reads.csv --supply 1.2

  Which layer costs the accuracy, and how many chips stay above 95 %:
    bnn-sim net.rimg --inputs x.npy --labels y.npy --noise ber:1e-2 --attribute --yield 95

  The same on four machines, to be started again after a kill:
    mpirun -np 4 bnn-sim net.rimg ... --chips 1000 --resume run.ckpt --json run.json

Every sample has the shape that the network declares; a leading dimension of 1
becomes the number of samples. Values outside a declared input are refused.
docs/simulation.md says what is drawn when, and what the intervals cover.
)");

} // namespace

bool Options::monteCarlo() const {
  return !noise.isNone() || !sweep.empty() || !defects.empty() ||
         !margin.empty() || !chip.empty();
}

bool Options::toStandardOutput() const {
  auto isIt = [](StringRef spec) {
    return spec == "-" || spec.ends_with("=-");
  };
  return any_of(outputs, isIt) || isIt(trace) || json == "-" || csv == "-" ||
         cells == "-" || importance == "-";
}

static Expected<PlotRequest> parsePlot(StringRef spec) {
  auto [name, file] = spec.split('=');
  std::optional<PlotKind> kind = StringSwitch<std::optional<PlotKind>>(name)
                                     .Case("accuracy", PlotKind::Accuracy)
                                     .Case("yield", PlotKind::Yield)
                                     .Case("margin", PlotKind::Margin)
                                     .Case("map", PlotKind::Map)
                                     .Case("ber", PlotKind::Ber)
                                     .Case("scatter", PlotKind::Scatter)
                                     .Case("probit", PlotKind::Probit)
                                     .Case("shmoo", PlotKind::Shmoo)
                                     .Default(std::nullopt);
  if (!kind)
    return makeError("--plot " + spec +
                     ": write KIND=FILE.svg, KIND one of accuracy, yield, "
                     "margin, map, ber, scatter, probit, shmoo");
  if (sys::path::extension(file) != ".svg" || sys::path::stem(file).empty())
    return makeError("--plot " + spec +
                     ": writes .svg, with the data in .csv; write --plot " +
                     name + "=FILE.svg");
  SmallString<128> csv(file);
  sys::path::replace_extension(csv, ".csv");
  return PlotRequest{*kind, name.str(), file.str(), csv.str().str()};
}

/// Nothing that is given is dropped: no option comes twice, unless it makes a
/// list, and none that names something is empty.
static Error checkGiven() {
  const cl::Option *once[] = {
      &labelsPath,     &limit,          &noiseText,   &targetName,
      &defectPath,     &marginPath,     &chipPath,    &readsPath,
      &cellsPath,      &devicesPath,    &tailModel,   &cycles,
      &conditionsPath, &supply,         &temperature, &timeSince,
      &referenceText,  &expectedBer,    &chips,       &seed,
      &until,          &yieldAccuracy,  &resume,      &saveSeconds,
      &tracePath,      &importancePath, &jsonPath,    &csvPath,
      &executor,       &threads,        &batch,       &simd};
  for (const cl::Option *option : once)
    if (option->getNumOccurrences() > 1)
      return makeError("--" + option->ArgStr + " is given twice");
  for (const cl::opt<std::string> *option :
       {&labelsPath, &targetName, &defectPath, &marginPath, &chipPath,
        &readsPath, &cellsPath, &devicesPath, &conditionsPath, &resume,
        &tracePath, &importancePath, &jsonPath, &csvPath, &simd})
    if (option->getNumOccurrences() && option->getValue().empty())
      return makeError("--" + option->ArgStr +
                       "= names nothing; write it with a value, or leave it "
                       "out");
  return Error::success();
}

Expected<Options> parseCommandLine(int argc, char **argv) {
  cl::HideUnrelatedOptions({&data, &noise, &experiment, &results, &running});
  cl::SetVersionPrinter(
      [](raw_ostream &os) { os << "bnn-sim " BNN_VERSION "\n"; });
  cl::ParseCommandLineOptions(
      argc, argv,
      "Executes a programming image of bnn-compile, and nothing but the "
      "image,\non ideal cells or on chips whose cells err.\n");
  Options options;
  options.image = imagePath;
  options.inputs = inputSpecs;
  options.labels = labelsPath;
  options.limit = limit;
  options.outputs = outputSpecs;
  options.trace = tracePath;
  options.accumulators = accumulators;
  options.importance = importancePath;
  options.json = jsonPath;
  options.csv = csvPath;
  options.executor = executor;
  options.threads = threads;
  options.batch = batch;
  options.simd = simd;
  options.seed = seed;
  for (const auto &[name, option] : cl::getRegisteredOptions())
    if (option->getNumOccurrences())
      options.given.insert(name);
  options.attribute = attribute;
  options.resume = resume;
  options.saveSeconds = saveSeconds;
  if (yieldAccuracy.getNumOccurrences())
    options.yield = yieldAccuracy / 100;
  if (until.getNumOccurrences())
    options.until = until / 100;
  if (expectedBer.getNumOccurrences())
    options.expectedBer = expectedBer;
  Expected<NoiseSpec> spec = NoiseSpec::parse(noiseText);
  if (!spec)
    return spec.takeError();
  options.noise = std::move(*spec);
  for (const std::string &text : sweeps) {
    Expected<mc::Axis> axis = mc::parseAxis(text);
    if (!axis)
      return axis.takeError();
    if (axis->name == "t1")
      axis->name = "ber"; // one parameter, two names
    options.sweep.push_back(std::move(*axis));
  }
  for (const std::string &text : plotSpecs) {
    Expected<PlotRequest> plot = parsePlot(text);
    if (!plot)
      return plot.takeError();
    options.plots.push_back(std::move(*plot));
  }
  Expected<device::Reference> reference =
      device::Reference::parse(referenceText);
  if (!reference)
    return makeError("--reference: " + toString(reference.takeError()));
  options.reference = *reference;
  options.target = targetName;
  options.defects = defectPath;
  options.margin = marginPath;
  options.chip = chipPath;
  options.reads = readsPath;
  options.devices = devicesPath;
  options.conditions = conditionsPath;
  options.tail = tailModel;
  options.cells = cellsPath;
  if (supply.getNumOccurrences())
    options.supply = supply;
  device::ModelOptions operation;
  for (auto [option, to] : {std::pair(&cycles, &operation.cycles),
                            {&supply, &operation.supplyVolt},
                            {&temperature, &operation.temperatureCelsius},
                            {&timeSince, &operation.seconds}})
    if (option->getNumOccurrences())
      *to = *option;
  operation.allowCollapsed = allowCollapsed;
  options.noise.setOperation(operation);
  // A measured chip is one; its reads may still be drawn more often.
  bool one = !options.monteCarlo() || !options.chip.empty();
  options.chips = chips.getNumOccurrences() ? int64_t(chips) : one ? 1 : 32;
  if (Error error = checkGiven())
    return std::move(error);
  if (Error error = checkOptions(options))
    return std::move(error);
  return options;
}

} // namespace bnn::sim
