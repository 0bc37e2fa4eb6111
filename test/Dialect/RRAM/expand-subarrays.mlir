// RUN: bnn-opt %s --rram-expand-subarrays | FileCheck %s
// RUN: not bnn-opt %s --rram-expand-subarrays=limit=3 2>&1 | FileCheck %s --check-prefix=LIMIT
// RUN: bnn-opt %s --rram-order --rram-expand-subarrays | FileCheck %s

// LIMIT: error: the chip has 4 tiles, more than the limit of 3 that rram-expand-subarrays prints

// Lane 4 and three columns beyond it; the last row has no neuron.
// CHECK: rram.subarray @chip0_subarray5 chip 0 index 5 holds ["w[0, 0] at 0, 0"] cells ["+-+-", "--++"]
// CHECK: rram.subarray @chip0_subarray6 chip 0 index 6 holds ["w[0, 1] at 0, 0"] cells ["++-+", "++-+"]
// CHECK: rram.subarray @chip0_subarray7 chip 0 index 7 holds ["w[1, 0] at 0, 0"] cells ["++++", "...."]
// CHECK: rram.subarray @chip0_subarray8 chip 0 index 8 holds ["w[1, 1] at 0, 0"] cells ["++-+", "...."]
module attributes {rram.target = #rram.target<name = "t", rows = 2, columns = 4>} {
  rram.tiles @w grid [2, 2] of [2, 4] orientation <row_is_neuron> cells tensor<3x5x!bnn.binary> = #bnn.lit<["+-+-+", "--+++", "+++++"]>
    placement [#rram.run<tiles = 4, chip = 0, subarray = 5, row = 0, column = 0>]
  rram.layer @fc(tensor<7x5x!bnn.int<3, signed>>) -> tensor<7x3xi64> attributes {
    weights = @w, nodes = [], geometry = #rram.dense<positions = 7>,
    neurons = 3 : i64, fan_in = 5 : i64, groups = 1 : i64, weight_planes = 1 : i64,
    planes = #rram.planes<positional, weights = [1, 2, -4], offset = 0>,
    count_unit = 1 : i64, divisor = 1 : i64, border_classes = 1 : i64, bias = array<i64: 4, 4, 2>,
    orientation = #rram.orientation<row_is_neuron>, lane_padding = #rram.lane_padding<alternating>}
}
