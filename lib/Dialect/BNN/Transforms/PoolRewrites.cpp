//===- PoolRewrites.cpp - Pools on integers and codes ---------------------===//

#include "ThresholdFolder.h"

#include "mlir/IR/IRMapping.h"

#include <numeric>

using namespace mlir;
using namespace bnn;

//===----------------------------------------------------------------------===//
// Max pools
//===----------------------------------------------------------------------===//

/// +1 per channel where `op` rises in its data operand, -1 where it falls;
/// empty where neither is known. A channel with slope 0 does either.
static SmallVector<int> directions(Operation *op, int64_t channels) {
  SmallVector<int> all(channels, 1);
  auto signsOf = [&](Value constant, int flip) -> SmallVector<int> {
    std::optional<ConstantData> data = getConstant(constant);
    int64_t rank = tensorType(op->getResult(0)).getRank();
    if (!data)
      return {};
    // Only along dimension 1 may the constant vary.
    int64_t size = 1;
    for (auto [i, extent] : llvm::enumerate(data->shape)) {
      if (extent != 1 && rank - int64_t(data->shape.size()) + int64_t(i) != 1)
        return {};
      size *= extent;
    }
    for (int64_t c = 0; c < channels; ++c)
      all[c] = data->values[size == 1 ? 0 : c] < 0 ? -flip : flip;
    return all;
  };
  if (auto unary = dyn_cast<UnaryOp>(op)) {
    switch (unary.getKind()) {
    case UnaryKind::Neg:
      return SmallVector<int>(channels, -1);
    case UnaryKind::Relu:
    case UnaryKind::Sigmoid:
    case UnaryKind::Tanh:
    case UnaryKind::Erf:
    case UnaryKind::Softplus:
    case UnaryKind::Softsign:
    case UnaryKind::Sign:
    case UnaryKind::Exp:
      return all;
    case UnaryKind::LeakyRelu:
      return unary.getAlpha()->isNegative() ? SmallVector<int>() : all;
    case UnaryKind::HardSigmoid:
      return SmallVector<int>(channels,
                              unary.getAlpha()->isNegative() ? -1 : 1);
    default:
      return {};
    }
  }
  if (auto norm = dyn_cast<BatchNormOp>(op)) {
    if (norm.getAxis() != 1)
      return {};
    std::optional<ConstantData> gamma = getConstant(norm.getGamma());
    if (!gamma)
      return {};
    for (int64_t c = 0; c < channels; ++c)
      all[c] = gamma->values[c] < 0 ? -1 : 1;
    return all;
  }
  auto binary = dyn_cast<BinaryOp>(op);
  if (!binary || dataOperands(op).size() != 1)
    return {};
  bool dataLeft = !isConstant(binary.getLhs());
  Value constant = dataLeft ? binary.getRhs() : binary.getLhs();
  switch (binary.getKind()) {
  case BinaryKind::Add:
  case BinaryKind::Min:
  case BinaryKind::Max:
    // The signs do not matter, that the constant varies by channel only does.
    return signsOf(constant, 1).empty() ? SmallVector<int>()
                                        : SmallVector<int>(channels, 1);
  case BinaryKind::Sub:
    return signsOf(constant, 1).empty()
               ? SmallVector<int>()
               : SmallVector<int>(channels, dataLeft ? 1 : -1);
  case BinaryKind::Mul:
    return signsOf(constant, 1);
  case BinaryKind::Div:
    return dataLeft ? signsOf(constant, 1) : SmallVector<int>();
  default:
    return {};
  }
}

