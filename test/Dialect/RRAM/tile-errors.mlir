// RUN: bnn-opt %s --split-input-file --verify-diagnostics --rram-tile

module attributes {rram.target = #rram.target<name = "t", rows = 4, columns = 4>} {
  rram.weights @w : tensor<2x3x!bnn.binary> = #bnn.lit<["+-+", "--+"]>
  // expected-error @+1 {{layer 'fc' has no orientation; run rram-choose-schedule first}}
  rram.layer @fc(tensor<1x3x!bnn.binary>) -> tensor<1x2x!bnn.binary> attributes {
    weights = @w, nodes = [], geometry = #rram.dense<positions = 1>,
    neurons = 2 : i64, fan_in = 3 : i64, groups = 1 : i64, weight_planes = 1 : i64,
    planes = #rram.planes<bipolar, weights = [2], offset = -1>,
    count_unit = 2 : i64, divisor = 1 : i64, border_classes = 1 : i64, bias = array<i64: -3, -3>,
    steps = #bnn.steps<counts = [1, 1], thresholds = [2, 3], codes = [-1, 1, -1, 1]>}
}

// -----

module attributes {rram.target = #rram.target<name = "t", rows = 4, columns = 4, row_sense = false>} {
  rram.weights @w : tensor<2x3x!bnn.binary> = #bnn.lit<["+-+", "--+"]>
  // expected-error @+1 {{layer 'fc': target 't' has access other than row_sense, which is not built yet}}
  rram.layer @fc(tensor<1x3x!bnn.binary>) -> tensor<1x2x!bnn.binary> attributes {
    weights = @w, nodes = [], geometry = #rram.dense<positions = 1>,
    neurons = 2 : i64, fan_in = 3 : i64, groups = 1 : i64, weight_planes = 1 : i64,
    planes = #rram.planes<bipolar, weights = [2], offset = -1>,
    count_unit = 2 : i64, divisor = 1 : i64, border_classes = 1 : i64, bias = array<i64: -3, -3>,
    steps = #bnn.steps<counts = [1, 1], thresholds = [2, 3], codes = [-1, 1, -1, 1]>,
    orientation = #rram.orientation<row_is_neuron>}
}

// -----

module attributes {rram.target = #rram.target<name = "t", rows = 4, columns = 4, exact_sum = false>} {
  rram.weights @w : tensor<2x3x!bnn.binary> = #bnn.lit<["+-+", "--+"]>
  // expected-error @+1 {{layer 'fc': target 't' has reduce: per_access_decision, so partial counts of tiles cannot be added, which is not built otherwise yet}}
  rram.layer @fc(tensor<1x3x!bnn.binary>) -> tensor<1x2x!bnn.binary> attributes {
    weights = @w, nodes = [], geometry = #rram.dense<positions = 1>,
    neurons = 2 : i64, fan_in = 3 : i64, groups = 1 : i64, weight_planes = 1 : i64,
    planes = #rram.planes<bipolar, weights = [2], offset = -1>,
    count_unit = 2 : i64, divisor = 1 : i64, border_classes = 1 : i64, bias = array<i64: -3, -3>,
    steps = #bnn.steps<counts = [1, 1], thresholds = [2, 3], codes = [-1, 1, -1, 1]>,
    orientation = #rram.orientation<row_is_neuron>}
}

// -----

module attributes {rram.target = #rram.target<name = "t", rows = 4, columns = 4, exact_compare = false>} {
  rram.weights @w : tensor<2x3x!bnn.binary> = #bnn.lit<["+-+", "--+"]>
  // expected-error @+1 {{layer 'fc': target 't' has decision other than exact, which is not built yet}}
  rram.layer @fc(tensor<1x3x!bnn.binary>) -> tensor<1x2x!bnn.binary> attributes {
    weights = @w, nodes = [], geometry = #rram.dense<positions = 1>,
    neurons = 2 : i64, fan_in = 3 : i64, groups = 1 : i64, weight_planes = 1 : i64,
    planes = #rram.planes<bipolar, weights = [2], offset = -1>,
    count_unit = 2 : i64, divisor = 1 : i64, border_classes = 1 : i64, bias = array<i64: -3, -3>,
    steps = #bnn.steps<counts = [1, 1], thresholds = [2, 3], codes = [-1, 1, -1, 1]>,
    orientation = #rram.orientation<row_is_neuron>}
}

// -----

module attributes {rram.target = #rram.target<name = "t", rows = 4, columns = 4, max_fanin = 2>} {
  rram.weights @w : tensor<2x3x!bnn.binary> = #bnn.lit<["+-+", "--+"]>
  // expected-error @+1 {{layer 'fc': target 't' has max_fanin_per_decision: 2, the layer has 3 lanes to a neuron}}
  rram.layer @fc(tensor<1x3x!bnn.binary>) -> tensor<1x2x!bnn.binary> attributes {
    weights = @w, nodes = [], geometry = #rram.dense<positions = 1>,
    neurons = 2 : i64, fan_in = 3 : i64, groups = 1 : i64, weight_planes = 1 : i64,
    planes = #rram.planes<bipolar, weights = [2], offset = -1>,
    count_unit = 2 : i64, divisor = 1 : i64, border_classes = 1 : i64, bias = array<i64: -3, -3>,
    steps = #bnn.steps<counts = [1, 1], thresholds = [2, 3], codes = [-1, 1, -1, 1]>,
    orientation = #rram.orientation<row_is_neuron>}
}

// -----

module attributes {rram.target = #rram.target<name = "t", rows = 4, columns = 4, threshold_bits = 3>} {
  rram.weights @w : tensor<2x3x!bnn.binary> = #bnn.lit<["+-+", "--+"]>
  // expected-error @+1 {{layer 'fc': target 't' has threshold_range: 3 bit, the layer has the threshold 4}}
  rram.layer @fc(tensor<1x3x!bnn.binary>) -> tensor<1x2x!bnn.binary> attributes {
    weights = @w, nodes = [], geometry = #rram.dense<positions = 1>,
    neurons = 2 : i64, fan_in = 3 : i64, groups = 1 : i64, weight_planes = 1 : i64,
    planes = #rram.planes<bipolar, weights = [2], offset = -1>,
    count_unit = 2 : i64, divisor = 1 : i64, border_classes = 1 : i64, bias = array<i64: -3, -3>,
    steps = #bnn.steps<counts = [1, 1], thresholds = [2, 3], codes = [-1, 1, -1, 1]>,
    orientation = #rram.orientation<row_is_neuron>}
}
