// RUN: bnn-opt %s --rram-place=chips=2 | FileCheck %s
// RUN: bnn-opt %s --rram-place=reprogram | FileCheck %s --check-prefixes=CHECK,ONE

// A layer lies on one chip where it can; @a and @b together do not.
// ONE: time_multiplexed = true
// CHECK: rram.tiles @a {{.*}} placement [#rram.run<tiles = 6, chip = 0, subarray = 0, row = 0, column = 0>]
// CHECK: rram.tiles @b {{.*}} placement [#rram.run<tiles = 6, chip = 1, subarray = 0, row = 0, column = 0>]
module attributes {rram.target = #rram.target<name = "t", rows = 1, columns = 1, subarrays = 8>} {
  rram.tiles @a grid [2, 3] of [1, 1] orientation <row_is_neuron> cells tensor<2x3x!bnn.binary> = #bnn.lit<["+-+", "--+"]>
  rram.tiles @b grid [2, 3] of [1, 1] orientation <row_is_neuron> cells tensor<2x3x!bnn.binary> = #bnn.lit<["+-+", "--+"]>
}
