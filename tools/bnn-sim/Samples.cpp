//===- Samples.cpp - Data that bnn-sim reads and writes -------------------===//

#include "Samples.h"
#include "bnn/Support/Error.h"
#include "bnn/Support/Npy.h"
#include "bnn/Support/Npz.h"
#include "bnn/Support/TensorFile.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/FileSystem.h"
#include <cmath>
#include <fmt/format.h>

using namespace llvm;

namespace bnn::sim {

namespace {

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

void truncate(Tensor &tensor, int64_t limit) {
  if (limit < 0 || tensor.shape.empty() || tensor.shape[0] <= limit)
    return;
  int64_t size = tensor.shape[0] ? tensor.size() / tensor.shape[0] : 0;
  tensor.shape[0] = limit;
  tensor.data.resize(limit * size);
}

} // namespace

Expected<std::vector<Tensor>> readInputs(const image::Image &image,
                                         const Options &options) {
  std::vector<std::optional<Tensor>> found(image.inputs_size());
  for (const std::string &text : options.inputs) {
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
    truncate(*tensor, options.limit);
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

Expected<Tensor> readLabels(const Options &options) {
  Expected<Tensor> labels = readTensorFile(options.labels);
  if (labels)
    truncate(*labels, options.limit);
  return labels;
}

Error stageOutputs(const image::Image &image, const Options &options,
                   const RunResult &result, OutputFiles &files) {
  for (const std::string &text : options.outputs) {
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

Error stageTrace(const Options &options, const RunResult &result,
                 OutputFiles &files) {
  if (options.trace.empty())
    return Error::success();
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
  return files.stage(options.trace, writer.finish());
}

} // namespace bnn::sim
