// RUN: bnn-opt %s --bnn-present-inputs=encodings=stochastic:4 | FileCheck %s
// RUN: bnn-opt %s --bnn-present-inputs='encodings=x=stochastic:16,network,y=bitplane' | FileCheck %s --check-prefix=NETWORK
// RUN: bnn-opt %s --bnn-present-inputs='encodings=bitplane,x=host' | FileCheck %s --check-prefix=HOST
// RUN: bnn-opt %s --bnn-present-inputs=encodings=auto | FileCheck %s --check-prefix=AUTO
// RUN: bnn-opt %s --bnn-present-inputs | FileCheck %s --check-prefix=AUTO

// AUTO-NOT: bnn.present
// AUTO-NOT: bnn.on_arrays
// NETWORK: func.func @main{{.*}}attributes {bnn.presentations = 16 : i64}
// HOST-LABEL: func.func @main

// CHECK-LABEL: func.func @main
// CHECK-NOT: bnn.presentations
func.func @main(%x: tensor<1x3xf32> {bnn.name = "x"}, %y: tensor<1x3xi64> {bnn.name = "y"}) -> tensor<1x3xf32> {
  // Codes 0 to 255 as counts 0 to 4: 255 / 4 in q is one in the count. What is
  // scale (q + offset) of q is 0.5 * 63.75 * (count - 2 / 63.75) of the count.
  // CHECK-NEXT: %[[Q:.*]] = bnn.encode %arg0 scale 5.000000e-01 offset -2.000000e+00 declared "u8" {bnn.on_arrays = "stochastic:4", bnn.traces = {{.*}}} : tensor<1x3xf32> -> tensor<1x3x!bnn.int<8, unsigned>>
  // CHECK-NEXT: %[[C:.*]] = bnn.present %[[Q]] input 0 {bnn.traces = [#bnn.trace<"x/presented", 3.187500e+01 : f64, -1.000000e+00 : f64>]} : tensor<1x3x!bnn.int<8, unsigned>> -> tensor<1x3x!bnn.unary<4>>
  // CHECK-NEXT: %[[R:.*]] = bnn.decode %[[C]] {offset = -0.031372549{{.*}} : f64, scale = 3.187500e+01 : f64}
  // NETWORK: bnn.present {{.*}} input 0 {{.*}} -> tensor<1x3x!bnn.unary<1>>
  // HOST-NOT: bnn.encode %arg0
  %q = bnn.encode %x scale 5.000000e-01 offset -2.000000e+00 declared "u8" {bnn.traces = [#bnn.trace<"x", 5.000000e-01 : f64, -1.000000e+00 : f64>]} : tensor<1x3xf32> -> tensor<1x3x!bnn.int<8, unsigned>>
  %r = bnn.decode %q {offset = -2.000000e+00 : f64, scale = 5.000000e-01 : f64} : tensor<1x3x!bnn.int<8, unsigned>> -> tensor<1x3xf32>
  // A signed code: the least one is the count 0.
  // CHECK-NEXT: %[[P:.*]] = bnn.encode %arg1
  // CHECK-NEXT: %[[D:.*]] = bnn.present %[[P]] input 1
  // CHECK-NEXT: bnn.decode %[[D]] {offset = -2.1333333333333333 : f64, scale = 3.750000e+00 : f64}
  // NETWORK: bnn.encode %arg1 {{.*}}bnn.on_arrays = "y=bitplane"
  // NETWORK-NEXT: bnn.decode {{.*}}x!bnn.int<4, signed>>
  // HOST: bnn.encode %arg1 {{.*}}bnn.on_arrays = "bitplane"
  %p = bnn.encode %y scale 1.000000e+00 offset 0.000000e+00 declared "s4" : tensor<1x3xi64> -> tensor<1x3x!bnn.int<4, signed>>
  %s = bnn.decode %p : tensor<1x3x!bnn.int<4, signed>> -> tensor<1x3xf32>
  // CHECK: bnn.binary add %[[R]]
  // HOST: bnn.binary add %arg0, {{.*}}bnn.reason = "the encoding of its input was chosen as 'host'"
  %z = bnn.binary add %r, %s : tensor<1x3xf32>, tensor<1x3xf32> -> tensor<1x3xf32>
  return %z : tensor<1x3xf32>
}
