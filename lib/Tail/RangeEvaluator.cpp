//===- RangeEvaluator.cpp -------------------------------------------------===//
//
// Evaluates a tail over a range of accumulators.
//
//===----------------------------------------------------------------------===//

#include "RangeEvaluator.h"
#include "NodeEvaluator.h"
#include "llvm/ADT/STLExtras.h"

using namespace bnn::tail;
using namespace bnn::tail::detail;

template <Rounding R> void RangeEvaluator::evaluateNodes(bool constants) {
  NodeEvaluator<R> evaluator(*this);
  if (!constants) {
    for (uint32_t i : varying)
      ranges[i] = evaluator.evaluate(i);
    return;
  }
  for (auto [i, node] : llvm::enumerate(program.nodes))
    if (node.constant)
      ranges[i] = evaluator.evaluate(i);
  for (uint32_t i : varying) {
    const PreparedNode &node = program.nodes[i];
    if (node.op == Op::BatchNorm &&
        llvm::all_of(llvm::drop_begin(node.operands), [&](uint32_t operand) {
          return program.nodes[operand].constant && ranges[operand].valid;
        }))
      evaluator.prepareBatchNorm(i);
  }
}

void RangeEvaluator::load(uint32_t newChannel) {
  channel = newChannel;
  size_t count = program.nodes.size();
  ranges.resize(count);
  // Not usable until its parameters are known to be.
  batchNorms.assign(count, {nothingKnown(true), {}, {}, 0, false});
  sorted.resize(count);
  varying.clear();
  for (auto [i, node] : llvm::enumerate(program.nodes)) {
    if (!node.constant)
      varying.push_back(i);
    if (node.op == Op::MultiThreshold) {
      llvm::ArrayRef<double> thresholds = valuesOf(*node.source, channel);
      sorted[i].assign(thresholds.begin(), thresholds.end());
      llvm::sort(sorted[i]);
    }
  }
  if (rounding == Rounding::Real)
    evaluateNodes<Rounding::Real>(true);
  else
    evaluateNodes<Rounding::AnyFloat32>(true);
}

const Range &RangeEvaluator::evaluate(int64_t newFirst, int64_t newLast) {
  first = newFirst;
  last = newLast;
  if (rounding == Rounding::Real)
    evaluateNodes<Rounding::Real>(false);
  else
    evaluateNodes<Rounding::AnyFloat32>(false);
  return ranges.back();
}

std::optional<uint32_t> RangeEvaluator::uncertainDecision() const {
  uint32_t node = ranges.size() - 1;
  if (ranges[node].certain)
    return std::nullopt;
  while (true) {
    llvm::ArrayRef<uint32_t> operands = program.nodes[node].operands;
    const uint32_t *cause =
        llvm::find_if(operands, [&](uint32_t i) { return !ranges[i].certain; });
    if (cause == operands.end())
      return node;
    node = *cause;
  }
}