/// max_pool(f(decode(x))) becomes f(decode(max_pool(x))), with the minimum on
/// channels where f falls.
bool ThresholdFolder::hoistPool(MaxPoolOp pool) {
  int64_t channels = tensorType(pool.getInput()).getDimSize(1);
  SmallVector<int> falls(channels, 1);
  for (int64_t channel : pool.getMinimumChannels())
    falls[channel] = -1;
  SmallVector<Operation *> chain;
  Value source = pool.getInput();
  while (!decodeOf(source)) {
    Operation *op = source.getDefiningOp();
    if (!isElementwise(op) || dataOperands(op).size() != 1)
      return false;
    SmallVector<int> direction = directions(op, channels);
    Value data = dataOperands(op)[0];
    if (direction.empty() ||
        tensorType(data).getShape() != tensorType(source).getShape())
      return false;
    for (int64_t c = 0; c < channels; ++c)
      falls[c] *= direction[c];
    chain.push_back(op);
    source = data;
  }
  DecodeOp decode = decodeOf(source);
  bool negative = decode.getScale().isNegative();
  SmallVector<int64_t> minimum;
  for (int64_t c = 0; c < channels; ++c)
    if ((falls[c] < 0) != negative)
      minimum.push_back(c);

  OpBuilder builder(pool);
  ArrayRef<int64_t> shape = tensorType(pool.getResult()).getShape();
  Type element = elementType(decode.getInput());
  auto pooled = MaxPoolOp::create(
      builder, pool.getLoc(), tensorType(pool.getResult()).clone(element),
      decode.getInput(), pool.getKernelAttr(), pool.getStridesAttr(),
      pool.getDilationsAttr(), pool.getPadsBeginAttr(), pool.getPadsEndAttr(),
      builder.getDenseI64ArrayAttr(minimum));
  Value result =
      DecodeOp::create(builder, decode.getLoc(), pool.getResult().getType(),
                       pooled, decode.getScaleAttr(), decode.getOffsetAttr());
  for (Operation *op : llvm::reverse(chain)) {
    IRMapping mapping;
    mapping.map(dataOperands(op)[0], result);
    Operation *clone = builder.clone(*op, mapping);
    clone->removeAttr(tracesAttrName);
    clone->getResult(0).setType(tensorType(op->getResult(0)).clone(shape));
    result = clone->getResult(0);
  }
  if (chain.empty()) {
    double scale = decode.getScale().convertToDouble();
    moveTraces(pool, pooled, scale,
               scale * decode.getOffset().convertToDouble());
  } else {
    moveTraces(pool, result.getDefiningOp());
  }
  pool.getResult().replaceAllUsesWith(result);
  pool.erase();
  return true;
}

void ThresholdFolder::poolCodes(MaxPoolOp pool) {
  if (isa<FloatType>(elementType(pool.getInput())))
    hoistPool(pool);
}

//===----------------------------------------------------------------------===//
// Average pools
//===----------------------------------------------------------------------===//

namespace {
struct SumWindow {
  SmallVector<int64_t> kernel, strides, dilations, padsBegin, padsEnd;
};
} // namespace

/// The window of an average pool or of a reduction over all spatial
/// dimensions; none where padding changes the divisor.
static std::optional<SumWindow> sumWindow(Operation *op, bool offset) {
  auto zero = [](int64_t pad) { return pad == 0; };
  if (auto pool = dyn_cast<AveragePoolOp>(op)) {
    bool padded = !llvm::all_of(pool.getPadsBegin(), zero) ||
                  !llvm::all_of(pool.getPadsEnd(), zero);
    if (padded && (offset || !pool.getCountIncludePad()))
      return std::nullopt;
    return SumWindow{llvm::to_vector(pool.getKernel()),
                     llvm::to_vector(pool.getStrides()),
                     llvm::to_vector(pool.getDilations()),
                     llvm::to_vector(pool.getPadsBegin()),
                     llvm::to_vector(pool.getPadsEnd())};
  }
  auto reduce = cast<ReduceOp>(op);
  ArrayRef<int64_t> shape = tensorType(reduce.getInput()).getShape();
  bool spatial = shape.size() >= 3 &&
                 reduce.getAxes().size() == shape.size() - 2 &&
                 reduce.getAxes().front() == 2;
  if (!spatial || (reduce.getKind() != ReduceKind::Sum &&
                   reduce.getKind() != ReduceKind::Mean))
    return std::nullopt;
  SmallVector<int64_t> ones(shape.size() - 2, 1), zeros(shape.size() - 2, 0);
  return SumWindow{llvm::to_vector(shape.drop_front(2)), ones, ones, zeros,
                   zeros};
}

