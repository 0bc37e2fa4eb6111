//===- bnn-image.cpp - Looks at programming images ------------------------===//

#include "Avoid.h"
#include "Plan.h"
#include "Recovered.h"
#include "bnn/Export/Export.h"
#include "bnn/Image/AddressMap.h"
#include "bnn/Image/Image.h"
#include "bnn/Image/Text.h"
#include "bnn/Image/Verifier.h"
#include "bnn/Support/File.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/Errc.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/WithColor.h"
#include "llvm/Support/raw_ostream.h"
#include <new>

using namespace llvm;
using namespace bnn;

cl::OptionCategory category("bnn-image options");

namespace {

cl::SubCommand infoCommand("info", "Show what an image holds, at a glance");
cl::SubCommand verifyCommand("verify", "Check images completely");
cl::SubCommand dumpCommand("dump", "Print every field, and cells as pictures");
cl::SubCommand diffCommand("diff", "Compare two images; exit status 0 only if "
                                   "they are identical");
cl::SubCommand weightsCommand("weights", "Write a layer's weights, read back "
                                         "from the cells, as .npy");
cl::SubCommand thresholdsCommand("thresholds",
                                 "Print a layer's thresholds in "
                                 "the network's integers, as CSV");

cl::opt<std::string> infoFile(cl::Positional, cl::Required, cl::desc("<image>"),
                              cl::sub(infoCommand), cl::cat(category));
cl::opt<bool> infoPorts("ports", cl::desc("Only inputs and outputs"),
                        cl::sub(infoCommand), cl::cat(category));
cl::opt<bool> infoLayers("layers", cl::desc("Only layers on the arrays"),
                         cl::sub(infoCommand), cl::cat(category));
cl::opt<bool> infoOps("ops", cl::desc("Only operators outside the arrays"),
                      cl::sub(infoCommand), cl::cat(category));
cl::opt<bool> infoTensors("tensors",
                          cl::desc("Only ONNX tensors: what holds them, or "
                                   "why they are gone"),
                          cl::sub(infoCommand), cl::cat(category));

cl::list<std::string> verifyFiles(cl::Positional, cl::OneOrMore,
                                  cl::desc("<image>..."),
                                  cl::sub(verifyCommand), cl::cat(category));

cl::opt<std::string> dumpFile(cl::Positional, cl::Required, cl::desc("<image>"),
                              cl::sub(dumpCommand), cl::cat(category));
cl::opt<bool>
    dumpCells("cells",
              cl::desc("Cells of all subarrays of the chip, no fields"),
              cl::sub(dumpCommand), cl::cat(category));
cl::list<uint64_t> dumpSubarrays("subarray", cl::value_desc("N"),
                                 cl::desc("Cells of subarray N, no fields; may "
                                          "be repeated"),
                                 cl::sub(dumpCommand), cl::cat(category));
cl::opt<bool> dumpBroken("no-verify",
                         cl::desc("Print the fields of an image that does not "
                                  "pass `verify`"),
                         cl::sub(dumpCommand), cl::cat(category));

cl::opt<std::string> diffOld(cl::Positional, cl::Required, cl::desc("<old>"),
                             cl::sub(diffCommand), cl::cat(category));
cl::opt<std::string> diffNew(cl::Positional, cl::Required, cl::desc("<new>"),
                             cl::sub(diffCommand), cl::cat(category));
cl::opt<bool> diffSubarrays("subarrays",
                            cl::desc("List each subarray to program"),
                            cl::sub(diffCommand), cl::cat(category));

cl::opt<std::string>
    diffDevices("devices", cl::value_desc("FILE.csv"),
                cl::desc("Write the devices to pulse, row by row, RESET before "
                         "SET"),
                cl::sub(diffCommand), cl::cat(category));
cl::opt<std::string> diffTarget("target", cl::value_desc("NAME|FILE.yaml"),
                                cl::desc("Whose endurance to count with "
                                         "(default: the image's)"),
                                cl::sub(diffCommand), cl::cat(category));

cl::SubCommand planCommand("plan", "Write how to program a chip and verify it, "
                                   "step by step");
cl::opt<std::string> planFile(cl::Positional, cl::Required, cl::desc("<image>"),
                              cl::sub(planCommand), cl::cat(category));
cl::opt<std::string> planTarget("target", cl::value_desc("NAME|FILE.yaml"),
                                cl::desc("Chip to program (default: the "
                                         "image's)"),
                                cl::sub(planCommand), cl::cat(category));
cl::opt<std::string> planFrom("from", cl::value_desc("old.rimg"),
                              cl::desc("What the chip holds: pulses only for "
                                       "devices that change"),
                              cl::sub(planCommand), cl::cat(category));
cl::opt<std::string> planReads("reads", cl::value_desc("FILE.csv"),
                               cl::desc("Verification at the sense amplifiers: "
                                        "plan the next attempt on cells that "
                                        "failed"),
                               cl::sub(planCommand), cl::cat(category));
cl::opt<std::string> planMeasured("measured", cl::value_desc("FILE.csv"),
                                  cl::desc("The same, of resistances "
                                           "(devices.csv)"),
                                  cl::sub(planCommand), cl::cat(category));
cl::opt<uint64_t> planAttempt("attempt", cl::value_desc("N"), cl::init(2),
                              cl::desc("Number of the next attempt (default: "
                                       "2)"),
                              cl::sub(planCommand), cl::cat(category));
cl::opt<std::string> planDefects("defects", cl::value_desc("FILE.csv"),
                                 cl::desc("Give up: write what failed as "
                                          "defects.csv"),
                                 cl::sub(planCommand), cl::cat(category));
cl::opt<std::string> planOutput("o", cl::value_desc("plan.csv"),
                                cl::desc("Output"), cl::sub(planCommand),
                                cl::cat(category));

cl::opt<std::string> weightsFile(cl::Positional, cl::Required,
                                 cl::desc("<image>"), cl::sub(weightsCommand),
                                 cl::cat(category));
cl::opt<std::string> weightsLayer("layer", cl::value_desc("name"),
                                  cl::desc("Layer, as `info` names it; may be "
                                           "left out where there is one"),
                                  cl::sub(weightsCommand), cl::cat(category));
cl::opt<std::string> weightsOutput("o", cl::value_desc("file.npy"),
                                   cl::Required,
                                   cl::desc("Output: int8 [neurons, fan-in] of "
                                            "-1, 0, +1"),
                                   cl::sub(weightsCommand), cl::cat(category));

cl::opt<std::string> thresholdsFile(cl::Positional, cl::Required,
                                    cl::desc("<image>"),
                                    cl::sub(thresholdsCommand),
                                    cl::cat(category));
cl::opt<std::string> thresholdsLayer("layer", cl::value_desc("name"),
                                     cl::desc("Layer, as `info` names it; may "
                                              "be left out where there is one"),
                                     cl::sub(thresholdsCommand),
                                     cl::cat(category));

cl::SubCommand exportCommand("export", "Write what a chip needs, for RTL, "
                                       "firmware and programmers");
cl::SubCommand importCommand("import", "Make the image again of an export");

cl::opt<std::string> exportFile(cl::Positional, cl::Required,
                                cl::desc("<image>"), cl::sub(exportCommand),
                                cl::cat(category));
cl::opt<exporter::Format> exportFormat(
    "format", cl::Required, cl::desc("Form of the file:"),
    cl::values(clEnumValN(exporter::Format::Memh, "memh",
                          "32-bit words for Verilog's $readmemh"),
               clEnumValN(exporter::Format::C, "c",
                          "the same as a C array, without the host's part"),
               clEnumValN(exporter::Format::Bin, "bin",
                          "the same as bytes, little endian"),
               clEnumValN(exporter::Format::IntelHex, "ihex",
                          "these bytes as Intel HEX, from address 0"),
               clEnumValN(exporter::Format::Json, "json",
                          "fields by name, cells as digits")),
    cl::sub(exportCommand), cl::cat(category));
cl::opt<std::string> exportOutput("o", cl::value_desc("file"), cl::Required,
                                  cl::desc("Output"), cl::sub(exportCommand),
                                  cl::cat(category));

cl::opt<std::string> importFile(cl::Positional, cl::Required,
                                cl::desc("<export>"), cl::sub(importCommand),
                                cl::cat(category));
cl::opt<std::string> importOutput("o", cl::value_desc("net.rimg"), cl::Required,
                                  cl::desc("Output"), cl::sub(importCommand),
                                  cl::cat(category));

constexpr StringLiteral overview =
    "Looks at programming images, the files that bnn-compile writes.\n";

constexpr StringLiteral examples =
    "\nEXAMPLES:\n"
    "  bnn-image info net.rimg                      what is where, and why\n"
    "  bnn-image info --layers net.rimg             only the table of layers\n"
    "  bnn-image verify *.rimg                      check, print a line each\n"
    "  bnn-image dump net.rimg                      all fields as text\n"
    "  bnn-image dump --subarray 3 net.rimg         its cells as + - 0 .\n"
    "  bnn-image diff old.rimg new.rimg             devices to reprogram\n"
    "  bnn-image diff --devices list.csv old.rimg new.rimg   and which\n"
    "  bnn-image plan -o plan.csv net.rimg          pulses and verification\n"
    "  bnn-image avoid --defects chip7.csv -o chip7.rimg net.rimg\n"
    "  bnn-image weights --layer fc1 -o fc1.npy net.rimg\n"
    "  bnn-image thresholds --layer fc1 net.rimg    of each neuron, as CSV\n"
    "  bnn-image export --format memh -o net.memh net.rimg   for RTL\n"
    "  bnn-image import -o net.rimg net.memh        and back\n"
    "\nThe file - is standard input. Exit status 0 only if all was done; "
    "`diff` "
    "exits\nwith 1 where the images differ, as for errors, which are written "
    "to standard\nerror. The format: docs/image-format.md\n";

Expected<std::unique_ptr<MemoryBuffer>> readFile(StringRef path) {
  ErrorOr<std::unique_ptr<MemoryBuffer>> buffer = MemoryBuffer::getFileOrSTDIN(
      path, /*IsText=*/false, /*RequiresNullTerminator=*/false);
  if (!buffer)
    return createFileError(path, buffer.getError());
  return std::move(*buffer);
}

std::string describeFile(StringRef path, StringRef file,
                         const image::Header &header) {
  return (path + ": format version " + Twine(header.version) + ", " +
          Twine(file.size()) + " bytes, payload SHA-256 " +
          toHex(header.sha256, true))
      .str();
}

Error runInfo() {
  Expected<std::unique_ptr<MemoryBuffer>> buffer = readFile(infoFile);
  if (!buffer)
    return buffer.takeError();
  StringRef file = (*buffer)->getBuffer();
  Expected<image::Image> parsed = image::parse(file);
  if (!parsed)
    return createFileError(infoFile, parsed.takeError());
  image::InfoSections sections;
  if (infoPorts || infoLayers || infoOps || infoTensors)
    sections = {false, infoPorts, infoLayers, infoOps, infoTensors};
  if (sections.summary) {
    Expected<image::Header> header = image::parseHeader(file);
    if (!header)
      return createFileError(infoFile, header.takeError());
    outs() << describeFile(infoFile, file, *header) << "\n\n";
  }
  // The first section starts with a blank line of its own.
  std::string text;
  raw_string_ostream os(text);
  image::printInfo(*parsed, sections, os);
  outs() << StringRef(text).ltrim('\n');
  return Error::success();
}

Error verifyFile(StringRef path) {
  Expected<std::unique_ptr<MemoryBuffer>> buffer = readFile(path);
  if (!buffer)
    return buffer.takeError();
  StringRef file = (*buffer)->getBuffer();
  Expected<image::Image> parsed = image::parse(file);
  if (!parsed)
    return createFileError(path, parsed.takeError());
  int layers = count_if(parsed->steps(), [](const image::Step &step) {
    return step.has_array();
  });
  outs() << path << ": valid, " << layers << " layer(s) on "
         << parsed->num_subarrays() << " subarray(s), "
         << parsed->steps_size() - layers << " other operator(s)\n";
  return Error::success();
}

Error runVerify() {
  Error errors = Error::success();
  for (const std::string &path : verifyFiles)
    errors = joinErrors(std::move(errors), verifyFile(path));
  return errors;
}

Error runDump() {
  Expected<std::unique_ptr<MemoryBuffer>> buffer = readFile(dumpFile);
  if (!buffer)
    return buffer.takeError();
  StringRef file = (*buffer)->getBuffer();
  bool pictures = dumpCells || !dumpSubarrays.empty();
  Expected<image::Image> parsed =
      dumpBroken && !pictures ? image::decode(file) : image::parse(file);
  if (!parsed)
    return createFileError(dumpFile, parsed.takeError());
  if (!pictures) {
    image::printFields(*parsed, outs());
    return Error::success();
  }
  for (uint64_t subarray : dumpSubarrays)
    if (subarray >= parsed->num_subarrays())
      return createFileError(
          dumpFile, createStringError(errc::invalid_argument,
                                      "there is no subarray " +
                                          Twine(subarray) + ": the image has " +
                                          Twine(parsed->num_subarrays())));
  parsed = image::cellsOnChip(*parsed);
  if (!parsed)
    return createFileError(dumpFile, parsed.takeError());
  if (dumpCells)
    for (uint64_t i = 0; i < parsed->num_subarrays(); ++i)
      image::printCells(*parsed, i, outs());
  else
    for (uint64_t subarray : dumpSubarrays)
      image::printCells(*parsed, subarray, outs());
  return Error::success();
}

/// `identical` tells whether the images are.
Error runDiff(bool &identical) {
  Expected<image::Image> before = image::read(diffOld);
  if (!before)
    return before.takeError();
  Expected<image::Image> after = image::read(diffNew);
  if (!after)
    return after.takeError();
  identical = image::printDiff(*before, *after, diffSubarrays, outs());
  if (identical)
    outs() << "identical\n";
  if (!diffDevices.empty() || !diffTarget.empty())
    return writeDevices(diffOld, diffNew, diffTarget, diffDevices, outs());
  return Error::success();
}

Error runPlan() {
  return writePlan({planFile, planTarget, planFrom, planReads, planMeasured,
                    planDefects, planOutput, planAttempt},
                   outs());
}

Error runExport() {
  if (Error error = ResultFiles({exportFile}).add(exportOutput))
    return error;
  Expected<image::Image> parsed = image::read(exportFile);
  if (!parsed)
    return parsed.takeError();
  Expected<std::string> text = exporter::exportImage(*parsed, exportFormat);
  if (!text)
    return createFileError(exportFile, text.takeError());
  if (exportOutput != "-")
    return writeFile(exportOutput, *text);
  outs() << *text;
  return Error::success();
}

Error runImport() {
  if (Error error = ResultFiles({importFile}).add(importOutput))
    return error;
  Expected<std::unique_ptr<MemoryBuffer>> buffer = readFile(importFile);
  if (!buffer)
    return buffer.takeError();
  Expected<image::Image> imported =
      exporter::importImage((*buffer)->getBuffer());
  if (!imported)
    return createFileError(importFile, imported.takeError());
  return image::write(*imported, importOutput);
}

/// What --layer says, if it is there.
std::optional<StringRef> nameOf(const cl::opt<std::string> &layer) {
  if (!layer.getNumOccurrences())
    return std::nullopt;
  return StringRef(layer);
}

int finish(Error error) {
  if (!error)
    return 0;
  handleAllErrors(std::move(error), [](const ErrorInfoBase &info) {
    WithColor::error(errs(), "bnn-image") << info.message() << '\n';
  });
  return 1;
}

int run() {
  if (infoCommand)
    return finish(runInfo());
  if (verifyCommand)
    return finish(runVerify());
  if (dumpCommand)
    return finish(runDump());
  if (diffCommand) {
    bool identical = false;
    int status = finish(runDiff(identical));
    return identical ? status : 1;
  }
  if (planCommand)
    return finish(runPlan());
  if (avoidCommand)
    return finish(runAvoid(outs()));
  if (weightsCommand)
    return finish(
        writeWeights(weightsFile, nameOf(weightsLayer), weightsOutput));
  if (thresholdsCommand)
    return finish(
        printThresholds(thresholdsFile, nameOf(thresholdsLayer), outs()));
  if (exportCommand)
    return finish(runExport());
  if (importCommand)
    return finish(runImport());
  WithColor::error(errs(), "bnn-image")
      << "say what to do: info, verify, dump, diff, plan, avoid, weights, "
         "thresholds, export or import; --help shows examples\n";
  return 1;
}

} // namespace

