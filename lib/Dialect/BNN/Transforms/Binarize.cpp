//===- Binarize.cpp - Real layers made binary after training --------------===//

#include "BinarizeLayer.h"
#include "BinarizeTargets.h"
#include "FiniteValues.h"
#include "Utils.h"
#include "bnn/Dialect/BNN/IR/PackedWeights.h"
#include "bnn/Dialect/BNN/Transforms/Passes.h"

#include "llvm/ADT/SetVector.h"
#include "llvm/Support/FormatVariadic.h"

namespace bnn {
#define GEN_PASS_DEF_BNNBINARIZE
#include "bnn/Dialect/BNN/Transforms/Passes.h.inc"
} // namespace bnn

using namespace mlir;
using namespace bnn;

namespace {

struct BinarizePass : bnn::impl::BNNBinarizeBase<BinarizePass> {
  using BNNBinarizeBase::BNNBinarizeBase;
  void runOnOperation() override;

private:
  LogicalResult checkOptions();
  FailureOr<BinarizeTargets> findTargets();
  std::optional<LayerChoice> choose(Operation *layer, std::string &why);
  LogicalResult binarize(Operation *layer, CalibrationRun *run);
  void eraseUnused();

  SmallVector<std::string> lines; // of the summary
  DenseSet<Operation *> waiting;  // layers that come later
  unsigned count = 0;             // binarized; statistics may be compiled out
};

} // namespace

//===----------------------------------------------------------------------===//
// Which layers, and how
//===----------------------------------------------------------------------===//

LogicalResult BinarizePass::checkOptions() {
  if (mode != "none" && mode != "classifier" && mode != "all")
    return getOperation().emitError()
           << "mode '" << mode << "' is none of none, classifier, all";
  if (weights != "binary" && weights != "ternary")
    return getOperation().emitError()
           << "weights '" << weights << "' are neither binary nor ternary";
  if (samples < 2)
    return getOperation().emitError() << "calibration on " << samples.getValue()
                                      << " samples; statistics need two";
  return success();
}

FailureOr<BinarizeTargets> BinarizePass::findTargets() {
  func::FuncOp function = getOperation();
  FailureOr<BinarizeTargets> targets = BinarizeTargets();
  if (mode == "classifier")
    targets = findClassifier(function);
  else if (mode == "all")
    targets = findAll(function);
  if (failed(targets) || nodes.empty())
    return targets;
  FailureOr<BinarizeTargets> named =
      findByPattern(function, llvm::to_vector(nodes));
  if (failed(named))
    return failure();
  llvm::SetVector<Operation *> both(targets->layers.begin(),
                                    targets->layers.end());
  both.insert(named->layers.begin(), named->layers.end());
  targets->layers = both.takeVector();
  llvm::sort(targets->layers,
             [](Operation *a, Operation *b) { return a->isBeforeInBlock(b); });
  targets->why += (targets->why.empty() ? "" : ", and ") + named->why;
  return targets;
}

/// What `value` is computed from through moves and elementwise operators alone;
/// null where anything else, or more than one tensor, is in it.
static Value sourceOf(Value value) {
  while (Operation *op = value.getDefiningOp()) {
    if (!isElementwise(op) && !isMove(op))
      break;
    SmallVector<Value> operands = dataOperands(op);
    if (operands.empty() || !llvm::all_equal(operands))
      return {};
    value = operands.front();
  }
  return value;
}

/// None, and the reason, where the layer is left as it is.
std::optional<LayerChoice> BinarizePass::choose(Operation *layer,
                                                std::string &why) {
  Type weight = elementType(layer->getOperand(1));
  Value input = layer->getOperand(0);
  Value source = sourceOf(input);
  LayerChoice choice;
  choice.keepWeights = isCode(weight);
  choice.ternary =
      choice.keepWeights ? isa<TernaryType>(weight) : weights == "ternary";
  choice.outputsAreScores = scores;
  FiniteValues values;
  choice.signInput =
      !values.isFinite(input) && !(source && source.getDefiningOp<DecodeOp>());
  if (choice.keepWeights && !choice.signInput) {
    why = "binary as trained, left as it is";
    return std::nullopt;
  }
  if (choice.signInput && isa_and_nonnull<BlockArgument>(source)) {
    why = "reads the real input '" + nameOf(source) +
          "' and stays real; declare its values with --input";
    return std::nullopt;
  }
  return choice;
}

//===----------------------------------------------------------------------===//
// One after the other
//===----------------------------------------------------------------------===//

LogicalResult BinarizePass::binarize(Operation *layer, CalibrationRun *run) {
  std::string name = nameOf(layer->getResult(0));
  if (auto location = dyn_cast<NameLoc>(layer->getLoc()))
    name = location.getName().str();
  std::string why;
  std::optional<LayerChoice> choice = choose(layer, why);
  auto takesSigns = [&](Operation *op) { return waiting.contains(op); };
  waiting.erase(layer);
  if (!choice) {
    ++numLeft;
    lines.push_back(name + ": " + why);
    return success();
  }
  choice->takesSigns = takesSigns;
  FailureOr<BinarizedLayer> made = binarizeLayer(layer, *choice, run);
  if (failed(made))
    return failure();
  ++numBinarized;
  ++count;
  std::string text = llvm::formatv(
      "{0} weights{1}, {2}; {3:f1} % of the variance of its {4} lost",
      choice->ternary ? "ternary" : "binary",
      choice->keepWeights ? " as trained" : "",
      choice->signInput ? "signs of its input" : "input as it is",
      100 * made->error, run ? "sums" : "weights");
  made->op->setAttr("bnn.binarized",
                    StringAttr::get(layer->getContext(), text));
  lines.push_back(name + ": " + text);
  return success();
}

/// Real weights, and moves in front of layers that now stand after the signs.
void BinarizePass::eraseUnused() {
  SmallVector<Operation *> operations;
  for (Operation &op : getOperation().front().without_terminator())
    operations.push_back(&op);
  for (Operation *op : llvm::reverse(operations)) {
    if (!op->use_empty() || (!isa<ConstantOp>(op) && !isMove(op)))
      continue;
    if (auto constant = dyn_cast<ConstantOp>(op))
      releaseResource(constant.getValue());
    op->erase();
  }
}

void BinarizePass::runOnOperation() {
  func::FuncOp function = getOperation();
  if (failed(checkOptions()))
    return signalPassFailure();
  if (mode == "none" && nodes.empty())
    return;
  FailureOr<BinarizeTargets> targets = findTargets();
  if (failed(targets))
    return signalPassFailure();
  lines.push_back(targets->why);
  std::optional<CalibrationRun> run;
  if (!calibration.empty()) {
    FailureOr<CalibrationRun> created =
        CalibrationRun::create(function, calibration, samples);
    if (failed(created))
      return signalPassFailure();
    run.emplace(std::move(*created));
  }
  waiting.insert(targets->layers.begin(), targets->layers.end());
  for (Operation *layer : targets->layers)
    if (failed(binarize(layer, run ? &*run : nullptr)))
      return signalPassFailure();
  if (!run && count)
    function.emitWarning()
        << count << (count == 1 ? " layer was" : " layers were")
        << " binarized without calibration data: thresholds of "
           "their inputs are 0, scales those of the weights alone, and no "
           "layer corrects the errors of those before; expect scores near "
           "chance, "
           "and give some hundred samples with --calibration";
  run.reset();
  eraseUnused();
  SmallVector<Attribute> summary;
  for (const std::string &line : lines)
    summary.push_back(StringAttr::get(function.getContext(), line));
  function->setAttr("bnn.binarized",
                    ArrayAttr::get(function.getContext(), summary));
}
