//===- Place.cpp - Give each tile a subarray ------------------------------===//

#include "bnn/Dialect/RRAM/Transforms/Passes.h"

#include "mlir/IR/Builders.h"

namespace bnn::rram {
#define GEN_PASS_DEF_RRAMPLACE
#include "bnn/Dialect/RRAM/Transforms/Passes.h.inc"
} // namespace bnn::rram

using namespace mlir;
using namespace bnn::rram;

namespace {
struct RRAMPlacePass : bnn::rram::impl::RRAMPlaceBase<RRAMPlacePass> {
  void runOnOperation() override;
};
} // namespace

/// First subarray after those that are taken already.
static int64_t firstFree(ModuleOp module) {
  int64_t next = 0;
  for (auto tiles : module.getOps<TilesOp>())
    if (tiles.getPlacement())
      for (auto run : tiles.getPlacement()->getAsRange<RunAttr>())
        next = std::max(next, run.getSubarray() + run.getTiles());
  return next;
}

void RRAMPlacePass::runOnOperation() {
  FailureOr<TargetAttr> target = moduleTarget(getOperation());
  if (failed(target))
    return signalPassFailure();
  int64_t next = firstFree(getOperation());
  Builder builder(&getContext());
  for (auto tiles : getOperation().getOps<TilesOp>()) {
    if (tiles.getPlacement())
      continue;
    int64_t count = tiles.getNumTiles();
    tiles.setPlacementAttr(builder.getArrayAttr(
        {RunAttr::get(&getContext(), count, /*chip=*/0, next, /*row=*/0,
                      /*column=*/0)}));
    next += count;
    numSubarrays += count;
  }
  if (target->getSubarrays() && next > target->getSubarrays()) {
    mlir::emitError(getOperation().getLoc())
        << "the network needs " << next << " subarrays of " << target->getRows()
        << "x" << target->getColumns() << ", " << next - target->getSubarrays()
        << " more than the " << target->getSubarrays() << " of target '"
        << target->getName().getValue() << "'";
    return signalPassFailure();
  }
}
