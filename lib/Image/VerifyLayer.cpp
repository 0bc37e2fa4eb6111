//===- VerifyLayer.cpp - Layers on the arrays -----------------------------===//
//
// Everything of a layer but the contents of its cells: arms of other versions,
// geometry, planes, positions, numbers.
//
//===----------------------------------------------------------------------===//

#include "VerifierImpl.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;

namespace bnn::image::verifier {

namespace {

/// One layer under test.
class LayerChecker {
public:
  LayerChecker(State &state, const ArrayLayer &layer)
      : state(state), target(state.image.target()), layer(layer),
        place("layer '" + layer.name() + "'"),
        input(state.value(layer.input())), output(state.value(layer.output())) {
  }

  Error check();

private:
  Error fail(const Twine &message) const {
    return verifier::fail(place, message);
  }
  Error refused(const Twine &what, const Twine &advice) const {
    return fail(what + " is not executed by version 1; " + advice);
  }

  Error checkArms() const;
  Error checkSizes() const;
  Error checkPlanes() const;
  Error checkDense();
  Error checkConvolution();
  Error checkPositions();
  Error checkTiles() const;
  Error checkPlacement(int index) const;
  Error checkNumbers();
  Error checkAccumulator(int64_t low, int64_t high) const;

  /// Fails unless the value has `expected` elements.
  Error checkElements(const Twine &name, uint32_t id, uint64_t expected) const;

