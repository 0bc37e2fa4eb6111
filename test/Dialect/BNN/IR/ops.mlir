// RUN: bnn-opt %s | bnn-opt | FileCheck %s
// RUN: bnn-opt %s --mlir-print-op-generic | bnn-opt | FileCheck %s
// RUN: bnn-opt %s --verify-roundtrip -o /dev/null

// CHECK-LABEL: func.func @integers
func.func @integers(%x: tensor<1x2x4x4xf32>) -> tensor<1x3xf32> {
  // CHECK: bnn.encode %{{.*}} scale 5.000000e-01 offset 1.000000e+00 declared "u2"
  %q = bnn.encode %x scale 0.5 offset 1.0 declared "u2" : tensor<1x2x4x4xf32> -> tensor<1x2x4x4x!bnn.int<2, unsigned>>
  // CHECK: bnn.constant #bnn.lit<["+-+-+-+-+-+-+-+-+-", "--+0--+0--+0--+0--", "+++++++++000000000"]> : tensor<3x2x3x3x!bnn.ternary>
  %w = bnn.constant #bnn.lit<["+-+-+-+-+-+-+-+-+-", "--+0--+0--+0--+0--", "+++++++++000000000"]> : tensor<3x2x3x3x!bnn.ternary>
  // CHECK: bnn.conv {{.*}} strides [1, 1] dilations [1, 1] pads [1, 1], [1, 1] {pad_value = -1 : i64}
  %a = bnn.conv %q, %w strides [1, 1] dilations [1, 1] pads [1, 1], [1, 1] {pad_value = -1 : i64} : tensor<1x2x4x4x!bnn.int<2, unsigned>>, tensor<3x2x3x3x!bnn.ternary> -> tensor<1x3x4x4xi64>
  // CHECK: bnn.threshold {{.*}}, <counts = [1, 0, 2], thresholds = [-4, 0, 3], codes = [1, -1, 0, -1, 0, 1]> axis 1 ties [#bnn.tie<channel = 0, at = -4, margin = 0.000000e+00 : f64>]
  %t = bnn.threshold %a, #bnn.steps<counts = [1, 0, 2], thresholds = [-4, 0, 3], codes = [1, -1, 0, -1, 0, 1]> axis 1 ties [#bnn.tie<channel = 0, at = -4, margin = 0.0 : f64>] : tensor<1x3x4x4xi64> -> tensor<1x3x4x4x!bnn.ternary>
  // CHECK: bnn.max_pool {{.*}} {minimum_channels = array<i64: 0>}
  %p = bnn.max_pool %t kernel [4, 4] strides [4, 4] dilations [1, 1] pads [0, 0], [0, 0] {minimum_channels = array<i64: 0>} : tensor<1x3x4x4x!bnn.ternary> -> tensor<1x3x1x1x!bnn.ternary>
  // CHECK: bnn.combine
  %s = bnn.combine %p, %p factors [2, -1] : tensor<1x3x1x1x!bnn.ternary>, tensor<1x3x1x1x!bnn.ternary> -> tensor<1x3x1x1xi64>
  %f = bnn.reshape %s : tensor<1x3x1x1xi64> -> tensor<1x3xi64>
  // CHECK: bnn.decode
  %d = bnn.decode %f {scale = 0.25} : tensor<1x3xi64> -> tensor<1x3xf32>
  return %d : tensor<1x3xf32>
}

// CHECK-LABEL: func.func @reals
func.func @reals(%x: tensor<1x4xf32>) -> (tensor<1x4xf32>, tensor<1x2xi64>) {
  %s = bnn.constant dense<0.5> : tensor<f32>
  // CHECK: bnn.binary mul
  %0 = bnn.binary mul %x, %s : tensor<1x4xf32>, tensor<f32> -> tensor<1x4xf32>
  // CHECK: bnn.unary leaky_relu %{{.*}} {alpha = 1.000000e-01 : f64}
  %1 = bnn.unary leaky_relu %0 {alpha = 0.1} : tensor<1x4xf32>
  %c = bnn.binary greater_equal %1, %s : tensor<1x4xf32>, tensor<f32> -> tensor<1x4xi1>
  // CHECK: bnn.select
  %2 = bnn.select %c, %s, %1 : tensor<1x4xi1>, tensor<f32>, tensor<1x4xf32> -> tensor<1x4xf32>
  // CHECK: bnn.softmax log %{{.*}} axis 1
  %3 = bnn.softmax log %2 axis 1 : tensor<1x4xf32>
  // CHECK: bnn.top_k
  %v, %i = bnn.top_k %3 axis 1 : tensor<1x4xf32> -> tensor<1x2xf32>, tensor<1x2xi64>
  return %3, %i : tensor<1x4xf32>, tensor<1x2xi64>
}

