//===- Partition.cpp - Who runs where, and why ----------------------------===//

#include "Utils.h"
#include "bnn/Dialect/BNN/Transforms/Passes.h"

#include "llvm/Support/MathExtras.h"
#include "llvm/Support/raw_ostream.h"

namespace bnn {
#define GEN_PASS_DEF_BNNPARTITION
#include "bnn/Dialect/BNN/Transforms/Passes.h.inc"
} // namespace bnn

using namespace mlir;
using namespace bnn;

namespace {
struct PartitionPass : bnn::impl::BNNPartitionBase<PartitionPass> {
  void runOnOperation() override;
};
} // namespace

static bool isReal(Type type) {
  Type element = cast<RankedTensorType>(type).getElementType();
  return isa<FloatType>(element) || element.isInteger(1);
}

static bool onHost(Operation *op) {
  return !isa<ConstantOp, EncodeOp, DecodeOp>(op) &&
         (llvm::any_of(op->getOperandTypes(), isReal) ||
          llvm::any_of(op->getResultTypes(), isReal));
}

/// Whether anything after `op` becomes a code again: else it belongs to the
/// scores.
static bool leadsToArrays(Operation *op, DenseMap<Operation *, bool> &known) {
  auto [entry, inserted] = known.try_emplace(op, false);
  if (!inserted)
    return entry->second;
  bool leads = llvm::any_of(op->getUsers(), [&](Operation *user) {
    return isa<EncodeOp>(user) || leadsToArrays(user, known);
  });
  return known[op] = leads;
}

static bool onArrays(Operation &op) {
  return isa<ConvOp, LinearOp>(op) &&
         !isa<FloatType>(elementType(op.getResult(0)));
}

/// "64 x !bnn.int<5, unsigned>, 320 bits a sample". How wide an accumulator is
/// is decided with the layers of the chip.
static std::string describeCrossing(Value value) {
  auto type = cast<RankedTensorType>(value.getType());
  int64_t elements = type.getNumElements();
  std::string text;
  llvm::raw_string_ostream os(text);
  if (!isCode(type.getElementType())) {
    os << elements << " x accumulator";
    return text;
  }
  CodeRange range = codeRange(type.getElementType());
  bool bipolar = isa<BinaryType>(type.getElementType());
  int64_t bits =
      bipolar
          ? 1
          : int64_t(llvm::Log2_64_Ceil(uint64_t(range.max - range.min + 1)));
  os << elements << " x " << type.getElementType() << ", "
     << elements * std::max<int64_t>(1, bits) << " bits a sample";
  return text;
}

static void setCrossing(Operation *op, const char *direction, Value value) {
  op->setAttr(
      "bnn.crossing",
      StringAttr::get(op->getContext(), direction + describeCrossing(value)));
}

/// The encoding of an input that `value` carries, through moves, if it must
/// not come back to the host.
static EncodeOp mustStay(Value value) {
  while (Operation *op = value.getDefiningOp()) {
    if (auto encode = dyn_cast<EncodeOp>(op))
      return encode->hasAttr(onArraysAttrName) ? encode : EncodeOp();
    if (!isa<PresentOp, ReshapeOp, TransposeOp, SliceOp, GatherOp, BroadcastOp,
             PadOp>(op))
      return {};
    value = op->getOperand(0);
  }
  return {};
}

/// Refuses a network whose host decodes an input that belongs to the arrays.
static LogicalResult checkStays(DecodeOp decode) {
  EncodeOp encode = mustStay(decode.getInput());
  if (!encode)
    return success();
  auto kind = encode->getAttrOfType<StringAttr>(onArraysAttrName);
  for (Operation *user : decode->getUsers()) {
    auto reason = user->getAttrOfType<StringAttr>(reasonAttrName);
    return user->emitError()
           << "reads input '" << nameOf(encode.getInput())
           << "' on the host, so that it cannot be encoded as '"
           << kind.getValue() << "'" << (reason ? ": " : "")
           << (reason ? reason.getValue() : StringRef())
           << "; leave its encoding at 'auto', or make that layer binary";
  }
  return success();
}

/// Refuses random bits that no layer on the arrays reads as they are: what
/// quantizes their count again would drive it as another code.
static LogicalResult checkIsRead(Value bits, PresentOp present) {
  for (Operation *user : bits.getUsers()) {
    if (onArrays(*user))
      continue;
    if (isMove(user) || isa<PadOp>(user)) {
      if (failed(checkIsRead(user->getResult(0), present)))
        return failure();
      continue;
    }
    if (isa<DecodeOp>(user))
      continue; // said by checkStays
    auto encode = present.getCodes().getDefiningOp<EncodeOp>();
    return user->emitError()
           << "quantizes input '" << nameOf(encode.getInput())
           << "' before a layer on the arrays reads it, so that its random "
              "bits "
              "would be counted and quantized again; leave its encoding at "
              "'auto'";
  }
  return success();
}

void PartitionPass::runOnOperation() {
  DenseMap<Operation *, bool> known;
  auto operators = getOperation().front().without_terminator();
  unsigned arrays = llvm::count_if(operators, onArrays);
  numArrays += arrays;
  for (Operation &op : operators) {
    if (auto encode = dyn_cast<EncodeOp>(op))
      setCrossing(&op, "onto the chip: ", encode.getResult());
    if (auto decode = dyn_cast<DecodeOp>(op))
      setCrossing(&op, "off the chip: ", decode.getInput());
    if (onArrays(op) || !onHost(&op))
      continue;
    ++numHost;
    bool linear = isa<ConvOp, LinearOp, MatMulOp>(op);
    setReason(&op, linear    ? "its weights and inputs are real"
                   : !arrays ? "real-valued, and no layer is on the arrays"
                   : leadsToArrays(&op, known)
                       ? "real-valued, before the arrays"
                       : "real-valued, after the arrays");
  }
  for (auto decode : getOperation().getOps<DecodeOp>())
    if (failed(checkStays(decode)))
      return signalPassFailure();
  for (auto present : getOperation().getOps<PresentOp>())
    if (failed(checkIsRead(present.getResult(), present)))
      return signalPassFailure();
}
