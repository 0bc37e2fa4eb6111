// RUN: bnn-opt %s --split-input-file --verify-diagnostics

// expected-error @+1 {{code width must be 1 to 16 bits, got 17}}
func.func private @wide(tensor<1x!bnn.int<17, signed>>)

// -----

// expected-error @+1 {{expected 'signed' or 'unsigned', got 'signless'}}
func.func private @signless(tensor<1x!bnn.int<3, signless>>)

// -----

func.func @letters() {
  // expected-error @+1 {{row 1 of the literal has '0', expected '+' or '-'}}
  %w = bnn.constant #bnn.lit<["+-", "0-"]> : tensor<2x2x!bnn.binary>
  return
}

// -----

func.func @rows() {
  // expected-error @+1 {{literal has 1 rows, the tensor 2}}
  %w = bnn.constant #bnn.lit<["+-"]> : tensor<2x2x!bnn.binary>
  return
}

// -----

func.func @missing_blob() {
  // expected-error @+1 {{resource 'nope' has no data}}
  %w = bnn.constant dense_resource<nope> : tensor<2x2x!bnn.binary>
  return
}

// -----

func.func @short_blob() {
  // expected-error @+1 {{resource 'w' has 8 bytes, 'tensor<2x3x!bnn.binary>' packs into 16}}
  %w = bnn.constant dense_resource<w> : tensor<2x3x!bnn.binary>
  return
}
{-#
  dialect_resources: { builtin: { w: "0x080000000500000000000000" } }
#-}

// -----

func.func @padding_bits() {
  // expected-error @+1 {{padding bits of weight row 0 must be zero}}
  %w = bnn.constant dense_resource<w> : tensor<1x3x!bnn.binary>
  return
}
{-#
  dialect_resources: { builtin: { w: "0x080000000800000000000000" } }
#-}

// -----

func.func @steps(%a: tensor<1x1xi64>) {
  // expected-error @+1 {{thresholds of step function 0 must ascend}}
  %t = bnn.threshold %a, #bnn.steps<counts = [2], thresholds = [3, 3], codes = [0, 1, 2]> axis 1 : tensor<1x1xi64> -> tensor<1x1x!bnn.int<2, unsigned>>
  return
}

// -----

func.func @codes(%a: tensor<1x1xi64>) {
  // expected-error @+1 {{code 2 is none of '!bnn.ternary'}}
  %t = bnn.threshold %a, #bnn.steps<counts = [1], thresholds = [3], codes = [0, 2]> axis 1 : tensor<1x1xi64> -> tensor<1x1x!bnn.ternary>
  return
}

// -----

func.func @channels(%a: tensor<1x2xi64>) {
  // expected-error @+1 {{has 1 step functions for 2 channels}}
  %t = bnn.threshold %a, #bnn.steps<counts = [1], thresholds = [3], codes = [0, 1]> axis 1 : tensor<1x2xi64> -> tensor<1x2x!bnn.ternary>
  return
}

// -----

func.func @accumulator(%x: tensor<1x2x!bnn.binary>) {
  %w = bnn.constant #bnn.lit<["+-"]> : tensor<1x2x!bnn.binary>
  // expected-error @+1 {{codes times '!bnn.binary' weights accumulate in i64}}
  %a = bnn.linear %x, %w : tensor<1x2x!bnn.binary>, tensor<1x2x!bnn.binary> -> tensor<1x1xf32>
  return
}

// -----

func.func @fan_in(%x: tensor<1x3x!bnn.binary>) {
  %w = bnn.constant #bnn.lit<["+-"]> : tensor<1x2x!bnn.binary>
  // expected-error @+1 {{weights take 2 inputs, the input has 3}}
  %a = bnn.linear %x, %w : tensor<1x3x!bnn.binary>, tensor<1x2x!bnn.binary> -> tensor<1x1xi64>
  return
}

// -----

func.func @window(%x: tensor<1x1x2x2xf32>, %w: tensor<1x1x3x3xf32>) {
  // expected-error @+1 {{the window does not fit spatial dimension 0 of size 2}}
  %a = bnn.conv %x, %w strides [1, 1] dilations [1, 1] pads [0, 0], [0, 0] : tensor<1x1x2x2xf32>, tensor<1x1x3x3xf32> -> tensor<1x1x1x1xf32>
  return
}

// -----

func.func @codes_in_arithmetic(%x: tensor<1x2x!bnn.binary>) {
  // expected-error @+1 {{codes are decoded before arithmetic}}
  %y = bnn.binary add %x, %x : tensor<1x2x!bnn.binary>, tensor<1x2x!bnn.binary> -> tensor<1x2xf32>
  return
}

// -----

func.func @slice(%x: tensor<1x4xf32>) {
  // expected-error @+1 {{leaves the input in dimension 1}}
  %y = bnn.slice %x starts [0, 1] steps [1, 2] : tensor<1x4xf32> -> tensor<1x3xf32>
  return
}
