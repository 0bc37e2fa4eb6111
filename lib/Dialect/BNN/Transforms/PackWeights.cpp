//===- PackWeights.cpp - Binary and ternary weights as bits ---------------===//

#include "Utils.h"
#include "bnn/Dialect/BNN/IR/PackedWeights.h"
#include "bnn/Dialect/BNN/Transforms/Passes.h"

#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/IRMapping.h"
#include "llvm/Support/FormatVariadic.h"

namespace bnn {
#define GEN_PASS_DEF_BNNPACKWEIGHTS
#include "bnn/Dialect/BNN/Transforms/Passes.h.inc"
} // namespace bnn

using namespace mlir;
using namespace bnn;

namespace {

/// The weights of one operator as a matrix [neurons, fan-in], read in place:
/// element (n, k) lies at n * neuronStride + k * inputStride.
struct WeightMatrix {
  int64_t neurons, fanIn, neuronStride, inputStride;
  llvm::function_ref<double(int64_t)> at;

  double operator()(int64_t n, int64_t k) const {
    return at(n * neuronStride + k * inputStride);
  }
};

/// What the values of a weight tensor turned out to be.
struct Classified {
  std::vector<double> scales; // one per neuron; 0 where there are no weights
  bool ternary = false;
  std::string reason;   // why the tensor stays real; empty: packed
  bool invalid = false; // NaN or infinite: no network at all
};

struct PackWeightsPass : bnn::impl::BNNPackWeightsBase<PackWeightsPass> {
  using BNNPackWeightsBase::BNNPackWeightsBase;
  void runOnOperation() override;

private:
  /// The values of a constant without a copy where they are a float resource.
  template <typename Fn> bool withValues(ConstantOp constant, Fn fn);
  Classified classify(const WeightMatrix &matrix);
  bool pack(Operation *op, Value weights, WeightMatrix matrix);
  void visit(Operation *op);
};

} // namespace

//===----------------------------------------------------------------------===//
// Classification
//===----------------------------------------------------------------------===//

/// Reads neuron after neuron, or input after input: whichever walks through
/// memory. Keeps the smallest and largest |w| of every neuron, zeros apart.
Classified PackWeightsPass::classify(const WeightMatrix &matrix) {
  int64_t neurons = matrix.neurons;
  std::vector<double> least(neurons, 0), most(neurons, 0);
  std::vector<char> zeros(neurons, 0);
  Classified result;
  auto look = [&](int64_t n, int64_t k) {
    double magnitude = std::abs(matrix(n, k));
    if (magnitude == 0) {
      zeros[n] = 1;
      return true;
    }
    if (!std::isfinite(magnitude)) {
      result.reason =
          llvm::formatv("weight {0} of neuron {1} is {2}, not a finite number",
                        k, n, matrix(n, k));
      result.invalid = true;
      return false;
    }
    least[n] = least[n] == 0 ? magnitude : std::min(least[n], magnitude);
    most[n] = std::max(most[n], magnitude);
    if (most[n] - least[n] <= tolerance * least[n])
      return true;
    result.reason = llvm::formatv(
        "weights are real: neuron {0} holds magnitudes {1} and {2} (spread "
        "{3:e2})",
        n, least[n], most[n], most[n] / least[n] - 1);
    return false;
  };
  bool byInput = matrix.inputStride > matrix.neuronStride;
  int64_t outer = byInput ? matrix.fanIn : neurons;
  int64_t inner = byInput ? neurons : matrix.fanIn;
  for (int64_t i = 0; i < outer; ++i)
    for (int64_t j = 0; j < inner; ++j)
      if (!(byInput ? look(j, i) : look(i, j)))
        return result;
  for (int64_t n = 0; n < neurons; ++n)
    result.ternary |= zeros[n] && most[n] != 0;
  result.scales = std::move(most);
  return result;
}

template <typename Fn>
bool PackWeightsPass::withValues(ConstantOp constant, Fn fn) {
  auto resource = dyn_cast<DenseResourceElementsAttr>(constant.getValue());
  if (resource && elementType(constant).isF32()) {
    const char *bytes = resource.getRawHandle().getBlob()->getData().data();
    return fn([bytes](int64_t i) {
      float value;
      std::memcpy(&value, bytes + i * sizeof(float), sizeof(float));
      return double(value);
    });
  }
  std::optional<ConstantData> data = getConstant(constant);
  if (!data)
    return false;
  return fn([&](int64_t i) { return data->values[i]; });
}

//===----------------------------------------------------------------------===//
// Rewriting
//===----------------------------------------------------------------------===//

static PackedWeights packMatrix(const WeightMatrix &matrix,
                                const Classified &classified) {
  PackedWeights packed(matrix.neurons, matrix.fanIn, classified.ternary);
  bool byInput = matrix.inputStride > matrix.neuronStride;
  auto put = [&](int64_t n, int64_t k) {
    double weight = matrix(n, k);
    uint64_t bit = uint64_t(1) << (k & 63);
    // A neuron without weights is stored as +1 and scaled by 0.
    bool dead = classified.scales[n] == 0 && !classified.ternary;
    if (weight > 0 || dead)
      packed.plusRow(n)[k >> 6] |= bit;
    else if (classified.ternary && weight < 0)
      packed.minusRow(n)[k >> 6] |= bit;
  };
  if (byInput) {
    for (int64_t k = 0; k < matrix.fanIn; ++k)
      for (int64_t n = 0; n < matrix.neurons; ++n)
        put(n, k);
  } else {
    for (int64_t n = 0; n < matrix.neurons; ++n)
      for (int64_t k = 0; k < matrix.fanIn; ++k)
        put(n, k);
  }
  return packed;
}

