// RUN: bnn-opt %s --split-input-file --verify-diagnostics

// The layer that the cases below break one by one is sound.
rram.weights @w : tensor<2x3x!bnn.binary> = #bnn.lit<["+-+", "--+"]>
rram.layer @fc(tensor<1x3x!bnn.binary>) -> tensor<1x2x!bnn.binary> attributes {
  weights = @w, nodes = ["fc"], geometry = #rram.dense<positions = 1>,
  neurons = 2 : i64, fan_in = 3 : i64, groups = 1 : i64, weight_planes = 1 : i64,
  planes = #rram.planes<bipolar, weights = [2], offset = -1>,
  count_unit = 2 : i64, divisor = 1 : i64, border_classes = 1 : i64,
  bias = array<i64: -3, -3>,
  steps = #bnn.steps<counts = [1, 1], thresholds = [2, 2], codes = [-1, 1, -1, 1]>}

// -----

rram.weights @w : tensor<2x3x!bnn.binary> = #bnn.lit<["+-+", "--+"]>
// expected-error @+1 {{takes one static tensor and returns one}}
rram.layer @fc(tensor<1x3x!bnn.binary>) -> (tensor<1x2x!bnn.binary>, i64) attributes {
  weights = @w, nodes = ["fc"], geometry = #rram.dense<positions = 1>,
  neurons = 2 : i64, fan_in = 3 : i64, groups = 1 : i64, weight_planes = 1 : i64,
  planes = #rram.planes<bipolar, weights = [2], offset = -1>,
  count_unit = 2 : i64, divisor = 1 : i64, border_classes = 1 : i64,
  bias = array<i64: -3, -3>,
  steps = #bnn.steps<counts = [1, 1], thresholds = [2, 2], codes = [-1, 1, -1, 1]>}

// -----

rram.weights @w : tensor<2x3x!bnn.binary> = #bnn.lit<["+-+", "--+"]>
// expected-error @+1 {{input must be a tensor of codes}}
rram.layer @fc(tensor<1x3xf32>) -> tensor<1x2x!bnn.binary> attributes {
  weights = @w, nodes = ["fc"], geometry = #rram.dense<positions = 1>,
  neurons = 2 : i64, fan_in = 3 : i64, groups = 1 : i64, weight_planes = 1 : i64,
  planes = #rram.planes<bipolar, weights = [2], offset = -1>,
  count_unit = 2 : i64, divisor = 1 : i64, border_classes = 1 : i64,
  bias = array<i64: -3, -3>,
  steps = #bnn.steps<counts = [1, 1], thresholds = [2, 2], codes = [-1, 1, -1, 1]>}

// -----

rram.weights @w : tensor<2x3x!bnn.binary> = #bnn.lit<["+-+", "--+"]>
// expected-error @+1 {{output must be a tensor of codes}}
rram.layer @fc(tensor<1x3x!bnn.binary>) -> tensor<1x2xi64> attributes {
  weights = @w, nodes = ["fc"], geometry = #rram.dense<positions = 1>,
  neurons = 2 : i64, fan_in = 3 : i64, groups = 1 : i64, weight_planes = 1 : i64,
  planes = #rram.planes<bipolar, weights = [2], offset = -1>,
  count_unit = 2 : i64, divisor = 1 : i64, border_classes = 1 : i64,
  bias = array<i64: -3, -3>,
  steps = #bnn.steps<counts = [1, 1], thresholds = [2, 2], codes = [-1, 1, -1, 1]>}

// -----

rram.weights @w : tensor<2x3x!bnn.binary> = #bnn.lit<["+-+", "--+"]>
// expected-error @+1 {{groups = 3 must divide 2 neurons}}
rram.layer @fc(tensor<1x3x!bnn.binary>) -> tensor<1x2x!bnn.binary> attributes {
  weights = @w, nodes = ["fc"], geometry = #rram.dense<positions = 1>,
  neurons = 2 : i64, fan_in = 3 : i64, groups = 3 : i64, weight_planes = 1 : i64,
  planes = #rram.planes<bipolar, weights = [2], offset = -1>,
  count_unit = 2 : i64, divisor = 1 : i64, border_classes = 1 : i64,
  bias = array<i64: -3, -3>,
  steps = #bnn.steps<counts = [1, 1], thresholds = [2, 2], codes = [-1, 1, -1, 1]>}

// -----

rram.weights @w : tensor<2x3x!bnn.binary> = #bnn.lit<["+-+", "--+"]>
// expected-error @+1 {{geometry asks for 6 input elements, the type has 3}}
rram.layer @fc(tensor<1x3x!bnn.binary>) -> tensor<1x2x!bnn.binary> attributes {
  weights = @w, nodes = ["fc"], geometry = #rram.dense<positions = 2>,
  neurons = 2 : i64, fan_in = 3 : i64, groups = 1 : i64, weight_planes = 1 : i64,
  planes = #rram.planes<bipolar, weights = [2], offset = -1>,
  count_unit = 2 : i64, divisor = 1 : i64, border_classes = 1 : i64,
  bias = array<i64: -3, -3>,
  steps = #bnn.steps<counts = [1, 1], thresholds = [2, 2], codes = [-1, 1, -1, 1]>}

// -----

rram.weights @w : tensor<2x3x!bnn.binary> = #bnn.lit<["+-+", "--+"]>
// expected-error @+1 {{geometry gives 2 output elements, the type has 4}}
rram.layer @fc(tensor<1x3x!bnn.binary>) -> tensor<2x2x!bnn.binary> attributes {
  weights = @w, nodes = ["fc"], geometry = #rram.dense<positions = 1>,
  neurons = 2 : i64, fan_in = 3 : i64, groups = 1 : i64, weight_planes = 1 : i64,
  planes = #rram.planes<bipolar, weights = [2], offset = -1>,
  count_unit = 2 : i64, divisor = 1 : i64, border_classes = 1 : i64,
  bias = array<i64: -3, -3>,
  steps = #bnn.steps<counts = [1, 1], thresholds = [2, 2], codes = [-1, 1, -1, 1]>}

// -----

rram.weights @w : tensor<2x3x!bnn.binary> = #bnn.lit<["+-+", "--+"]>
// expected-error @+1 {{count_unit = 4 must divide all plane weights}}
rram.layer @fc(tensor<1x3x!bnn.binary>) -> tensor<1x2x!bnn.binary> attributes {
  weights = @w, nodes = ["fc"], geometry = #rram.dense<positions = 1>,
  neurons = 2 : i64, fan_in = 3 : i64, groups = 1 : i64, weight_planes = 1 : i64,
  planes = #rram.planes<bipolar, weights = [2], offset = -1>,
  count_unit = 4 : i64, divisor = 1 : i64, border_classes = 1 : i64,
  bias = array<i64: -3, -3>,
  steps = #bnn.steps<counts = [1, 1], thresholds = [2, 2], codes = [-1, 1, -1, 1]>}

// -----

rram.weights @w : tensor<2x3x!bnn.binary> = #bnn.lit<["+-+", "--+"]>
// expected-error @+1 {{expected 2 biases (classes * neurons), got 1}}
rram.layer @fc(tensor<1x3x!bnn.binary>) -> tensor<1x2x!bnn.binary> attributes {
  weights = @w, nodes = ["fc"], geometry = #rram.dense<positions = 1>,
  neurons = 2 : i64, fan_in = 3 : i64, groups = 1 : i64, weight_planes = 1 : i64,
  planes = #rram.planes<bipolar, weights = [2], offset = -1>,
  count_unit = 2 : i64, divisor = 1 : i64, border_classes = 1 : i64,
  bias = array<i64: -3>,
  steps = #bnn.steps<counts = [1, 1], thresholds = [2, 2], codes = [-1, 1, -1, 1]>}

// -----

rram.weights @w : tensor<2x3x!bnn.binary> = #bnn.lit<["+-+", "--+"]>
// expected-error @+1 {{expected 2 step functions (classes * neurons), got 1}}
rram.layer @fc(tensor<1x3x!bnn.binary>) -> tensor<1x2x!bnn.binary> attributes {
  weights = @w, nodes = ["fc"], geometry = #rram.dense<positions = 1>,
  neurons = 2 : i64, fan_in = 3 : i64, groups = 1 : i64, weight_planes = 1 : i64,
  planes = #rram.planes<bipolar, weights = [2], offset = -1>,
  count_unit = 2 : i64, divisor = 1 : i64, border_classes = 1 : i64,
  bias = array<i64: -3, -3>,
  steps = #bnn.steps<counts = [1], thresholds = [2], codes = [-1, 1]>}

// -----

rram.weights @w : tensor<2x3x!bnn.binary> = #bnn.lit<["+-+", "--+"]>
// expected-error @+1 {{code 2 is none of '!bnn.binary'}}
rram.layer @fc(tensor<1x3x!bnn.binary>) -> tensor<1x2x!bnn.binary> attributes {
  weights = @w, nodes = ["fc"], geometry = #rram.dense<positions = 1>,
  neurons = 2 : i64, fan_in = 3 : i64, groups = 1 : i64, weight_planes = 1 : i64,
  planes = #rram.planes<bipolar, weights = [2], offset = -1>,
  count_unit = 2 : i64, divisor = 1 : i64, border_classes = 1 : i64,
  bias = array<i64: -3, -3>,
  steps = #bnn.steps<counts = [1, 1], thresholds = [2, 2], codes = [-1, 1, -1, 2]>}

// -----

rram.weights @w : tensor<2x3x!bnn.binary> = #bnn.lit<["+-+", "--+"]>
// expected-error @+1 {{several border classes need position_class}}
rram.layer @fc(tensor<1x3x!bnn.binary>) -> tensor<1x2x!bnn.binary> attributes {
  weights = @w, nodes = ["fc"], geometry = #rram.dense<positions = 1>,
  neurons = 2 : i64, fan_in = 3 : i64, groups = 1 : i64, weight_planes = 1 : i64,
  planes = #rram.planes<bipolar, weights = [2], offset = -1>,
  count_unit = 2 : i64, divisor = 1 : i64, border_classes = 2 : i64,
  bias = array<i64: -3, -3, -3, -3>,
  steps = #bnn.steps<counts = [0, 0, 0, 0], codes = [1, 1, 1, 1]>}

// -----

rram.weights @w : tensor<2x3x!bnn.binary> = #bnn.lit<["+-+", "--+"]>
// expected-error @+1 {{position_class has 2 entries for 1 positions}}
rram.layer @fc(tensor<1x3x!bnn.binary>) -> tensor<1x2x!bnn.binary> attributes {
  weights = @w, nodes = ["fc"], geometry = #rram.dense<positions = 1>,
  neurons = 2 : i64, fan_in = 3 : i64, groups = 1 : i64, weight_planes = 1 : i64,
  planes = #rram.planes<bipolar, weights = [2], offset = -1>,
  count_unit = 2 : i64, divisor = 1 : i64, border_classes = 1 : i64, position_class = array<i32: 0, 0>,
  bias = array<i64: -3, -3>,
  steps = #bnn.steps<counts = [1, 1], thresholds = [2, 2], codes = [-1, 1, -1, 1]>}

// -----

rram.weights @w : tensor<2x3x!bnn.binary> = #bnn.lit<["+-+", "--+"]>
// expected-error @+1 {{border class 1 is not below 1}}
rram.layer @fc(tensor<1x3x!bnn.binary>) -> tensor<1x2x!bnn.binary> attributes {
  weights = @w, nodes = ["fc"], geometry = #rram.dense<positions = 1>,
  neurons = 2 : i64, fan_in = 3 : i64, groups = 1 : i64, weight_planes = 1 : i64,
  planes = #rram.planes<bipolar, weights = [2], offset = -1>,
  count_unit = 2 : i64, divisor = 1 : i64, border_classes = 1 : i64, position_class = array<i32: 1>,
  bias = array<i64: -3, -3>,
  steps = #bnn.steps<counts = [1, 1], thresholds = [2, 2], codes = [-1, 1, -1, 1]>}

// -----

rram.weights @w : tensor<2x3x!bnn.binary> = #bnn.lit<["+-+", "--+"]>
// expected-error @+1 {{accumulator_bits must lie between 1 and 64}}
rram.layer @fc(tensor<1x3x!bnn.binary>) -> tensor<1x2x!bnn.binary> attributes {
  weights = @w, nodes = ["fc"], geometry = #rram.dense<positions = 1>,
  neurons = 2 : i64, fan_in = 3 : i64, groups = 1 : i64, weight_planes = 1 : i64,
  planes = #rram.planes<bipolar, weights = [2], offset = -1>,
  count_unit = 2 : i64, divisor = 1 : i64, accumulator_bits = 65 : i64, border_classes = 1 : i64,
  bias = array<i64: -3, -3>,
  steps = #bnn.steps<counts = [1, 1], thresholds = [2, 2], codes = [-1, 1, -1, 1]>}

// -----

rram.weights @w : tensor<2x3x!bnn.binary> = #bnn.lit<["+-+", "--+"]>
// expected-error @+1 {{needs weights of 2 neurons x 6 lanes, 'w' has 2 x 3}}
rram.layer @fc(tensor<1x3x!bnn.binary>) -> tensor<1x2x!bnn.binary> attributes {
  weights = @w, nodes = ["fc"], geometry = #rram.dense<positions = 1>,
  neurons = 2 : i64, fan_in = 3 : i64, groups = 1 : i64, weight_planes = 2 : i64,
  planes = #rram.planes<bipolar, weights = [2], offset = -1>,
  count_unit = 2 : i64, divisor = 1 : i64, border_classes = 1 : i64,
  bias = array<i64: -3, -3>,
  steps = #bnn.steps<counts = [1, 1], thresholds = [2, 2], codes = [-1, 1, -1, 1]>}

// -----

rram.weights @w : tensor<2x3x!bnn.binary> = #bnn.lit<["+-+", "--+"]>
// expected-error @+1 {{'other' is no rram.weights or rram.tiles}}
rram.layer @fc(tensor<1x3x!bnn.binary>) -> tensor<1x2x!bnn.binary> attributes {
  weights = @other, nodes = ["fc"], geometry = #rram.dense<positions = 1>,
  neurons = 2 : i64, fan_in = 3 : i64, groups = 1 : i64, weight_planes = 1 : i64,
  planes = #rram.planes<bipolar, weights = [2], offset = -1>,
  count_unit = 2 : i64, divisor = 1 : i64, border_classes = 1 : i64,
  bias = array<i64: -3, -3>,
  steps = #bnn.steps<counts = [1, 1], thresholds = [2, 2], codes = [-1, 1, -1, 1]>}

// -----

rram.weights @w : tensor<2x3x!bnn.binary> = #bnn.lit<["+-+", "--+"]>
// expected-error @+1 {{attribute 'divisor' failed to satisfy constraint}}
rram.layer @fc(tensor<1x3x!bnn.binary>) -> tensor<1x2x!bnn.binary> attributes {
  weights = @w, nodes = ["fc"], geometry = #rram.dense<positions = 1>,
  neurons = 2 : i64, fan_in = 3 : i64, groups = 1 : i64, weight_planes = 1 : i64,
  planes = #rram.planes<bipolar, weights = [2], offset = -1>,
  count_unit = 2 : i64, divisor = 3 : i64, border_classes = 1 : i64,
  bias = array<i64: -3, -3>,
  steps = #bnn.steps<counts = [1, 1], thresholds = [2, 2], codes = [-1, 1, -1, 1]>}

// -----

rram.weights @w : tensor<2x3x!bnn.binary> = #bnn.lit<["+-+", "--+"]>
rram.layer @conv(tensor<1x1x4x!bnn.binary>) -> tensor<1x2x4xi64> attributes {
  weights = @w, nodes = [], neurons = 2 : i64, fan_in = 3 : i64, groups = 1 : i64, weight_planes = 1 : i64,
  geometry = #rram.conv<channels = 1, input = [4], output = [4], kernel = [3], strides = [1], dilations = [1],
    pads_begin = [1], pads_end = [1], pad_code = -1, pad_value = -1>,
  planes = #rram.planes<bipolar, weights = [2], offset = -1>,
  count_unit = 2 : i64, divisor = 1 : i64, border_classes = 1 : i64, bias = array<i64: -3, -3>}

// -----

rram.weights @w : tensor<2x3x!bnn.binary> = #bnn.lit<["+-+", "--+"]>
// expected-error @+1 {{fan_in must be channels / groups * kernel taps, got 2}}
rram.layer @conv(tensor<1x1x4x!bnn.binary>) -> tensor<1x2x4xi64> attributes {
  weights = @w, nodes = [], neurons = 2 : i64, fan_in = 2 : i64, groups = 1 : i64, weight_planes = 1 : i64,
  geometry = #rram.conv<channels = 1, input = [4], output = [4], kernel = [3], strides = [1], dilations = [1],
    pads_begin = [1], pads_end = [1], pad_code = -1, pad_value = -1>,
  planes = #rram.planes<bipolar, weights = [2], offset = -1>,
  count_unit = 2 : i64, divisor = 1 : i64, border_classes = 1 : i64, bias = array<i64: -3, -3>}
