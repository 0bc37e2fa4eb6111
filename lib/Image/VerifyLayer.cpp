//===- VerifyLayer.cpp - Layers on the arrays -----------------------------===//
//
// Arms of other versions, planes, and the numbers of counts, biases and
// thresholds. VerifyGeometry.cpp has positions and tiles.
//
//===----------------------------------------------------------------------===//

#include "LayerChecker.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;

namespace bnn::image::verifier {

Error LayerChecker::checkArms() const {
  switch (layer.access_case()) {
  case ArrayLayer::kRowSense:
    break;
  case ArrayLayer::kColumnSum:
    return refused("access column_sum", "choose a target with row_sense");
  case ArrayLayer::kColumnNeuron:
    return refused("access column_neuron", "choose a target with row_sense");
  case ArrayLayer::ACCESS_NOT_SET:
    return fail("access is not set; version 2 executes row_sense");
  }
  switch (layer.decision_case()) {
  case ArrayLayer::kExact:
    break;
  case ArrayLayer::kMarginTable:
    return refused("decision margin_table", "choose a target that decides "
                                            "exactly");
  case ArrayLayer::kClosedForm:
    return refused("decision closed_form", "choose a target that decides "
                                           "exactly");
  case ArrayLayer::DECISION_NOT_SET:
    if (layer.has_thresholds())
      return fail("decision is not set; version 2 executes exact");
  }
  if (layer.threshold_store() == ArrayLayer::BIAS)
    return refused("threshold_store BIAS", "keep thresholds in registers");
  return Error::success();
}

/// The sizes of words of thresholds in cells; their contents come with the
/// cells.
Error LayerChecker::checkThresholdStore() const {
  if (layer.threshold_store() != ArrayLayer::ARRAY_ROWS) {
    if (layer.threshold_bits() || layer.threshold_base() ||
        layer.threshold_slots() || layer.threshold_placement_size())
      return fail("fields of thresholds in array rows, but threshold_store is "
                  "REGISTER");
    return Error::success();
  }
  if (!layer.has_thresholds())
    return fail("threshold_store is ARRAY_ROWS, but the layer has no "
                "thresholds");
  if (layer.threshold_bits() < 1 || layer.threshold_bits() > 32)
    return fail("threshold_bits is " + Twine(layer.threshold_bits()) +
                ", not 1 to 32");
  if (layer.threshold_base() < -maxCount || layer.threshold_base() > maxCount)
    return fail("threshold_base is beyond 32 bits");
  bool overflow = false;
  uint64_t slots = SaturatingMultiply<uint64_t>(
      layer.border_classes(), layer.threshold_slots(), &overflow);
  if (layer.threshold_slots() < 1 || overflow ||
      slots * layer.threshold_bits() > uint64_t(maxCount))
    return fail("threshold_slots is " + Twine(layer.threshold_slots()) +
                "; a neuron's words have 1 to 2^31 - 1 cells");
  return Error::success();
}

/// Each threshold has a slot that can hold it and is not "never reached".
Error LayerChecker::checkStoredThresholds() const {
  if (layer.threshold_store() != ArrayLayer::ARRAY_ROWS)
    return Error::success();
  const Thresholds &table = layer.thresholds();
  for (auto [function, count] : enumerate(table.counts()))
    if (count > layer.threshold_slots())
      return fail("function " + Twine(function) + " has " + Twine(count) +
                  " thresholds for " + Twine(layer.threshold_slots()) +
                  " threshold_slots");
  int64_t most =
      int64_t(maskTrailingOnes<uint64_t>(layer.threshold_bits())) - 1;
  for (int64_t threshold : table.thresholds())
    if (threshold < layer.threshold_base() ||
        threshold - layer.threshold_base() > most)
      return fail("threshold " + Twine(threshold) + " does not fit into " +
                  Twine(layer.threshold_bits()) + " threshold_bits above " +
                  Twine(layer.threshold_base()));
  return Error::success();
}

Error LayerChecker::checkSizes() const {
  if (layer.neurons() < 1 || layer.fan_in() < 1)
    return fail(Twine(layer.neurons()) + " neurons of " +
                Twine(layer.fan_in()) + " inputs compute nothing");
  if (layer.groups() < 1 || layer.neurons() % layer.groups())
    return fail(Twine(layer.groups()) + " groups do not divide the " +
                Twine(layer.neurons()) + " neurons");
  if (layer.weight_planes() < 1 || layer.weight_planes() > 2)
    return fail("weight_planes is " + Twine(layer.weight_planes()) +
                ", not 1 or 2");
  if (lanes() > uint64_t(maxCount))
    return fail(Twine(lanes()) + " lanes are beyond the limit of 2^31 - 1");
  if (input.encoding() != Value::CODE)
    return fail("its input '" + input.name() + "' is not CODE");
  if (output.encoding() !=
      (layer.has_thresholds() ? Value::CODE : Value::INTEGER))
    return fail("its output '" + output.name() + "' is " +
                Value::Encoding_Name(output.encoding()) +
                "; it is CODE with thresholds and INTEGER without");
  return Error::success();
}

/// The codes that the input planes can express must hold those of the input.
Error LayerChecker::checkPlanes() const {
  const auto &weights = layer.plane_weights();
  Range codes = {layer.plane_offset(), layer.plane_offset()};
  switch (layer.plane_coding()) {
  case ArrayLayer::BIPOLAR:
    if (weights.size() != 1 || weights[0] != 2 || layer.plane_offset() != -1)
      return fail("plane_coding BIPOLAR is one plane of weight 2 and offset "
                  "-1");
    break;
  case ArrayLayer::THERMOMETER:
    if (weights.size() != 2 || weights[0] != 1 || weights[1] != 1 ||
        layer.plane_offset() != -1)
      return fail("plane_coding THERMOMETER is two planes of weight 1 and "
                  "offset -1");
    break;
  case ArrayLayer::POSITIONAL:
    if (weights.empty() || weights.size() > 24 || layer.plane_offset() != 0)
      return fail("plane_coding POSITIONAL is 1 to 24 planes and offset 0");
    for (int i = 0; i < weights.size(); ++i) {
      int32_t digit = int32_t(1) << i;
      bool sign = i + 1 == weights.size() && weights[i] == -digit;
      if (weights[i] != digit && !sign)
        return fail("plane_weights[" + Twine(i) + "] is " + Twine(weights[i]) +
                    ", but POSITIONAL is 1, 2, 4, .. and may end in a "
                    "negative one");
    }
    break;
  case ArrayLayer::UNARY:
    if (weights.empty() || uint32_t(weights.size()) > maxPresentations ||
        layer.plane_offset() != 0 || !all_equal(weights) || weights[0] != 1)
      return fail("plane_coding UNARY is 1 to " + Twine(maxPresentations) +
                  " planes of weight 1 and offset 0");
    break;
  default:
    break;
  }
  for (int32_t weight : weights)
    (weight < 0 ? codes.low : codes.high) += weight;
  const Range &found = state.ranges[layer.input()];
  if (found.low < codes.low || found.high > codes.high)
    return fail("its input '" + input.name() + "' holds codes " +
                Twine(found.low) + " to " + Twine(found.high) +
                ", but the planes express " + Twine(codes.low) + " to " +
                Twine(codes.high));
  if (layer.plane_coding() == ArrayLayer::BIPOLAR &&
      state.holdsZero[layer.input()])
    return fail("its input '" + input.name() +
                "' holds code 0, which plane_coding BIPOLAR cannot express");
  if (layer.has_convolution()) {
    int32_t pad = layer.convolution().pad_code();
    if (pad < codes.low || pad > codes.high ||
        (layer.plane_coding() == ArrayLayer::BIPOLAR && pad == 0))
      return fail("convolution.pad_code " + Twine(pad) +
                  " cannot be expressed by the planes");
  }
  return Error::success();
}

/// The accumulator of the chip holds any count from `low` to `high`.
Error LayerChecker::checkAccumulator(int64_t low, int64_t high) const {
  unsigned bits = layer.accumulation().bits();
  unsigned needed = Log2_64_Ceil(uint64_t(std::max<int64_t>(high, 0)) + 1);
  if (low < 0)
    needed = 1 + std::max(needed, unsigned(Log2_64_Ceil(uint64_t(-low))));
  if (bits < needed || bits > 64)
    return fail("accumulation.bits is " + Twine(bits) + ", but counts from " +
                Twine(low) + " to " + Twine(high) + " need " + Twine(needed));
  return Error::success();
}

Error LayerChecker::checkNumbers() {
  uint32_t unit = layer.count_unit();
  if (unit < 1 || unit > uint32_t(maxCount))
    return fail("count_unit " + Twine(unit) + " is not in 1 to 2^31 - 1");
  uint64_t padding =
      layer.lane_padding() == ArrayLayer::ALTERNATING
          ? uint64_t(layer.tile_columns()) * target.columns() - lanes()
          : 0;
  // Ones of a plane. With ternary sensing plus - minus: the padding, driven
  // with 1, adds its +1 and takes off its -1.
  Range ones = {int64_t(divideCeil(padding, 2)),
                int64_t(lanes() + divideCeil(padding, 2))};
  if (target.ternary_sense())
    ones = {-int64_t(lanes()) + int64_t(padding % 2),
            int64_t(lanes()) + int64_t(padding % 2)};
  __int128 low = 0, high = 0;
  for (int32_t weight : layer.plane_weights()) {
    if (weight % int64_t(unit))
      return fail("count_unit " + Twine(unit) +
                  " does not divide the plane "
                  "weight " +
                  Twine(weight));
    __int128 factor = weight / int64_t(unit);
    low += factor * (factor < 0 ? ones.high : ones.low);
    high += factor * (factor < 0 ? ones.low : ones.high);
  }
  if (low < -maxCount || high > maxCount)
    return fail("its counts can leave 32 bits");
  if (Error error = checkAccumulator(int64_t(low), int64_t(high)))
    return error;

  if (layer.divisor() != 1 && layer.divisor() != 2)
    return fail("divisor is " + Twine(layer.divisor()) + ", not 1 or 2");
  uint64_t functions = uint64_t(layer.border_classes()) * layer.neurons();
  if (uint64_t(layer.bias_size()) != functions)
    return fail("bias has " + Twine(layer.bias_size()) + " entries, expected " +
                Twine(functions) + ": one for each border class and neuron");
  Range biases = {INT64_MAX, INT64_MIN};
  for (int64_t bias : layer.bias()) {
    biases.low = std::min(biases.low, bias);
    biases.high = std::max(biases.high, bias);
  }
  low = low * unit + biases.low;
  high = high * unit + biases.high;
  if (low < -maxCount || high > maxCount)
    return fail("its accumulators can leave 32 bits: bias is from " +
                Twine(biases.low) + " to " + Twine(biases.high));
  if (!layer.has_thresholds()) {
    state.ranges[layer.output()] = {int64_t(low) / layer.divisor(),
                                    int64_t(high) / layer.divisor()};
    return Error::success();
  }
  Range codes = {output.code_min(), output.code_max()};
  state.ranges[layer.output()] = codes;
  state.holdsZero[layer.output()] = is_contained(layer.thresholds().codes(), 0);
  if (Error error =
          checkThresholds(place, layer.thresholds(), functions, codes))
    return error;
  return checkStoredThresholds();
}

Error LayerChecker::check() {
  if (Error error = checkArms())
    return error;
  if (Error error = checkSizes())
    return error;
  if (Error error = checkPlanes())
    return error;
  if (Error error = checkPositions())
    return error;
  if (Error error = checkThresholdStore())
    return error;
  if (Error error = checkTiles())
    return error;
  return checkNumbers();
}

Error checkLayer(State &state, const ArrayLayer &layer) {
  return LayerChecker(state, layer).check();
}

} // namespace bnn::image::verifier
