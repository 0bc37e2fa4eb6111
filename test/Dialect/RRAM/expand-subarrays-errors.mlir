// RUN: bnn-opt %s --verify-diagnostics --rram-expand-subarrays

module attributes {rram.target = #rram.target<name = "t", rows = 2, columns = 4>} {
  // expected-error @+1 {{tiles 'w' are not placed; run rram-place first}}
  rram.tiles @w grid [2, 2] of [2, 4] orientation <row_is_neuron> cells tensor<3x5x!bnn.binary> = #bnn.lit<["+-+-+", "--+++", "+++++"]>
  rram.layer @fc(tensor<7x5x!bnn.int<3, signed>>) -> tensor<7x3xi64> attributes {
    weights = @w, nodes = [], geometry = #rram.dense<positions = 7>,
    neurons = 3 : i64, fan_in = 5 : i64, groups = 1 : i64, weight_planes = 1 : i64,
    planes = #rram.planes<positional, weights = [1, 2, -4], offset = 0>,
    count_unit = 1 : i64, divisor = 1 : i64, border_classes = 1 : i64, bias = array<i64: 4, 4, 2>,
    orientation = #rram.orientation<row_is_neuron>, lane_padding = #rram.lane_padding<alternating>}
}
