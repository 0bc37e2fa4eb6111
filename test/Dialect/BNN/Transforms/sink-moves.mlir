// RUN: bnn-opt %s --bnn-sink-moves --split-input-file | FileCheck %s

// The two transposes of an NHWC network meet behind the sign and cancel; the
// batch norm's axis follows.
// CHECK-LABEL: func.func @nhwc
func.func @nhwc(%x: tensor<1x2x3x4xf32>) -> tensor<1x2x3x4xf32> {
  %g = bnn.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %t = bnn.transpose %x [0, 2, 3, 1] : tensor<1x2x3x4xf32> -> tensor<1x3x4x2xf32>
  // CHECK-NOT: bnn.transpose
  // CHECK: bnn.batch_norm {{.*}} : tensor<1x2x3x4xf32>
  %n = bnn.batch_norm %t, %g, %g, %g, %g epsilon 0.001 {axis = 3 : i64} : tensor<1x3x4x2xf32>, tensor<2xf32>
  // CHECK: bnn.constant {{.*}} : tensor<1x2x1x1xf32>
  %a = bnn.binary add %n, %g : tensor<1x3x4x2xf32>, tensor<2xf32> -> tensor<1x3x4x2xf32>
  // CHECK: bnn.unary sign {{.*}} : tensor<1x2x3x4xf32>
  %s = bnn.unary sign %a : tensor<1x3x4x2xf32>
  %u = bnn.transpose %s [0, 3, 1, 2] : tensor<1x3x4x2xf32> -> tensor<1x2x3x4xf32>
  return %u : tensor<1x2x3x4xf32>
}

// -----

// The name of a tensor stays with the layout that it had.
// CHECK-LABEL: func.func @names
func.func @names(%x: tensor<1x6xf32>) -> tensor<1x2x3xf32> {
  %r = bnn.reshape %x : tensor<1x6xf32> -> tensor<1x2x3xf32>
  // CHECK: bnn.unary relu %arg0 : tensor<1x6xf32>
  // CHECK: bnn.reshape {{.*}} {bnn.traces = [#bnn.trace<"y", {{.*}}>]} : tensor<1x6xf32> -> tensor<1x2x3xf32>
  %y = bnn.unary relu %r {bnn.traces = [#bnn.trace<"y", 1.0 : f64, 0.0 : f64>]} : tensor<1x2x3xf32>
  return %y : tensor<1x2x3xf32>
}

// -----

// A constant that varies along what the reshape split cannot follow.
// CHECK-LABEL: func.func @stays
func.func @stays(%x: tensor<1x6xf32>) -> tensor<1x2x3xf32> {
  // CHECK: bnn.reshape %arg0
  // CHECK: bnn.binary mul {{.*}} : tensor<1x2x3xf32>, tensor<3xf32>
  %c = bnn.constant dense<[1.0, 2.0, 3.0]> : tensor<3xf32>
  %r = bnn.reshape %x : tensor<1x6xf32> -> tensor<1x2x3xf32>
  %y = bnn.binary mul %r, %c : tensor<1x2x3xf32>, tensor<3xf32> -> tensor<1x2x3xf32>
  return %y : tensor<1x2x3xf32>
}

// -----

// CHECK-LABEL: func.func @pad
func.func @pad(%x: tensor<1x1x4xf32>, %w: tensor<1x1x3xf32>) -> (tensor<1x1x5xf32>, tensor<1x1x4xf32>) {
  // CHECK: bnn.conv %arg0, %arg1 strides [1] dilations [1] pads [1], [2]
  %p = bnn.pad %x pads [0, 0, 1], [0, 0, 1] value 0.0 : tensor<1x1x4xf32> -> tensor<1x1x6xf32>
  %y = bnn.conv %p, %w strides [1] dilations [1] pads [0], [1] : tensor<1x1x6xf32>, tensor<1x1x3xf32> -> tensor<1x1x5xf32>
  // Another value than zero stays a pad.
  // CHECK: bnn.pad
  %m = bnn.pad %x pads [0, 0, 1], [0, 0, 1] value -1.0 : tensor<1x1x4xf32> -> tensor<1x1x6xf32>
  %z = bnn.conv %m, %w strides [1] dilations [1] pads [0], [0] : tensor<1x1x6xf32>, tensor<1x1x3xf32> -> tensor<1x1x4xf32>
  return %y, %z : tensor<1x1x5xf32>, tensor<1x1x4xf32>
}

// -----

// where(x >= 0, ones_like(x), -ones_like(x)): one number for all elements.
// What differs along an axis keeps it, and so does the only operand with it.
// CHECK-LABEL: func.func @ones_like
func.func @ones_like(%c: tensor<1x2x3xi1>, %s: tensor<1x1x3xf32>) -> (tensor<1x2x3xf32>, tensor<1x2x3xf32>) {
  %one = bnn.constant dense<1.0> : tensor<1x2x3xf32>
  %channel = bnn.constant dense<[[[1.0, 1.0, 1.0], [2.0, 2.0, 2.0]]]> : tensor<1x2x3xf32>
  // CHECK-DAG: %[[ONE:.*]] = bnn.constant dense<1.000000e+00> : tensor<f32>
  // CHECK-DAG: %[[CHANNEL:.*]] = bnn.constant dense<{{\[\[}}1.000000e+00], [2.000000e+00]]> : tensor<2x1xf32>
  // CHECK: bnn.select %arg0, %[[ONE]], %[[CHANNEL]] : tensor<1x2x3xi1>, tensor<f32>, tensor<2x1xf32> -> tensor<1x2x3xf32>
  %a = bnn.select %c, %one, %channel : tensor<1x2x3xi1>, tensor<1x2x3xf32>, tensor<1x2x3xf32> -> tensor<1x2x3xf32>
  // CHECK: bnn.binary add %arg1, {{.*}} : tensor<1x1x3xf32>, tensor<1x2x3xf32> -> tensor<1x2x3xf32>
  %b = bnn.binary add %s, %one : tensor<1x1x3xf32>, tensor<1x2x3xf32> -> tensor<1x2x3xf32>
  return %a, %b : tensor<1x2x3xf32>, tensor<1x2x3xf32>
}
