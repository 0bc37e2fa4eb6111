//===- ScoreTail.cpp - From the last sums to the scores -------------------===//

#include "ScoreTail.h"
#include "LayerData.h"
#include "Utils.h"
#include "bnn/Host/Kernels.h"
#include "bnn/Reference/Interpreter.h"

#include <cmath>

using namespace mlir;
using namespace bnn;

/// The operators between `layer` and where its results are compared with each
/// other; none if other things happen to them.
static std::optional<SmallVector<Operation *>> findTail(Operation *layer,
                                                        bool outputsAreScores) {
  SmallVector<Operation *> tail;
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

/// What the operators make of sums that are all `value`.
static FailureOr<std::vector<double>>
evaluate(ArrayRef<Operation *> tail, ArrayRef<int64_t> shape, double value) {
  Tensor current(shape, std::vector<double>(
                            size_t(ShapedType::getNumElements(shape)), value));
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
        operands.push_back(&current);
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
    current = std::move(result);
  }
  return current.data;
}

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
    FailureOr<std::vector<double>> made = evaluate(*tail, shape, probe);
    if (failed(made))
      return failure();
    result = std::move(*made);
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
