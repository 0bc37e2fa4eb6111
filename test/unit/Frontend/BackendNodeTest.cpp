//===- BackendNodeTest.cpp - ONNX's own tests of operators ----------------===//
//
// Each folder of Debian's libonnx-testdata holds a model, inputs and the
// outputs that ONNX's reference computes. A model is imported three ways: as
// it is; with all inputs but the first as initializers (axes, shapes and
// weights are); and with all of them as initializers, which must fold to a
// constant. Every way that imports must give the outputs; a model that imports
// in none must stand in Inputs/unsupported-node-tests.txt, and only those.
//
//===----------------------------------------------------------------------===//

#include "bnn/Frontend/ONNX/Import.h"
#include "bnn/Reference/Interpreter.h"
#include "bnn/Support/File.h"
#include "bnn/Support/TensorFile.h"
#include "mlir/IR/Diagnostics.h"
#include "onnx/onnx_pb.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include <cmath>
#include <gtest/gtest.h>
#include <set>

using namespace bnn;

namespace {

constexpr const char *dataFolder = "/usr/share/libonnx-testdata/data";
constexpr const char *suites[] = {"node", "simple", "pytorch-converted",
                                  "pytorch-operator"};

std::string readAll(const std::string &path) {
  auto buffer = openFile(path);
  if (!buffer) {
    llvm::consumeError(buffer.takeError());
    return {};
  }
  return (*buffer)->getBuffer().str();
}

struct Case {
  onnx::ModelProto model;
  std::vector<std::string> inputs, outputs; // bytes of TensorProtos

  static Case load(const std::string &folder) {
    Case result;
    result.model.ParseFromString(readAll(folder + "/model.onnx"));
    // Opset 7 only took the broadcasting attributes away; where they occur the
    // importer says so.
    for (auto &id : *result.model.mutable_opset_import())
      if (id.version() == 6)
        id.set_version(7);
    for (bool input : {true, false})
      for (int i = 0;; ++i) {
        std::string path = folder + "/test_data_set_0/" +
                           (input ? "input_" : "output_") + std::to_string(i) +
                           ".pb";
        if (!llvm::sys::fs::exists(path))
          break;
        (input ? result.inputs : result.outputs).push_back(readAll(path));
      }
    return result;
  }

