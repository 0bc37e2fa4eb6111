//===- AttachTarget.cpp - Say which chip is compiled for ------------------===//

#include "bnn/Dialect/RRAM/Transforms/Passes.h"

#include "mlir/IR/Builders.h"

namespace bnn::rram {
#define GEN_PASS_DEF_RRAMATTACHTARGET
#include "bnn/Dialect/RRAM/Transforms/Passes.h.inc"
} // namespace bnn::rram

using namespace mlir;
using namespace bnn;
using namespace bnn::rram;

TargetAttr bnn::rram::targetAttr(const Target &target, MLIRContext *context) {
  const Capabilities &can = target.capabilities;
  auto valueOf = [](const std::optional<Quantity> &quantity) {
    return quantity ? int64_t(quantity->value) : 0;
  };
  return TargetAttr::get(
      context, StringAttr::get(context, target.name), target.rows(),
      target.columns(), int64_t(target.subarrays()),
      int64_t(target.geometry.columnsPerSenseAmplifier.value), can.ternarySense,
      can.columnMask, can.blIsPlus, can.has(Schedules::P2S),
      can.has(Schedules::S2P), can.reduce == Reduce::ExactSum,
      can.access == Access::RowSense, can.decision == Decision::Exact,
      valueOf(can.maxFaninPerDecision), valueOf(can.thresholdBits),
      valueOf(target.geometry.accumulatorBits),
      can.thresholds == ThresholdPlace::ArrayRows, /*time_multiplexed=*/false,
      can.rowAddress == RowAddress::PerSubarray, can.partialComplement,
      valueOf(target.geometry.spareRows),
      valueOf(target.geometry.spareColumns));
}

FailureOr<TargetAttr> bnn::rram::moduleTarget(ModuleOp module) {
  if (auto target = module->getAttrOfType<TargetAttr>(targetAttrName))
    return target;
  return mlir::emitError(module.getLoc())
         << "the module has no '" << targetAttrName
         << "'; run rram-attach-target first";
}

namespace {
struct RRAMAttachTargetPass
    : bnn::rram::impl::RRAMAttachTargetBase<RRAMAttachTargetPass> {
  using RRAMAttachTargetBase::RRAMAttachTargetBase;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    llvm::Expected<Target> found = findTarget(target);
    if (!found) {
      mlir::emitError(module.getLoc()) << llvm::toString(found.takeError());
      return signalPassFailure();
    }
    if (!array.empty())
      if (llvm::Error error = overrideArray(*found, array)) {
        mlir::emitError(module.getLoc()) << llvm::toString(std::move(error));
        return signalPassFailure();
      }
    module->setAttr(targetAttrName, targetAttr(*found, &getContext()));
  }
};
} // namespace
