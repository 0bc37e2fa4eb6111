//===- CyclesTest.cpp -----------------------------------------------------===//
//
// Small layers whose cycles are counted by hand.
//
//===----------------------------------------------------------------------===//

#include "bnn/Image/Cycles.h"
#include "gtest/gtest.h"

using namespace bnn::image;

namespace {

/// 6 neurons of 10 lanes on subarrays of 4 x 4, a subarray for each tile.
class Cycles : public testing::Test {
protected:
  Cycles() {
    target.set_rows(4);
    target.set_columns(4);
    target.set_columns_per_sense_amplifier(1);
    layer.set_neurons(6);
    layer.set_fan_in(10);
    layer.set_groups(1);
    layer.set_weight_planes(1);
    layer.add_plane_weights(2);
    layer.mutable_dense()->set_positions(1);
    layer.set_border_classes(1);
    cut(ArrayLayer::ROW_IS_NEURON, 2, 3);
  }

  void cut(ArrayLayer::Orientation orientation, uint32_t rows,
           uint32_t columns) {
    layer.set_orientation(orientation);
    layer.set_tile_rows(rows);
    layer.set_tile_columns(columns);
    layer.clear_placement();
    for (uint32_t i = 0; i < rows * columns; ++i)
      layer.add_placement()->set_subarray(i);
  }
  /// A word of 2 slots of 3 bits for each of `bands`, in two pieces.
  void storeThresholds(uint32_t bands, uint32_t firstSubarray) {
    layer.set_threshold_store(ArrayLayer::ARRAY_ROWS);
    layer.set_threshold_bits(3);
    layer.set_threshold_slots(2);
    for (uint32_t i = 0; i < 2 * bands; ++i)
      layer.add_threshold_placement()->set_subarray(firstSubarray + i);
  }
  LayerCycles cycles() const { return cyclesOf(target, layer); }

  Target target;
  ArrayLayer layer;
};

TEST_F(Cycles, RowIsNeuron) {
  EXPECT_EQ(cycles().steady, 6u);
  EXPECT_EQ(cycles().fill, 1u);
  EXPECT_EQ(cycles().drain, 4u);
  layer.mutable_accumulation()->set_kind(Accumulation::TREE);
  EXPECT_EQ(cycles().drain, 4u); // ceil(log2 3) + 1, and the compare
  cut(ArrayLayer::ROW_IS_NEURON, 2, 5);
  EXPECT_EQ(cycles().drain, 5u);
}

TEST_F(Cycles, RowIsInput) {
  cut(ArrayLayer::ROW_IS_INPUT, 3, 2);
  EXPECT_EQ(cycles().steady, 10u + 2u);
  EXPECT_EQ(cycles().fill, 1u);
  EXPECT_EQ(cycles().drain, 1u);
}

TEST_F(Cycles, PlanesPositionsAndMultiplexing) {
  layer.add_plane_weights(4);
  layer.mutable_dense()->set_positions(5);
  target.set_columns_per_sense_amplifier(4);
  EXPECT_EQ(cycles().steady, 6u * 2 * 5 * 4);
  cut(ArrayLayer::ROW_IS_INPUT, 3, 2);
  // Counters are added without sensing.
  EXPECT_EQ(cycles().steady, 5u * (10 * 2 * 4 + 2));
}

TEST_F(Cycles, SharedSubarraysAreReadInTurn) {
  // The first neurons' three tiles lie in one subarray, the others' in two.
  for (int i : {0, 1, 2})
    layer.mutable_placement(i)->set_subarray(0);
  layer.mutable_placement(4)->set_subarray(3);
  EXPECT_EQ(cycles().steady, 4u * 3 + 2u * 2);
  // Rows that are inputs: what shares a subarray counts if it has one input.
  cut(ArrayLayer::ROW_IS_INPUT, 3, 2);
  layer.mutable_placement(1)->set_subarray(0); // tile row 0, both columns
  layer.mutable_placement(4)->set_subarray(2); // other tile rows: no matter
  EXPECT_EQ(cycles().steady, (4u * 2 + 4 + 2) + 2);
  // The same number on another chip is another subarray.
  target.set_subarrays(100);
  layer.mutable_placement(1)->set_chip(1);
  EXPECT_EQ(cycles().steady, 12u);
}

TEST_F(Cycles, ThresholdsInCells) {
  storeThresholds(2, 6);
  EXPECT_EQ(cycles().steady, 6u);
  // A piece beside a tile of the same neurons: one more read.
  layer.mutable_threshold_placement(1)->set_subarray(2);
  EXPECT_EQ(cycles().steady, 4u * 2 + 2);

  layer.clear_threshold_placement();
  cut(ArrayLayer::ROW_IS_INPUT, 3, 2);
  storeThresholds(2, 6);
  EXPECT_EQ(cycles().steady, 10u + 6 + 2);
  // Piece 0 of both tile columns in one subarray: its four rows twice.
  layer.mutable_threshold_placement(2)->set_subarray(6);
  EXPECT_EQ(cycles().steady, 10u + 6 + 4 + 2);
}

TEST_F(Cycles, ThresholdsOfTheBorderClassOnly) {
  cut(ArrayLayer::ROW_IS_INPUT, 3, 2);
  storeThresholds(2, 6);
  layer.set_threshold_slots(1);
  layer.set_border_classes(2);
  layer.mutable_dense()->set_positions(3);
  for (uint32_t cls : {0, 1, 0})
    layer.add_position_class(cls);
  EXPECT_EQ(cycles().steady, 3u * (10 + 3 + 2));
  // Cells 3 to 5 are class 1; cell 3 lies in piece 0 still.
  layer.mutable_threshold_placement(2)->set_subarray(6);
  EXPECT_EQ(cycles().steady, 3u * (10 + 3 + 2) + 3 + 1 + 3);
}

} // namespace
