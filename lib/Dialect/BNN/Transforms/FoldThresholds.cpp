//===- FoldThresholds.cpp - The pass bnn-fold-thresholds ------------------===//

#include "ThresholdFolder.h"
#include "bnn/Dialect/BNN/Transforms/Passes.h"

namespace bnn {
#define GEN_PASS_DEF_BNNFOLDTHRESHOLDS
#include "bnn/Dialect/BNN/Transforms/Passes.h.inc"
} // namespace bnn

using namespace mlir;
using namespace bnn;

namespace {
struct FoldThresholdsPass
    : bnn::impl::BNNFoldThresholdsBase<FoldThresholdsPass> {
  using BNNFoldThresholdsBase::BNNFoldThresholdsBase;
  void runOnOperation() override;
};
} // namespace

void FoldThresholdsPass::runOnOperation() {
  Block &body = getOperation().front();
  ThresholdFolder folder(float32Ties);
  // Rewrites insert before or right after the operator at hand; those that
  // come after are elementwise or integer already.
  for (Operation &op : llvm::make_early_inc_range(body))
    folder.visit(&op);
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(body)))
    if (isOpTriviallyDead(&op))
      op.erase();
  numLinear += folder.counters().linear;
  numThresholds += folder.counters().thresholds;
  numTies += folder.counters().ties;
  numCombined += folder.counters().combined;
  numVotes += folder.counters().votes;
}
