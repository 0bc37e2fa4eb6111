// RUN: bnn-opt %s --split-input-file --verify-diagnostics --write-image=output=%t.rimg
// RUN: not ls %t.rimg

// expected-error @+1 {{the module has no 'rram.target'; run rram-attach-target first}}
module {
}

// -----

// expected-error @+1 {{the module has no function @main}}
module attributes {rram.target = #rram.target<name = "t", rows = 4, columns = 4>} {
}

// -----

module attributes {rram.target = #rram.target<name = "t", rows = 4, columns = 4>} {
  func.func @main(%x: tensor<1x3x!bnn.binary>) -> tensor<1x2xi64> {
    %y = rram.execute @fc(%x) : (tensor<1x3x!bnn.binary>) -> tensor<1x2xi64>
    return %y : tensor<1x2xi64>
  }
  rram.weights @w : tensor<2x3x!bnn.binary> = #bnn.lit<["+-+", "--+"]>
  // expected-error @+1 {{layer 'fc' has no tiles; run rram-tile first}}
  rram.layer @fc(tensor<1x3x!bnn.binary>) -> tensor<1x2xi64> attributes {
    weights = @w, nodes = [], geometry = #rram.dense<positions = 1>,
    neurons = 2 : i64, fan_in = 3 : i64, groups = 1 : i64, weight_planes = 1 : i64,
    planes = #rram.planes<bipolar, weights = [2], offset = -1>,
    count_unit = 2 : i64, divisor = 1 : i64, border_classes = 1 : i64, bias = array<i64: -3, -5>}
}

// -----

module attributes {rram.target = #rram.target<name = "t", rows = 4, columns = 3>} {
  func.func @main(%x: tensor<1x3x!bnn.binary>) -> (tensor<1x2xi64>, tensor<1x2xi64>) {
    %y = rram.execute @fc(%x) : (tensor<1x3x!bnn.binary>) -> tensor<1x2xi64>
    // expected-error @+1 {{layer 'fc' is executed twice; an image reads it once}}
    %z = rram.execute @fc(%x) : (tensor<1x3x!bnn.binary>) -> tensor<1x2xi64>
    return %y, %z : tensor<1x2xi64>, tensor<1x2xi64>
  }
  rram.tiles @w grid [1, 1] of [4, 3] orientation <row_is_neuron> cells tensor<2x3x!bnn.binary> = #bnn.lit<["+-+", "--+"]>
    placement [#rram.run<tiles = 1, chip = 0, subarray = 0, row = 0, column = 0>]
  rram.layer @fc(tensor<1x3x!bnn.binary>) -> tensor<1x2xi64> attributes {
    weights = @w, nodes = [], geometry = #rram.dense<positions = 1>,
    neurons = 2 : i64, fan_in = 3 : i64, groups = 1 : i64, weight_planes = 1 : i64,
    planes = #rram.planes<bipolar, weights = [2], offset = -1>, accumulation = #rram.accumulation<serial>,
    accumulator_bits = 3 : i64, orientation = #rram.orientation<row_is_neuron>, lane_padding = #rram.lane_padding<masked>,
    count_unit = 2 : i64, divisor = 1 : i64, border_classes = 1 : i64, bias = array<i64: -3, -5>}
}

// -----

// The image's own verifier has the last word: codes come in undeclared.
// expected-error @+1 {{image: input 'input0'}}
module attributes {rram.target = #rram.target<name = "t", rows = 4, columns = 3>} {
  func.func @main(%x: tensor<1x3x!bnn.binary>) -> tensor<1x3xf32> {
    %y = bnn.decode %x : tensor<1x3x!bnn.binary> -> tensor<1x3xf32>
    return %y : tensor<1x3xf32>
  }
}
