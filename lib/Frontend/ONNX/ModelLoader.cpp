//===- ModelLoader.cpp - From bytes to a ModelProto -----------------------===//

#include "ModelLoader.h"

#include "bnn/Support/Error.h"
#include <climits>
#include <google/protobuf/stubs/logging.h>

namespace bnn::onnx_import {

/// Protobuf has no magic number, so common other formats are named by theirs.
static llvm::StringRef guessFormat(llvm::StringRef bytes) {
  if (bytes.starts_with("PK\x03\x04"))
    return " (it is a zip archive: unpack it)";
  if (bytes.starts_with("\x1f\x8b"))
    return " (it is a gzip file: unpack it)";
  if (bytes.starts_with("\x89HDF"))
    return " (it is an HDF5 file: convert the Keras model with tf2onnx)";
  if (bytes.substr(4, 4) == "TFL3")
    return " (it is a TensorFlow Lite file: convert the model with tf2onnx)";
  if (bytes.starts_with("ORTM") || bytes.substr(4, 4) == "ORTM")
    return " (it is an ORT-format file: use the .onnx file that it was made "
           "from)";
  if (bytes.starts_with("\x93NUMPY"))
    return " (it is a NumPy array)";
  return " (truncated, or of another format)";
}

static llvm::Error readOpsets(Model &model) {
  const onnx::ModelProto &proto = *model.proto;
  for (const onnx::OperatorSetIdProto &id : proto.opset_import()) {
    llvm::StringRef domain = id.domain();
    if (domain == "ai.onnx")
      domain = "";
    if (!model.domains.try_emplace(domain, id.version()).second &&
        model.domains[domain] != id.version())
      return makeError("opset_import declares domain '" + domain +
                       "' twice with different versions");
  }
  auto it = model.domains.find("");
  bool used = false;
  for (const onnx::NodeProto &node : proto.graph().node())
    used |= node.domain().empty() || node.domain() == "ai.onnx";
  if (it == model.domains.end() && !used) {
    model.opset = newestOpset;
    return llvm::Error::success();
  }
  if (it == model.domains.end())
    return makeError("opset_import does not declare the version of the ONNX "
                     "operators; add domain '' with the version that the model "
                     "was exported with");
  model.opset = it->second;
  if (model.opset > newestOpset)
    return makeError("opset " + llvm::Twine(model.opset) +
                     " is newer than the newest known one (" +
                     llvm::Twine(newestOpset) +
                     "); export the model with an older opset");
  if (model.opset < oldestOpset)
    return makeError("opset " + llvm::Twine(model.opset) +
                     " is older than the oldest supported one (" +
                     llvm::Twine(oldestOpset) +
                     "); convert it with onnx.version_converter");
  return llvm::Error::success();
}

llvm::Expected<Model> parseModel(llvm::StringRef bytes) {
  if (bytes.empty())
    return makeError("the file is empty");
  if (bytes.size() > INT_MAX)
    return makeError("the model has more than 2 GiB, which protobuf cannot "
                     "read; save the weights as external data");
  auto proto = std::make_shared<onnx::ModelProto>();
  bool parsed = false;
  // What protobuf would print about broken bytes is said below, once.
  google::protobuf::LogSilencer silence;
  try {
    parsed =
        proto->ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
  } catch (const std::exception &e) {
    return makeError(llvm::Twine("not enough memory for the model: ") +
                     e.what());
  }
  if (!parsed)
    return makeError("not a readable ONNX model" + guessFormat(bytes));
  if (!proto->has_graph() && !proto->has_ir_version())
    return makeError("not a readable ONNX model" + guessFormat(bytes));
  if (!proto->has_graph())
    return makeError("the model has no graph");
  if (proto->graph().node_size() == 0)
    return makeError("the graph has no node");
  if (proto->ir_version() < 3)
    return makeError("ir_version " + llvm::Twine(proto->ir_version()) +
                     " is older than the oldest supported one (3); load and "
                     "save the model with a newer onnx package");
  Model model;
  model.proto = std::move(proto);
  if (llvm::Error error = readOpsets(model))
    return error;
  return model;
}

} // namespace bnn::onnx_import
