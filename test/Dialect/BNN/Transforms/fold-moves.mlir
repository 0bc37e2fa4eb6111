// RUN: bnn-opt %s --bnn-fold-moves --split-input-file | FileCheck %s

// NHWC flatten of 2 channels x 3 positions: input j of the layer is element
// (channel j % 2, position j / 2), so column c*3+p of the new weights is column
// p*2+c of the old ones: +-+-++ becomes +++ --+.
// CHECK-LABEL: func.func @flatten
func.func @flatten(%q: tensor<1x2x3x!bnn.binary>) -> tensor<1x1xi64> {
  // CHECK: %[[W:.*]] = bnn.constant dense_resource<[[NAME:.*]]> : tensor<1x6x!bnn.binary>
  // CHECK: %[[F:.*]] = bnn.reshape %arg0 : tensor<1x2x3x!bnn.binary> -> tensor<1x6x!bnn.binary>
  // CHECK: bnn.linear %[[F]], %[[W]]
  // CHECK: [[NAME]]: "0x080000002700000000000000"
  %w = bnn.constant #bnn.lit<["+-+-++"]> : tensor<1x6x!bnn.binary>
  %t = bnn.transpose %q [0, 2, 1] : tensor<1x2x3x!bnn.binary> -> tensor<1x3x2x!bnn.binary>
  %f = bnn.reshape %t : tensor<1x3x2x!bnn.binary> -> tensor<1x6x!bnn.binary>
  %a = bnn.linear %f, %w : tensor<1x6x!bnn.binary>, tensor<1x6x!bnn.binary> -> tensor<1x1xi64>
  return %a : tensor<1x1xi64>
}

// -----

// Several vectors share the weights: a permutation would mix them.
// CHECK-LABEL: func.func @positions
func.func @positions(%q: tensor<1x2x3x!bnn.binary>) -> tensor<1x3x1xi64> {
  // CHECK: bnn.constant #bnn.lit<["+-"]>
  // CHECK: bnn.transpose
  %w = bnn.constant #bnn.lit<["+-"]> : tensor<1x2x!bnn.binary>
  %t = bnn.transpose %q [0, 2, 1] : tensor<1x2x3x!bnn.binary> -> tensor<1x3x2x!bnn.binary>
  %a = bnn.linear %t, %w : tensor<1x3x2x!bnn.binary>, tensor<1x2x!bnn.binary> -> tensor<1x3x1xi64>
  return %a : tensor<1x3x1xi64>
}
