//===- LayerTail.cpp - What comes of a layer's sums -----------------------===//

#include "LayerTail.h"
#include "LayerData.h"
#include "Utils.h"
#include "bnn/Host/Kernels.h"
#include "bnn/Reference/Interpreter.h"

#include <cmath>

using namespace mlir;
using namespace bnn;

/// The operators between `layer` and where its results are compared with each
/// other; none if other things happen to them.
static std::optional<LayerTail> findTail(Operation *layer,
                                         bool outputsAreScores) {
  LayerTail tail;
  Value value = layer->getResult(0);
  while (value.hasOneUse()) {
    Operation *user = *value.user_begin();
    if (isa<SoftmaxOp, ArgMaxOp, TopKOp>(user))
      return tail;
    if (user->hasTrait<OpTrait::IsTerminator>()) {
      if (outputsAreScores)
        return tail;
      return std::nullopt;
    }
    bool alone = llvm::equal(dataOperands(user), ArrayRef<Value>(value));
    if (!alone || (!isElementwise(user) && !isa<ReshapeOp>(user)))
      return std::nullopt;
    tail.push_back(user);
    value = user->getResult(0);
  }
  return std::nullopt;
}

FailureOr<Tensor> bnn::applyTail(const LayerTail &tail, Tensor tensor) {
  for (Operation *op : tail) {
    FailureOr<image::Op> kernel = convertToImageOp(op);
    if (failed(kernel))
      return failure();
    std::vector<Tensor> constants(op->getNumOperands());
    SmallVector<const Tensor *> operands;
    for (auto [operand, constant] :
         llvm::zip_equal(op->getOperands(), constants)) {
      auto defining = operand.getDefiningOp<ConstantOp>();
      if (!defining) {
        operands.push_back(&tensor);
        continue;
      }
      FailureOr<Tensor> expanded = expandConstant(defining);
      if (failed(expanded))
        return failure();
      constant = std::move(*expanded);
      operands.push_back(&constant);
    }
    Tensor result;
    if (llvm::Error error = host::evaluate(*kernel, operands, result))
      return op->emitError() << llvm::toString(std::move(error));
    tensor = std::move(result);
  }
  return tensor;
}

//===----------------------------------------------------------------------===//
// Scores
//===----------------------------------------------------------------------===//

FailureOr<std::optional<ScoreTail>> bnn::findScoreTail(Operation *layer,
                                                       bool outputsAreScores) {
  std::optional<ScoreTail> none;
  ArrayRef<int64_t> shape = tensorType(layer->getResult(0)).getShape();
  LayerShape sizes(layer);
  if (sizes.positions() != 1 || sizes.groups() != 1)
    return none;
  auto tail = findTail(layer, outputsAreScores);
  if (!tail)
    return none;
  std::vector<double> results[4];
  const double probes[4] = {0, 1, -1, 16};
  for (auto [probe, result] : llvm::zip_equal(probes, results)) {
    std::vector<double> sums(size_t(ShapedType::getNumElements(shape)), probe);
    FailureOr<Tensor> made = applyTail(*tail, Tensor(shape, std::move(sums)));
    if (failed(made))
      return failure();
    result = std::move(made->data);
    if (int64_t(result.size()) != sizes.neurons())
      return none;
  }
  ScoreTail found;
  for (int64_t n = 0; n < sizes.neurons(); ++n) {
    double term = results[0][size_t(n)], factor = results[1][size_t(n)] - term;
    for (int i : {2, 3}) {
      double line = factor * probes[i] + term, made = results[i][size_t(n)];
      if (!(std::fabs(line - made) <=
            1e-5 * (std::fabs(line) + std::fabs(factor) + std::fabs(term))))
        return none;
    }
    found.factors.push_back(factor);
    found.terms.push_back(term);
  }
  return std::optional(found);
}

//===----------------------------------------------------------------------===//
// Bits
//===----------------------------------------------------------------------===//

static bool isAlone(Operation *user, Value value) {
  return isElementwise(user) &&
         llvm::equal(dataOperands(user), ArrayRef<Value>(value));
}

static bool leadsToSigns(Value value,
                         llvm::function_ref<bool(Operation *)> takesSigns) {
  return llvm::all_of(value.getUsers(), [&](Operation *user) {
    if (takesSigns(user))
      return user->getOperand(0) == value;
    return (isa<ReshapeOp, TransposeOp, MaxPoolOp>(user) ||
            isAlone(user, value)) &&
           leadsToSigns(user->getResult(0), takesSigns);
  });
}

std::optional<LayerTail>
bnn::findBitTail(Operation *layer,
                 llvm::function_ref<bool(Operation *)> takesSigns) {
  Value value = layer->getResult(0);
  if (value.use_empty() || !leadsToSigns(value, takesSigns))
    return std::nullopt;
  LayerTail tail;
  while (value.hasOneUse() && isAlone(*value.user_begin(), value)) {
    tail.push_back(*value.user_begin());
    value = tail.back()->getResult(0);
  }
  return tail;
}
