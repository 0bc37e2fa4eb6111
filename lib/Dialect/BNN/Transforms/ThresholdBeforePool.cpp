//===- ThresholdBeforePool.cpp - Compare first, then OR and AND -----------===//

#include "Utils.h"
#include "bnn/Dialect/BNN/Transforms/Passes.h"

namespace bnn {
#define GEN_PASS_DEF_BNNTHRESHOLDBEFOREPOOL
#include "bnn/Dialect/BNN/Transforms/Passes.h.inc"
} // namespace bnn

using namespace mlir;
using namespace bnn;

namespace {
struct ThresholdBeforePoolPass
    : bnn::impl::BNNThresholdBeforePoolBase<ThresholdBeforePoolPass> {
  void runOnOperation() override;
};
} // namespace

/// Channels whose codes fall, where every channel rises or falls throughout.
static std::optional<SmallVector<int64_t>> fallingChannels(StepsAttr steps) {
  SmallVector<int64_t> falling;
  ArrayRef<int64_t> codes = steps.getCodes();
  for (auto [channel, count] : llvm::enumerate(steps.getCounts())) {
    ArrayRef<int64_t> own = codes.take_front(count + 1);
    codes = codes.drop_front(count + 1);
    if (llvm::is_sorted(own))
      continue;
    if (!llvm::is_sorted(llvm::reverse(own)))
      return std::nullopt;
    falling.push_back(channel);
  }
  return falling;
}

void ThresholdBeforePoolPass::runOnOperation() {
  SmallVector<ThresholdOp> thresholds;
  getOperation().walk([&](ThresholdOp op) { thresholds.push_back(op); });
  for (ThresholdOp op : thresholds) {
    auto pool = op.getInput().getDefiningOp<MaxPoolOp>();
    if (!pool || !pool->hasOneUse() || op.getAxis() != 1 ||
        !elementType(pool.getInput()).isInteger(64))
      continue;
    std::optional<SmallVector<int64_t>> falling =
        fallingChannels(op.getSteps());
    if (!falling)
      continue;
    // A minimum of integers under a falling function is a maximum of codes.
    SmallVector<int64_t> minimum;
    for (int64_t c = 0; c < tensorType(pool.getInput()).getDimSize(1); ++c)
      if (llvm::is_contained(*falling, c) !=
          llvm::is_contained(pool.getMinimumChannels(), c))
        minimum.push_back(c);
    OpBuilder builder(op);
    Type code = elementType(op.getResult());
    auto compared = ThresholdOp::create(
        builder, op.getLoc(), tensorType(pool.getInput()).clone(code),
        pool.getInput(), op.getStepsAttr(), op.getAxisAttr(), op.getTiesAttr());
    auto pooled = MaxPoolOp::create(
        builder, pool.getLoc(), op.getResult().getType(), compared,
        pool.getKernelAttr(), pool.getStridesAttr(), pool.getDilationsAttr(),
        pool.getPadsBeginAttr(), pool.getPadsEndAttr(),
        builder.getDenseI64ArrayAttr(minimum));
    moveTraces(op, pooled);
    op.getResult().replaceAllUsesWith(pooled);
    op.erase();
    pool.erase();
    ++numMoved;
  }
}
