// RUN: bnn-opt %s --split-input-file --rram-tile | FileCheck %s

// Four lanes would fill the tile: one column alternates, and counts one more.
// CHECK-LABEL: module
// CHECK: rram.tiles @w grid [1, 1] of [4, 4] orientation <row_is_neuron> cells tensor<2x3x!bnn.binary> = #bnn.lit<["+-+", "--+"]>
// CHECK-NOT: placement
// CHECK: rram.layer @fc
// CHECK-SAME: bias = array<i64: -5, -5>
// CHECK-SAME: lane_padding = #rram.lane_padding<alternating>
// CHECK-SAME: thresholds = [3, 4]
module attributes {rram.target = #rram.target<name = "t", rows = 4, columns = 4>} {
  rram.weights @w : tensor<2x3x!bnn.binary> = #bnn.lit<["+-+", "--+"]>
  rram.layer @fc(tensor<1x3x!bnn.binary>) -> tensor<1x2x!bnn.binary> attributes {
    weights = @w, nodes = [], geometry = #rram.dense<positions = 1>,
    neurons = 2 : i64, fan_in = 3 : i64, groups = 1 : i64, weight_planes = 1 : i64,
    planes = #rram.planes<bipolar, weights = [2], offset = -1>,
    count_unit = 2 : i64, divisor = 1 : i64, border_classes = 1 : i64, bias = array<i64: -3, -3>,
    steps = #bnn.steps<counts = [1, 1], thresholds = [2, 3], codes = [-1, 1, -1, 1]>,
    orientation = #rram.orientation<row_is_neuron>}
}

// -----

// Masked columns count nothing.
// CHECK-LABEL: module
// CHECK: rram.layer @fc
// CHECK-SAME: bias = array<i64: -3, -3>
// CHECK-SAME: lane_padding = #rram.lane_padding<masked>
// CHECK-SAME: thresholds = [2, 3]
module attributes {rram.target = #rram.target<name = "t", rows = 4, columns = 4, column_mask = true>} {
  rram.weights @w : tensor<2x3x!bnn.binary> = #bnn.lit<["+-+", "--+"]>
  rram.layer @fc(tensor<1x3x!bnn.binary>) -> tensor<1x2x!bnn.binary> attributes {
    weights = @w, nodes = [], geometry = #rram.dense<positions = 1>,
    neurons = 2 : i64, fan_in = 3 : i64, groups = 1 : i64, weight_planes = 1 : i64,
    planes = #rram.planes<bipolar, weights = [2], offset = -1>,
    count_unit = 2 : i64, divisor = 1 : i64, border_classes = 1 : i64, bias = array<i64: -3, -3>,
    steps = #bnn.steps<counts = [1, 1], thresholds = [2, 3], codes = [-1, 1, -1, 1]>,
    orientation = #rram.orientation<row_is_neuron>}
}

// -----

// Lanes that fill the tiles need neither.
// CHECK-LABEL: module
// CHECK: rram.tiles @w grid [2, 3] of [1, 1]
// CHECK: rram.layer @fc
// CHECK-SAME: bias = array<i64: -3, -3>
// CHECK-SAME: lane_padding = #rram.lane_padding<masked>
module attributes {rram.target = #rram.target<name = "t", rows = 1, columns = 1>} {
  rram.weights @w : tensor<2x3x!bnn.binary> = #bnn.lit<["+-+", "--+"]>
  rram.layer @fc(tensor<1x3x!bnn.binary>) -> tensor<1x2x!bnn.binary> attributes {
    weights = @w, nodes = [], geometry = #rram.dense<positions = 1>,
    neurons = 2 : i64, fan_in = 3 : i64, groups = 1 : i64, weight_planes = 1 : i64,
    planes = #rram.planes<bipolar, weights = [2], offset = -1>,
    count_unit = 2 : i64, divisor = 1 : i64, border_classes = 1 : i64, bias = array<i64: -3, -3>,
    steps = #bnn.steps<counts = [1, 1], thresholds = [2, 3], codes = [-1, 1, -1, 1]>,
    orientation = #rram.orientation<row_is_neuron>}
}

// -----

// With ternary sensing a +1 and a -1 column cancel.
// CHECK-LABEL: module
// CHECK: rram.layer @fc
// CHECK-SAME: bias = array<i64: -3, -3>
// CHECK-SAME: lane_padding = #rram.lane_padding<alternating>
// CHECK-SAME: thresholds = [2, 3]
module attributes {rram.target = #rram.target<name = "t", rows = 4, columns = 5, ternary_sense = true>} {
  rram.weights @w : tensor<2x3x!bnn.binary> = #bnn.lit<["+-+", "--+"]>
  rram.layer @fc(tensor<1x3x!bnn.binary>) -> tensor<1x2x!bnn.binary> attributes {
    weights = @w, nodes = [], geometry = #rram.dense<positions = 1>,
    neurons = 2 : i64, fan_in = 3 : i64, groups = 1 : i64, weight_planes = 1 : i64,
    planes = #rram.planes<bipolar, weights = [2], offset = -1>,
    count_unit = 2 : i64, divisor = 1 : i64, border_classes = 1 : i64, bias = array<i64: -3, -3>,
    steps = #bnn.steps<counts = [1, 1], thresholds = [2, 3], codes = [-1, 1, -1, 1]>,
    orientation = #rram.orientation<row_is_neuron>}
}

// -----

// Layers that are tiled already stay as they are.
// CHECK-LABEL: module
// CHECK: rram.tiles @w grid [1, 2] of [4, 2]
// CHECK: rram.layer @fc
// CHECK-NOT: lane_padding
// CHECK-SAME: thresholds = [2, 3]
module attributes {rram.target = #rram.target<name = "t", rows = 4, columns = 4>} {
  rram.tiles @w grid [1, 2] of [4, 2] orientation <row_is_neuron> cells tensor<2x3x!bnn.binary> = #bnn.lit<["+-+", "--+"]>
  rram.layer @fc(tensor<1x3x!bnn.binary>) -> tensor<1x2x!bnn.binary> attributes {
    weights = @w, nodes = [], geometry = #rram.dense<positions = 1>,
    neurons = 2 : i64, fan_in = 3 : i64, groups = 1 : i64, weight_planes = 1 : i64,
    planes = #rram.planes<bipolar, weights = [2], offset = -1>,
    count_unit = 2 : i64, divisor = 1 : i64, border_classes = 1 : i64, bias = array<i64: -3, -3>,
    steps = #bnn.steps<counts = [1, 1], thresholds = [2, 3], codes = [-1, 1, -1, 1]>,
    orientation = #rram.orientation<row_is_neuron>}
}
