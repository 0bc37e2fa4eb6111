//===- Verification.cpp - bnn-compile --verify ------------------*- C++ -*-===//

#include "Verification.h"
#include "bnn/InitAll.h"
#include "bnn/Reference/Verify.h"
#include "bnn/Simulator/Simulator.h"
#include "bnn/Support/Error.h"
#include "bnn/Support/TensorFile.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;

namespace bnn {

static llvm::Expected<std::vector<Tensor>> makeInputs(const image::Image &image,
                                                      const Options &options) {
  if (options.verifyInputs.empty())
    return randomInputs(image, options.verifySamples, options.seed);
  if (image.inputs_size() != 1)
    return makeError(
        "--verify=" + options.verifyInputs + ": the network has " +
        llvm::Twine(image.inputs_size()) +
        " inputs; a file serves one, use --verify for random ones");
  llvm::Expected<Tensor> tensor = readTensorFile(options.verifyInputs);
  if (!tensor)
    return tensor.takeError();
  const image::Port &port = image.inputs(0);
  const image::Value &value = image.values(int(port.value()));
  Shape shape(value.shape().begin(), value.shape().end());
  if (llvm::Error error = sim::fitSamples(
          *tensor, shape,
          options.verifyInputs + " for input '" + port.name() + "'"))
    return error;
  // --verify-samples bounds what a large file costs.
  int64_t samples = tensor->shape[0], size = tensor->size() / samples;
  if (samples > int64_t(options.verifySamples)) {
    tensor->shape[0] = options.verifySamples;
    tensor->data.resize(options.verifySamples * size);
  }
  std::vector<Tensor> inputs;
  inputs.push_back(std::move(*tensor));
  return inputs;
}

llvm::Expected<std::string> verifyCompiled(const image::Image &image,
                                           const Options &options,
                                           const Interpreter *given) {
  llvm::Expected<std::vector<Tensor>> inputs = makeInputs(image, options);
  if (!inputs)
    return inputs.takeError();

  MLIRContext context;
  // Warnings were printed at the first import.
  std::string message;
  ScopedDiagnosticHandler handler(&context, [&](Diagnostic &diagnostic) {
    if (diagnostic.getSeverity() == DiagnosticSeverity::Error &&
        message.empty())
      message = diagnostic.str();
    return success();
  });
  DialectRegistry registry;
  registerAllDialects(registry);
  context.appendDialectRegistry(registry);
  OwningOpRef<ModuleOp> module;
  std::optional<Interpreter> reference;
  if (given) {
    reference = *given;
  } else {
    module = importONNX(options.model, context, options.import);
    if (!module)
      return makeError("--verify: " + message);
    FailureOr<Interpreter> created = Interpreter::create(*module);
    if (failed(created))
      return makeError("--verify: " + message);
    reference.emplace(std::move(*created));
  }

  VerifyOptions verifyOptions;
  verifyOptions.samples = options.verifySamples;
  verifyOptions.seed = options.seed;
  verifyOptions.float32Ties = options.float32Ties;
  llvm::Expected<VerifyResult> result =
      verifyImage(image, *reference, *inputs, verifyOptions);
  if (!result)
    return makeError("--verify: " + llvm::toString(result.takeError()) +
                     (message.empty() ? "" : ": " + message));
  if (!result->difference.empty())
    return makeError("--verify: " + result->difference);
  std::string text =
      llvm::formatv("verified: {0} tensors of {1} samples equal those of the "
                    "{2}, on both executors\n",
                    result->tensors, result->samples - result->excluded,
                    given ? "binarized network" : "network");
  if (result->excluded)
    text += llvm::formatv("          {0} samples differ by ties that rounding "
                          "decides, and are not counted\n",
                          result->excluded);
  return text;
}

} // namespace bnn
