//===- ReduceByVotes.cpp - One decision for each group of inputs ----------===//

#include "CalibrationRun.h"
#include "Election.h"
#include "Utils.h"
#include "bnn/Dialect/BNN/IR/PackedWeights.h"
#include "bnn/Dialect/BNN/Transforms/Passes.h"

#include "llvm/Support/FormatVariadic.h"

namespace bnn {
#define GEN_PASS_DEF_BNNREDUCEBYVOTES
#include "bnn/Dialect/BNN/Transforms/Passes.h.inc"
} // namespace bnn

using namespace mlir;
using namespace bnn;

namespace {

/// A fully connected layer and the comparison behind it.
struct Voter {
  LinearOp linear;
  ThresholdOp threshold;
  int64_t neurons, fanIn, groups, size; ///< size: inputs of a group
};

struct ReduceByVotesPass : bnn::impl::BNNReduceByVotesBase<ReduceByVotesPass> {
  using BNNReduceByVotesBase::BNNReduceByVotesBase;
  void runOnOperation() override;

private:
  std::optional<Voter> voterOf(LinearOp linear, std::string &why) const;
  LogicalResult reduce(const Voter &voter, CalibrationRun &run);
  Value replace(const Voter &voter, ArrayRef<Election> elections,
                CalibrationRun &run);
  LogicalResult countClasses(CalibrationRun &run);
  void say(StringRef layer, const Twine &text) {
    lines.push_back((layer + ": " + text).str());
  }

  std::vector<std::string> lines;
};

} // namespace

/// The ONNX node of a layer, as users know it.
static std::string nodeOf(Operation *op) {
  auto location = dyn_cast<NameLoc>(op->getLoc());
  return location ? location.getName().str() : nameOf(op->getResult(0));
}

//===----------------------------------------------------------------------===//
// Which layers
//===----------------------------------------------------------------------===//

static bool isDecision(ThresholdOp threshold) {
  return isa<BinaryType>(elementType(threshold.getResult())) &&
         llvm::all_of(threshold.getSteps().getCounts(),
                      [](int64_t count) { return count <= 1; });
}

/// "8 or 16 would do": the divisors of `inputs` next to `group`, but for 1 and
/// all of them.
static std::string divisorsBeside(int64_t inputs, int64_t group) {
  std::string text;
  int64_t below = group, above = group;
  while (below > 1 && inputs % below)
    --below;
  while (above < inputs && inputs % above)
    ++above;
  if (below > 1)
    text = std::to_string(below);
  if (above < inputs)
    text += (text.empty() ? "" : " or ") + std::to_string(above);
  return text.empty() ? "no other number divides them" : text + " would do";
}

std::optional<Voter> ReduceByVotesPass::voterOf(LinearOp linear,
                                                std::string &why) const {
  if (!isa<BinaryType>(elementType(linear.getInput())) ||
      !isa<BinaryType>(elementType(linear.getWeights()))) {
    why = "its inputs or weights are not binary";
    return std::nullopt;
  }
  auto threshold = linear.getResult().hasOneUse()
                       ? dyn_cast<ThresholdOp>(*linear->user_begin())
                       : ThresholdOp();
  if (!threshold || !isDecision(threshold)) {
    why = "its sums are not compared with one threshold each";
    return std::nullopt;
  }
  ArrayRef<int64_t> shape = tensorType(linear.getWeights()).getShape();
  if (tensorType(linear.getInput()).getNumElements() != shape[1]) {
    why = "it is applied at several positions";
    return std::nullopt;
  }
  if (shape[1] <= int64_t(group)) {
    why = llvm::formatv("its {0} inputs are one group", shape[1]);
    return std::nullopt;
  }
  if (shape[1] % int64_t(group)) {
    why = llvm::formatv("its {0} inputs are no multiple of {1} ({2})", shape[1],
                        group.getValue(), divisorsBeside(shape[1], group));
    return std::nullopt;
  }
  return Voter{
      linear,        threshold, shape[0], shape[1], shape[1] / int64_t(group),
      int64_t(group)};
}

//===----------------------------------------------------------------------===//
// Thresholds from measured sums
//===----------------------------------------------------------------------===//

/// The threshold of a neuron, where it has one; and whether its code rises.
static std::vector<std::optional<int64_t>> thresholdsOf(StepsAttr steps) {
  std::vector<std::optional<int64_t>> result;
  size_t next = 0;
  for (int64_t count : steps.getCounts())
    result.push_back(count ? std::optional(steps.getThresholds()[next++])
                           : std::nullopt);
  return result;
}

//===----------------------------------------------------------------------===//
// Rewriting
//===----------------------------------------------------------------------===//

