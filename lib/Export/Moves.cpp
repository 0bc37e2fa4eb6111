//===- Moves.cpp - Slices and concatenations as runs ----------------------===//

#include "Moves.h"
#include "bnn/Support/Error.h"

using namespace llvm;

namespace bnn::exporter {

using image::Op;
using image::Value;

/// Elements of the dimensions begin .. end - 1.
static uint32_t elementsOf(const Value &value, int begin, int end) {
  int64_t elements = 1;
  for (int d = begin; d < end; ++d)
    elements *= value.shape(d);
  return uint32_t(elements);
}

/// The dimensions before `axis` are the runs; what lies behind it is in one.
static MoveStep alongAxis(const Op &op, const Value &from, const Value &to,
                          int axis, int64_t size) {
  MoveStep step;
  step.name = op.node();
  step.runs = elementsOf(from, 0, axis);
  step.length = uint32_t(size) * elementsOf(from, axis + 1, from.shape_size());
  step.inputPitch = elementsOf(from, axis, from.shape_size());
  step.outputPitch = elementsOf(to, axis, to.shape_size());
  return step;
}

static Expected<MoveStep> sliceOf(const Op &op, const Value &from,
                                  const Value &to) {
  int axis = 0, cut = 0;
  for (int d = 0; d < from.shape_size(); ++d) {
    if (op.steps(d) != 1 && to.shape(d) > 1)
      return makeError("'" + op.node() +
                       "': a slice that steps over elements has no record in a "
                       "program of this version");
    if (from.shape(d) == to.shape(d))
      continue;
    axis = d;
    ++cut;
  }
  if (cut > 1)
    return makeError("'" + op.node() +
                     "': a slice along several axes has no record in a program "
                     "of this version");
  MoveStep step = alongAxis(op, from, to, axis, to.shape(axis));
  step.inputStart =
      uint32_t(op.starts(axis)) * elementsOf(from, axis + 1, from.shape_size());
  return step;
}

Expected<std::vector<MoveStep>> movesOf(const image::Image &image,
                                        const Op &op) {
  auto valueOf = [&](uint32_t id) -> const Value & {
    return image.values(int(id));
  };
  const Value &to = valueOf(op.outputs(0));
  std::vector<MoveStep> steps;
  if (op.kind() == Op::SLICE) {
    Expected<MoveStep> step = sliceOf(op, valueOf(op.inputs(0)), to);
    if (!step)
      return step.takeError();
    steps.push_back(std::move(*step));
    return steps;
  }
  int axis = int(op.axis());
  uint32_t start = 0;
  for (uint32_t input : op.inputs()) {
    const Value &from = valueOf(input);
    MoveStep step = alongAxis(op, from, to, axis, from.shape(axis));
    step.outputStart = start;
    start += step.length;
    steps.push_back(std::move(step));
  }
  return steps;
}

} // namespace bnn::exporter