int main(int argc, char **argv) {
  InitLLVM init(argc, argv);
  setBugReportMsg("bnn-image failed unexpectedly. Please report this with the "
                  "command and the image.\n");
  cl::SetVersionPrinter([](raw_ostream &os) {
    os << "bnn-image " BNN_VERSION ", image format version "
       << image::formatVersion << '\n';
  });
  for (cl::SubCommand *command :
       {&cl::SubCommand::getTopLevel(), &infoCommand, &verifyCommand,
        &dumpCommand, &diffCommand, &planCommand, &avoidCommand,
        &weightsCommand, &thresholdsCommand, &exportCommand, &importCommand})
    cl::HideUnrelatedOptions(category, *command);
  cl::extrahelp help(examples);
  cl::ParseCommandLineOptions(argc, argv, overview);
  try {
    int status = run();
    outs().flush();
    if (outs().has_error()) {
      std::error_code code = outs().error();
      outs().clear_error();
      // A reader that has seen enough is not our failure.
      if (code == std::errc::broken_pipe)
        return status;
      WithColor::error(errs(), "bnn-image")
          << "cannot write the output: " << code.message() << '\n';
      return 1;
    }
    return status;
  } catch (const std::bad_alloc &) {
    WithColor::error(errs(), "bnn-image") << "not enough memory\n";
    return 1;
  }
}
