//===- Layers.cpp - Layer records of an image -----------------------------===//

#include "Emission.h"

using namespace mlir;
using namespace bnn;
using namespace bnn::rram;

image::Target bnn::emission::emitTarget(TargetAttr target) {
  image::Target out;
  out.set_name(target.getName().str());
  out.set_rows(target.getRows());
  out.set_columns(target.getColumns());
  out.set_columns_per_sense_amplifier(target.getColumnsPerSenseAmplifier());
  out.set_ternary_sense(target.getTernarySense());
  out.set_column_mask(target.getColumnMask());
  out.set_subarrays(target.getSubarrays());
  out.set_time_multiplexed(target.getTimeMultiplexed());
  out.set_row_tables(target.getRowTables());
  out.set_partial_complement(target.getPartialComplement());
  out.set_spare_rows(target.getSpareRows());
  out.set_spare_columns(target.getSpareColumns());
  auto add = [&](uint32_t code, int32_t weight) {
    image::CellCode &entry = *out.add_cell_codes();
    entry.set_code(code);
    entry.set_weight(weight);
  };
  // Code bits: BL in LRS, BLb in LRS.
  if (target.getTernarySense())
    add(0, 0);
  add(1, target.getBlIsPlus() ? 1 : -1);
  add(2, target.getBlIsPlus() ? -1 : 1);
  return out;
}

static void emitPositions(LayerOp layer, image::ArrayLayer &out) {
  if (auto dense = dyn_cast<DenseAttr>(layer.getGeometry())) {
    out.mutable_dense()->set_positions(dense.getPositions());
    return;
  }
  auto conv = cast<ConvAttr>(layer.getGeometry());
  image::Convolution &to = *out.mutable_convolution();
  auto assign = [](auto *list, ArrayRef<int64_t> values) {
    list->Assign(values.begin(), values.end());
  };
  to.set_channels(conv.getChannels());
  assign(to.mutable_input(), conv.getInput());
  assign(to.mutable_output(), conv.getOutput());
  assign(to.mutable_kernel(), conv.getKernel());
  assign(to.mutable_strides(), conv.getStrides());
  assign(to.mutable_dilations(), conv.getDilations());
  assign(to.mutable_pads_begin(), conv.getPadsBegin());
  to.set_pad_code(conv.getPadCode());
}

static void emitPlanes(PlanesAttr planes, image::ArrayLayer &out) {
  switch (planes.getCoding()) {
  case PlaneCoding::Bipolar:
    out.set_plane_coding(image::ArrayLayer::BIPOLAR);
    break;
  case PlaneCoding::Thermometer:
    out.set_plane_coding(image::ArrayLayer::THERMOMETER);
    break;
  case PlaneCoding::Unary:
    out.set_plane_coding(image::ArrayLayer::UNARY);
    break;
  case PlaneCoding::Positional:
    out.set_plane_coding(image::ArrayLayer::POSITIONAL);
    break;
  }
  for (int64_t weight : planes.getWeights())
    out.add_plane_weights(weight);
  out.set_plane_offset(planes.getOffset());
}

static void
emitRuns(ArrayAttr runs,
         google::protobuf::RepeatedPtrField<image::Placement> &out) {
  for (auto run : runs.getAsRange<RunAttr>())
    for (int64_t i = 0; i < run.getTiles(); ++i) {
      image::Placement &to = *out.Add();
      to.set_chip(run.getChip());
      to.set_subarray(run.getSubarray() + i);
      to.set_row(run.getRow());
      to.set_column(run.getColumn());
    }
}

static void emitPlacement(LayerOp layer, TilesOp tiles,
                          image::ArrayLayer &out) {
  out.set_tile_rows(tiles.getGrid()[0]);
  out.set_tile_columns(tiles.getGrid()[1]);
  out.mutable_placement()->Reserve(int(tiles.getNumTiles()));
  emitRuns(*tiles.getPlacement(), *out.mutable_placement());
  out.set_threshold_store(image::ArrayLayer::REGISTER);
  std::optional<ThresholdRowsAttr> rows = layer.getThresholdRows();
  if (!rows)
    return;
  out.set_threshold_store(image::ArrayLayer::ARRAY_ROWS);
  out.set_threshold_bits(rows->getBits());
  out.set_threshold_base(rows->getBase());
  out.set_threshold_slots(rows->getSlots());
  emitRuns(*tiles.getThresholdPlacement(), *out.mutable_threshold_placement());
}