Value ReduceByVotesPass::replace(const Voter &voter,
                                 ArrayRef<Election> elections,
                                 CalibrationRun &run) {
  LinearOp linear = voter.linear;
  ThresholdOp threshold = voter.threshold;
  OpBuilder builder(linear);
  MLIRContext *context = builder.getContext();
  Location loc = linear.getLoc();
  auto constant = linear.getWeights().getDefiningOp<ConstantOp>();
  PackedWeights from =
      PackedWeights::get(constant.getValue(), tensorType(linear.getWeights()));
  int64_t rows = voter.groups * voter.neurons;
  PackedWeights cut(rows, voter.size, /*ternary=*/false);
  std::vector<int64_t> ones(size_t(rows), 1), least, decisions;
  for (int64_t g = 0; g < voter.groups; ++g)
    for (int64_t n = 0; n < voter.neurons; ++n) {
      for (int64_t k = 0; k < voter.size; ++k)
        cut.set(g * voter.neurons + n, k, from.at(n, g * voter.size + k));
      least.push_back(elections[size_t(n)].ofGroup[size_t(g)]);
      llvm::append_range(decisions, ArrayRef<int64_t>{-1, 1});
    }
  Type binary = BinaryType::get(context), i64 = builder.getI64Type();
  auto typeOf = [](ArrayRef<int64_t> shape, Type element) {
    return RankedTensorType::get(shape, element);
  };
  auto list = [&](ArrayRef<int64_t> values) {
    return builder.getDenseI64ArrayAttr(values);
  };
  auto weightsType = typeOf({rows, voter.size, 1}, binary);
  Attribute bits = std::move(cut).toAttribute(
      nameOf(linear.getWeights()) + "/groups", weightsType);
  Value weights = ConstantOp::create(builder, loc, weightsType, bits);
  Value input = ReshapeOp::create(
      builder, loc, typeOf({1, voter.fanIn, 1}, binary), linear.getInput());
  Value sums = ConvOp::create(
      builder, loc, typeOf({1, rows, 1}, i64), input, weights, list({1}),
      list({1}), list({0}), list({0}), builder.getI64IntegerAttr(voter.groups));
  Value votes = ThresholdOp::create(
      builder, threshold.getLoc(), typeOf({1, rows, 1}, binary), sums,
      StepsAttr::get(context, ones, least, decisions),
      builder.getI64IntegerAttr(1), ArrayAttr());
  Value counted = makeSum(builder, loc, votes, 1, voter.groups, voter.neurons,
                          linear.getType());
  // What the neuron says below and above its threshold stays.
  StepsAttr steps = threshold.getSteps();
  std::vector<int64_t> ofVotes;
  for (auto [count, election] : llvm::zip_equal(steps.getCounts(), elections))
    if (count)
      ofVotes.push_back(election.ofVotes);
  auto decided = ThresholdOp::create(
      builder, threshold.getLoc(), threshold.getType(), counted,
      StepsAttr::get(context, steps.getCounts(), ofVotes, steps.getCodes()),
      threshold.getAxisAttr(), ArrayAttr());
  moveTraces(threshold, decided);
  run.replaced(threshold.getResult(), decided);
  threshold.getResult().replaceAllUsesWith(decided);
  threshold.erase();
  linear.erase();
  return decided;
}

LogicalResult ReduceByVotesPass::reduce(const Voter &voter,
                                        CalibrationRun &run) {
  LinearOp linear = voter.linear;
  ThresholdOp threshold = voter.threshold;
  if (failed(run.advance(linear)))
    return failure();
  FailureOr<std::vector<Tensor>> exact =
      run.original(linear, linear.getInput());
  if (failed(exact))
    return failure();
  auto constant = linear.getWeights().getDefiningOp<ConstantOp>();
  PackedWeights weights =
      PackedWeights::get(constant.getValue(), tensorType(linear.getWeights()));
  std::vector<std::optional<int64_t>> least =
      thresholdsOf(threshold.getSteps());
  ArrayRef<int64_t> codes = threshold.getSteps().getCodes();
  std::vector<Election> elections;
  size_t code = 0;
  int64_t samples = run.samples();
  std::vector<double> wanted(size_t(samples * voter.neurons));
  for (int64_t n = 0; n < voter.neurons; ++n) {
    for (int64_t i = 0; i < samples; ++i) {
      double sum = (*exact)[size_t(i)].data[size_t(n)];
      bool above = least[size_t(n)] && sum >= double(*least[size_t(n)]);
      wanted[size_t(i * voter.neurons + n)] = double(codes[code + above]);
    }
    if (!least[size_t(n)]) {
      elections.push_back({std::vector<int64_t>(size_t(voter.groups), 0), 0});
      ++code;
      continue;
    }
    std::vector<std::vector<int64_t>> sums;
    SmallVector<bool> reached;
    for (int64_t i = 0; i < samples; ++i) {
      const Tensor &input = run.get(i, linear.getInput());
      std::vector<int64_t> &own = sums.emplace_back(size_t(voter.groups), 0);
      for (int64_t k = 0; k < voter.fanIn; ++k)
        own[size_t(k / voter.size)] +=
            weights.at(n, k) * int64_t(input.data[size_t(k)]);
      reached.push_back((*exact)[size_t(i)].data[size_t(n)] >=
                        double(*least[size_t(n)]));
    }
    elections.push_back(elect(sums, *least[size_t(n)], reached));
    code += 2;
  }
  Operation *next = threshold->getNextNode();
  std::string node = nodeOf(linear);
  Value decided = replace(voter, elections, run);
  if (failed(run.advance(next)))
    return failure();
  int64_t changed = 0;
  for (int64_t i = 0; i < samples; ++i) {
    const Tensor &found = run.get(i, decided);
    for (auto [n, value] : llvm::enumerate(found.data))
      changed += value != wanted[size_t(i * voter.neurons) + n];
  }
  ++numReduced;
  say(node,
      llvm::formatv("votes of {0} groups of {1} inputs; {2:f2} % of its "
                    "outputs are others",
                    voter.groups, voter.size,
                    100 * double(changed) / double(samples * voter.neurons))
          .str());
  return success();
}

