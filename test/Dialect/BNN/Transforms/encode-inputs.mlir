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
