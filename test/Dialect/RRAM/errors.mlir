// RUN: bnn-opt %s --split-input-file --verify-diagnostics

// expected-error @+1 {{cells must be a [neurons, lanes] tensor of !bnn.binary or !bnn.ternary}}
rram.weights @w : tensor<2x3xf32> = dense<1.0>

// -----

// expected-error @+1 {{row 1 of the literal has 2 weights, the tensor 3}}
rram.weights @w : tensor<2x3x!bnn.binary> = #bnn.lit<["+-+", "--"]>

// -----

// expected-error @+1 {{row 0 of the literal has '0', expected '+' or '-'}}
rram.weights @w : tensor<1x3x!bnn.binary> = #bnn.lit<["+0+"]>

// -----

// expected-error @+1 {{resource 'nope' has no data}}
rram.weights @w : tensor<1x3x!bnn.binary> = dense_resource<nope>

// -----

// expected-error @+1 {{resource 'short' has 8 bytes, 'tensor<2x3x!bnn.binary>' packs into 16}}
rram.weights @w : tensor<2x3x!bnn.binary> = dense_resource<short>
{-#
  dialect_resources: {
    builtin: {
      short: "0x080000000500000000000000"
    }
  }
#-}

// -----

// expected-error @+1 {{padding bits of weight row 0 must be zero}}
rram.weights @w : tensor<1x3x!bnn.binary> = dense_resource<dirty>
{-#
  dialect_resources: {
    builtin: {
      dirty: "0x080000000D00000000000000"
    }
  }
#-}

// -----

// expected-error @+1 {{grid and tile are [rows, columns]}}
rram.tiles @w grid [1] of [4, 4] orientation <row_is_neuron> cells tensor<2x3x!bnn.binary> = #bnn.lit<["+-+", "--+"]>

// -----

// expected-error @+1 {{a tile has at least one row and one column}}
rram.tiles @w grid [1, 1] of [0, 4] orientation <row_is_neuron> cells tensor<2x3x!bnn.binary> = #bnn.lit<["+-+", "--+"]>

// -----

// expected-error @+1 {{the weights need a grid of 1x2 tiles, got 1x1}}
rram.tiles @w grid [1, 1] of [4, 2] orientation <row_is_neuron> cells tensor<2x3x!bnn.binary> = #bnn.lit<["+-+", "--+"]>

// -----

// expected-error @+1 {{the weights need a grid of 2x1 tiles, got 1x1}}
rram.tiles @w grid [1, 1] of [2, 4] orientation <row_is_input> cells tensor<2x3x!bnn.binary> = #bnn.lit<["+-+", "--+"]>

// -----

// expected-error @+1 {{placement has more than the grid's 1 tiles}}
rram.tiles @w grid [1, 1] of [4, 4] orientation <row_is_neuron> cells tensor<2x3x!bnn.binary> = #bnn.lit<["+-+", "--+"]> placement [#rram.run<tiles = 2, chip = 0, subarray = 0, row = 0, column = 0>]

// -----

// expected-error @+1 {{placement has 0 of the grid's 1 tiles}}
rram.tiles @w grid [1, 1] of [4, 4] orientation <row_is_neuron> cells tensor<2x3x!bnn.binary> = #bnn.lit<["+-+", "--+"]> placement []

// -----

// expected-error @+2 {{a run places at least one tile, got 0}}
rram.tiles @w grid [1, 1] of [4, 4] orientation <row_is_neuron> cells tensor<2x3x!bnn.binary> = #bnn.lit<["+-+", "--+"]>
  placement [#rram.run<tiles = 0, chip = 0, subarray = 0, row = 0, column = 0>]

// -----

// expected-error @+2 {{chip, subarray, row and column are not negative}}
rram.tiles @w grid [1, 1] of [4, 4] orientation <row_is_neuron> cells tensor<2x3x!bnn.binary> = #bnn.lit<["+-+", "--+"]>
  placement [#rram.run<tiles = 1, chip = 0, subarray = -1, row = 0, column = 0>]

// -----

// expected-error @+1 {{row 1 has 1 cells, row 0 has 2}}
rram.subarray @s chip 0 index 0 holds ["w[0, 0] at 0, 0"] cells ["+-", "+"]

// -----

// expected-error @+1 {{row 0 may hold only '+', '-', '0' and '.'}}
rram.subarray @s chip 0 index 0 holds ["w[0, 0] at 0, 0"] cells ["+x"]

// -----

// expected-error @+1 {{'rram.target' must be a #rram.target}}
module attributes {rram.target = 3 : i64} {}

// -----

// expected-error @+1 {{has the unknown attribute 'rram.tarket'}}
module attributes {rram.tarket = 3 : i64} {}

// -----

// expected-error @+1 {{'rram.target' belongs on the module}}
func.func private @f() attributes {rram.target = #rram.target<name = "t", rows = 1, columns = 1>}

// -----

// expected-error @+1 {{rows must lie between 1 and 1048576, got 0}}
module attributes {rram.target = #rram.target<name = "t", rows = 0, columns = 1>} {}

// -----

// expected-error @+1 {{columns_per_sense_amplifier must lie between 1 and 4, got 5}}
module attributes {rram.target = #rram.target<name = "t", rows = 4, columns = 4, columns_per_sense_amplifier = 5>} {}

// -----

// expected-error @+1 {{count width must be 1 to 32 bits, got 0}}
func.func private @f(!rram.popcount<0>)

// -----

// expected-error @+1 {{bipolar planes have weights [2] and offset -1}}
func.func private @f() attributes {a.b = #rram.planes<bipolar, weights = [1], offset = -1>}

// -----

// expected-error @+1 {{thermometer planes have weights [1, 1] and offset -1}}
func.func private @f() attributes {a.b = #rram.planes<thermometer, weights = [1], offset = -1>}

// -----

// expected-error @+1 {{weight 1 of positional planes must be 2 or its negative, got 4}}
func.func private @f() attributes {a.b = #rram.planes<positional, weights = [1, 4], offset = 0>}

// -----

// expected-error @+1 {{positions must lie between 1 and 2^31 - 1, got 0}}
func.func private @f() attributes {a.b = #rram.dense<positions = 0>}

// -----

// expected-error @+1 {{output size 5 of spatial dimension 0 does not follow from the window}}
func.func private @f() attributes {a.b = #rram.conv<channels = 1, input = [4], output = [5], kernel = [3], strides = [1], dilations = [1], pads_begin = [1], pads_end = [1], pad_code = 0, pad_value = 0>}

// -----

// expected-error @+1 {{strides must lie between 1 and 2^31 - 1, got 0}}
func.func private @f() attributes {a.b = #rram.conv<channels = 1, input = [4], output = [4], kernel = [3], strides = [0], dilations = [1], pads_begin = [1], pads_end = [1], pad_code = 0, pad_value = 0>}

// -----

// expected-error @+1 {{kernel has 2 entries for 1 spatial dimensions}}
func.func private @f() attributes {a.b = #rram.conv<channels = 1, input = [4], output = [4], kernel = [3, 3], strides = [1], dilations = [1], pads_begin = [1], pads_end = [1], pad_code = 0, pad_value = 0>}

// -----

func.func @main(%x: tensor<1x3x!bnn.binary>) -> tensor<1x2xi64> {
  // expected-error @+1 {{'nope' is no rram.layer}}
  %y = rram.execute @nope(%x) : (tensor<1x3x!bnn.binary>) -> tensor<1x2xi64>
  return %y : tensor<1x2xi64>
}

// -----

rram.weights @w : tensor<2x3x!bnn.binary> = #bnn.lit<["+-+", "--+"]>
rram.layer @fc(tensor<1x3x!bnn.binary>) -> tensor<1x2x!bnn.binary> attributes {
  weights = @w, nodes = ["fc"], geometry = #rram.dense<positions = 1>,
  neurons = 2 : i64, fan_in = 3 : i64, groups = 1 : i64, weight_planes = 1 : i64,
  planes = #rram.planes<bipolar, weights = [2], offset = -1>,
  count_unit = 2 : i64, divisor = 1 : i64, border_classes = 1 : i64,
  bias = array<i64: -3, -3>,
  steps = #bnn.steps<counts = [1, 1], thresholds = [2, 2], codes = [-1, 1, -1, 1]>}
func.func @main(%x: tensor<1x3x!bnn.binary>) -> tensor<1x2xi64> {
  // expected-error @+1 {{types differ from those of layer 'fc'}}
  %y = rram.execute @fc(%x) : (tensor<1x3x!bnn.binary>) -> tensor<1x2xi64>
  return %y : tensor<1x2xi64>
}

// -----

rram.weights @w : tensor<2x3x!bnn.binary> = #bnn.lit<["+-+", "--+"]>
rram.layer @fc(%x: tensor<1x3x!bnn.binary>) -> tensor<1x2x!bnn.binary> attributes {
  weights = @w, nodes = ["fc"], geometry = #rram.dense<positions = 1>,
  neurons = 2 : i64, fan_in = 3 : i64, groups = 1 : i64, weight_planes = 1 : i64,
  planes = #rram.planes<bipolar, weights = [2], offset = -1>,
  count_unit = 2 : i64, divisor = 1 : i64, border_classes = 1 : i64,
  bias = array<i64: -3, -3>,
  steps = #bnn.steps<counts = [1, 1], thresholds = [2, 2], codes = [-1, 1, -1, 1]>} {
  %z = arith.constant 0 : index
  %o = rram.output : tensor<1x2x!bnn.binary>
  // expected-error @+1 {{'w' is no rram.tiles}}
  %p = rram.read @w[%z, %z] row %z of %x at %z plane %z : tensor<1x3x!bnn.binary> -> !rram.popcount<3>
  rram.return %o : tensor<1x2x!bnn.binary>
}

// -----

func.func @f(%a: i4, %p: !rram.popcount<3>, %z: index) {
  // expected-error @+1 {{needs a weight per plane}}
  %s = rram.accumulate %a, %p plane %z weights [] : i4, !rram.popcount<3>
  return
}

// -----

rram.weights @w : tensor<2x3x!bnn.binary> = #bnn.lit<["+-+", "--+"]>
rram.layer @fc(%x: tensor<1x3x!bnn.binary>) -> tensor<1x2x!bnn.binary> attributes {
  weights = @w, nodes = ["fc"], geometry = #rram.dense<positions = 1>,
  neurons = 2 : i64, fan_in = 3 : i64, groups = 1 : i64, weight_planes = 1 : i64,
  planes = #rram.planes<bipolar, weights = [2], offset = -1>,
  count_unit = 2 : i64, divisor = 1 : i64, border_classes = 1 : i64,
  bias = array<i64: -3, -3>,
  steps = #bnn.steps<counts = [1, 1], thresholds = [2, 2], codes = [-1, 1, -1, 1]>} {
  %o = rram.output : tensor<2x1x!bnn.binary>
  // expected-error @+1 {{returns 'tensor<2x1x!bnn.binary>', the layer 'tensor<1x2x!bnn.binary>'}}
  rram.return %o : tensor<2x1x!bnn.binary>
}

// -----

func.func @f(%a: i4, %z: index, %o: tensor<1x2xi64>) {
  // expected-error @+1 {{belongs into a rram.layer, whose thresholds it uses}}
  %r = rram.compare %a, [%z, %z] at %z into %o : i4, tensor<1x2xi64>
  return
}

// -----

// expected-error @+1 {{chip and index are not negative}}
rram.subarray @s chip -1 index 0 holds ["w[0, 0] at 0, 0"] cells ["+-"]

// -----

// expected-error @+1 {{positional planes are 1 to 16 and have offset 0}}
func.func private @f() attributes {a.b = #rram.planes<positional, weights = [1], offset = 1>}

// -----

func.func @f(%a: i4, %z: index) {
  // expected-error @+1 {{adds at least one count}}
  %s = "rram.accumulate"(%a, %z) {weights = array<i64: 1>} : (i4, index) -> i4
  return
}
