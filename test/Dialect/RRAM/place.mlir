// RUN: bnn-opt %s --split-input-file --rram-place | FileCheck %s
// RUN: bnn-opt %s --split-input-file --rram-place=latency | FileCheck %s --check-prefix=LATENCY
// RUN: bnn-opt %s --split-input-file "--rram-place=chips=2" | FileCheck %s

// Tiles that fill a subarray stay runs, one subarray each.
// CHECK-LABEL: module
// CHECK: rram.tiles @a {{.*}} placement [#rram.run<tiles = 6, chip = 0, subarray = 0, row = 0, column = 0>]
// CHECK: rram.tiles @b {{.*}} placement [#rram.run<tiles = 6, chip = 0, subarray = 6, row = 0, column = 0>]
// LATENCY-LABEL: module
// LATENCY: rram.tiles @b {{.*}} placement [#rram.run<tiles = 6, chip = 0, subarray = 6, row = 0, column = 0>]
module attributes {rram.target = #rram.target<name = "t", rows = 1, columns = 1, subarrays = 12>} {
  rram.tiles @a grid [2, 3] of [1, 1] orientation <row_is_neuron> cells tensor<2x3x!bnn.binary> = #bnn.lit<["+-+", "--+"]>
  rram.tiles @b grid [2, 3] of [1, 1] orientation <row_is_neuron> cells tensor<2x3x!bnn.binary> = #bnn.lit<["+-+", "--+"]>
}

// -----

// Placed tiles stay; others come after them.
// CHECK-LABEL: module
// CHECK: rram.tiles @a {{.*}} placement [#rram.run<tiles = 6, chip = 0, subarray = 10, row = 0, column = 0>]
// CHECK: rram.tiles @b {{.*}} placement [#rram.run<tiles = 6, chip = 0, subarray = 16, row = 0, column = 0>]
// LATENCY-LABEL: module
module attributes {rram.target = #rram.target<name = "t", rows = 1, columns = 1>} {
  rram.tiles @a grid [2, 3] of [1, 1] orientation <row_is_neuron> cells tensor<2x3x!bnn.binary> = #bnn.lit<["+-+", "--+"]> placement [#rram.run<tiles = 6, chip = 0, subarray = 10, row = 0, column = 0>]
  rram.tiles @b grid [2, 3] of [1, 1] orientation <row_is_neuron> cells tensor<2x3x!bnn.binary> = #bnn.lit<["+-+", "--+"]>
}

// -----

// Small tiles of two layers share a subarray of a chip with column masks. The
// 2x4 and the 2x1 of @a are read in one cycle: with `latency` they lie apart,
// else one subarray holds all.
// CHECK-LABEL: module
// CHECK: rram.tiles @a {{.*}} placement [#rram.run<tiles = 1, chip = 0, subarray = 0, row = 0, column = 0>, #rram.run<tiles = 1, chip = 0, subarray = 0, row = 2, column = {{[0-3]}}>]
// CHECK: rram.tiles @b {{.*}} placement [#rram.run<tiles = 1, chip = 0, subarray = 0, row = 2, column = {{[0-3]}}>]
// LATENCY-LABEL: module
// LATENCY: rram.tiles @a {{.*}} placement [#rram.run<tiles = 2, chip = 0, subarray = 0, row = 0, column = 0>]
// LATENCY: rram.tiles @b {{.*}} placement [#rram.run<tiles = 1, chip = 0, subarray = 0, row = 2, column = 0>]
module attributes {rram.target = #rram.target<name = "t", rows = 4, columns = 4, column_mask = true>} {
  rram.tiles @a grid [1, 2] of [4, 4] orientation <row_is_neuron> cells tensor<2x5x!bnn.binary> = #bnn.lit<["+-+-+", "--+++"]>
  rram.tiles @b grid [1, 1] of [4, 4] orientation <row_is_neuron> cells tensor<2x3x!bnn.binary> = #bnn.lit<["+-+", "--+"]>
}

// -----

// Words of thresholds lie in tiles of their own, beside the weights.
// CHECK-LABEL: module
// CHECK: rram.tiles @a {{.*}} word 2 {{.*}} placement [#rram.run<tiles = 1, chip = 0, subarray = 0, row = 0, column = 0>] threshold_placement [#rram.run<tiles = 1, chip = 0, subarray = 0, row = 2, column = 0>]
// LATENCY-LABEL: module
// LATENCY: rram.tiles @a {{.*}} placement [#rram.run<tiles = 1, chip = 0, subarray = 0, row = 0, column = 0>] threshold_placement [#rram.run<tiles = 1, chip = 0, subarray = 1, row = 0, column = 0>]
module attributes {rram.target = #rram.target<name = "t", rows = 4, columns = 4, column_mask = true, threshold_rows = true>} {
  rram.tiles @a grid [1, 1] of [4, 4] orientation <row_is_neuron> word 2 cells tensor<2x3x!bnn.binary> = #bnn.lit<["+-+", "--+"]>
}
