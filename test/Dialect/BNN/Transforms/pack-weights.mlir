// RUN: bnn-opt %s --bnn-pack-weights | FileCheck %s
// RUN: bnn-opt %s --bnn-pack-weights=tolerance=0.005 | FileCheck %s --check-prefix=TOLERANT

// A scale per neuron, columns of the matrix are neurons.
// CHECK-LABEL: func.func @scaled
func.func @scaled(%x: tensor<1x3xf32>) -> tensor<1x2xf32> {
  %w = bnn.constant dense<[[0.5, -2.0], [-0.5, 2.0], [0.5, 2.0]]> : tensor<3x2xf32>
  // CHECK: %[[W:.*]] = bnn.constant dense_resource<[[NAME:.*]]> : tensor<2x3x!bnn.binary>
  // CHECK: %[[A:.*]] = bnn.linear %{{.*}}, %[[W]] : tensor<1x3xf32>, tensor<2x3x!bnn.binary> -> tensor<1x2xf32>
  // CHECK: %[[S:.*]] = bnn.constant dense<[5.000000e-01, 2.000000e+00]>
  // CHECK: bnn.binary mul %[[A]], %[[S]]
  %y = bnn.matmul %x, %w : tensor<1x3xf32>, tensor<3x2xf32> -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}

// A neuron with a zero among its weights makes the tensor ternary; -0.0 is 0.
// CHECK-LABEL: func.func @ternary
func.func @ternary(%x: tensor<1x3xf32>) -> tensor<1x2xf32> {
  %w = bnn.constant dense<[[1.0, -0.0, -1.0], [1.0, 1.0, 1.0]]> : tensor<2x3xf32>
  // CHECK: tensor<2x3x!bnn.ternary>
  // CHECK-NEXT: bnn.linear
  // CHECK-NEXT: return
  %y = bnn.matmul %x, %w transpose_rhs : tensor<1x3xf32>, tensor<2x3xf32> -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}

// A dead neuron stays binary, with the scale 0.
// CHECK-LABEL: func.func @dead
func.func @dead(%x: tensor<1x1x3xf32>) -> tensor<1x2x2xf32> {
  %w = bnn.constant dense<[[[1.0, -1.0]], [[0.0, 0.0]]]> : tensor<2x1x2xf32>
  // CHECK: tensor<2x1x2x!bnn.binary>
  // CHECK: bnn.conv
  // CHECK: dense<{{\[\[}}1.000000e+00], [0.000000e+00]]> : tensor<2x1xf32>
  %y = bnn.conv %x, %w strides [1] dilations [1] pads [0], [0] : tensor<1x1x3xf32>, tensor<2x1x2xf32> -> tensor<1x2x2xf32>
  return %y : tensor<1x2x2xf32>
}

// 0.4 % of spread is not equality, unless it is declared to be.
// CHECK-LABEL: func.func @spread
// TOLERANT-LABEL: func.func @spread
func.func @spread(%x: tensor<1x2xf32>) -> tensor<1x1xf32> {
  %w = bnn.constant dense<[[1.0], [-1.004]]> : tensor<2x1xf32>
  // CHECK-NOT: !bnn.binary
  // CHECK: bnn.matmul {{.*}} {bnn.reason = "weights are real: neuron 0 holds magnitudes 1{{.*}}
  // TOLERANT: !bnn.binary
  %y = bnn.matmul %x, %w : tensor<1x2xf32>, tensor<2x1xf32> -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}

// What is computed in double stays so.
// CHECK-LABEL: func.func @double
func.func @double(%x: tensor<1x2xf64>) -> tensor<1x1xf64> {
  %w = bnn.constant dense<[[0.1], [-0.1]]> : tensor<2x1xf64>
  // CHECK: %[[ACC:.*]] = bnn.linear {{.*}} -> tensor<1x1xf64>
  // CHECK: %[[SCALE:.*]] = bnn.constant dense<1.000000e-01> : tensor<f64>
  // CHECK: bnn.binary mul %[[ACC]], %[[SCALE]] : tensor<1x1xf64>, tensor<f64> -> tensor<1x1xf64>
  %y = bnn.matmul %x, %w : tensor<1x2xf64>, tensor<2x1xf64> -> tensor<1x1xf64>
  return %y : tensor<1x1xf64>
}

// Nothing to pack where no operand is constant.
// CHECK-LABEL: func.func @dynamic
func.func @dynamic(%x: tensor<1x2xf32>, %w: tensor<2x2xf32>) -> tensor<1x2xf32> {
  // CHECK-NEXT: bnn.matmul {{.*}} {bnn.reason = "neither operand is a constant matrix on the right"}
  %y = bnn.matmul %x, %w : tensor<1x2xf32>, tensor<2x2xf32> -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}

// CHECK: [[NAME]]: "0x0800000005000000000000000600000000000000"
