// RUN: bnn-opt %s --split-input-file --verify-diagnostics

func.func @scale(%x: tensor<1x4xf32>) {
  // expected-error @+1 {{needs a finite scale other than 0 and a finite offset}}
  %q = bnn.encode %x scale 0.0 offset 0.0 : tensor<1x4xf32> -> tensor<1x4x!bnn.binary>
  return
}

// -----

func.func @decode_scale(%x: tensor<1x4x!bnn.binary>) {
  // expected-error @+1 {{needs a finite scale other than 0 and a finite offset}}
  %y = bnn.decode %x {scale = 0x7FF0000000000000 : f64} : tensor<1x4x!bnn.binary> -> tensor<1x4xf32>
  return
}

// -----

func.func @encode_shape(%x: tensor<1x4xf32>) {
  // expected-error @+1 {{keeps the shape}}
  %q = bnn.encode %x scale 1.0 offset 0.0 : tensor<1x4xf32> -> tensor<4x!bnn.binary>
  return
}

// -----

func.func @threshold_axis(%a: tensor<1x1xi64>) {
  // expected-error @+1 {{axis 2 is none of the input's}}
  %t = bnn.threshold %a, #bnn.steps<counts = [1], thresholds = [3], codes = [0, 1]> axis 2 : tensor<1x1xi64> -> tensor<1x1x!bnn.ternary>
  return
}

// -----

func.func @combine_axis(%a: tensor<1x2xi64>) {
  // expected-error @+1 {{needs operands and one of their dimensions as axis}}
  %s = bnn.combine %a, %a factors [1, 1] {axis = 2} : tensor<1x2xi64>, tensor<1x2xi64> -> tensor<1x2xi64>
  return
}

// -----

func.func @combine_shape(%a: tensor<1x2xi64>, %b: tensor<1x1xi64>) {
  // expected-error @+1 {{operands and result need one shape}}
  %s = bnn.combine %a, %b factors [1, 1] : tensor<1x2xi64>, tensor<1x1xi64> -> tensor<1x2xi64>
  return
}

// -----

func.func @combine_factors(%a: tensor<1x2xi64>) {
  // expected-error @+1 {{needs one factor per operand, or one per operand and channel; got 3}}
  %s = bnn.combine %a, %a factors [1, 1, 1] : tensor<1x2xi64>, tensor<1x2xi64> -> tensor<1x2xi64>
  return
}

// -----

func.func @few_thresholds(%a: tensor<1x1xi64>) {
  // expected-error @+1 {{step function 0 asks for 2 thresholds, 1 are left}}
  %t = bnn.threshold %a, #bnn.steps<counts = [2], thresholds = [3], codes = [0, 1, 1]> axis 1 : tensor<1x1xi64> -> tensor<1x1x!bnn.ternary>
  return
}

// -----

func.func @spare_thresholds(%a: tensor<1x1xi64>) {
  // expected-error @+1 {{1 thresholds belong to no step function}}
  %t = bnn.threshold %a, #bnn.steps<counts = [0], thresholds = [3], codes = [0, 1]> axis 1 : tensor<1x1xi64> -> tensor<1x1x!bnn.ternary>
  return
}

// -----

func.func @few_codes(%a: tensor<1x1xi64>) {
  // expected-error @+1 {{expected one code more than thresholds per step function (2), got 1}}
  %t = bnn.threshold %a, #bnn.steps<counts = [1], thresholds = [3], codes = [0]> axis 1 : tensor<1x1xi64> -> tensor<1x1x!bnn.ternary>
  return
}

// -----

func.func @constant_type() {
  // expected-error @+1 {{value must be dense elements of type 'tensor<2xf32>'}}
  %w = "bnn.constant"() {value = dense<1> : tensor<2xi64>} : () -> tensor<2xf32>
  return
}

// -----

func.func @constant_code() {
  // expected-error @+1 {{codes of a constant are binary or ternary, got '!bnn.int<3, signed>'}}
  %w = bnn.constant dense_resource<w> : tensor<2x!bnn.int<3, signed>>
  return
}
{-#
  dialect_resources: { builtin: { w: "0x080000000800000000000000" } }
#-}

// -----

func.func @constant_blob() {
  // expected-error @+1 {{resource 'r' must hold 12 bytes}}
  %w = bnn.constant dense_resource<r> : tensor<3xf32>
  return
}
{-#
  dialect_resources: { builtin: { r: "0x080000000800000000000000" } }
#-}