  /// The model with the inputs from `first` on as initializers.
  std::string withInitializers(size_t first) const {
    onnx::ModelProto changed = model;
    for (size_t i = first; i < inputs.size(); ++i) {
      onnx::TensorProto *tensor = changed.mutable_graph()->add_initializer();
      tensor->ParseFromString(inputs[i]);
      tensor->set_name(model.graph().input(i).name());
    }
    return changed.SerializeAsString();
  }
};

bool close(double a, double b, ElementType type) {
  if (std::isnan(a) || std::isnan(b))
    return std::isnan(a) && std::isnan(b);
  if (a == b)
    return true;
  bool half = type == ElementType::Float16 || type == ElementType::BFloat16;
  return !isInteger(type) && type != ElementType::Bool &&
         std::abs(a - b) <= (half ? 1e-2 : 1e-5) + 1e-3 * std::abs(b);
}

enum class Outcome { Same, Refused, Different };

/// Imports `bytes` and compares its outputs; `message` says what went wrong.
Outcome check(const Case &test, const std::string &bytes, size_t numInputs,
              bool folded, std::string &message) {
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  unsigned errors = 0;
  mlir::ScopedDiagnosticHandler handler(&context, [&](mlir::Diagnostic &d) {
    if (d.getSeverity() == mlir::DiagnosticSeverity::Error) {
      ++errors;
      message = d.str();
    }
    return mlir::success();
  });
  auto module = importONNXBuffer(bytes, "model.onnx", context);
  if (!module) {
    if (errors == 1)
      return Outcome::Refused;
    message = std::to_string(errors) + " errors instead of one: " + message;
    return Outcome::Different;
  }
  auto fail = [&](const llvm::Twine &text) {
    message = text.str() + (errors ? ": " + message : "");
    return Outcome::Different;
  };
  auto interpreter = Interpreter::create(*module);
  if (mlir::failed(interpreter))
    return fail("the interpreter refuses the module");
  std::vector<Tensor> inputs, outputs;
  for (size_t i = 0; i < numInputs; ++i) {
    auto tensor = parseTensorProto(test.inputs[i]);
    if (!tensor)
      return fail(llvm::toString(tensor.takeError()));
    inputs.push_back(std::move(*tensor));
  }
  if (mlir::failed(interpreter->run(inputs, outputs, [](auto, auto &) {})))
    return fail("the interpreter fails");
  if (folded) {
    bool operations = false;
    module->walk([&](mlir::Operation *op) {
      llvm::StringRef name = op->getName().getStringRef();
      operations |= name.starts_with("bnn.") && name != "bnn.constant";
    });
    if (operations)
      return fail("constants were not folded");
  }
  for (auto [i, bytes] : llvm::enumerate(test.outputs)) {
    auto expected = parseTensorProto(bytes);
    if (!expected)
      return fail(llvm::toString(expected.takeError()));
    if (i >= outputs.size())
      return fail("too few outputs");
    const Tensor &got = outputs[i];
    if (got.shape != expected->shape)
      return fail("output " + llvm::Twine(i) + " has shape " +
                  shapeString(got.shape) + " instead of " +
                  shapeString(expected->shape));
    for (int64_t k = 0; k < got.size(); ++k)
      if (!close(got.data[k], expected->data[k], expected->type))
        return fail("output " + llvm::Twine(i) + "[" + llvm::Twine(k) +
                    "] = " + std::to_string(got.data[k]) + " instead of " +
                    std::to_string(expected->data[k]));
  }
  return Outcome::Same;
}

/// Tests that say nothing about the importer.
bool comparable(llvm::StringRef name) {
  // The data of these hold bfloat16 as uint16, which the models do not.
  if (name.contains("BFLOAT16"))
    return false;
  // -2.5 / (5 / 255) is a tie in real numbers and none in float32.
  return name != "test_dynamicquantizelinear_expanded";
}

/// Lines of "name: reason"; only the names count.
std::set<std::string> readList() {
  std::string text =
      readAll(std::string(BNN_SOURCE_DIR) + "/test/unit/Frontend/Inputs/"
                                            "unsupported-node-tests.txt");
  std::set<std::string> names;
  llvm::SmallVector<llvm::StringRef> lines;
  llvm::StringRef(text).split(lines, '\n', -1, false);
  for (llvm::StringRef line : lines)
    if (!line.starts_with("#"))
      names.insert(line.split(':').first.str());
  return names;
}

TEST(BackendNode, AgreesWithOnnx) {
  if (!llvm::sys::fs::is_directory(dataFolder))
    GTEST_SKIP() << dataFolder << " is not there (package libonnx-testdata)";
  std::set<std::string> unsupported = readList();
  std::set<std::string> folders;
  for (const char *suite : suites) {
    std::error_code ec;
    std::string folder = std::string(dataFolder) + "/" + suite;
    for (llvm::sys::fs::directory_iterator it(folder, ec), end;
         it != end && !ec; it.increment(ec))
      folders.insert(it->path());
  }
  ASSERT_GT(folders.size(), 900u);
  size_t passed = 0;
  for (const std::string &folder : folders) {
    std::string name = llvm::sys::path::filename(folder).str();
    if (!comparable(name))
      continue;
    Case test = Case::load(folder);
    size_t n = test.inputs.size();
    if (size_t(test.model.graph().input_size()) < n)
      n = test.model.graph().input_size();
    bool any = false;
    std::string reason;
    for (size_t first : std::set<size_t>{n, std::min<size_t>(1, n), 0}) {
      std::string message;
      Outcome outcome = check(test, test.withInitializers(first), first,
                              /*folded=*/first == 0, message);
      any |= outcome == Outcome::Same;
      if (outcome == Outcome::Different)
        ADD_FAILURE() << name << " with " << n - first
                      << " inputs as initializers: " << message;
      if (outcome == Outcome::Refused)
        reason = message;
    }
    passed += any;
    if (any && unsupported.count(name))
      ADD_FAILURE() << name << " is supported: take it off the list";
    if (!any && !unsupported.count(name))
      ADD_FAILURE() << "not on the list of unsupported tests:\n"
                    << name << ": " << reason;
  }
  RecordProperty("passed", int(passed));
  std::cout << passed << " of " << folders.size() << " tests supported\n";
}

} // namespace