/// The share of samples whose largest score, or class index, is another one;
/// of a single real score, which has no class, the share that it differs on.
LogicalResult ReduceByVotesPass::countClasses(CalibrationRun &run) {
  Operation *end = getOperation().front().getTerminator();
  Value output = end->getOperand(0);
  Operation *last = output.getDefiningOp();
  if (failed(run.advance(end)))
    return failure();
  if (!last)
    return success(); // the input itself
  FailureOr<std::vector<Tensor>> before =
      run.original(last, last->getOperand(0));
  if (failed(before))
    return failure();
  bool single = tensorType(output).getNumElements() == 1;
  auto classOf = [&](const Tensor &scores) {
    return single ? scores.data[0]
                  : double(std::max_element(scores.data.begin(),
                                            scores.data.end()) -
                           scores.data.begin());
  };
  int64_t changed = 0;
  for (int64_t i = 0; i < run.samples(); ++i)
    changed += classOf(run.get(i, output)) != classOf((*before)[size_t(i)]);
  bool isScore = single && isa<FloatType>(elementType(output));
  lines.push_back(llvm::formatv(
      "{0:f2} % of {1} samples of the calibration get another {2}",
      100 * double(changed) / double(run.samples()), run.samples(),
      isScore ? "score" : "class"));
  return success();
}

void ReduceByVotesPass::runOnOperation() {
  func::FuncOp function = getOperation();
  if (group < 1)
    return;
  if (calibration.empty()) {
    function.emitError() << "votes of groups change the network's function: "
                            "samples are needed to fit their thresholds";
    return signalPassFailure();
  }
  SmallVector<LinearOp> layers(function.getOps<LinearOp>());
  std::vector<Voter> voters;
  for (LinearOp linear : layers) {
    std::string why;
    if (std::optional<Voter> voter = voterOf(linear, why))
      voters.push_back(*voter);
    else if (elementType(linear.getResult()).isInteger(64))
      say(nodeOf(linear), "exact sums: " + why);
  }
  for (ConvOp conv : function.getOps<ConvOp>())
    if (elementType(conv.getResult()).isInteger(64))
      say(nodeOf(conv), "exact sums: votes are for fully connected layers");
  if (voters.empty()) {
    std::string all;
    for (const std::string &line : lines)
      all += "; " + line;
    function.emitError() << "no layer can be reduced by votes of "
                         << group.getValue() << " inputs" << all;
    return signalPassFailure();
  }
  FailureOr<CalibrationRun> run =
      CalibrationRun::create(function, calibration, samples);
  if (failed(run))
    return signalPassFailure();
  for (const Voter &voter : voters)
    if (failed(reduce(voter, *run)))
      return signalPassFailure();
  if (failed(countClasses(*run)))
    return signalPassFailure();
  // Weights that were cut: only now, as the run had them.
  run = failure();
  for (ConstantOp constant :
       llvm::make_early_inc_range(function.getOps<ConstantOp>()))
    if (constant->use_empty()) {
      releaseResource(constant.getValue());
      constant.erase();
    }
  SmallVector<Attribute> summary;
  for (const std::string &line : lines)
    summary.push_back(StringAttr::get(function.getContext(), line));
  function->setAttr("bnn.reduced",
                    ArrayAttr::get(function.getContext(), summary));
}
