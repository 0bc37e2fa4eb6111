//===- SinkMoves.cpp - Layout changes below elementwise operators ---------===//

#include "Utils.h"
#include "bnn/Dialect/BNN/Transforms/Passes.h"

#include "mlir/Dialect/Traits.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/bit.h"

namespace bnn {
#define GEN_PASS_DEF_BNNSINKMOVES
#include "bnn/Dialect/BNN/Transforms/Passes.h.inc"
} // namespace bnn

using namespace mlir;
using namespace bnn;

namespace {
struct SinkMovesPass : bnn::impl::BNNSinkMovesBase<SinkMovesPass> {
  void runOnOperation() override;

private:
  void narrowConstants(Operation *op);
  Operation *sink(Operation *op);
  bool simplify(TransposeOp op);
  bool simplify(ReshapeOp op);
  bool foldPad(ConvOp op);
};
} // namespace

//===----------------------------------------------------------------------===//
// Constants and axes in the layout before a move
//===----------------------------------------------------------------------===//

/// The dimension of `from` that becomes dimension `axis` of `to` in a reshape:
/// equal size, and as many elements before it.
static std::optional<int64_t> reshapedAxis(ArrayRef<int64_t> from,
                                           ArrayRef<int64_t> to, int64_t axis) {
  int64_t before = computeProduct(to.take_front(axis)), product = 1;
  for (auto [i, size] : llvm::enumerate(from)) {
    if (product == before && size == to[axis])
      return i;
    product *= size;
  }
  return std::nullopt;
}

static std::optional<int64_t> axisBefore(Operation *move, int64_t axis) {
  if (auto transpose = dyn_cast<TransposeOp>(move))
    return transpose.getPermutation()[axis];
  return reshapedAxis(tensorType(move->getOperand(0)).getShape(),
                      tensorType(move->getResult(0)).getShape(), axis);
}

/// `constant`, which broadcasts to the move's result, as one that broadcasts to
/// the move's operand with the same effect. None where there is no such.
static std::optional<ConstantData> dataBefore(Operation *move,
                                              const ConstantData &constant) {
  ArrayRef<int64_t> after = tensorType(move->getResult(0)).getShape();
  ArrayRef<int64_t> before = tensorType(move->getOperand(0)).getShape();
  if (constant.values.size() == 1)
    return ConstantData{{}, constant.values};
  SmallVector<int64_t> aligned(after.size() - constant.shape.size(), 1);
  llvm::append_range(aligned, constant.shape);
  ConstantData data{SmallVector<int64_t>(before.size(), 1), constant.values};
  if (auto transpose = dyn_cast<TransposeOp>(move)) {
    ArrayRef<int64_t> permutation = transpose.getPermutation();
    for (auto [i, from] : llvm::enumerate(permutation))
      data.shape[from] = aligned[i];
    SmallVector<int64_t> strides = applyPermutation(
        computeStrides(aligned), invertPermutationVector(permutation));
    SmallVector<int64_t> basis = computeStrides(data.shape);
    for (size_t i = 0; i < data.values.size(); ++i)
      data.values[i] =
          constant.values[linearize(delinearize(i, basis), strides)];
    return data;
  }
  if (ArrayRef(aligned) == after) {
    data.shape = llvm::to_vector(before);
    return data;
  }
  auto wide = [](int64_t size) { return size != 1; };
  if (llvm::count_if(aligned, wide) != 1)
    return std::nullopt;
  int64_t axis = llvm::find_if(aligned, wide) - aligned.begin();
  std::optional<int64_t> old = axisBefore(move, axis);
  if (!old || aligned[axis] != after[axis])
    return std::nullopt;
  data.shape[*old] = aligned[axis];
  return data;
}

/// `data` without the dimensions along which no value changes; those in front
/// are left out, broadcasting brings them back.
static ConstantData withoutCopies(ConstantData data) {
  auto same = [](double a, double b) {
    return llvm::bit_cast<uint64_t>(a) == llvm::bit_cast<uint64_t>(b);
  };
  int64_t inner = 1;
  for (int64_t axis = int64_t(data.shape.size()) - 1; axis >= 0; --axis) {
    int64_t size = data.shape[axis], count = data.values.size();
    bool copies = size > 1;
    for (int64_t i = 0; copies && i < count; ++i) {
      int64_t first = i - i / inner % size * inner;
      copies = same(data.values[i], data.values[first]);
    }
    if (!copies) {
      inner *= size;
      continue;
    }
    std::vector<double> kept;
    for (int64_t i = 0; i < count; ++i)
      if (i / inner % size == 0)
        kept.push_back(data.values[i]);
    data.values.assign(kept.begin(), kept.end());
    data.shape[axis] = 1;
  }
  auto wide = llvm::find_if(data.shape, [](int64_t size) { return size != 1; });
  data.shape.erase(data.shape.begin(), wide);
  return data;
}

