//===- ConvertOps.cpp - Records of digital operators ----------------------===//

#include "Converter.h"
#include "Moves.h"
#include "llvm/ADT/STLExtras.h"

using namespace llvm;

namespace bnn::exporter {

Error Converter::convertPool(const Op &op) {
  PoolStep step;
  step.name = op.node();
  Expected<uint32_t> input = read(op.inputs(0));
  if (!input)
    return input.takeError();
  step.input = *input;
  const Value &from = image.values(int(op.inputs(0)));
  const Value &to = image.values(int(op.outputs(0)));
  step.sum = op.kind() == Op::SUM_POOL;
  step.channels = uint32_t(from.shape(0) * from.shape(1));
  step.inputSize = Unsigned(from.shape().begin() + 2, from.shape().end());
  step.outputSize = Unsigned(to.shape().begin() + 2, to.shape().end());
  step.kernel = listOf<Unsigned>(op.kernel());
  step.strides = listOf<Unsigned>(op.strides());
  step.dilations = listOf<Unsigned>(op.dilations());
  step.padsBegin = listOf<Unsigned>(op.pads_begin());
  for (uint32_t c = 0; op.minimum_channels_size() && c < step.channels; ++c)
    step.minimum.push_back(
        op.minimum_channels(int(c % uint32_t(op.minimum_channels_size()))));
  Range range{program.values[*input].low, program.values[*input].high};
  if (step.sum) {
    int64_t taps = 1;
    for (int64_t size : op.kernel())
      taps *= size;
    range = {std::min<int64_t>(0, range.low * taps),
             std::max<int64_t>(0, range.high * taps)};
  }
  if (Error error = checkRange(range, "'" + op.node() + "'"))
    return error;
  step.output = define(op.outputs(0), range);
  program.steps.push_back(std::move(step));
  return Error::success();
}

Error Converter::convertThreshold(const Op &op) {
  ThresholdStep step;
  step.name = op.node();
  Expected<uint32_t> input = read(op.inputs(0));
  if (!input)
    return input.takeError();
  step.input = *input;
  const Value &from = image.values(int(op.inputs(0)));
  const Value &to = image.values(int(op.outputs(0)));
  step.channels = uint32_t(from.shape(int(op.axis())));
  step.inner = uint32_t(product(from, int(op.axis()) + 1));
  if (Error error = convertTable(op.thresholds(), step.table,
                                 "'" + op.node() + "', thresholds"))
    return error;
  step.output = define(op.outputs(0), {to.code_min(), to.code_max()});
  program.steps.push_back(std::move(step));
  return Error::success();
}

/// ADD, SUB, NEG and COMBINE: sums of factor * operand.
Error Converter::convertCombine(const Op &op) {
  CombineStep step;
  step.name = op.node();
  const Value &to = image.values(int(op.outputs(0)));
  bool perChannel = op.factors_size() > op.inputs_size();
  step.channels = perChannel ? uint32_t(to.shape(int(op.axis()))) : 1;
  step.inner = uint32_t(product(to, perChannel ? int(op.axis()) + 1 : 0));
  step.factors.assign(op.inputs_size(), 1);
  if (op.kind() == Op::NEG || op.kind() == Op::SUB)
    step.factors.back() = -1;
  if (op.kind() == Op::COMBINE) {
    step.factors.clear();
    for (int64_t factor : op.factors()) {
      if (Error error =
              checkRange({factor, factor}, "'" + op.node() + "', factors"))
        return error;
      step.factors.push_back(int32_t(factor));
    }
  }
  Range range;
  for (auto [i, id] : enumerate(op.inputs())) {
    Expected<uint32_t> input = read(id);
    if (!input)
      return input.takeError();
    if (product(image.values(int(id)), 0) != product(to, 0))
      return makeError("'" + op.node() +
                       "': operands of different sizes have no place in a "
                       "program of this version");
    step.inputs.push_back(*input);
    Range operand{program.values[*input].low, program.values[*input].high};
    Range term;
    for (uint32_t c = 0; c < step.channels; ++c) {
      Range next = operand.times(step.factors[i * step.channels + c]);
      term = {std::min(term.low, next.low), std::max(term.high, next.high)};
    }
    range.add(term);
    if (Error error = checkRange(range, "'" + op.node() + "'"))
      return error;
  }
  step.output = define(op.outputs(0), range);
  program.steps.push_back(std::move(step));
  return Error::success();
}

/// SLICE and CONCAT: parts of values.
Error Converter::convertMove(const Op &op) {
  Expected<std::vector<MoveStep>> steps = movesOf(image, op);
  if (!steps)
    return steps.takeError();
  Range range{INT32_MAX, INT32_MIN};
  for (auto [step, id] : zip_equal(*steps, op.inputs())) {
    Expected<uint32_t> input = read(id);
    if (!input)
      return input.takeError();
    step.input = *input;
    range.low = std::min<int64_t>(range.low, program.values[*input].low);
    range.high = std::max<int64_t>(range.high, program.values[*input].high);
  }
  uint32_t output = define(op.outputs(0), range);
  for (MoveStep &step : *steps) {
    step.output = output;
    lastUse[step.input] = lastUse[output] = program.steps.size();
    program.steps.push_back(std::move(step));
  }
  return Error::success();
}

} // namespace bnn::exporter
