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
    InFlightDiagnostic (*refuse)(LayerOp, StringRef) = [](LayerOp layer,
                                                          StringRef why) {
      return layer.emitError()
             << "layer '" << layer.getSymName() << "': schedule " << why;
    };
    if (schedule == Schedule::S2P)
      return refuse(layer, "s2p (a row is an input) is not built yet: no "
                           "executor reads such an image; use p2s or auto");
    if (!target.getP2s()) {
      InFlightDiagnostic error =
          refuse(layer, "p2s is not one of the schedules of target '");
      return error << target.getName().getValue()
                   << "', and s2p is not built yet";
    }
    layer.setOrientation(Orientation::RowIsNeuron);
    return success();
  }
};
} // namespace
