// RUN: bnn-opt %s --bnn-fold-thresholds | FileCheck %s

// A layer that decides for each of two groups of inputs, and the sum of the
// decisions: votes, counted in integers and compared once.
// CHECK-LABEL: func.func @votes
func.func @votes(%x: tensor<1x4x!bnn.binary>) -> tensor<1x1xf32> {
  // CHECK: %[[D:.*]] = bnn.threshold {{.*}} -> tensor<1x6x!bnn.binary>
  %w = bnn.constant #bnn.lit<["++", "+-", "--", "-+", "++", "+-"]> : tensor<6x2x1x!bnn.binary>
  %c = bnn.reshape %x : tensor<1x4x!bnn.binary> -> tensor<1x4x1x!bnn.binary>
  %a = bnn.conv %c, %w strides [1] dilations [1] pads [0], [0] {groups = 2 : i64} : tensor<1x4x1x!bnn.binary>, tensor<6x2x1x!bnn.binary> -> tensor<1x6x1xi64>
  %f = bnn.reshape %a : tensor<1x6x1xi64> -> tensor<1x6xi64>
  %d = bnn.threshold %f, <counts = [1, 1, 1, 1, 1, 1], thresholds = [0, 0, 0, 0, 0, 0], codes = [-1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1]> axis 1 : tensor<1x6xi64> -> tensor<1x6x!bnn.binary>
  // CHECK: %[[R:.*]] = bnn.reshape {{.*}} : tensor<1x2x3x!bnn.binary> -> tensor<1x1x2x3x!bnn.binary>
  // CHECK: %[[S:.*]] = bnn.sum_pool %[[R]] kernel [2, 1] strides [2, 1] dilations [1, 1] pads [0, 0], [0, 0] : tensor<1x1x2x3x!bnn.binary> -> tensor<1x1x1x3xi64>
  // CHECK: %[[F:.*]] = bnn.reshape %[[S]] : tensor<1x1x1x3xi64> -> tensor<1x3xi64>
  %g = bnn.reshape %d : tensor<1x6x!bnn.binary> -> tensor<1x2x3x!bnn.binary>
  %r = bnn.decode %g : tensor<1x2x3x!bnn.binary> -> tensor<1x2x3xf32>
  %s = bnn.reduce sum %r axes [1] : tensor<1x2x3xf32> -> tensor<1x3xf32>
  // Two votes are -2, 0 or 2: above 0.5 is 2, above -0.5 is 0.
  // CHECK: bnn.threshold %[[F]], <counts = [1, 1, 1], thresholds = [2, 0, 2], codes = [-1, 1, -1, 1, -1, 1]> axis 1
  // CHECK: bnn.linear {{.*}} -> tensor<1x1xi64>
  %t = bnn.constant dense<[0.5, -0.5, 0.5]> : tensor<3xf32>
  %m = bnn.binary sub %s, %t : tensor<1x3xf32>, tensor<3xf32> -> tensor<1x3xf32>
  %y = bnn.unary sign %m : tensor<1x3xf32>
  %v = bnn.constant #bnn.lit<["+-+"]> : tensor<1x3x!bnn.binary>
  %z = bnn.linear %y, %v : tensor<1x3xf32>, tensor<1x3x!bnn.binary> -> tensor<1x1xf32>
  return %z : tensor<1x1xf32>
}

// A mean over the last dimension of values 0.5 * (q - 1), which stays a score.
// CHECK-LABEL: func.func @mean
func.func @mean(%x: tensor<1x4x!bnn.int<2, unsigned>>) -> tensor<1x1xf32> {
  // CHECK: bnn.sum_pool {{.*}} kernel [4, 1] {{.*}} : tensor<1x1x4x1x!bnn.int<2, unsigned>> -> tensor<1x1x1x1xi64>
  // CHECK: bnn.decode {{.*}} : tensor<1x1xi64> -> tensor<1x1xf32>
  // CHECK: bnn.binary div
  %r = bnn.decode %x {scale = 0.5 : f64, offset = -1.0 : f64} : tensor<1x4x!bnn.int<2, unsigned>> -> tensor<1x4xf32>
  %m = bnn.reduce mean %r axes [1] {keep_dims} : tensor<1x4xf32> -> tensor<1x1xf32>
  return %m : tensor<1x1xf32>
}

// Left alone: the largest value, dimensions that do not lie side by side, and
// real values.
// CHECK-LABEL: func.func @others
// CHECK-NOT: bnn.sum_pool
// CHECK: return
func.func @others(%x: tensor<1x2x3x2x!bnn.binary>, %y: tensor<1x2x3xf32>) -> (tensor<1x3x2xf32>, tensor<1x3xf32>, tensor<1x3xf32>) {
  %r = bnn.decode %x : tensor<1x2x3x2x!bnn.binary> -> tensor<1x2x3x2xf32>
  %a = bnn.reduce max %r axes [1] : tensor<1x2x3x2xf32> -> tensor<1x3x2xf32>
  %b = bnn.reduce sum %r axes [1, 3] : tensor<1x2x3x2xf32> -> tensor<1x3xf32>
  %c = bnn.reduce sum %y axes [1] : tensor<1x2x3xf32> -> tensor<1x3xf32>
  return %a, %b, %c : tensor<1x3x2xf32>, tensor<1x3xf32>, tensor<1x3xf32>
}