static Value constantOf(OpBuilder &builder, Value old,
                        const ConstantData &data) {
  auto type = tensorType(old).clone(data.shape);
  Location loc = old.getLoc();
  if (type.getElementType().isInteger(1)) {
    SmallVector<bool> bits(data.values.begin(), data.values.end());
    return ConstantOp::create(builder, loc, type,
                              DenseElementsAttr::get(type, bits));
  }
  if (type.getElementType().isInteger(64)) {
    SmallVector<int64_t> integers(data.values.begin(), data.values.end());
    return ConstantOp::create(
        builder, loc, type,
        DenseElementsAttr::get(type, ArrayRef<int64_t>(integers)));
  }
  return makeConstant(builder, loc, data.shape, data.values);
}

/// ones_like(x) and its kind are one number, not one for each element: only
/// then is what reads them a function of the channel.
void SinkMovesPass::narrowConstants(Operation *op) {
  if (!isa<BinaryOp, SelectOp>(op))
    return;
  // The other operands must keep the result's shape.
  SmallVector<int64_t> shape;
  for (Value operand : dataOperands(op)) {
    SmallVector<int64_t> wider;
    if (!OpTrait::util::getBroadcastedShape(
            shape, tensorType(operand).getShape(), wider))
      return;
    shape = wider;
  }
  if (ArrayRef(shape) != tensorType(op->getResult(0)).getShape())
    return;
  OpBuilder builder(op);
  for (OpOperand &operand : op->getOpOperands()) {
    if (!isConstant(operand.get()) ||
        tensorType(operand.get()).getNumElements() == 1)
      continue;
    std::optional<ConstantData> data = getConstant(operand.get());
    if (!data)
      continue;
    size_t count = data->values.size();
    ConstantData narrow = withoutCopies(std::move(*data));
    if (narrow.values.size() < count)
      operand.set(constantOf(builder, operand.get(), narrow));
  }
}

//===----------------------------------------------------------------------===//
// Sinking
//===----------------------------------------------------------------------===//

static bool sameMove(Operation *a, Operation *b) {
  return a->getName() == b->getName() &&
         tensorType(a->getResult(0)).getShape() ==
             tensorType(b->getResult(0)).getShape() &&
         tensorType(a->getOperand(0)).getShape() ==
             tensorType(b->getOperand(0)).getShape() &&
         a->getAttr("permutation") == b->getAttr("permutation");
}

/// The one move that all data operands of `op` come through, and that gives
/// them the shape of op's result.
static Operation *commonMove(Operation *op) {
  Operation *move = nullptr;
  for (Value operand : dataOperands(op)) {
    Operation *producer = operand.getDefiningOp();
    if (!isa_and_nonnull<ReshapeOp, TransposeOp>(producer) ||
        (move && !sameMove(move, producer)))
      return nullptr;
    move = producer;
  }
  if (!move || tensorType(move->getResult(0)).getShape() !=
                   tensorType(op->getResult(0)).getShape())
    return nullptr;
  return move;
}

/// Returns the operator in its new place, above the move; null if it stayed.
Operation *SinkMovesPass::sink(Operation *op) {
  Operation *move = commonMove(op);
  if (!move)
    return nullptr;
  bool hasAxis = isa<BatchNormOp, MultiThresholdOp>(op);
  std::optional<int64_t> axis;
  if (hasAxis) {
    // One row of thresholds serves all channels: any axis will do.
    auto count = dyn_cast<MultiThresholdOp>(op);
    bool uniform =
        count && tensorType(count.getThresholds()).getDimSize(0) == 1;
    axis =
        uniform
            ? std::optional<int64_t>(0)
            : axisBefore(move, op->getAttrOfType<IntegerAttr>("axis").getInt());
    if (!axis)
      return nullptr;
  }
  SmallVector<std::optional<ConstantData>> constants;
  for (Value operand : op->getOperands()) {
    constants.emplace_back();
    if (hasAxis || !isConstant(operand))
      continue;
    constants.back() = dataBefore(move, *getConstant(operand));
    if (!constants.back())
      return nullptr;
  }
  OpBuilder builder(op);
  SmallVector<Value> operands;
  for (auto [operand, constant] : llvm::zip_equal(op->getOperands(), constants))
    operands.push_back(constant ? constantOf(builder, operand, *constant)
                       : isConstant(operand)
                           ? operand
                           : operand.getDefiningOp()->getOperand(0));
  Operation *sunk = builder.clone(*op);
  sunk->removeAttr(tracesAttrName);
  sunk->setOperands(operands);
  sunk->getResult(0).setType(
      tensorType(op->getResult(0))
          .clone(tensorType(move->getOperand(0)).getShape()));
  if (axis)
    sunk->setAttr("axis", builder.getI64IntegerAttr(*axis));
  IRMapping mapping;
  mapping.map(move->getOperand(0), sunk->getResult(0));
  Operation *after = builder.clone(*move, mapping);
  after->removeAttr(tracesAttrName);
  after->getResult(0).setType(op->getResult(0).getType());
  moveTraces(op, after);
  op->getResult(0).replaceAllUsesWith(after->getResult(0));
  op->erase();
  return sunk;
}