/// Multiplies by the scales (along `axis` of the result), if there is need.
static Value scale(OpBuilder &builder, Location loc, Value result,
                   ArrayRef<double> scales, int64_t axis) {
  if (llvm::all_equal(scales)) {
    if (scales[0] == 1)
      return result;
    return makeBinary(builder, loc, BinaryKind::Mul, result,
                      makeScalar(builder, loc, scales[0]));
  }
  SmallVector<int64_t> shape(tensorType(result).getRank() - axis, 1);
  shape[0] = scales.size();
  return makeBinary(builder, loc, BinaryKind::Mul, result,
                    makeConstant(builder, loc, shape, scales));
}

bool PackWeightsPass::pack(Operation *op, Value weights, WeightMatrix matrix) {
  auto constant = weights.getDefiningOp<ConstantOp>();
  return withValues(constant, [&](auto at) {
    matrix.at = at;
    Classified classified = classify(matrix);
    if (classified.invalid) {
      op->emitError() << "in '" << nameOf(weights) << "' " << classified.reason
                      << "; export the model again";
      signalPassFailure();
      return false;
    }
    if (!classified.reason.empty()) {
      setReason(op, classified.reason);
      return false;
    }
    OpBuilder builder(op);
    Location loc = op->getLoc();
    SmallVector<int64_t> shape = {matrix.neurons, matrix.fanIn};
    if (isa<ConvOp>(op))
      shape = llvm::to_vector(tensorType(weights).getShape());
    Type element = classified.ternary ? Type(TernaryType::get(op->getContext()))
                                      : BinaryType::get(op->getContext());
    auto type = RankedTensorType::get(shape, element);
    Attribute value =
        packMatrix(matrix, classified).toAttribute(nameOf(weights), type);
    Value packed = ConstantOp::create(builder, constant.getLoc(), type, value);
    Value result;
    int64_t axis = 1;
    if (auto conv = dyn_cast<ConvOp>(op)) {
      IRMapping mapping;
      mapping.map(conv.getWeights(), packed);
      result = builder.clone(*op, mapping)->getResult(0);
    } else {
      axis = tensorType(op->getResult(0)).getRank() - 1;
      result = LinearOp::create(builder, loc, op->getResult(0).getType(),
                                op->getOperand(0), packed);
    }
    result.getDefiningOp()->removeAttr(tracesAttrName);
    if (!llvm::all_of(classified.scales, isPowerOfTwo))
      result.getDefiningOp()->setAttr(roundedSumsAttrName,
                                      builder.getUnitAttr());
    Value scaled = scale(builder, loc, result, classified.scales, axis);
    moveTraces(op, scaled.getDefiningOp());
    op->getResult(0).replaceAllUsesWith(scaled);
    op->erase();
    if (constant->use_empty()) {
      releaseResource(constant.getValue());
      constant.erase();
    }
    ++(classified.ternary ? numTernary : numBinary);
    return true;
  });
}

void PackWeightsPass::visit(Operation *op) {
  Value weights;
  WeightMatrix matrix{0, 0, 0, 0, {}};
  if (auto conv = dyn_cast<ConvOp>(op)) {
    weights = conv.getWeights();
    ArrayRef<int64_t> shape = tensorType(weights).getShape();
    matrix.neurons = shape[0];
    matrix.fanIn = tensorType(weights).getNumElements() / shape[0];
    matrix.neuronStride = matrix.fanIn;
    matrix.inputStride = 1;
  } else if (auto linear = dyn_cast<LinearOp>(op)) {
    weights = linear.getWeights();
    matrix.neurons = tensorType(weights).getDimSize(0);
    matrix.fanIn = tensorType(weights).getDimSize(1);
    matrix.neuronStride = matrix.fanIn;
    matrix.inputStride = 1;
  } else if (auto product = dyn_cast<MatMulOp>(op)) {
    weights = product.getRhs();
    if (isConstant(product.getLhs()) && !isConstant(weights))
      setReason(op, "the constant matrix is on the left of the product");
    if (!isConstant(weights) || tensorType(weights).getRank() != 2)
      return setReason(op, "neither operand is a constant matrix on the right");
    bool transposed = product.getTransposeRhs();
    matrix.neurons = tensorType(weights).getDimSize(transposed ? 0 : 1);
    matrix.fanIn = tensorType(weights).getDimSize(transposed ? 1 : 0);
    matrix.neuronStride = transposed ? matrix.fanIn : 1;
    matrix.inputStride = transposed ? 1 : matrix.neurons;
  } else {
    return;
  }
  if (!isConstant(weights))
    return setReason(op, "its weights are computed, not constant");
  if (isCode(elementType(weights)))
    return;
  if (!pack(op, weights, matrix))
    ++numReal;
}

void PackWeightsPass::runOnOperation() {
  SmallVector<Operation *> linear;
  getOperation().walk([&](Operation *op) {
    if (isa<ConvOp, LinearOp, MatMulOp>(op))
      linear.push_back(op);
  });
  for (Operation *op : linear)
    visit(op);
}
