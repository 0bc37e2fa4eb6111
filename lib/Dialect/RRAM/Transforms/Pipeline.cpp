//===- Pipeline.cpp - From bnn operators to ordered layers ----------------===//

#include "bnn/Conversion/BNNToRRAM/Passes.h"
#include "bnn/Dialect/RRAM/Transforms/Passes.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassOptions.h"
#include "mlir/Pass/PassRegistry.h"

using namespace mlir;

void bnn::rram::buildRRAMPipeline(OpPassManager &manager,
                                  const RRAMPipelineOptions &options) {
  manager.addPass(createConvertBNNToRRAM());
  buildLayerPipeline(manager, options);
}

void bnn::rram::buildLayerPipeline(OpPassManager &manager,
                                   const RRAMPipelineOptions &options) {
  manager.addPass(createRRAMChooseSchedule({options.schedule}));
  manager.addPass(createRRAMTile());
  RRAMPlaceOptions place;
  place.chips = options.chips;
  place.reprogram = options.reprogram;
  place.latency = options.latency;
  place.interval = options.interval;
  manager.addPass(createRRAMPlace(place));
  manager.addPass(createRRAMOrder({options.accumulation}));
}

namespace {
struct PipelineOptions : PassPipelineOptions<PipelineOptions> {
  Option<std::string> target{
      *this, "target",
      llvm::cl::desc("Name of a target or FILE.yaml; default: that of the "
                     "module")};
  Option<std::string> array{
      *this, "array",
      llvm::cl::desc("Another size of the subarrays, ROWSxCOLUMNS")};
  Option<bool> tree{*this, "tree",
                    llvm::cl::desc("Add partial counts as a tree")};
};
} // namespace

void bnn::rram::registerRRAMPipeline() {
  PassPipelineRegistration<PipelineOptions>(
      "rram-pipeline", "From bnn operators to ordered layers on the arrays",
      [](OpPassManager &manager, const PipelineOptions &options) {
        if (!options.target.empty())
          manager.addPass(createRRAMAttachTarget(
              RRAMAttachTargetOptions{options.target, options.array}));
        RRAMPipelineOptions chosen;
        if (options.tree)
          chosen.accumulation = Accumulation::Tree;
        buildRRAMPipeline(manager, chosen);
      });
}
