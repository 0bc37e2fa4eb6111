// RUN: bnn-opt %s --verify-diagnostics --rram-place

// expected-error @+1 {{the network needs 12 subarrays of 4x4, 5 more than the 7 of target 't'}}
module attributes {rram.target = #rram.target<name = "t", rows = 4, columns = 4, subarrays = 7>} {
  rram.tiles @a grid [2, 3] of [1, 1] orientation <row_is_neuron> cells tensor<2x3x!bnn.binary> = #bnn.lit<["+-+", "--+"]>
  rram.tiles @b grid [2, 3] of [1, 1] orientation <row_is_neuron> cells tensor<2x3x!bnn.binary> = #bnn.lit<["+-+", "--+"]>
}
