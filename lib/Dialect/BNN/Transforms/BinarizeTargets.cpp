//===- BinarizeTargets.cpp - Which layers are to be binary ----------------===//

#include "BinarizeTargets.h"
#include "Utils.h"
#include "bnn/Conversion/BNNToImage.h"

#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/GlobPattern.h"

using namespace mlir;
using namespace bnn;

bool bnn::hasWeights(Operation *op) {
  if (!isa<ConvOp, LinearOp, MatMulOp>(op) || !isConstant(op->getOperand(1)))
    return false;
  return !isa<MatMulOp>(op) || tensorType(op->getOperand(1)).getRank() == 2;
}

static std::string describe(Operation *op) {
  std::string name = locationName(op->getLoc()).str();
  std::string kind = op->getName().stripDialect().str();
  return name.empty() ? kind : "'" + name + "' (" + kind + ")";
}

static BinarizeTargets inOrder(func::FuncOp function,
                               const llvm::SetVector<Operation *> &chosen) {
  BinarizeTargets targets;
  function.walk([&](Operation *op) {
    if (chosen.contains(op))
      targets.layers.push_back(op);
  });
  return targets;
}

//===----------------------------------------------------------------------===//
// The classifier
//===----------------------------------------------------------------------===//

/// One sum for each neuron over all inputs.
static bool isFullyConnected(Operation *op) {
  if (!hasWeights(op))
    return false;
  auto conv = dyn_cast<ConvOp>(op);
  if (!conv)
    return true;
  auto allZero = [](ArrayRef<int64_t> pads) {
    return llvm::all_of(pads, [](int64_t pad) { return pad == 0; });
  };
  return conv.getGroups() == 1 && allZero(conv.getPadsBegin()) &&
         allZero(conv.getPadsEnd()) &&
         tensorType(conv.getInput()).getShape().drop_front(2) ==
             tensorType(conv.getWeights()).getShape().drop_front(2);
}

/// What a network's scores may go through before they leave it.
static bool endsScores(Operation *op) {
  return isa<SoftmaxOp, ArgMaxOp, TopKOp>(op);
}

FailureOr<BinarizeTargets> bnn::findClassifier(func::FuncOp function) {
  llvm::SetVector<Operation *> layers, seen, ends;
  SmallVector<std::pair<Value, bool>> work; // and whether a layer was passed
  bool atInput = false;
  for (Value result : function.front().getTerminator()->getOperands())
    work.push_back({result, false});
  while (!work.empty()) {
    auto [value, passed] = work.pop_back_val();
    Operation *op = value.getDefiningOp();
    if (!op) {
      atInput = true;
      continue;
    }
    if (!seen.insert(op))
      continue;
    bool layer = isFullyConnected(op);
    if (layer)
      layers.insert(op);
    if (layer || isElementwise(op) || isMove(op) ||
        (!passed && endsScores(op))) {
      for (Value operand : dataOperands(op))
        work.push_back({operand, passed || layer});
    } else {
      ends.insert(op);
    }
  }
  std::string before;
  if (!ends.empty())
    before = describe(ends.front());
  else if (atInput)
    before = "the network's input";
  if (layers.empty())
    return function.emitError()
           << "has no classifier to binarize: before its outputs comes "
           << before
           << ", and no fully connected layer with constant weights; choose "
              "layers with --binarize-nodes, or --binarize all";
  BinarizeTargets targets = inOrder(function, layers);
  targets.why =
      "the fully connected layers that end the network, after " + before;
  return targets;
}

//===----------------------------------------------------------------------===//
// All, and by name
//===----------------------------------------------------------------------===//

FailureOr<BinarizeTargets> bnn::findAll(func::FuncOp function) {
  BinarizeTargets targets;
  for (Operation &op : function.front().without_terminator()) {
    if (hasWeights(&op)) {
      targets.layers.push_back(&op);
      continue;
    }
    if (isa<ConvOp, LinearOp, MatMulOp>(op) && dataOperands(&op).size() == 2)
      return op.emitError()
             << "multiplies two computed tensors, as attention does: there are "
                "no weights to keep in cells; binarize the classifier, or "
                "choose layers with --binarize-nodes";
  }
  if (targets.layers.empty())
    return function.emitError() << "has no layer with constant weights: there "
                                   "is nothing to binarize";
  targets.why = "all layers with weights";
  return targets;
}

FailureOr<BinarizeTargets> bnn::findByPattern(func::FuncOp function,
                                              ArrayRef<std::string> patterns) {
  llvm::SetVector<Operation *> chosen;
  SmallVector<std::string> names;
  for (Operation &op : function.front())
    if (hasWeights(&op))
      names.push_back(locationName(op.getLoc()).str());
  for (const std::string &text : patterns) {
    llvm::Expected<llvm::GlobPattern> pattern = llvm::GlobPattern::create(text);
    if (!pattern)
      return function.emitError()
             << "'" << text << "' is no pattern of node "
             << "names: " << llvm::toString(pattern.takeError());
    bool matched = false;
    for (Operation &op : function.front())
      if (hasWeights(&op) && pattern->match(locationName(op.getLoc()))) {
        chosen.insert(&op);
        matched = true;
      }
    if (!matched) {
      constexpr size_t shown = 12;
      std::string list = llvm::join(
          ArrayRef(names).take_front(std::min(shown, names.size())), ", ");
      if (names.size() > shown)
        list += ", ...";
      return function.emitError()
             << "no layer with weights matches '" << text << "'; "
             << (names.empty() ? "the network has none" : "they are: " + list);
    }
  }
  BinarizeTargets targets = inOrder(function, chosen);
  targets.why = "the nodes that match " + llvm::join(patterns, ", ");
  return targets;
}
