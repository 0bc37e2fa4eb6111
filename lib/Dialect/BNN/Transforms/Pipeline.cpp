//===- Pipeline.cpp - The bnn passes in order -----------------------------===//

#include "bnn/Dialect/BNN/Transforms/Passes.h"

#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;
using namespace bnn;

void bnn::buildRecognitionPipeline(OpPassManager &manager,
                                   const BNNPipelineOptions &options) {
  OpPassManager &function = manager.nest<func::FuncOp>();
  function.addPass(createBNNSinkMoves());
  function.addPass(createBNNPackWeights());
  BNNEncodeInputsOptions inputs;
  llvm::append_range(inputs.inputs, options.inputs);
  function.addPass(createBNNEncodeInputs(inputs));
  if (options.binarize.mode != "none" || !options.binarize.nodes.empty())
    function.addPass(createBNNBinarize(options.binarize));
  // Calibration saw the declared values themselves.
  if (options.encodings.empty())
    return;
  BNNPresentInputsOptions present;
  llvm::append_range(present.encodings, options.encodings);
  function.addPass(createBNNPresentInputs(present));
}

void bnn::buildIntegerPipeline(OpPassManager &manager,
                               const BNNPipelineOptions &options) {
  OpPassManager &function = manager.nest<func::FuncOp>();
  BNNFoldThresholdsOptions fold;
  fold.float32Ties = options.float32Ties;
  function.addPass(createBNNFoldThresholds(fold));
  function.addPass(createBNNThresholdBeforePool());
  function.addPass(createBNNFoldMoves());
  function.addPass(createCSEPass());
  function.addPass(createCanonicalizerPass());
  if (options.votes.group)
    function.addPass(createBNNReduceByVotes(options.votes));
  function.addPass(createBNNPartition());
}

void bnn::buildBNNPipeline(OpPassManager &manager,
                           const BNNPipelineOptions &options) {
  buildRecognitionPipeline(manager, options);
  buildIntegerPipeline(manager, options);
}

namespace {
struct PipelineOptions : PassPipelineOptions<PipelineOptions> {
  ListOption<std::string> inputs{
      *this, "inputs",
      llvm::cl::desc("Declarations, NAME=TYPE[:SCALE[,OFFSET]]")};
  Option<bool> float32Ties{*this, "float32-ties", llvm::cl::init(false),
                           llvm::cl::desc("Decide ties as float32 does")};
};
} // namespace

void bnn::registerBNNPipeline() {
  PassPipelineRegistration<PipelineOptions>(
      "bnn-pipeline", "All bnn passes, from an imported network to integers",
      [](OpPassManager &manager, const PipelineOptions &options) {
        BNNPipelineOptions chosen;
        chosen.inputs.assign(options.inputs.begin(), options.inputs.end());
        chosen.float32Ties = options.float32Ties;
        buildBNNPipeline(manager, chosen);
      });
}
