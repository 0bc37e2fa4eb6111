//===- VerifyGeometry.cpp - Positions and tiles of layers -----------------===//

#include "LayerChecker.h"
#include "bnn/Image/TileGrid.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>

using namespace llvm;

namespace bnn::image::verifier {

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

/// Chip, subarray and room for a block of `rows` x `columns` cells.
Error LayerChecker::checkPlacement(const Twine &list, uint64_t index,
                                   const Placement &tile, uint64_t rows,
                                   uint64_t columns) const {
  std::string name = (list + "[" + Twine(index) + "]").str();
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
  bool neuronRows = layer.orientation() == ArrayLayer::ROW_IS_NEURON;
  if (tile.row() + rows > target.rows())
    return fail(name + ".row " + Twine(tile.row()) + " leaves no room for " +
                Twine(rows) + (neuronRows ? " neurons in " : " lanes in ") +
                Twine(target.rows()) + " rows");
  if (tile.column() + columns > target.columns())
    return fail(name + ".column " + Twine(tile.column()) +
                " leaves no room for " + Twine(columns) +
                (neuronRows ? " lanes in " : " neurons in ") +
                Twine(target.columns()) + " columns");
  return Error::success();
}

Error LayerChecker::checkTiles() const {
  if (Error error = checkRowSlots())
    return error;
  TileGrid grid(target, layer);
  if (layer.tile_rows() != grid.rows() ||
      layer.tile_columns() != grid.columns())
    return fail("a grid of " + Twine(layer.tile_rows()) + "x" +
                Twine(layer.tile_columns()) + " tiles, but " +
                Twine(layer.neurons()) + " neurons of " + Twine(lanes()) +
                " lanes on " + Twine(target.rows()) + "x" +
                Twine(target.columns()) + " cells need " + Twine(grid.rows()) +
                "x" + Twine(grid.columns()));
  if (uint64_t(layer.placement_size()) != grid.size())
    return fail("placement has " + Twine(layer.placement_size()) +
                " entries for " + Twine(grid.size()) + " tiles");
  bool alternating = layer.lane_padding() == ArrayLayer::ALTERNATING;
  if (alternating && !grid.rowIsNeuron())
    return fail("lane_padding ALTERNATING is for rows that are neurons; with "
                "ROW_IS_INPUT no column is counted with another");
  if (grid.rowIsNeuron() && !alternating && !target.column_mask() &&
      lanes() % target.columns())
    return fail("lane_padding MASKED needs column_mask, which the target "
                "lacks");
  for (int i = 0; i < layer.placement_size(); ++i) {
    const Placement &tile = layer.placement(i);
    TileBlock block = grid.tile(uint64_t(i));
    if (Error error = checkPlacement("placement", uint64_t(i), tile,
                                     grid.rowsOf(block), grid.columnsOf(block)))
      return error;
    if (alternating && tile.column() != 0)
      return fail("placement[" + Twine(i) + "].column is " +
                  Twine(tile.column()) +
                  ", but without a column mask every column of a row is "
                  "counted: it must be 0");
  }
  if (uint64_t(layer.threshold_placement_size()) != grid.thresholdTiles())
    return fail("threshold_placement has " +
                Twine(layer.threshold_placement_size()) + " entries for " +
                Twine(grid.thresholdTiles()) + " tiles of thresholds");
  for (int i = 0; i < layer.threshold_placement_size(); ++i) {
    TileBlock block = grid.thresholdTile(uint64_t(i));
    if (Error error = checkPlacement("threshold_placement", uint64_t(i),
                                     layer.threshold_placement(i),
                                     grid.rowsOf(block), grid.columnsOf(block)))
      return error;
  }
  return Error::success();
}

} // namespace bnn::image::verifier
