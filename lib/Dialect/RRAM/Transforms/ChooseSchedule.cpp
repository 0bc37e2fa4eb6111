//===- ChooseSchedule.cpp - Choose what a row of a tile is ----------------===//

#include "bnn/Dialect/RRAM/Transforms/Passes.h"

namespace bnn::rram {
#define GEN_PASS_DEF_RRAMCHOOSESCHEDULE
#include "bnn/Dialect/RRAM/Transforms/Passes.h.inc"
} // namespace bnn::rram

using namespace mlir;
using namespace bnn::rram;

namespace {
struct RRAMChooseSchedulePass
    : bnn::rram::impl::RRAMChooseScheduleBase<RRAMChooseSchedulePass> {
  using RRAMChooseScheduleBase::RRAMChooseScheduleBase;

  void runOnOperation() override {
    FailureOr<TargetAttr> target = moduleTarget(getOperation());
    if (failed(target))
      return signalPassFailure();
    for (LayerOp layer : getOperation().getOps<LayerOp>())
      if (!layer.getOrientation() && failed(choose(layer, *target)))
        return signalPassFailure();
  }

private:
  LogicalResult choose(LayerOp layer, TargetAttr target) {
    bool p2s = schedule == Schedule::P2S ||
               (schedule == Schedule::Auto && target.getP2s());
    if (p2s ? !target.getP2s() : !target.getS2p())
      return layer.emitError()
             << "layer '" << layer.getSymName() << "': schedule "
             << (p2s ? "p2s (a row is a neuron)" : "s2p (a row is an input)")
             << " is not one of the schedules of target '"
             << target.getName().getValue() << "'; use auto, or a target whose "
             << "periphery has it";
    layer.setOrientation(p2s ? Orientation::RowIsNeuron
                             : Orientation::RowIsInput);
    return success();
  }
};
} // namespace
