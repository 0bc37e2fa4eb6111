// RUN: bnn-opt %s --split-input-file --rram-place=interval | FileCheck %s
// RUN: bnn-opt %s --split-input-file --rram-place | FileCheck %s --check-prefix=SHARED

// Two layers of 2 neurons at 4 positions, one at 2 positions, one at 1: a
// subarray is read 8 times a sample at most, so the last two share one.
// SHARED-LABEL: module
// SHARED: rram.tiles @a {{.*}} subarray = 0,
// SHARED: rram.tiles @b {{.*}} subarray = 0,
// SHARED: rram.tiles @c {{.*}} subarray = 0,
// SHARED: rram.tiles @d {{.*}} subarray = 0,
// CHECK-LABEL: module
// CHECK: rram.tiles @a {{.*}} placement [#rram.run<tiles = 1, chip = 0, subarray = 0, row = 0, column = 0>]
// CHECK: rram.tiles @b {{.*}} placement [#rram.run<tiles = 1, chip = 0, subarray = 1, row = 0, column = 0>]
// CHECK: rram.tiles @c {{.*}} placement [#rram.run<tiles = 1, chip = 0, subarray = 2, row = 0, column = 0>]
// CHECK: rram.tiles @d {{.*}} placement [#rram.run<tiles = 1, chip = 0, subarray = 2, row = {{[0-9]}}, column = {{[0-9]}}>]
#bit = #rram.planes<bipolar, weights = [2], offset = -1>
module attributes {rram.target = #rram.target<name = "t", rows = 8, columns = 8, column_mask = true>} {
  rram.tiles @a grid [1, 1] of [8, 8] orientation <row_is_neuron> cells tensor<2x2x!bnn.binary> = #bnn.lit<["++", "+-"]>
  rram.layer @la(tensor<4x2x!bnn.binary>) -> tensor<4x2xi64> attributes {weights = @a, nodes = ["a"], geometry = #rram.dense<positions = 4>,
    neurons = 2 : i64, fan_in = 2 : i64, groups = 1 : i64, weight_planes = 1 : i64, planes = #bit, count_unit = 2 : i64, divisor = 1 : i64,
    border_classes = 1 : i64, bias = array<i64: 0, 0>}
  rram.tiles @b grid [1, 1] of [8, 8] orientation <row_is_neuron> cells tensor<2x2x!bnn.binary> = #bnn.lit<["++", "+-"]>
  rram.layer @lb(tensor<4x2x!bnn.binary>) -> tensor<4x2xi64> attributes {weights = @b, nodes = ["b"], geometry = #rram.dense<positions = 4>,
    neurons = 2 : i64, fan_in = 2 : i64, groups = 1 : i64, weight_planes = 1 : i64, planes = #bit, count_unit = 2 : i64, divisor = 1 : i64,
    border_classes = 1 : i64, bias = array<i64: 0, 0>}
  rram.tiles @c grid [1, 1] of [8, 8] orientation <row_is_neuron> cells tensor<2x2x!bnn.binary> = #bnn.lit<["++", "+-"]>
  rram.layer @lc(tensor<2x2x!bnn.binary>) -> tensor<2x2xi64> attributes {weights = @c, nodes = ["c"], geometry = #rram.dense<positions = 2>,
    neurons = 2 : i64, fan_in = 2 : i64, groups = 1 : i64, weight_planes = 1 : i64, planes = #bit, count_unit = 2 : i64, divisor = 1 : i64,
    border_classes = 1 : i64, bias = array<i64: 0, 0>}
  rram.tiles @d grid [1, 1] of [8, 8] orientation <row_is_neuron> cells tensor<2x2x!bnn.binary> = #bnn.lit<["++", "+-"]>
  rram.layer @ld(tensor<1x2x!bnn.binary>) -> tensor<1x2xi64> attributes {weights = @d, nodes = ["d"], geometry = #rram.dense<positions = 1>,
    neurons = 2 : i64, fan_in = 2 : i64, groups = 1 : i64, weight_planes = 1 : i64, planes = #bit, count_unit = 2 : i64, divisor = 1 : i64,
    border_classes = 1 : i64, bias = array<i64: 0, 0>}
}

// -----

// Rows that are inputs, thresholds in cells: 3 lanes and 2 cells of the word at
// 4 positions, 20 reads a sample. The word of the second layer does not lie
// with the weights of the first: it would be read 12 + 8 more times.
// SHARED-LABEL: module
// CHECK-LABEL: module
// CHECK: rram.tiles @a {{.*}} placement [#rram.run<tiles = 1, chip = 0, subarray = 0, {{.*}} threshold_placement [#rram.run<tiles = 1, chip = 0, subarray = 0,
// CHECK: rram.tiles @b {{.*}} placement [#rram.run<tiles = 1, chip = 0, subarray = 1, {{.*}} threshold_placement [#rram.run<tiles = 1, chip = 0, subarray = 1,
#bit = #rram.planes<bipolar, weights = [2], offset = -1>
module attributes {rram.target = #rram.target<name = "t", rows = 10, columns = 2, column_mask = true, threshold_rows = true>} {
  rram.tiles @a grid [1, 1] of [10, 2] orientation <row_is_input> word 2 cells tensor<2x3x!bnn.binary> = #bnn.lit<["++-", "+-+"]>
  rram.layer @la(tensor<4x3x!bnn.binary>) -> tensor<4x2x!bnn.binary> attributes {weights = @a, nodes = ["a"], geometry = #rram.dense<positions = 4>,
    neurons = 2 : i64, fan_in = 3 : i64, groups = 1 : i64, weight_planes = 1 : i64, planes = #bit, count_unit = 2 : i64, divisor = 1 : i64,
    border_classes = 1 : i64, bias = array<i64: 0, 0>, orientation = #rram.orientation<row_is_input>,
    threshold_rows = #rram.threshold_rows<slots = 1, bits = 2, base = 0>,
    steps = #bnn.steps<counts = [1, 1], thresholds = [2, 2], codes = [-1, 1, -1, 1]>}
  rram.tiles @b grid [1, 1] of [10, 2] orientation <row_is_input> word 2 cells tensor<2x3x!bnn.binary> = #bnn.lit<["++-", "+-+"]>
  rram.layer @lb(tensor<4x3x!bnn.binary>) -> tensor<4x2x!bnn.binary> attributes {weights = @b, nodes = ["b"], geometry = #rram.dense<positions = 4>,
    neurons = 2 : i64, fan_in = 3 : i64, groups = 1 : i64, weight_planes = 1 : i64, planes = #bit, count_unit = 2 : i64, divisor = 1 : i64,
    border_classes = 1 : i64, bias = array<i64: 0, 0>, orientation = #rram.orientation<row_is_input>,
    threshold_rows = #rram.threshold_rows<slots = 1, bits = 2, base = 0>,
    steps = #bnn.steps<counts = [1, 1], thresholds = [2, 2], codes = [-1, 1, -1, 1]>}
}
