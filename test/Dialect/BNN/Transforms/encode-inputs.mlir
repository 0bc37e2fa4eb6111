// RUN: bnn-opt %s --bnn-encode-inputs='inputs=x=u8:1/4,-2' | FileCheck %s
// RUN: bnn-opt %s --bnn-encode-inputs=inputs=x=bipolar | FileCheck %s --check-prefix=BIPOLAR
// RUN: bnn-opt %s --bnn-encode-inputs | FileCheck %s --check-prefix=NONE

// CHECK-LABEL: func.func @main
// NONE-LABEL: func.func @main
// NONE-NOT: bnn.encode
func.func @main(%x: tensor<1x3xf32> {bnn.name = "x"}, %y: tensor<1x3xf32> {bnn.name = "y"}) -> tensor<1x3xf32> {
  // CHECK-NEXT: %[[Q:.*]] = bnn.encode %arg0 scale 2.500000e-01 offset -2.000000e+00 declared "u8" {bnn.traces = [#bnn.trace<"x", 2.500000e-01 : f64, -5.000000e-01 : f64>]} : tensor<1x3xf32> -> tensor<1x3x!bnn.int<8, unsigned>>
  // CHECK-NEXT: %[[R:.*]] = bnn.decode %[[Q]] {offset = -2.000000e+00 : f64, scale = 2.500000e-01 : f64}
  // CHECK-NEXT: bnn.binary add %[[R]], %arg1
  // BIPOLAR: declared "bipolar" {{.*}} -> tensor<1x3x!bnn.binary>
  %z = bnn.binary add %x, %y : tensor<1x3xf32>, tensor<1x3xf32> -> tensor<1x3xf32>
  return %z : tensor<1x3xf32>
}

// An integer port is declared where the network makes it real; who reads the
// integers still does.
// CHECK-LABEL: func.func @port
// CHECK-SAME: %[[X:.*]]: tensor<1x3xi64>
func.func @port(%x: tensor<1x3xi64> {bnn.name = "x"}) -> (tensor<1x3xf32>, tensor<1x3xi1>) {
  // CHECK-NEXT: %[[Q:.*]] = bnn.encode %[[X]] {{.*}} declared "u8" {bnn.traces = [#bnn.trace<"x", 2.500000e-01 : f64, -5.000000e-01 : f64>, #bnn.trace<"r", 2.500000e-01 : f64, -5.000000e-01 : f64>]} : tensor<1x3xi64> -> tensor<1x3x!bnn.int<8, unsigned>>
  // CHECK-NEXT: %[[R:.*]] = bnn.decode %[[Q]] {{.*}} -> tensor<1x3xf32>
  // CHECK-NEXT: bnn.cast %[[X]] : tensor<1x3xi64> -> tensor<1x3xi1>
  // CHECK-NEXT: bnn.unary neg %[[R]]
  %r = bnn.cast %x {bnn.traces = [#bnn.trace<"r", 1.0 : f64, 0.0 : f64>]} : tensor<1x3xi64> -> tensor<1x3xf32>
  %b = bnn.cast %x : tensor<1x3xi64> -> tensor<1x3xi1>
  %z = bnn.unary neg %r : tensor<1x3xf32>
  return %z, %b : tensor<1x3xf32>, tensor<1x3xi1>
}
