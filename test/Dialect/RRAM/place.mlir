// RUN: bnn-opt %s --split-input-file --rram-place | FileCheck %s

// CHECK-LABEL: module
// CHECK: rram.tiles @a {{.*}} placement [#rram.run<tiles = 6, chip = 0, subarray = 0, row = 0, column = 0>]
// CHECK: rram.tiles @b {{.*}} placement [#rram.run<tiles = 6, chip = 0, subarray = 6, row = 0, column = 0>]
module attributes {rram.target = #rram.target<name = "t", rows = 4, columns = 4, subarrays = 12>} {
  rram.tiles @a grid [2, 3] of [1, 1] orientation <row_is_neuron> cells tensor<2x3x!bnn.binary> = #bnn.lit<["+-+", "--+"]>
  rram.tiles @b grid [2, 3] of [1, 1] orientation <row_is_neuron> cells tensor<2x3x!bnn.binary> = #bnn.lit<["+-+", "--+"]>
}

// -----

// Placed tiles stay; others come after them.
// CHECK-LABEL: module
// CHECK: rram.tiles @a {{.*}} placement [#rram.run<tiles = 6, chip = 0, subarray = 10, row = 0, column = 0>]
// CHECK: rram.tiles @b {{.*}} placement [#rram.run<tiles = 6, chip = 0, subarray = 16, row = 0, column = 0>]
module attributes {rram.target = #rram.target<name = "t", rows = 4, columns = 4>} {
  rram.tiles @a grid [2, 3] of [1, 1] orientation <row_is_neuron> cells tensor<2x3x!bnn.binary> = #bnn.lit<["+-+", "--+"]> placement [#rram.run<tiles = 6, chip = 0, subarray = 10, row = 0, column = 0>]
  rram.tiles @b grid [2, 3] of [1, 1] orientation <row_is_neuron> cells tensor<2x3x!bnn.binary> = #bnn.lit<["+-+", "--+"]>
}