/// scale * (sum + taps * offset), over taps for a mean, of what `decode` reads;
/// as operators of the tail, which are exact for any offset.
static Value decodeSum(OpBuilder &builder, Location loc, Value sums,
                       DecodeOp decode, int64_t taps, bool mean) {
  double scale = decode.getScale().convertToDouble();
  double offset = decode.getOffset().convertToDouble();
  auto real = tensorType(sums).clone(builder.getF32Type());
  Value result =
      DecodeOp::create(builder, loc, real, sums, builder.getF64FloatAttr(1),
                       builder.getF64FloatAttr(0));
  if (offset != 0)
    result = makeBinary(builder, loc, BinaryKind::Add, result,
                        makeBinary(builder, loc, BinaryKind::Mul,
                                   makeScalar(builder, loc, offset),
                                   makeScalar(builder, loc, double(taps))));
  if (scale != 1)
    result = makeBinary(builder, loc, BinaryKind::Mul, result,
                        makeScalar(builder, loc, scale));
  if (mean)
    result = makeBinary(builder, loc, BinaryKind::Div, result,
                        makeScalar(builder, loc, double(taps)));
  return result;
}

/// The same over other dimensions that lie side by side, such as those of the
/// groups of a layer that decides group by group: a sum over a window of
/// [1, before, all of them, behind].
void ThresholdFolder::sumVotes(ReduceOp reduce, DecodeOp decode) {
  ArrayRef<int64_t> axes = reduce.getAxes();
  ArrayRef<int64_t> shape = tensorType(decode.getInput()).getShape();
  if ((reduce.getKind() != ReduceKind::Sum &&
       reduce.getKind() != ReduceKind::Mean) ||
      axes.empty() || axes.front() == 0 ||
      !isCode(elementType(decode.getInput())))
    return;
  for (size_t i = 1; i < axes.size(); ++i)
    if (axes[i] != axes[i - 1] + 1)
      return;
  auto product = [](ArrayRef<int64_t> sizes) {
    return std::accumulate(sizes.begin(), sizes.end(), int64_t(1),
                           std::multiplies<>());
  };
  int64_t before = product(shape.take_front(axes.front()));
  int64_t votes = product(shape.slice(axes.front(), axes.size()));
  int64_t behind = product(shape.drop_front(axes.back() + 1));
  OpBuilder builder(reduce);
  Location loc = reduce.getLoc();
  auto type = tensorType(reduce.getResult()).clone(builder.getI64Type());
  Value sums =
      makeSum(builder, loc, decode.getInput(), before, votes, behind, type);
  Value result = decodeSum(builder, loc, sums, decode, votes,
                           reduce.getKind() == ReduceKind::Mean);
  moveTraces(reduce, result.getDefiningOp());
  reduce.getResult().replaceAllUsesWith(result);
  reduce.erase();
  ++count.votes;
}

/// mean(decode(q)) becomes decodeSum(sum(q)).
void ThresholdFolder::sumPool(Operation *op) {
  DecodeOp decode = decodeOf(op->getOperand(0));
  if (!decode)
    return;
  std::optional<SumWindow> window = sumWindow(op, !decode.getOffset().isZero());
  if (!window) {
    if (auto reduce = dyn_cast<ReduceOp>(op))
      sumVotes(reduce, decode);
    return;
  }
  OpBuilder builder(op);
  Location loc = op->getLoc();
  SmallVector<int64_t> shape(tensorType(op->getResult(0)).getShape());
  ArrayRef<int64_t> inputShape = tensorType(op->getOperand(0)).getShape();
  if (isa<ReduceOp>(op)) {
    shape.assign(inputShape.size(), 1);
    shape[0] = inputShape[0];
    shape[1] = inputShape[1];
  }
  int64_t taps = 1;
  for (int64_t size : window->kernel)
    taps *= size;
  auto sums = SumPoolOp::create(
      builder, loc, RankedTensorType::get(shape, builder.getI64Type()),
      decode.getInput(), builder.getDenseI64ArrayAttr(window->kernel),
      builder.getDenseI64ArrayAttr(window->strides),
      builder.getDenseI64ArrayAttr(window->dilations),
      builder.getDenseI64ArrayAttr(window->padsBegin),
      builder.getDenseI64ArrayAttr(window->padsEnd));
  auto reduce = dyn_cast<ReduceOp>(op);
  Value result = decodeSum(builder, loc, sums, decode, taps,
                           !reduce || reduce.getKind() == ReduceKind::Mean);
  if (result.getType() != op->getResult(0).getType())
    result =
        ReshapeOp::create(builder, loc, op->getResult(0).getType(), result);
  moveTraces(op, result.getDefiningOp());
  op->getResult(0).replaceAllUsesWith(result);
  op->erase();
}
