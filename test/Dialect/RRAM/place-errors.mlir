// RUN: bnn-opt %s --split-input-file --verify-diagnostics --rram-place
// RUN: not bnn-opt %s --split-input-file --rram-place=reprogram 2>&1 | FileCheck %s --check-prefix=REPROGRAM
// REPROGRAM: error: the network needs 6 subarrays of 1x1, and the tiles of one neuron in 'a' alone more than the 2 of target 't'; its partial counts cannot be added between two contents of a chip: a larger array would hold it

// Packing into shared subarrays counts: twelve tiles of one cell need one.
module attributes {rram.target = #rram.target<name = "t", rows = 4, columns = 4, subarrays = 1>} {
  rram.tiles @a grid [2, 3] of [1, 1] orientation <row_is_neuron> cells tensor<2x3x!bnn.binary> = #bnn.lit<["+-+", "--+"]>
  rram.tiles @b grid [2, 3] of [1, 1] orientation <row_is_neuron> cells tensor<2x3x!bnn.binary> = #bnn.lit<["+-+", "--+"]>
}

// -----

// expected-error @+1 {{the network needs 12 subarrays of 1x1, 5 more than the 7 of target 't' (no packing does with fewer than 12); 2 chips hold it (--chips 2), or one that is programmed anew during each inference (--reprogram)}}
module attributes {rram.target = #rram.target<name = "t", rows = 1, columns = 1, subarrays = 7>} {
  rram.tiles @a grid [2, 3] of [1, 1] orientation <row_is_neuron> cells tensor<2x3x!bnn.binary> = #bnn.lit<["+-+", "--+"]>
  rram.tiles @b grid [2, 3] of [1, 1] orientation <row_is_neuron> cells tensor<2x3x!bnn.binary> = #bnn.lit<["+-+", "--+"]>
}

// -----

// expected-error @+1 {{the network needs 6 subarrays of 1x1, and the tiles of one neuron in 'a' alone more than the 2 of target 't'; its partial counts cannot be added across chips: a larger array would hold it}}
module attributes {rram.target = #rram.target<name = "t", rows = 1, columns = 1, subarrays = 2>} {
  rram.tiles @a grid [2, 3] of [1, 1] orientation <row_is_neuron> cells tensor<2x3x!bnn.binary> = #bnn.lit<["+-+", "--+"]>
}