// CHECK-LABEL: func.func @layers
func.func @layers(%x: tensor<1x2x4x4xf32>, %q: tensor<1x3x!bnn.binary>) -> tensor<1x2xi64> {
  %k = bnn.constant dense<0.5> : tensor<2x1x3x3xf32>
  // CHECK: bnn.conv {{.*}} pads [1, 0], [1, 2] {groups = 2 : i64}
  %0 = bnn.conv %x, %k strides [1, 1] dilations [1, 1] pads [1, 0], [1, 2] {groups = 2} : tensor<1x2x4x4xf32>, tensor<2x1x3x3xf32> -> tensor<1x2x4x4xf32>
  %v = bnn.constant dense<1.0> : tensor<2xf32>
  // CHECK: bnn.batch_norm {{.*}} epsilon 1.000000e-05
  %1 = bnn.batch_norm %0, %v, %v, %v, %v epsilon 1.0e-5 : tensor<1x2x4x4xf32>, tensor<2xf32>
  // CHECK: bnn.average_pool {{.*}} pads [1, 1], [1, 1] count_include_pad
  %2 = bnn.average_pool %1 kernel [2, 2] strides [2, 2] dilations [1, 1] pads [1, 1], [1, 1] count_include_pad : tensor<1x2x4x4xf32> -> tensor<1x2x3x3xf32>
  // CHECK: bnn.reduce mean {{.*}} axes [2, 3] keep_dims
  %3 = bnn.reduce mean %2 axes [2, 3] keep_dims : tensor<1x2x3x3xf32> -> tensor<1x2x1x1xf32>
  %4 = bnn.reshape %3 : tensor<1x2x1x1xf32> -> tensor<1x2xf32>
  // CHECK: bnn.matmul {{.*}} transpose_rhs
  %m = bnn.constant dense<0.5> : tensor<5x2xf32>
  %5 = bnn.matmul %4, %m transpose_rhs : tensor<1x2xf32>, tensor<5x2xf32> -> tensor<1x5xf32>
  // CHECK: bnn.multi_threshold
  %t = bnn.constant dense<[[-1.0, 1.0]]> : tensor<1x2xf32>
  %6 = bnn.multi_threshold %5, %t : tensor<1x5xf32>, tensor<1x2xf32>
  // CHECK: bnn.arg_max {{.*}} axis 1 keep_dims select_last smallest
  %7 = bnn.arg_max %6 axis 1 keep_dims select_last smallest : tensor<1x5xf32> -> tensor<1x1xi64>
  // CHECK: bnn.linear
  %w = bnn.constant #bnn.lit<["+-+"]> : tensor<1x3x!bnn.binary>
  %8 = bnn.linear %q, %w : tensor<1x3x!bnn.binary>, tensor<1x3x!bnn.binary> -> tensor<1x1xi64>
  // CHECK: bnn.concat {{.*}} axis 1
  %9 = bnn.concat %7, %8 axis 1 : tensor<1x1xi64>, tensor<1x1xi64> -> tensor<1x2xi64>
  return %9 : tensor<1x2xi64>
}

// CHECK-LABEL: func.func @moves
func.func @moves(%x: tensor<1x2x4x!bnn.binary>, %i: tensor<3xi64>) -> tensor<2x1x1x3xi64> {
  // CHECK: bnn.transpose %{{.*}} [0, 2, 1]
  %0 = bnn.transpose %x [0, 2, 1] : tensor<1x2x4x!bnn.binary> -> tensor<1x4x2x!bnn.binary>
  // CHECK: bnn.slice {{.*}} starts [0, 3, 0] steps [1, -1, 1]
  %1 = bnn.slice %0 starts [0, 3, 0] steps [1, -1, 1] : tensor<1x4x2x!bnn.binary> -> tensor<1x4x2x!bnn.binary>
  // CHECK: bnn.pad {{.*}} value 0.000000e+00 {mode = 1 : i32}
  %2 = bnn.pad %1 pads [0, 1, 0], [0, 1, 0] value 0.0 {mode = 1 : i32} : tensor<1x4x2x!bnn.binary> -> tensor<1x6x2x!bnn.binary>
  // CHECK: bnn.gather {{.*}} axis 1
  %3 = bnn.gather %2, %i axis 1 : tensor<1x6x2x!bnn.binary>, tensor<3xi64> -> tensor<1x3x2x!bnn.binary>
  // CHECK: bnn.sum_pool
  %4 = bnn.sum_pool %3 kernel [2] strides [2] dilations [1] pads [0], [0] : tensor<1x3x2x!bnn.binary> -> tensor<1x3x1xi64>
  // CHECK: bnn.cast
  %5 = bnn.cast %4 : tensor<1x3x1xi64> -> tensor<1x3x1xf32>
  %6 = bnn.cast %5 : tensor<1x3x1xf32> -> tensor<1x3x1xi64>
  %7 = bnn.reshape %6 : tensor<1x3x1xi64> -> tensor<1x1x3xi64>
  // CHECK: bnn.broadcast
  %8 = bnn.broadcast %7 : tensor<1x1x3xi64> -> tensor<2x1x1x3xi64>
  return %8 : tensor<2x1x1x3xi64>
}

// Packed weights as a resource: 2 rows of 3 weights, one 64-bit word each.
// CHECK-LABEL: func.func @resource
func.func @resource() -> tensor<2x3x!bnn.binary> {
  // CHECK: bnn.constant dense_resource<w> : tensor<2x3x!bnn.binary>
  %w = bnn.constant dense_resource<w> : tensor<2x3x!bnn.binary>
  return %w : tensor<2x3x!bnn.binary>
}

{-#
  dialect_resources: {
    builtin: {
      w: "0x0800000005000000000000000300000000000000"
    }
  }
#-}
