//===- bnn-sim.cpp - Runs samples through a programming image -------------===//

#include "Report.h"
#include "bnn/Image/Image.h"
#include "bnn/Support/Error.h"
#include "bnn/Support/File.h"
#include "bnn/Support/Npy.h"
#include "bnn/Support/Npz.h"
#include "bnn/Support/TensorFile.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/WithColor.h"
#include <chrono>
#include <mutex>

using namespace llvm;
using namespace bnn;

namespace {

cl::OptionCategory category("bnn-sim options");

/// LLVM's library registers options of its own passes under names that are
/// ours here; it must go first, two of one name end the program.
struct ForgetForeignOptions {
  ForgetForeignOptions() { cl::getRegisteredOptions().erase("threads"); }
} forgetForeignOptions;

cl::opt<std::string> imagePath(cl::Positional, cl::Required,
                               cl::desc("<net.rimg>"), cl::cat(category));
cl::list<std::string> inputSpecs(
    "inputs", cl::cat(category), cl::OneOrMore, cl::value_desc("[NAME=]FILE"),
    cl::desc("samples: x.npy, x.npz:member or an ONNX TensorProto x.pb,\n"
             "stacked along the first axis; once for each input"));
cl::opt<std::string>
    labelsPath("labels", cl::cat(category), cl::value_desc("FILE"),
               cl::desc("class indices to compare with: accuracy is printed"));
cl::list<std::string>
    outputSpecs("outputs", cl::cat(category), cl::value_desc("[NAME=]FILE"),
                cl::desc("write an output to x.npy, or all of them to x.npz"));
cl::opt<sim::Executor> executor(
    "exec", cl::cat(category), cl::init(sim::Executor::Fused),
    cl::desc("how the arrays are read; the results are the same"),
    cl::values(clEnumValN(sim::Executor::Fused, "fused",
                          "layers compiled to packed blocks (default)"),
               clEnumValN(sim::Executor::Replay, "replay",
                          "row by row as on the chip; counts reads")));
cl::opt<std::string>
    tracePath("trace", cl::cat(category), cl::value_desc("FILE.npz"),
              cl::desc("write the network's tensors under their ONNX names"));
cl::opt<bool> accumulators(
    "accumulators", cl::cat(category),
    cl::desc("with --trace: also '<layer>/accumulator' of every array layer"));
cl::opt<int64_t> limit("limit", cl::cat(category), cl::value_desc("N"),
                       cl::init(-1), cl::desc("run the first N samples only"));
cl::opt<unsigned> threads("threads", cl::cat(category), cl::value_desc("N"),
                          cl::init(0), cl::desc("threads (default: all)"));
cl::opt<std::string> jsonPath("json", cl::cat(category), cl::value_desc("FILE"),
                              cl::desc("write the report as JSON"));

cl::extrahelp examples(R"(
EXAMPLES:

  Accuracy on a test set:
    bnn-sim lfc.rimg --inputs mnist.npz:images --labels mnist.npz:labels

  Scores and all activations of the first 100 samples:
    bnn-sim net.rimg --inputs x.npy --limit 100 --outputs scores.npy --trace acts.npz

  A network with two inputs, read by read:
    bnn-sim net.rimg --inputs left=l.npy --inputs right=r.npy --exec replay

Every sample has the shape that the network declares; a leading dimension of 1
becomes the number of samples. Values outside a declared input are refused.
)");

/// Splits NAME=FILE where NAME is one of `ports`, whose names may hold
/// anything; else the whole is the file. A wrong name is no file: ./a=b.npy is
/// one.
template <typename Ports>
Expected<int> findPort(StringRef &spec, const Ports &ports, StringRef what) {
  for (auto [index, port] : enumerate(ports))
    if (spec.starts_with(port.name() + "=")) {
      spec = spec.drop_front(port.name().size() + 1);
      return int(index);
    }
  bool named = spec.contains('=') && !spec.split('=').first.contains('/') &&
               !sys::fs::exists(spec);
  if (ports.size() == 1 && !named)
    return 0;
  std::string names;
  for (const auto &port : ports)
    names += (names.empty() ? "" : ", ") + port.name();
  return makeError("'" + spec + "' does not name one of the network's " + what +
                   "s; write NAME=FILE with one of: " + names);
}

void truncate(Tensor &tensor) {
  if (limit < 0 || tensor.shape.empty() || tensor.shape[0] <= limit)
    return;
  int64_t size = tensor.shape[0] ? tensor.size() / tensor.shape[0] : 0;
  tensor.shape[0] = limit;
  tensor.data.resize(limit * size);
}

Expected<std::vector<Tensor>> readInputs(const image::Image &image) {
  std::vector<std::optional<Tensor>> found(image.inputs_size());
  for (const std::string &text : inputSpecs) {
    StringRef spec = text;
    Expected<int> index = findPort(spec, image.inputs(), "input");
    if (!index)
      return index.takeError();
    const image::Port &port = image.inputs(*index);
    if (found[*index])
      return makeError("input '" + port.name() + "' is given twice");
    Expected<Tensor> tensor = readTensorFile(spec);
    if (!tensor)
      return tensor.takeError();
    const image::Value &value = image.values(int(port.value()));
    Shape declared(value.shape().begin(), value.shape().end());
    if (Error error = sim::fitSamples(
            *tensor, declared, spec + ": for input '" + port.name() + "'"))
      return std::move(error);
    truncate(*tensor);
    found[*index] = std::move(*tensor);
  }
  std::vector<Tensor> inputs;
  for (auto [port, tensor] : zip(image.inputs(), found)) {
    if (!tensor)
      return makeError("input '" + port.name() +
                       "' is missing; give it by --inputs " + port.name() +
                       "=FILE");
    inputs.push_back(std::move(*tensor));
  }
  return inputs;
}

Expected<sim::Accuracy> readAccuracy(const sim::RunResult &result) {
  Expected<Tensor> labels = readTensorFile(labelsPath);
  if (!labels)
    return labels.takeError();
  truncate(*labels);
  if (result.outputs.empty())
    return makeError("the network has no output");
  Expected<sim::Accuracy> accuracy =
      sim::computeAccuracy(result.outputs.front(), *labels);
  if (!accuracy)
    return makeError(labelsPath + ": " + toString(accuracy.takeError()));
  return accuracy;
}

Error stageOutputs(const image::Image &image, const sim::RunResult &result,
                   OutputFiles &files) {
  for (const std::string &text : outputSpecs) {
    StringRef spec = text;
    if (spec.empty())
      return makeError("--outputs names no file");
    if (spec.ends_with(".npz")) {
      NpzWriter writer;
      for (auto [port, tensor] : zip(image.outputs(), result.outputs))
        if (Error error = writer.add(port.name(), tensor))
          return error;
      if (Error error = files.stage(spec, writer.finish()))
        return error;
      continue;
    }
    Expected<int> index = findPort(spec, image.outputs(), "output");
    if (!index)
      return index.takeError();
    Expected<std::string> npy = formatNpy(result.outputs[*index]);
    if (!npy)
      return makeError("output '" + image.outputs(*index).name() +
                       "': " + toString(npy.takeError()));
    if (Error error = files.stage(spec, *npy))
      return error;
  }
  return Error::success();
}

Error stageTrace(const sim::RunResult &result, OutputFiles &files) {
  NpzWriter writer;
  StringSet<> seen;
  for (const sim::NamedTensor &trace : result.traces)
    if (seen.insert(trace.name).second)
      if (Error error = writer.add(trace.name, trace.tensor))
        return error;
  Tensor ties;
  ties.type = ElementType::Int64;
  ties.shape = {result.samples};
  ties.data.assign(result.boundaryTies.begin(), result.boundaryTies.end());
  if (seen.insert("boundary_ties").second)
    if (Error error = writer.add("boundary_ties", ties))
      return error;
  return files.stage(tracePath, writer.finish());
}

/// A bar on a terminal; nothing elsewhere.
class Progress {
public:
  explicit Progress(int64_t total)
      : total(total), shown(sys::Process::StandardErrIsDisplayed()) {}
  ~Progress() {
    if (shown)
      errs() << "\r\x1b[K";
  }
  void update(int64_t done) {
    if (!shown)
      return;
    std::lock_guard<std::mutex> guard(lock);
    int64_t cells = total ? 40 * done / total : 0;
    if (cells <= last)
      return;
    last = cells;
    errs() << "\r[" << std::string(cells, '#') << std::string(40 - cells, ' ')
           << "] " << done << "/" << total;
    errs().flush();
  }

private:
  int64_t total, last = -1;
  bool shown;
  std::mutex lock;
};

/// What the options alone get wrong, before anything is read or computed.
Error checkOptions() {
  if (accumulators && tracePath.empty())
    return makeError("--accumulators needs --trace FILE.npz to write to");
  if (limit.getNumOccurrences() && limit < 1)
    return makeError("--limit " + Twine(limit) + ": nothing would be run");
  // A name without an extension may be a device or a pipe.
  auto isOther = [](StringRef file, ArrayRef<StringRef> extensions) {
    StringRef extension = sys::path::extension(file);
    return !extension.empty() && !is_contained(extensions, extension);
  };
  for (const std::string &spec : outputSpecs)
    if (isOther(spec, {".npy", ".npz"}))
      return makeError("--outputs " + spec +
                       ": writes .npy, or all outputs to .npz");
  if (isOther(tracePath, {".npz"}))
    return makeError("--trace " + tracePath + ": writes .npz");
  return Error::success();
}

Error runTool() {
  if (Error error = checkOptions())
    return error;
  Expected<image::Image> image = image::read(imagePath);
  if (!image)
    return image.takeError();
  Expected<std::vector<Tensor>> inputs = readInputs(*image);
  if (!inputs)
    return inputs.takeError();
  Expected<sim::Simulator> simulator = sim::Simulator::create(*image, executor);
  if (!simulator)
    return simulator.takeError();

  int64_t samples = inputs->empty() || inputs->front().shape.empty()
                        ? 0
                        : inputs->front().shape[0];
  sim::RunOptions options;
  options.threads = threads;
  options.trace = !tracePath.empty();
  options.accumulators = accumulators;
  std::optional<Progress> progress(std::in_place, samples);
  options.progress = [&](int64_t done) { progress->update(done); };
  auto start = std::chrono::steady_clock::now();
  Expected<sim::RunResult> result = simulator->run(*inputs, options);
  std::chrono::duration<double> elapsed =
      std::chrono::steady_clock::now() - start;
  progress.reset();
  if (!result)
    return result.takeError();

  sim::Report report{*image,  imagePath,       *result,     executor,
                     threads, elapsed.count(), std::nullopt};
  if (!labelsPath.empty()) {
    Expected<sim::Accuracy> accuracy = readAccuracy(*result);
    if (!accuracy)
      return accuracy.takeError();
    report.accuracy = *accuracy;
  }
  OutputFiles files;
  if (Error error = stageOutputs(*image, *result, files))
    return error;
  if (!tracePath.empty())
    if (Error error = stageTrace(*result, files))
      return error;
  if (!jsonPath.empty())
    if (Error error = files.stage(jsonPath, sim::formatJson(report)))
      return error;
  if (Error error = files.commit())
    return error;
  outs() << sim::formatReport(report);
  if (!tracePath.empty())
    outs() << sim::formatAbsent(*image);
  return Error::success();
}

} // namespace

int main(int argc, char **argv) {
  InitLLVM init(argc, argv);
  cl::HideUnrelatedOptions(category);
  cl::SetVersionPrinter(
      [](raw_ostream &os) { os << "bnn-sim " BNN_VERSION "\n"; });
  cl::ParseCommandLineOptions(
      argc, argv,
      "Executes a programming image of bnn-compile, and nothing but the "
      "image.\n");
  if (Error error = runTool()) {
    WithColor::error(errs(), "bnn-sim") << toString(std::move(error)) << '\n';
    return 1;
  }
  return 0;
}
