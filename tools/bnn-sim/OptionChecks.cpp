//===- OptionChecks.cpp - What a command line asks for together -----------===//

#include "Options.h"
#include "bnn/Support/Error.h"
#include "bnn/Support/File.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace llvm;

namespace bnn::sim {

/// Two results in one file would overwrite each other.
static Error checkFiles(const Options &options) {
  // NAME=FILE: names may hold anything, a file that is there is one.
  auto fileOf = [](StringRef spec) {
    return sys::fs::exists(spec) || !spec.contains('=')
               ? spec
               : spec.split('=').second;
  };
  std::vector<StringRef> read = {
      options.image,   options.labels,  options.target,
      options.defects, options.margin,  options.chip,
      options.reads,   options.devices, options.conditions};
  for (const std::string &input : options.inputs)
    for (StringRef file :
         {StringRef(input), StringRef(input).split('=').second})
      read.push_back(file);
  ResultFiles results(std::move(read));
  // A checkpoint is read before it is written, and refused if it is none.
  auto add = [&](StringRef file) {
    return file == options.resume ? results.addOwn(file) : results.add(file);
  };
  Error error = add(options.trace);
  for (const std::string &output : options.outputs)
    error = joinErrors(std::move(error), add(fileOf(output)));
  for (StringRef file : {StringRef(options.json), StringRef(options.csv),
                         StringRef(options.resume), StringRef(options.cells),
                         StringRef(options.importance)})
    error = joinErrors(std::move(error), add(file));
  for (const PlotRequest &plot : options.plots)
    error =
        joinErrors(std::move(error), joinErrors(add(plot.svg), add(plot.csv)));
  return error;
}

static Error checkSingle(const Options &options) {
  if (options.accumulators && options.trace.empty())
    return makeError("--accumulators needs --trace FILE.npz to write to");
  if (options.isGiven("limit") && options.limit < 1)
    return makeError("--limit " + Twine(options.limit) +
                     ": nothing would be run");
  if (options.isGiven("chips") && options.chips < 1)
    return makeError("--chips " + Twine(options.chips) +
                     ": nothing would be run");
  constexpr unsigned mostThreads = 1024;
  if (options.threads > mostThreads)
    return makeError("--threads " + Twine(options.threads) + " is above " +
                     Twine(mostThreads) +
                     "; leave it out for as many as the machine has");
  if (options.batch < 0)
    return makeError("--batch " + Twine(options.batch) + " is below 0");
  // A name without an extension may be a device or a pipe.
  auto isOther = [](StringRef file, ArrayRef<StringRef> extensions) {
    StringRef extension = sys::path::extension(file);
    return !extension.empty() && !is_contained(extensions, extension);
  };
  for (const std::string &spec : options.outputs)
    if (isOther(spec, {".npy", ".npz"}))
      return makeError("--outputs " + spec +
                       ": writes .npy, or all outputs to .npz");
  if (isOther(options.trace, {".npz"}))
    return makeError("--trace " + options.trace + ": writes .npz");
  if (options.yield && !(*options.yield > 0 && *options.yield <= 1))
    return makeError("--yield takes a percentage above 0 and up to 100");
  if (options.until && !(*options.until > 0))
    return makeError("--until takes a width above 0 percentage points");
  if (options.expectedBer &&
      !(*options.expectedBer >= 0 && *options.expectedBer < 0.5))
    return makeError("--expected-ber takes a rate from 0 to below 1/2");
  if (!(options.saveSeconds >= 0))
    return makeError("--save-every takes a number of seconds");
  if (options.isGiven("save-every") && options.resume.empty())
    return makeError("--save-every says how often --resume FILE is written; "
                     "there is no --resume");
  if (options.resume == "-")
    return makeError("--resume takes a file, which is read and written many "
                     "times");
  return checkFiles(options);
}

/// Options that do not go together.
static Error checkTogether(const Options &options) {
  bool files = !options.outputs.empty() || !options.trace.empty();
  bool devices = options.noise.needsTarget();
  if (options.supply && options.margin.empty() && options.chip.empty() &&
      !devices)
    return makeError("--supply is that of --noise device, or picks among the "
                     "measurements of --margin or --chip");
  bool chip = !options.chip.empty();
  for (auto [given, name] :
       {std::pair<bool, StringRef>(options.isGiven("cycles"), "--cycles"),
        {options.isGiven("temperature"), "--temperature"},
        {options.isGiven("time"), "--time"}})
    if (given && !devices && !chip)
      return makeError(name + " says how devices are: --noise device, or "
                              "picks among the measurements of --chip");
  for (auto [given, name] :
       {std::pair<bool, StringRef>(options.noise.operation().allowCollapsed,
                                   "--allow-collapsed"),
        {!options.devices.empty(), "--devices"}})
    if (given && !devices)
      return makeError(name + " says how devices are: --noise device");
  for (auto [given, name] :
       {std::pair<bool, StringRef>(!options.conditions.empty(), "--conditions"),
        {options.isGiven("tail"), "--tail"}})
    if (given && options.devices.empty())
      return makeError(name + " is of measured devices: --devices");
  for (auto [given, name] :
       {std::pair<bool, StringRef>(!options.reads.empty(), "--reads"),
        {!options.cells.empty(), "--cells"}})
    if (given && !chip)
      return makeError(name + " is of a measured chip: --chip");
  bool comparesSingle = (devices && !options.json.empty()) ||
                        any_of(options.plots, [](const PlotRequest &plot) {
                          return plot.kind == PlotKind::Ber;
                        });
  if (options.isGiven("reference") && !comparesSingle)
    return makeError("--reference is for --plot ber, and for --json with "
                     "--noise device");
  if (!options.monteCarlo()) {
    auto needsNoise = [](bool given, StringRef name) {
      return given ? makeError(name + " needs chips that differ: --noise")
                   : Error::success();
    };
    for (auto [given, name] :
         {std::pair<bool, StringRef>(options.yield.has_value(), "--yield"),
          {options.until.has_value(), "--until"},
          {options.attribute, "--attribute"},
          {!options.resume.empty(), "--resume"},
          {options.expectedBer.has_value(), "--expected-ber"},
          {options.isGiven("chips"), "--chips"},
          {!options.csv.empty(), "--csv"}})
      if (Error error = needsNoise(given, name))
        return error;
    for (const PlotRequest &plot : options.plots)
      if (plot.kind != PlotKind::Margin)
        return makeError("--plot " + plot.text() +
                         " needs chips that differ: --noise");
    return Error::success();
  }
  if (!options.importance.empty())
    return makeError("--importance is of the image as it is: leave out what "
                     "makes chips differ");
  if (!options.chip.empty() && !options.noise.isNone())
    return makeError("--chip is a chip that was measured, nothing of it is "
                     "drawn: give no --noise");
  if (!options.chip.empty() && !options.sweep.empty())
    return makeError("--chip has no parameter to --sweep");
  if (files && (options.chips != 1 || !options.sweep.empty()))
    return makeError("--outputs and --trace hold the results of one chip: give "
                     "--chips 1 and no --sweep");
  for (const PlotRequest &plot : options.plots)
    if (plot.kind >= PlotKind::Ber && !options.noise.needsTarget())
      return makeError("--plot " + plot.text() +
                       " shows devices: --noise device");
  for (const PlotRequest &plot : options.plots)
    if (plot.kind == PlotKind::Shmoo && options.sweep.size() != 2)
      return makeError("--plot " + plot.text() +
                       " is drawn over two parameters: two --sweep");
  for (const PlotRequest &plot : options.plots)
    if (plot.kind == PlotKind::Accuracy && options.sweep.empty())
      return makeError("--plot " + plot.text() +
                       " needs a parameter to draw over: --sweep");
  return Error::success();
}

Error checkOptions(const Options &options) {
  if (Error error = checkSingle(options))
    return error;
  return checkTogether(options);
}

} // namespace bnn::sim
