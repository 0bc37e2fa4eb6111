// RUN: bnn-opt %s --bnn-threshold-before-pool --split-input-file | FileCheck %s

// Rising, falling and constant channels: OR, AND, either.
// CHECK-LABEL: func.func @mixed
func.func @mixed(%a: tensor<1x3x4xi64>) -> tensor<1x3x2x!bnn.binary> {
  // CHECK: %[[T:.*]] = bnn.threshold %arg0, <counts = [1, 1, 0], thresholds = [5, 7], codes = [-1, 1, 1, -1, 1]> axis 1 : tensor<1x3x4xi64>
  // CHECK: bnn.max_pool %[[T]] {{.*}} {minimum_channels = array<i64: 1>} : tensor<1x3x4x!bnn.binary>
  %p = bnn.max_pool %a kernel [2] strides [2] dilations [1] pads [0], [0] : tensor<1x3x4xi64> -> tensor<1x3x2xi64>
  %t = bnn.threshold %p, #bnn.steps<counts = [1, 1, 0], thresholds = [5, 7], codes = [-1, 1, 1, -1, 1]> axis 1 : tensor<1x3x2xi64> -> tensor<1x3x2x!bnn.binary>
  return %t : tensor<1x3x2x!bnn.binary>
}

// -----

// A minimum of integers under a falling function is a maximum of codes.
// CHECK-LABEL: func.func @minimum
func.func @minimum(%a: tensor<1x2x4xi64>) -> tensor<1x2x2x!bnn.binary> {
  // CHECK: bnn.max_pool {{.*}} {minimum_channels = array<i64: 0>} : tensor<1x2x4x!bnn.binary>
  %p = bnn.max_pool %a kernel [2] strides [2] dilations [1] pads [0], [0] {minimum_channels = array<i64: 0, 1>} : tensor<1x2x4xi64> -> tensor<1x2x2xi64>
  %t = bnn.threshold %p, #bnn.steps<counts = [1, 1], thresholds = [5, 7], codes = [-1, 1, 1, -1]> axis 1 : tensor<1x2x2xi64> -> tensor<1x2x2x!bnn.binary>
  return %t : tensor<1x2x2x!bnn.binary>
}

// -----

// Neither monotone functions only, nor a pool that somebody else reads.
// CHECK-LABEL: func.func @stays
func.func @stays(%a: tensor<1x1x4xi64>) -> (tensor<1x1x2x!bnn.binary>, tensor<1x1x2x!bnn.binary>, tensor<1x1x2xi64>) {
  // CHECK: bnn.max_pool %arg0
  // CHECK: bnn.threshold
  %p = bnn.max_pool %a kernel [2] strides [2] dilations [1] pads [0], [0] : tensor<1x1x4xi64> -> tensor<1x1x2xi64>
  %t = bnn.threshold %p, #bnn.steps<counts = [2], thresholds = [5, 7], codes = [-1, 1, -1]> axis 1 : tensor<1x1x2xi64> -> tensor<1x1x2x!bnn.binary>
  // CHECK: bnn.max_pool %arg0
  // CHECK: bnn.threshold
  %q = bnn.max_pool %a kernel [2] strides [2] dilations [1] pads [0], [0] : tensor<1x1x4xi64> -> tensor<1x1x2xi64>
  %u = bnn.threshold %q, #bnn.steps<counts = [1], thresholds = [5], codes = [-1, 1]> axis 1 : tensor<1x1x2xi64> -> tensor<1x1x2x!bnn.binary>
  return %t, %u, %q : tensor<1x1x2x!bnn.binary>, tensor<1x1x2x!bnn.binary>, tensor<1x1x2xi64>
}