/// Bias, border classes and thresholds. Thresholds that do not fit are refused:
/// rram-order has seen that counts fit, so hand-written ones are to blame.
static LogicalResult emitDecision(LayerOp layer, image::ArrayLayer &out) {
  out.set_border_classes(layer.getBorderClasses());
  if (auto classes = layer.getPositionClass())
    out.mutable_position_class()->Assign(classes->begin(), classes->end());
  out.set_count_unit(layer.getCountUnit());
  out.set_divisor(layer.getDivisor());
  out.mutable_bias()->Assign(layer.getBias().begin(), layer.getBias().end());
  if (!layer.getSteps())
    return success();
  StepsAttr steps = *layer.getSteps();
  image::Thresholds &to = *out.mutable_thresholds();
  to.mutable_counts()->Assign(steps.getCounts().begin(),
                              steps.getCounts().end());
  for (int64_t threshold : steps.getThresholds()) {
    if (threshold != int32_t(threshold))
      return layer.emitError()
             << "layer '" << layer.getSymName() << "': threshold " << threshold
             << " is beyond the 32 bits of an image";
    to.add_thresholds(threshold);
  }
  to.mutable_codes()->Assign(steps.getCodes().begin(), steps.getCodes().end());
  return success();
}

LogicalResult bnn::emission::emitLayer(LayerOp layer, TilesOp tiles,
                                       image::ArrayLayer &out) {
  auto missing = [&](StringRef what, StringRef pass) {
    return layer.emitError() << "layer '" << layer.getSymName() << "' has no "
                             << what << "; run " << pass << " first";
  };
  if (!tiles)
    return missing("tiles", "rram-tile");
  if (!tiles.getPlacement())
    return missing("placement", "rram-place");
  if (!layer.getAccumulation() || !layer.getAccumulatorBits())
    return missing("accumulation", "rram-order");
  int64_t word = 0;
  if (std::optional<ThresholdRowsAttr> rows = layer.getThresholdRows())
    word = layer.getBorderClasses() * rows->getBits() * rows->getSlots();
  if (int64_t(tiles.getWord()) != word || (word && !layer.getSteps()))
    return layer.emitError()
           << "layer '" << layer.getSymName() << "': threshold_rows ask for "
           << word << " cells of thresholds to a neuron, its tiles have "
           << tiles.getWord();

  out.set_name(layer.getSymName().str());
  for (auto node : layer.getNodes().getAsRange<StringAttr>())
    out.add_nodes(node.str());
  out.set_orientation(tiles.rowIsNeuron() ? image::ArrayLayer::ROW_IS_NEURON
                                          : image::ArrayLayer::ROW_IS_INPUT);
  out.set_neurons(layer.getNeurons());
  out.set_fan_in(layer.getFanIn());
  out.set_groups(layer.getGroups());
  out.set_weight_planes(layer.getWeightPlanes());
  emitPlanes(layer.getPlanes(), out);
  emitPositions(layer, out);
  emitPlacement(layer, tiles, out);
  out.set_lane_padding(layer.getLanePadding() == LanePadding::Alternating
                           ? image::ArrayLayer::ALTERNATING
                           : image::ArrayLayer::MASKED);
  out.mutable_row_sense();
  out.mutable_exact();
  image::Accumulation &accumulation = *out.mutable_accumulation();
  accumulation.set_kind(*layer.getAccumulation() == Accumulation::Tree
                            ? image::Accumulation::TREE
                            : image::Accumulation::SERIAL);
  accumulation.set_bits(*layer.getAccumulatorBits());
  return emitDecision(layer, out);
}
