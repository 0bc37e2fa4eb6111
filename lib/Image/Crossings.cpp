//===- Crossings.cpp - What crosses between host and chip -----------------===//

#include "bnn/Image/Crossings.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>

using namespace llvm;

namespace bnn::image {

//===----------------------------------------------------------------------===//
// Widths
//===----------------------------------------------------------------------===//

static bool hasNoZero(const Thresholds &thresholds) {
  return !thresholds.codes().empty() && !is_contained(thresholds.codes(), 0);
}

static bool isMove(const Op &op) {
  return op.kind() >= Op::RESHAPE && op.kind() <= Op::IDENTITY;
}

ValueWidths::ValueWidths(const Image &image)
    : image(image), bipolar(size_t(image.values_size())),
      accumulatorBits(size_t(image.values_size())) {
  markBipolar();
  markAccumulators();
}

/// An image holds ranges of codes only: that 0 does not occur between -1 and +1
/// shows in the layers that read a value, and in the steps that make it.
void ValueWidths::markBipolar() {
  for (const Step &step : image.steps())
    if (step.has_array() && step.array().plane_coding() == ArrayLayer::BIPOLAR)
      bipolar[step.array().input()] = true;
  for (const Port &port : image.inputs())
    if (port.declared() == "bipolar")
      bipolar[port.value()] = true;
  auto carries = [](const Op &op) {
    return op.place() == Op::DIGITAL && op.inputs_size() == 1 &&
           op.outputs_size() == 1 &&
           (op.kind() == Op::MAX_POOL || (isMove(op) && op.kind() != Op::PAD));
  };
  auto joins = [](const Op &op) {
    return op.place() == Op::DIGITAL && op.kind() == Op::CONCAT;
  };
  for (const Step &step : reverse(image.steps()))
    if (step.has_op() && (carries(step.op()) || joins(step.op())) &&
        bipolar[step.op().outputs(0)])
      for (uint32_t input : step.op().inputs())
        bipolar[input] = true;
  for (const Step &step : image.steps()) {
    if (step.has_array() && step.array().has_thresholds() &&
        hasNoZero(step.array().thresholds()))
      bipolar[step.array().output()] = true;
    if (!step.has_op())
      continue;
    const Op &op = step.op();
    if ((op.kind() == Op::THRESHOLD && hasNoZero(op.thresholds())) ||
        ((carries(op) || joins(op)) &&
         all_of(op.inputs(), [&](uint32_t input) { return bipolar[input]; })))
      bipolar[op.outputs(0)] = true;
  }
}

/// Moves of accumulators keep their width.
void ValueWidths::markAccumulators() {
  for (const Step &step : image.steps()) {
    if (step.has_array())
      accumulatorBits[step.array().output()] =
          step.array().accumulation().bits();
    else if (isMove(step.op()) && step.op().inputs_size())
      accumulatorBits[step.op().outputs(0)] =
          accumulatorBits[step.op().inputs(0)];
  }
}

uint64_t ValueWidths::bits(uint32_t value) const {
  const Value &of = image.values(int(value));
  if (of.encoding() != Value::CODE)
    return accumulatorBits[value] ? accumulatorBits[value] : 32;
  uint64_t codes = uint64_t(int64_t(of.code_max()) - of.code_min() + 1);
  if (codes == 3 && bipolar[value])
    codes = 2;
  return std::max(1U, Log2_64_Ceil(codes));
}

std::string ValueWidths::encoding(uint32_t value) const {
  const Value &of = image.values(int(value));
  if (of.encoding() == Value::INTEGER)
    return "accumulator";
  if (of.encoding() == Value::REAL)
    return "real";
  int64_t low = of.code_min(), high = of.code_max();
  if (low == -1 && high == 1)
    return bipolar[value] ? "bipolar" : "ternary";
  if (low == 0 && isPowerOf2_64(uint64_t(high) + 1))
    return "u" + std::to_string(Log2_64(uint64_t(high) + 1));
  if (low < 0 && high == -low - 1 && isPowerOf2_64(uint64_t(-low)))
    return "s" + std::to_string(Log2_64(uint64_t(-low)) + 1);
  return "codes " + std::to_string(low) + ".." + std::to_string(high);
}

//===----------------------------------------------------------------------===//
// Crossings
//===----------------------------------------------------------------------===//

std::vector<uint32_t> countPasses(const Image &image) {
  std::vector<uint32_t> passes(size_t(image.values_size()), 0);
  for (const Step &step : image.steps()) {
    if (step.has_array()) {
      passes[step.array().output()] = passes[step.array().input()];
      continue;
    }
    const Op &op = step.op();
    uint32_t pass = 0;
    for (uint32_t input : op.inputs())
      pass = std::max(pass, passes[input]);
    if (op.kind() == Op::DECODE)
      ++pass;
    for (uint32_t output : op.outputs())
      passes[output] = pass;
  }
  return passes;
}

std::vector<Crossing> listCrossings(const Image &image) {
  ValueWidths widths(image);
  std::vector<uint32_t> passes = countPasses(image);
  std::vector<Crossing> crossings;
  std::vector<bool> back(size_t(image.values_size()));
  auto add = [&](bool toChip, uint32_t value, const std::string &name) {
    if (!toChip) {
      if (back[value])
        return;
      back[value] = true;
    }
    uint64_t elements = 1;
    for (int64_t size : image.values(int(value)).shape())
      elements *= uint64_t(size);
    crossings.push_back({toChip, value, name, widths.encoding(value), elements,
                         elements * widths.bits(value), passes[value]});
  };
  // Users know a tensor by its name in the network.
  auto nameOf = [&](uint32_t value) -> const std::string & {
    const Value &of = image.values(int(value));
    return of.traces_size() ? of.traces(0).tensor() : of.name();
  };
  auto isOnChip = [&](uint32_t value) {
    return image.values(int(value)).encoding() != Value::REAL;
  };
  for (const Port &port : image.inputs())
    if (isOnChip(port.value()))
      add(true, port.value(), port.name());
  for (const Step &step : image.steps()) {
    if (!step.has_op())
      continue;
    const Op &op = step.op();
    if (op.kind() == Op::ENCODE)
      add(true, op.outputs(0), nameOf(op.outputs(0)));
    else if (op.kind() == Op::DECODE)
      add(false, op.inputs(0), nameOf(op.inputs(0)));
  }
  for (const Port &port : image.outputs())
    if (isOnChip(port.value()))
      add(false, port.value(), port.name());
  return crossings;
}

} // namespace bnn::image
