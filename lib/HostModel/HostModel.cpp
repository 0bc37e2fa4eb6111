//===- HostModel.cpp - The host's part of an image as ONNX ----------------===//

#include "bnn/HostModel/HostModel.h"
#include "GraphWriter.h"
#include "bnn/Image/Crossings.h"
#include "bnn/Image/Image.h"
#include "bnn/Support/Error.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Path.h"

using namespace llvm;

namespace bnn {

using namespace host_model;
using image::Op;
using image::Value;

namespace {

class HostModels {
public:
  explicit HostModels(const image::Image &image)
      : image(image), crossings(image::listCrossings(image)),
        passes(image::countPasses(image)) {
    chooseNames();
  }
  Expected<std::vector<std::string>> run();

private:
  void chooseNames();
  Expected<std::string> write(uint32_t pass, uint32_t count);
  void writeInputs(GraphWriter &graph);
  Error writeOutputs(uint32_t pass, GraphWriter &graph);
  void describe(uint32_t pass, uint32_t count, onnx::ModelProto &model);

  bool isReal(uint32_t value) const {
    return image.values(int(value)).encoding() == Value::REAL;
  }
  /// Whether the host computes this step, or what it does to a crossing.
  static bool isOnHost(const image::Step &step) {
    return step.has_op() &&
           (step.op().place() == Op::HOST || step.op().kind() == Op::ENCODE ||
            step.op().kind() == Op::DECODE);
  }
  uint32_t passOf(const image::Step &step) const {
    return passes[step.op().outputs(0)];
  }
  bool isReadAfter(uint32_t pass, uint32_t value) const;

