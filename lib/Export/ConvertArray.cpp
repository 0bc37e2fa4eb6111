//===- ConvertArray.cpp - Records of layers on the arrays -----------------===//

#include "Converter.h"
#include "bnn/Image/CellArray.h"
#include "bnn/Image/Cycles.h"
#include "bnn/Image/TileGrid.h"

using namespace llvm;

namespace bnn::exporter {

Error Converter::convertTable(const image::Thresholds &from, StepTable &to,
                              const Twine &where) {
  to.start.push_back(0);
  for (uint32_t count : from.counts())
    to.start.push_back(to.start.back() + count);
  for (int64_t threshold : from.thresholds()) {
    if (Error error = checkRange({threshold, threshold}, where))
      return error;
    to.thresholds.push_back(int32_t(threshold));
  }
  to.codes = listOf<Signed>(from.codes());
  return Error::success();
}

/// Subarray, row and column of each tile.
static Unsigned
tilesOf(const image::Target &target,
        const google::protobuf::RepeatedPtrField<image::Placement> &placement) {
  Unsigned tiles;
  for (const image::Placement &tile : placement) {
    tiles.push_back(uint32_t(image::subarrayIndex(target, tile)));
    tiles.push_back(tile.row());
    tiles.push_back(tile.column());
  }
  return tiles;
}

Error Converter::convertArray(const ArrayLayer &layer) {
  auto where = "layer '" + layer.name() + "'";
  auto refuse = [&](const Twine &what) {
    return makeError(where + ": " + what +
                     " has no place in a program of this "
                     "version");
  };
  if (layer.has_column_sum() || layer.has_column_neuron() ||
      layer.has_margin_table() || layer.has_closed_form())
    return refuse("another access than row_sense with an exact decision");
  ArrayStep step;
  step.name = layer.name();
  Expected<uint32_t> input = read(layer.input());
  if (!input)
    return input.takeError();
  step.input = *input;
  step.neurons = layer.neurons();
  step.fanIn = layer.fan_in();
  step.groups = layer.groups();
  step.weightPlanes = layer.weight_planes();
  step.planeCoding = layer.plane_coding();
  step.planeOffset = layer.plane_offset();
  step.planeWeights = listOf<Signed>(layer.plane_weights());
  if (layer.has_convolution()) {
    const image::Convolution &conv = layer.convolution();
    step.channels = conv.channels();
    step.inputSize = listOf<Unsigned>(conv.input());
    step.outputSize = listOf<Unsigned>(conv.output());
    step.kernel = listOf<Unsigned>(conv.kernel());
    step.strides = listOf<Unsigned>(conv.strides());
    step.dilations = listOf<Unsigned>(conv.dilations());
    step.padsBegin = listOf<Unsigned>(conv.pads_begin());
    step.padCode = conv.pad_code();
  }
  step.positions = uint32_t(image::positionsOf(layer));
  step.tileRows = layer.tile_rows();
  step.tileColumns = layer.tile_columns();
  step.lanePadding = layer.lane_padding();
  step.tiles = tilesOf(image.target(), layer.placement());
  step.accumulation = layer.accumulation().kind();
  step.accumulatorBits = layer.accumulation().bits();
  step.classes = layer.border_classes();
  step.positionClass = listOf<Unsigned>(layer.position_class());
  step.countUnit = layer.count_unit();
  step.divisor = layer.divisor();
  Range biases;
  for (int64_t bias : layer.bias()) {
    if (Error error = checkRange({bias, bias}, where + ", bias"))
      return error;
    step.bias.push_back(int32_t(bias));
    biases.low = std::min(biases.low, bias);
    biases.high = std::max(biases.high, bias);
  }
  if (layer.has_thresholds())
    if (Error error = convertTable(layer.thresholds(), step.table,
                                   where + ", thresholds"))
      return error;
  step.orientation = layer.orientation();
  if (layer.threshold_store() == ArrayLayer::ARRAY_ROWS) {
    step.thresholdBits = layer.threshold_bits();
    step.thresholdSlots = layer.threshold_slots();
    if (Error error =
            checkRange({layer.threshold_base(), layer.threshold_base()},
                       where + ", threshold_base"))
      return error;
    step.thresholdBase = int32_t(layer.threshold_base());
    step.thresholdTiles = tilesOf(image.target(), layer.threshold_placement());
  }
  step.rowSlots = listOf<Unsigned>(layer.row_slots());
  uint64_t cycles = image::cyclesOf(image.target(), layer).steady;
  if (cycles > UINT32_MAX)
    return makeError(where + ": " + Twine(cycles) +
                     " cycles a sample are beyond 32 bits");
  step.cycles = uint32_t(cycles);

  // What the sums can be: every cell of a neuron a one, or none.
  image::TileGrid grid(image.target(), layer);
  int64_t columns = grid.rowIsNeuron() ? int64_t(layer.tile_columns()) *
                                             image.target().columns()
                                       : int64_t(grid.lanes());
  Range sum;
  for (int64_t weight : layer.plane_weights())
    sum.add(Range{image.target().ternary_sense() ? -columns : 0, columns}.times(
        weight));
  sum.add(biases);
  Range range{sum.low / layer.divisor(), sum.high / layer.divisor()};
  if (layer.has_thresholds()) {
    const Value &output = image.values(int(layer.output()));
    range = {output.code_min(), output.code_max()};
  } else if (Error error = checkRange(range, where)) {
    return error;
  }
  step.output = define(layer.output(), range);
  program.steps.push_back(std::move(step));
  return Error::success();
}

} // namespace bnn::exporter