//===----------------------------------------------------------------------===//
// Moves of moves
//===----------------------------------------------------------------------===//

/// `op` changes nothing: its users read `source`, which takes its names.
static void bypass(Operation *op, Value source) {
  if (Operation *producer = source.getDefiningOp())
    if (producer->getNumResults() == 1)
      moveTraces(op, producer);
  op->getResult(0).replaceAllUsesWith(source);
  op->erase();
}

bool SinkMovesPass::simplify(TransposeOp op) {
  OpBuilder builder(op);
  if (auto producer = op.getInput().getDefiningOp<TransposeOp>()) {
    SmallVector<int64_t> composed =
        applyPermutation(producer.getPermutation(), op.getPermutation());
    op.setPermutation(composed);
    op.getInputMutable().assign(producer.getInput());
    if (producer->use_empty())
      producer->erase();
  }
  // Where only dimensions of size 1 change places, no element moves.
  int64_t last = -1;
  bool ordered = true;
  for (int64_t from : op.getPermutation()) {
    if (tensorType(op.getInput()).getDimSize(from) == 1)
      continue;
    ordered &= from > last;
    last = from;
  }
  if (!ordered)
    return false;
  if (op.getInput().getType() == op.getType()) {
    bypass(op, op.getInput());
    return true;
  }
  auto reshape =
      ReshapeOp::create(builder, op.getLoc(), op.getType(), op.getInput());
  moveTraces(op, reshape);
  op.getResult().replaceAllUsesWith(reshape);
  op.erase();
  simplify(reshape);
  return true;
}

bool SinkMovesPass::simplify(ReshapeOp op) {
  if (auto producer = op.getInput().getDefiningOp<ReshapeOp>()) {
    op.getInputMutable().assign(producer.getInput());
    if (producer->use_empty())
      producer->erase();
  }
  if (op.getInput().getType() != op.getType())
    return false;
  bypass(op, op.getInput());
  return true;
}

/// Explicit zero padding of the spatial dimensions is the convolution's own.
bool SinkMovesPass::foldPad(ConvOp op) {
  auto pad = op.getInput().getDefiningOp<PadOp>();
  if (!pad || pad.getMode() != PadMode::Constant || !pad.getValue().isZero())
    return false;
  ArrayRef<int64_t> begin = pad.getPadsBegin(), end = pad.getPadsEnd();
  if (begin[0] || begin[1] || end[0] || end[1])
    return false;
  SmallVector<int64_t> newBegin(op.getPadsBegin()), newEnd(op.getPadsEnd());
  for (size_t i = 0; i < newBegin.size(); ++i) {
    newBegin[i] += begin[i + 2];
    newEnd[i] += end[i + 2];
  }
  op.setPadsBegin(newBegin);
  op.setPadsEnd(newEnd);
  op.getInputMutable().assign(pad.getInput());
  if (pad->use_empty())
    pad->erase();
  ++numPads;
  return true;
}

void SinkMovesPass::runOnOperation() {
  for (Operation &op :
       llvm::make_early_inc_range(getOperation().front().getOperations())) {
    if (isElementwise(&op)) {
      narrowConstants(&op);
      // Below one move there may be another.
      for (Operation *next = sink(&op); next; next = sink(next))
        ++numSunk;
    } else if (auto transpose = dyn_cast<TransposeOp>(op)) {
      simplify(transpose);
    } else if (auto reshape = dyn_cast<ReshapeOp>(op)) {
      simplify(reshape);
    } else if (auto conv = dyn_cast<ConvOp>(op)) {
      foldPad(conv);
    }
  }
  // A layout that nothing reads any more is gone, also if it had a name.
  for (Operation &op :
       llvm::make_early_inc_range(llvm::reverse(getOperation().front())))
    if (isOpTriviallyDead(&op))
      op.erase();
}
