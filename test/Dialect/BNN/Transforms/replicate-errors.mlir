// RUN: bnn-opt %s --split-input-file --bnn-replicate --verify-diagnostics
// RUN: not bnn-opt %s --split-input-file --bnn-replicate=copies=0 2>&1 | FileCheck %s
// CHECK: error: bnn-replicate: copies = 0; a convolution needs its weights once at least

func.func @many(%x: tensor<1x1x3x2x!bnn.binary>) -> tensor<1x1x3x2xi64> {
  %w = bnn.constant #bnn.lit<["+"]> : tensor<1x1x1x1x!bnn.binary>
  // expected-error @+1 {{cannot have 5 copies of its weights: its output can be cut into up to 3 lines, or each of them into up to 2 parts}}
  %a = bnn.conv %x, %w strides [1, 1] dilations [1, 1] pads [0, 0], [0, 0] {bnn.copies = 5 : i64}
    : tensor<1x1x3x2x!bnn.binary>, tensor<1x1x1x1x!bnn.binary> -> tensor<1x1x3x2xi64>
  return %a : tensor<1x1x3x2xi64>
}

// -----

func.func @positions(%x: tensor<1x1x3x2x!bnn.binary>) -> tensor<1x1x3x2xi64> {
  %w = bnn.constant #bnn.lit<["+"]> : tensor<1x1x1x1x!bnn.binary>
  // expected-error @+1 {{cannot have 9 copies of its weights: its output can be cut into up to 3 lines, or each of them into up to 2 parts}}
  %a = bnn.conv %x, %w strides [1, 1] dilations [1, 1] pads [0, 0], [0, 0] {bnn.copies = 9 : i64}
    : tensor<1x1x3x2x!bnn.binary>, tensor<1x1x1x1x!bnn.binary> -> tensor<1x1x3x2xi64>
  return %a : tensor<1x1x3x2xi64>
}

// -----

func.func @one_axis(%x: tensor<1x1x3x!bnn.binary>) -> tensor<1x1x3xi64> {
  %w = bnn.constant #bnn.lit<["+"]> : tensor<1x1x1x!bnn.binary>
  // expected-error @+1 {{cannot have 6 copies of its weights: its output can be cut into up to 3 lines}}
  %a = bnn.conv %x, %w strides [1] dilations [1] pads [0], [0] {bnn.copies = 6 : i64}
    : tensor<1x1x3x!bnn.binary>, tensor<1x1x1x!bnn.binary> -> tensor<1x1x3xi64>
  return %a : tensor<1x1x3xi64>
}

// -----

func.func @none(%x: tensor<1x1x3x!bnn.binary>) -> tensor<1x1x3xi64> {
  %w = bnn.constant #bnn.lit<["+"]> : tensor<1x1x1x!bnn.binary>
  // expected-error @+1 {{'bnn.copies' is 0 : i64; it must be a number of copies, 1 at least}}
  %a = bnn.conv %x, %w strides [1] dilations [1] pads [0], [0] {bnn.copies = 0 : i64}
    : tensor<1x1x3x!bnn.binary>, tensor<1x1x1x!bnn.binary> -> tensor<1x1x3xi64>
  return %a : tensor<1x1x3xi64>
}

// -----

func.func @text(%x: tensor<1x1x3x!bnn.binary>) -> tensor<1x1x3xi64> {
  %w = bnn.constant #bnn.lit<["+"]> : tensor<1x1x1x!bnn.binary>
  // expected-error @+1 {{'bnn.copies' is "two"; it must be a number of copies, 1 at least}}
  %a = bnn.conv %x, %w strides [1] dilations [1] pads [0], [0] {bnn.copies = "two"}
    : tensor<1x1x3x!bnn.binary>, tensor<1x1x1x!bnn.binary> -> tensor<1x1x3xi64>
  return %a : tensor<1x1x3xi64>
}

// -----

func.func @host(%x: tensor<1x1x3xf32>) -> tensor<1x1x3xf32> {
  %w = bnn.constant dense<2.0> : tensor<1x1x1xf32>
  // expected-error @+1 {{cannot have 2 copies of its weights: it does not run on the arrays}}
  %a = bnn.conv %x, %w strides [1] dilations [1] pads [0], [0] {bnn.copies = 2 : i64}
    : tensor<1x1x3xf32>, tensor<1x1x1xf32> -> tensor<1x1x3xf32>
  return %a : tensor<1x1x3xf32>
}

// -----

func.func @padding(%x: tensor<1x1x1x!bnn.ternary>) -> tensor<1x1x5xi64> {
  %w = bnn.constant #bnn.lit<["+"]> : tensor<1x1x1x!bnn.binary>
  // expected-error @+1 {{cannot have 2 copies of its weights: along each axis some of its windows see nothing but padding, so that no slice of its input is left for them}}
  %a = bnn.conv %x, %w strides [1] dilations [1] pads [2], [2] {bnn.copies = 2 : i64}
    : tensor<1x1x1x!bnn.ternary>, tensor<1x1x1x!bnn.binary> -> tensor<1x1x5xi64>
  return %a : tensor<1x1x5xi64>
}