  const image::Image &image;
  std::vector<image::Crossing> crossings;
  std::vector<uint32_t> passes;
  std::vector<std::string> names; // of all values, the same in all graphs
};

Expected<Type> typeOf(const image::Port &port) {
  using Proto = onnx::TensorProto;
  StringRef name = port.element_type();
  if (name == "float32")
    return Proto::FLOAT;
  if (name == "float64")
    return Proto::DOUBLE;
  if (name == "float16")
    return Proto::FLOAT16;
  if (name == "bool")
    return Proto::BOOL;
  if (name == "uint8")
    return Proto::UINT8;
  if (name == "int8")
    return Proto::INT8;
  if (name == "int32")
    return Proto::INT32;
  if (name == "int64")
    return Proto::INT64;
  return makeError("'" + port.name() + "' holds " + name +
                   ", which a model of the host has no type for");
}

} // namespace

//===----------------------------------------------------------------------===//
// Names
//===----------------------------------------------------------------------===//

void HostModels::chooseNames() {
  names.resize(size_t(image.values_size()));
  StringSet<> taken;
  // An input that is declared keeps its name for the real numbers.
  for (const image::Port &port : image.inputs()) {
    taken.insert(port.name());
    if (isReal(port.value()))
      names[port.value()] = port.name();
  }
  for (const image::Port &port : image.outputs())
    if (taken.insert(port.name()).second && isReal(port.value()) &&
        port.element_type() == "float32" && names[port.value()].empty())
      names[port.value()] = port.name();
  auto unique = [&](const std::string &stem) {
    std::string name = stem.empty() ? "value" : stem;
    for (int i = 2; !taken.insert(name).second; ++i)
      name = stem + "." + std::to_string(i);
    return name;
  };
  for (const image::Port &port : image.inputs())
    if (names[port.value()].empty())
      names[port.value()] = unique(port.name() + "/codes");
  for (auto [name, value] : zip_equal(names, image.values()))
    if (name.empty())
      name = unique(value.name());
}

//===----------------------------------------------------------------------===//
// One model
//===----------------------------------------------------------------------===//

/// Codes of declared inputs are made of real numbers.
void HostModels::writeInputs(GraphWriter &graph) {
  for (const image::Port &port : image.inputs()) {
    if (isReal(port.value()))
      continue;
    graph.addInput(port.name(), onnx::TensorProto::FLOAT,
                   graph.shapeOf(port.value()));
    graph.node = port.name();
    writeEncode(port.name(), port.scale(), port.offset(), port.value(), graph);
  }
}

bool HostModels::isReadAfter(uint32_t pass, uint32_t value) const {
  return any_of(image.steps(), [&](const image::Step &step) {
    return isOnHost(step) && passOf(step) > pass &&
           is_contained(step.op().inputs(), value);
  });
}

Error HostModels::writeOutputs(uint32_t pass, GraphWriter &graph) {
  for (const image::Crossing &crossing : crossings)
    if (crossing.toChip && crossing.pass == pass)
      graph.addOutput(crossing.value, graph.nameOf(crossing.value),
                      boundaryType(graph.value(crossing.value)));
  std::set<std::string> written;
  for (const image::Port &port : image.outputs()) {
    if (!isReal(port.value()) || passes[port.value()] != pass)
      continue;
    Expected<Type> type = typeOf(port);
    if (!type)
      return type.takeError();
    graph.addOutput(port.value(), port.name(), *type);
    written.insert(port.name());
  }
  for (uint32_t id = 0; id < names.size(); ++id)
    if (isReal(id) && graph.isComputed(id) && isReadAfter(pass, id) &&
        !written.count(names[id]))
      graph.addOutput(id, names[id], onnx::TensorProto::FLOAT);
  return Error::success();
}

static void addMetadata(onnx::ModelProto &model, const std::string &key,
                        const std::string &value) {
  onnx::StringStringEntryProto &entry = *model.add_metadata_props();
  entry.set_key(key);
  entry.set_value(value);
}

void HostModels::describe(uint32_t pass, uint32_t count,
                          onnx::ModelProto &model) {
  addMetadata(model, "bnn.part",
              formatv("{0} of {1} of the host's part of {2}", pass + 1, count,
                      image.provenance().model()));
  for (const image::Crossing &crossing : crossings) {
    bool into = !crossing.toChip && crossing.pass + 1 == pass;
    if (!into && !(crossing.toChip && crossing.pass == pass))
      continue;
    addMetadata(model,
                (into ? "bnn.from_chip." : "bnn.to_chip.") +
                    names[crossing.value],
                formatv("value {0} of the image: {1} x {2}, {3} bits a sample",
                        crossing.value, crossing.elements, crossing.encoding,
                        crossing.bits));
  }
}

Expected<std::string> HostModels::write(uint32_t pass, uint32_t count) {
  onnx::ModelProto model;
  // Opset 13 has all that is needed, and runtimes for small machines have it.
  constexpr int64_t irVersion = 7, opset = 13;
  model.set_ir_version(irVersion);
  model.add_opset_import()->set_version(opset);
  model.set_producer_name("bnn-compile");
  onnx::GraphProto &proto = *model.mutable_graph();
  proto.set_name(image.provenance().network().empty()
                     ? "host"
                     : image.provenance().network());
  GraphWriter graph(image, names, proto);
  if (pass == 0)
    writeInputs(graph);
  for (const image::Step &step : image.steps()) {
    if (!isOnHost(step) || passOf(step) != pass)
      continue;
    graph.node = step.op().node();
    if (Error error = writeOperator(step.op(), graph))
      return makeError("node '" + step.op().node() +
                       "': " + toString(std::move(error)));
  }
  graph.node.clear();
  if (Error error = writeOutputs(pass, graph))
    return std::move(error);
  describe(pass, count, model);
  return model.SerializeAsString();
}

Expected<std::vector<std::string>> HostModels::run() {
  uint32_t count = 1;
  for (const image::Step &step : image.steps())
    if (isOnHost(step))
      count = std::max(count, passOf(step) + 1);
  std::vector<std::string> models;
  for (uint32_t pass = 0; pass < count; ++pass) {
    Expected<std::string> model = write(pass, count);
    if (!model)
      return model.takeError();
    models.push_back(std::move(*model));
  }
  return models;
}

Expected<std::vector<std::string>> makeHostModels(const image::Image &image) {
  if (image::repetitionsOf(image) > 1)
    return makeError("the outputs are means over " +
                     Twine(image::repetitionsOf(image)) +
                     " runs of the whole network, which no one model computes; "
                     "compile with another --input-encoding");
  return HostModels(image).run();
}

std::string hostModelPath(StringRef path, size_t index) {
  if (!index)
    return path.str();
  SmallString<128> result = path;
  StringRef extension = sys::path::extension(path);
  result.resize(path.size() - extension.size());
  result += "." + std::to_string(index + 1);
  result += extension;
  return result.str().str();
}

} // namespace bnn
