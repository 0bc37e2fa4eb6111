// RUN: bnn-opt %s --bnn-partition --split-input-file --verify-diagnostics

// The host decodes an input that was to reach the arrays.
func.func @decoded(%x: tensor<1x3xf32> {bnn.name = "x"}) -> tensor<1x3xf32> {
  %q = bnn.encode %x scale 1.0 offset 0.0 declared "u4" {bnn.on_arrays = "bitplane"} : tensor<1x3xf32> -> tensor<1x3x!bnn.int<4, unsigned>>
  %r = bnn.decode %q : tensor<1x3x!bnn.int<4, unsigned>> -> tensor<1x3xf32>
  // expected-error @+1 {{reads input 'x' on the host, so that it cannot be encoded as 'bitplane': real-valued, and no layer is on the arrays}}
  %y = bnn.unary exp %r : tensor<1x3xf32>
  return %y : tensor<1x3xf32>
}

// -----

// Random bits are counted and compared before a layer reads them.
func.func @quantized(%x: tensor<1x3xf32> {bnn.name = "x"}) -> tensor<1x2xf32> {
  %q = bnn.encode %x scale 1.0 offset 0.0 declared "u4" {bnn.on_arrays = "stochastic:4"} : tensor<1x3xf32> -> tensor<1x3x!bnn.int<4, unsigned>>
  %c = bnn.present %q input 0 : tensor<1x3x!bnn.int<4, unsigned>> -> tensor<1x3x!bnn.unary<4>>
  // expected-error @+1 {{quantizes input 'x' before a layer on the arrays reads it, so that its random bits would be counted and quantized again}}
  %i = bnn.combine %c factors [1] : tensor<1x3x!bnn.unary<4>> -> tensor<1x3xi64>
  %t = bnn.threshold %i, <counts = [1, 1, 1], thresholds = [2, 2, 2], codes = [-1, 1, -1, 1, -1, 1]> axis 1 : tensor<1x3xi64> -> tensor<1x3x!bnn.binary>
  %w = bnn.constant #bnn.lit<["+-+", "--+"]> : tensor<2x3x!bnn.binary>
  %a = bnn.linear %t, %w : tensor<1x3x!bnn.binary>, tensor<2x3x!bnn.binary> -> tensor<1x2xi64>
  %y = bnn.decode %a : tensor<1x2xi64> -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}
