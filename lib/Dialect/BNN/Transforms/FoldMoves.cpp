//===- FoldMoves.cpp - Permuted inputs become permuted weights ------------===//

#include "Utils.h"
#include "bnn/Dialect/BNN/IR/PackedWeights.h"
#include "bnn/Dialect/BNN/Transforms/Passes.h"

#include "mlir/Dialect/Utils/IndexingUtils.h"

namespace bnn {
#define GEN_PASS_DEF_BNNFOLDMOVES
#include "bnn/Dialect/BNN/Transforms/Passes.h.inc"
} // namespace bnn

using namespace mlir;
using namespace bnn;

namespace {
struct FoldMovesPass : bnn::impl::BNNFoldMovesBase<FoldMovesPass> {
  using BNNFoldMovesBase::BNNFoldMovesBase;
  void runOnOperation() override;
};
} // namespace

/// Elements of `indices` (of the transpose's input) in the order of its result.
static std::vector<int64_t> permute(ArrayRef<int64_t> indices,
                                    TransposeOp transpose) {
  ArrayRef<int64_t> from = tensorType(transpose.getInput()).getShape();
  ArrayRef<int64_t> to = tensorType(transpose.getResult()).getShape();
  SmallVector<int64_t> strides = computeStrides(from);
  SmallVector<int64_t> permuted =
      applyPermutation(strides, transpose.getPermutation());
  std::vector<int64_t> result;
  result.reserve(indices.size());
  SmallVector<int64_t> position(to.size(), 0);
  for (size_t i = 0; i < indices.size(); ++i) {
    result.push_back(indices[linearize(position, permuted)]);
    for (int64_t d = to.size() - 1; d >= 0 && ++position[d] == to[d]; --d)
      position[d] = 0;
  }
  return result;
}

/// Where `linear` reads one vector through reshapes and at least one transpose:
/// sets `source` to what it comes from and returns, for each input, the index
/// of its element in `source`.
static std::optional<std::vector<int64_t>> sourceOrder(LinearOp linear,
                                                       Value &source) {
  RankedTensorType type = tensorType(linear.getInput());
  if (type.getNumElements() != type.getShape().back())
    return std::nullopt;
  SmallVector<Operation *> chain;
  bool transposed = false;
  source = linear.getInput();
  while (auto *op = source.getDefiningOp()) {
    if (!isa<ReshapeOp, TransposeOp>(op))
      break;
    transposed |= isa<TransposeOp>(op);
    chain.push_back(op);
    source = op->getOperand(0);
  }
  if (!transposed)
    return std::nullopt;
  std::vector<int64_t> order(type.getNumElements());
  std::iota(order.begin(), order.end(), 0);
  for (Operation *op : llvm::reverse(chain))
    if (auto transpose = dyn_cast<TransposeOp>(op))
      order = permute(order, transpose);
  return order;
}

static void permuteColumns(LinearOp linear, ArrayRef<int64_t> order) {
  auto constant = linear.getWeights().getDefiningOp<ConstantOp>();
  RankedTensorType type = tensorType(constant);
  PackedWeights old = PackedWeights::get(constant.getValue(), type);
  PackedWeights weights(old.rows(), old.columns(), old.ternary());
  for (int64_t row = 0; row < old.rows(); ++row)
    for (auto [column, index] : llvm::enumerate(order))
      weights.set(row, index, old.at(row, column));
  OpBuilder builder(linear);
  Attribute value =
      std::move(weights).toAttribute(nameOf(constant.getResult()), type);
  Value moved = ConstantOp::create(builder, constant.getLoc(), type, value);
  linear.getWeightsMutable().assign(moved);
  if (constant->use_empty()) {
    releaseResource(constant.getValue());
    constant.erase();
  }
}

void FoldMovesPass::runOnOperation() {
  SmallVector<LinearOp> layers;
  getOperation().walk([&](LinearOp op) {
    if (isCode(elementType(op.getInput())) &&
        op.getWeights().getDefiningOp<ConstantOp>())
      layers.push_back(op);
  });
  for (LinearOp linear : layers) {
    Value source;
    std::optional<std::vector<int64_t>> order = sourceOrder(linear, source);
    if (!order)
      continue;
    permuteColumns(linear, *order);
    OpBuilder builder(linear);
    Value flat = source;
    if (source.getType() != linear.getInput().getType())
      flat = ReshapeOp::create(builder, linear.getLoc(),
                               linear.getInput().getType(), source);
    linear.getInputMutable().assign(flat);
    ++numFolded;
  }
}
