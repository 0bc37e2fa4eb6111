// RUN: bnn-opt %s --rram-choose-schedule | FileCheck %s
// RUN: bnn-opt %s --rram-choose-schedule=schedule=p2s | FileCheck %s
// RUN: bnn-opt %s --rram-choose-schedule=schedule=s2p | FileCheck %s --check-prefix=S2P

module attributes {rram.target = #rram.target<name = "t", rows = 4, columns = 4, s2p = true>} {
  rram.weights @w : tensor<2x3x!bnn.binary> = #bnn.lit<["+-+", "--+"]>
  // CHECK: rram.layer @fresh
  // CHECK-SAME: orientation = #rram.orientation<row_is_neuron>
  // S2P: rram.layer @fresh
  // S2P-SAME: orientation = #rram.orientation<row_is_input>
  rram.layer @fresh(tensor<1x3x!bnn.binary>) -> tensor<1x2xi64> attributes {
    weights = @w, nodes = [], geometry = #rram.dense<positions = 1>,
    neurons = 2 : i64, fan_in = 3 : i64, groups = 1 : i64, weight_planes = 1 : i64,
    planes = #rram.planes<bipolar, weights = [2], offset = -1>,
    count_unit = 2 : i64, divisor = 1 : i64, border_classes = 1 : i64, bias = array<i64: -3, -3>}
  // What is chosen already stays.
  // CHECK: rram.layer @chosen
  // CHECK-SAME: orientation = #rram.orientation<row_is_input>
  rram.layer @chosen(tensor<1x3x!bnn.binary>) -> tensor<1x2xi64> attributes {
    weights = @w, nodes = [], geometry = #rram.dense<positions = 1>,
    orientation = #rram.orientation<row_is_input>,
    neurons = 2 : i64, fan_in = 3 : i64, groups = 1 : i64, weight_planes = 1 : i64,
    planes = #rram.planes<bipolar, weights = [2], offset = -1>,
    count_unit = 2 : i64, divisor = 1 : i64, border_classes = 1 : i64, bias = array<i64: -3, -3>}
}
