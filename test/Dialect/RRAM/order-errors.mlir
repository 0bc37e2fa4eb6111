// RUN: bnn-opt %s --split-input-file --verify-diagnostics --rram-order

module attributes {rram.target = #rram.target<name = "t", rows = 4, columns = 4>} {
  rram.weights @w : tensor<2x3x!bnn.binary> = #bnn.lit<["+-+", "--+"]>
  // expected-error @+1 {{layer 'fc' is not tiled; run rram-tile first}}
  rram.layer @fc(tensor<1x3x!bnn.binary>) -> tensor<1x2x!bnn.binary> attributes {
    weights = @w, nodes = [], geometry = #rram.dense<positions = 1>,
    neurons = 2 : i64, fan_in = 3 : i64, groups = 1 : i64, weight_planes = 1 : i64,
    planes = #rram.planes<bipolar, weights = [2], offset = -1>,
    count_unit = 2 : i64, divisor = 1 : i64, border_classes = 1 : i64, bias = array<i64: -3, -3>,
    steps = #bnn.steps<counts = [1, 1], thresholds = [2, 3], codes = [-1, 1, -1, 1]>,
    orientation = #rram.orientation<row_is_neuron>}
}

// -----

module attributes {rram.target = #rram.target<name = "t", rows = 2, columns = 4>} {
  rram.tiles @w grid [2, 2] of [2, 4] orientation <row_is_neuron> cells tensor<3x5x!bnn.binary> = #bnn.lit<["+-+-+", "--+++", "+++++"]>
  // expected-error @+1 {{layer 'fc': accumulation.bits: its accumulators lie between -28 and 3000000021, beyond the 32 bits of an image; fewer bits per input or a smaller fan-in would fit}}
  rram.layer @fc(tensor<7x5x!bnn.int<3, signed>>) -> tensor<7x3xi64> attributes {
    weights = @w, nodes = [], geometry = #rram.dense<positions = 7>,
    neurons = 3 : i64, fan_in = 5 : i64, groups = 1 : i64, weight_planes = 1 : i64,
    planes = #rram.planes<positional, weights = [1, 2, -4], offset = 0>,
    count_unit = 1 : i64, divisor = 1 : i64, border_classes = 1 : i64, bias = array<i64: 4, 4, 3000000000>,
    orientation = #rram.orientation<row_is_neuron>, lane_padding = #rram.lane_padding<alternating>}
}
