// RUN: bnn-opt %s --split-input-file --verify-diagnostics --rram-recover-weights

module attributes {rram.target = #rram.target<name = "t", rows = 4, columns = 4>} {
  func.func @main(%x: tensor<1x3x!bnn.binary>) -> tensor<1x2xi64> {
    %y = rram.execute @fc(%x) : (tensor<1x3x!bnn.binary>) -> tensor<1x2xi64>
    return %y : tensor<1x2xi64>
  }
  rram.weights @w : tensor<2x3x!bnn.binary> = #bnn.lit<["+-+", "--+"]>
  // One weight of the second neuron is not the one that its bias is for.
  // expected-error @+1 {{layer 'fc': bias is not what the weights ask for}}
  rram.layer @fc(tensor<1x3x!bnn.binary>) -> tensor<1x2xi64> attributes {
    weights = @w, nodes = [], geometry = #rram.dense<positions = 1>,
    neurons = 2 : i64, fan_in = 3 : i64, groups = 1 : i64, weight_planes = 1 : i64,
    planes = #rram.planes<positional, weights = [1], offset = 0>,
    count_unit = 1 : i64, divisor = 1 : i64, border_classes = 1 : i64, bias = array<i64: -1, -1>}
}

// -----

module attributes {rram.target = #rram.target<name = "t", rows = 4, columns = 4>} {
  func.func @main(%x: tensor<1x1x4x!bnn.binary>) -> tensor<1x1x4x!bnn.binary> {
    %y = rram.execute @conv(%x) : (tensor<1x1x4x!bnn.binary>) -> tensor<1x1x4x!bnn.binary>
    return %y : tensor<1x1x4x!bnn.binary>
  }
  rram.weights @w : tensor<1x3x!bnn.binary> = #bnn.lit<["++-"]>
  // The threshold of the first class is one too high.
  // expected-error @+1 {{layer 'conv': the border classes of a neuron do not mean the same thresholds}}
  rram.layer @conv(tensor<1x1x4x!bnn.binary>) -> tensor<1x1x4x!bnn.binary> attributes {
    weights = @w, nodes = [], neurons = 1 : i64, fan_in = 3 : i64, groups = 1 : i64, weight_planes = 1 : i64,
    geometry = #rram.conv<channels = 1, input = [4], output = [4], kernel = [3], strides = [1], dilations = [1],
      pads_begin = [1], pads_end = [1], pad_code = -1, pad_value = 0>,
    planes = #rram.planes<bipolar, weights = [2], offset = -1>, count_unit = 2 : i64, divisor = 1 : i64,
    border_classes = 3 : i64, position_class = array<i32: 0, 1, 1, 2>, bias = array<i64: -2, -3, -4>,
    steps = #bnn.steps<counts = [1, 1, 1], thresholds = [3, 2, 3], codes = [-1, 1, -1, 1, -1, 1]>}
}

// -----

module attributes {rram.target = #rram.target<name = "t", rows = 4, columns = 4>} {
  func.func @main(%x: tensor<1x1x4x!bnn.binary>) -> tensor<1x1x4xi64> {
    %y = rram.execute @conv(%x) : (tensor<1x1x4x!bnn.binary>) -> tensor<1x1x4xi64>
    return %y : tensor<1x1x4xi64>
  }
  rram.weights @w : tensor<1x3x!bnn.binary> = #bnn.lit<["++-"]>
  // expected-error @+1 {{layer 'conv': position_class is not what the geometry asks for}}
  rram.layer @conv(tensor<1x1x4x!bnn.binary>) -> tensor<1x1x4xi64> attributes {
    weights = @w, nodes = [], neurons = 1 : i64, fan_in = 3 : i64, groups = 1 : i64, weight_planes = 1 : i64,
    geometry = #rram.conv<channels = 1, input = [4], output = [4], kernel = [3], strides = [1], dilations = [1],
      pads_begin = [1], pads_end = [1], pad_code = -1, pad_value = 0>,
    planes = #rram.planes<bipolar, weights = [2], offset = -1>, count_unit = 2 : i64, divisor = 1 : i64,
    border_classes = 3 : i64, position_class = array<i32: 0, 1, 2, 2>, bias = array<i64: -2, -3, -4>}
}
