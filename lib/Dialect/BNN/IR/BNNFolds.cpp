//===- BNNFolds.cpp - Folds that need no data -----------------------------===//

#include "bnn/Dialect/BNN/IR/BNN.h"

#include "mlir/IR/BuiltinAttributes.h"

using namespace mlir;
using namespace bnn;

/// A move that holds an ONNX tensor of its own must stay for `--trace`.
static bool isTraced(Operation *op) { return op->hasAttr(tracesAttrName); }

OpFoldResult ReshapeOp::fold(FoldAdaptor) {
  if (getInput().getType() == getResult().getType() && !isTraced(*this))
    return getInput();
  auto producer = getInput().getDefiningOp<ReshapeOp>();
  if (!producer)
    return {};
  if (producer.getInput().getType() == getResult().getType() &&
      !isTraced(*this))
    return producer.getInput();
  getInputMutable().assign(producer.getInput());
  return getResult();
}

OpFoldResult TransposeOp::fold(FoldAdaptor) {
  ArrayRef<int64_t> outer = getPermutation();
  bool identity = llvm::all_of(llvm::enumerate(outer), [](auto item) {
    return int64_t(item.index()) == item.value();
  });
  if (identity && !isTraced(*this))
    return getInput();
  auto producer = getInput().getDefiningOp<TransposeOp>();
  if (!producer)
    return {};
  SmallVector<int64_t> composed;
  for (int64_t from : outer)
    composed.push_back(producer.getPermutation()[from]);
  setPermutation(composed);
  getInputMutable().assign(producer.getInput());
  return getResult();
}
