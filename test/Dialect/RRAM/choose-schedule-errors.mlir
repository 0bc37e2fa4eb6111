// RUN: split-file %s %t
// RUN: bnn-opt %t/s2p.mlir --verify-diagnostics --rram-choose-schedule=schedule=s2p
// RUN: bnn-opt %t/p2s.mlir --verify-diagnostics --rram-choose-schedule=schedule=p2s
// RUN: bnn-opt %t/target.mlir --verify-diagnostics --rram-choose-schedule

//--- s2p.mlir
module attributes {rram.target = #rram.target<name = "t", rows = 4, columns = 4>} {
  rram.weights @w : tensor<2x3x!bnn.binary> = #bnn.lit<["+-+", "--+"]>
  // expected-error @+1 {{layer 'fc': schedule s2p (a row is an input) is not one of the schedules of target 't'; use auto, or a target whose periphery has it}}
  rram.layer @fc(tensor<1x3x!bnn.binary>) -> tensor<1x2x!bnn.binary> attributes {
    weights = @w, nodes = [], geometry = #rram.dense<positions = 1>,
    neurons = 2 : i64, fan_in = 3 : i64, groups = 1 : i64, weight_planes = 1 : i64,
    planes = #rram.planes<bipolar, weights = [2], offset = -1>,
    count_unit = 2 : i64, divisor = 1 : i64, border_classes = 1 : i64, bias = array<i64: -3, -3>,
    steps = #bnn.steps<counts = [1, 1], thresholds = [2, 3], codes = [-1, 1, -1, 1]>}
}

//--- p2s.mlir
module attributes {rram.target = #rram.target<name = "t", rows = 4, columns = 4, p2s = false, s2p = true>} {
  rram.weights @w : tensor<2x3x!bnn.binary> = #bnn.lit<["+-+", "--+"]>
  // expected-error @+1 {{layer 'fc': schedule p2s (a row is a neuron) is not one of the schedules of target 't'; use auto, or a target whose periphery has it}}
  rram.layer @fc(tensor<1x3x!bnn.binary>) -> tensor<1x2x!bnn.binary> attributes {
    weights = @w, nodes = [], geometry = #rram.dense<positions = 1>,
    neurons = 2 : i64, fan_in = 3 : i64, groups = 1 : i64, weight_planes = 1 : i64,
    planes = #rram.planes<bipolar, weights = [2], offset = -1>,
    count_unit = 2 : i64, divisor = 1 : i64, border_classes = 1 : i64, bias = array<i64: -3, -3>,
    steps = #bnn.steps<counts = [1, 1], thresholds = [2, 3], codes = [-1, 1, -1, 1]>}
}

//--- target.mlir
// expected-error @+1 {{the module has no 'rram.target'; run rram-attach-target first}}
module {
}