  State &state;
  const Target &target;
  const ArrayLayer &layer;
  std::string place;
  const Value &input;
  const Value &output;
  uint64_t positions = 0;
  uint64_t lanes() const {
    return uint64_t(layer.weight_planes()) * layer.fan_in();
  }
};

Error LayerChecker::checkArms() const {
  if (layer.orientation() == ArrayLayer::ROW_IS_INPUT)
    return refused("orientation ROW_IS_INPUT", "compile with --schedule p2s");
  switch (layer.access_case()) {
  case ArrayLayer::kRowSense:
    break;
  case ArrayLayer::kColumnSum:
    return refused("access column_sum", "choose a target with row_sense");
  case ArrayLayer::kColumnNeuron:
    return refused("access column_neuron", "choose a target with row_sense");
  case ArrayLayer::ACCESS_NOT_SET:
    return fail("access is not set; version 1 executes row_sense");
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
      return fail("decision is not set; version 1 executes exact");
  }
  if (layer.threshold_store() == ArrayLayer::ARRAY_ROWS)
    return refused("threshold_store ARRAY_ROWS",
                   "keep thresholds in registers");
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
  if (layer.has_convolution()) {
    int32_t pad = layer.convolution().pad_code();
    if (pad < codes.low || pad > codes.high ||
        (layer.plane_coding() == ArrayLayer::BIPOLAR && pad == 0))
      return fail("convolution.pad_code " + Twine(pad) +
                  " cannot be expressed by the planes");
  }
  return Error::success();
}

Error LayerChecker::checkElements(const Twine &name, uint32_t id,
                                  uint64_t expected) const {
  if (uint64_t(state.elements[id]) == expected)
    return Error::success();
  return fail("its " + name + " '" + state.value(id).name() + "' " +
              text(state.shape(id)) + " does not have the " + Twine(expected) +
              " elements of the layer's geometry");
}

Error LayerChecker::checkDense() {
  positions = layer.dense().positions();
  if (positions < 1)
    return fail("dense.positions is 0");
  // The factors are below 2^31 and 2^32: divide instead of multiplying three.
  uint64_t width = uint64_t(layer.groups()) * layer.fan_in();
  if (width > uint64_t(maxElements) ||
      positions > uint64_t(maxElements) / width)
    return fail("its input is beyond the limit of 2^31 elements");
  return checkElements("input", layer.input(), positions * width);
}

Error LayerChecker::checkConvolution() {
  const Convolution &c = layer.convolution();
  int rank = c.input_size();
  if (rank < 1 || rank > maxRank)
    return fail("convolution.input has " + Twine(rank) + " spatial sizes");
  if (c.output_size() != rank || c.kernel_size() != rank ||
      c.strides_size() != rank || c.dilations_size() != rank ||
      c.pads_begin_size() != rank)
    return fail("the fields of convolution differ in their numbers of spatial "
                "dimensions; input has " +
                Twine(rank));
  uint64_t inputs = c.channels(), taps = 1;
  positions = 1;
  for (int i = 0; i < rank; ++i) {
    if (c.input(i) < 1 || c.output(i) < 1 || c.kernel(i) < 1 ||
        c.strides(i) < 1 || c.dilations(i) < 1)
      return fail("spatial dimension " + Twine(i) +
                  " of convolution has a size, kernel, stride or dilation of "
                  "0");
    if (std::max({c.input(i), c.output(i), c.kernel(i), c.strides(i),
                  c.dilations(i), c.pads_begin(i)}) > uint32_t(maxCount))
      return fail("spatial dimension " + Twine(i) +
                  " of convolution has a number beyond 2^31 - 1");
    bool overflow = false;
    inputs = SaturatingMultiply<uint64_t>(inputs, c.input(i), &overflow);
    if (!overflow)
      positions =
          SaturatingMultiply<uint64_t>(positions, c.output(i), &overflow);
    if (!overflow)
      taps = SaturatingMultiply<uint64_t>(taps, c.kernel(i), &overflow);
    if (overflow)
      return fail("the sizes of convolution are beyond 2^64 elements");
  }
  if (c.channels() < 1 || c.channels() % layer.groups())
    return fail(Twine(layer.groups()) + " groups do not divide the " +
                Twine(c.channels()) + " channels");
  bool overflow = false;
  uint64_t fanIn = SaturatingMultiply<uint64_t>(c.channels() / layer.groups(),
                                                taps, &overflow);
  if (overflow || fanIn != layer.fan_in())
    return fail("fan_in is " + Twine(layer.fan_in()) + ", but " +
                Twine(c.channels() / layer.groups()) +
                " channels of a group and " + Twine(taps) +
                " taps give another one");
  return checkElements("input", layer.input(), inputs);
}

Error LayerChecker::checkPositions() {
  switch (layer.positions_case()) {
  case ArrayLayer::kDense:
    if (Error error = checkDense())
      return error;
    break;
  case ArrayLayer::kConvolution:
    if (Error error = checkConvolution())
      return error;
    break;
  case ArrayLayer::POSITIONS_NOT_SET:
    return fail("neither dense nor convolution is set");
  }
  if (positions > uint64_t(maxElements))
    return fail(Twine(positions) + " positions are beyond the limit of 2^31");
  if (Error error =
          checkElements("output", layer.output(), positions * layer.neurons()))
    return error;
  if (layer.border_classes() < 1)
    return fail("border_classes is 0; without borders it is 1");
  if (layer.position_class().empty()) {
    if (layer.border_classes() > 1)
      return fail("position_class is empty, but there are " +
                  Twine(layer.border_classes()) + " border classes");
    return Error::success();
  }
  if (uint64_t(layer.position_class_size()) != positions)
    return fail("position_class has " + Twine(layer.position_class_size()) +
                " entries for " + Twine(positions) + " positions");
  for (auto [position, index] : enumerate(layer.position_class()))
    if (index >= layer.border_classes())
      return fail("position_class[" + Twine(position) + "] is " + Twine(index) +
                  ", but there are " + Twine(layer.border_classes()) +
                  " border classes");
  return Error::success();
}

Error LayerChecker::checkPlacement(int index) const {
  const Placement &tile = layer.placement(index);
  std::string name = "placement[" + std::to_string(index) + "]";
  if (tile.complemented())
    return refused(name + ".complemented", "compile for a target without "
                                           "partial_complement");
  uint64_t onChip = target.subarrays();
  if (onChip == 0 && tile.chip() != 0)
    return fail(name + ".chip is " + Twine(tile.chip()) +
                ", but the target names no number of subarrays of a chip");
  if (onChip != 0 && tile.subarray() >= onChip)
    return fail(name + ".subarray " + Twine(tile.subarray()) +
                " is outside the chip's " + Twine(onChip) + " subarrays");
  // chip * onChip + subarray < num_subarrays, without overflow.
  uint64_t all = state.image.num_subarrays();
  uint64_t before = 0;
  if (onChip != 0 && tile.chip() != 0) {
    if (all / tile.chip() < onChip)
      return fail(name + ".chip " + Twine(tile.chip()) +
                  " lies beyond the image's " + Twine(all) + " subarrays");
    before = tile.chip() * onChip;
  }
  if (tile.subarray() >= all - before)
    return fail(name + ".subarray " + Twine(tile.subarray()) +
                " lies beyond the image's " + Twine(all) + " subarrays");

  uint64_t tileRow = uint64_t(index) / layer.tile_columns();
  uint64_t tileColumn = uint64_t(index) % layer.tile_columns();
  uint64_t numRows = std::min<uint64_t>(
      target.rows(), layer.neurons() - tileRow * target.rows());
  uint64_t numLanes = std::min<uint64_t>(
      target.columns(), lanes() - tileColumn * target.columns());
  if (tile.row() + numRows > target.rows())
    return fail(name + ".row " + Twine(tile.row()) + " leaves no room for " +
                Twine(numRows) + " neurons in " + Twine(target.rows()) +
                " rows");
  if (tile.column() + numLanes > target.columns())
    return fail(name + ".column " + Twine(tile.column()) +
                " leaves no room for " + Twine(numLanes) + " lanes in " +
                Twine(target.columns()) + " columns");
  if (layer.lane_padding() == ArrayLayer::ALTERNATING && tile.column() != 0)
    return fail(name + ".column is " + Twine(tile.column()) +
                ", but without a column mask every column of a row is "
                "counted: it must be 0");
  return Error::success();
}

Error LayerChecker::checkTiles() const {
  uint64_t tileRows = divideCeil(uint64_t(layer.neurons()), target.rows());
  uint64_t tileColumns = divideCeil(lanes(), target.columns());
  if (layer.tile_rows() != tileRows || layer.tile_columns() != tileColumns)
    return fail("a grid of " + Twine(layer.tile_rows()) + "x" +
                Twine(layer.tile_columns()) + " tiles, but " +
                Twine(layer.neurons()) + " neurons of " + Twine(lanes()) +
                " lanes on " + Twine(target.rows()) + "x" +
                Twine(target.columns()) + " cells need " + Twine(tileRows) +
                "x" + Twine(tileColumns));
  if (uint64_t(layer.placement_size()) != tileRows * tileColumns)
    return fail("placement has " + Twine(layer.placement_size()) +
                " entries for " + Twine(tileRows * tileColumns) + " tiles");
  if (layer.lane_padding() == ArrayLayer::MASKED && !target.column_mask() &&
      lanes() % target.columns())
    return fail("lane_padding MASKED needs column_mask, which the target "
                "lacks");
  for (int i = 0; i < layer.placement_size(); ++i)
    if (Error error = checkPlacement(i))
      return error;
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
  return checkThresholds(place, layer.thresholds(), functions, codes);
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
  if (Error error = checkTiles())
    return error;
  return checkNumbers();
}

} // namespace

Error checkLayer(State &state, const ArrayLayer &layer) {
  return LayerChecker(state, layer).check();
}

} // namespace bnn::image::verifier
