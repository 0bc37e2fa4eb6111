// RUN: bnn-opt %s --bnn-partition | FileCheck %s

// CHECK-LABEL: func.func @main
func.func @main(%x: tensor<1x2xf32>) -> tensor<1x1xf32> {
  // CHECK: bnn.unary sign {{.*}} {bnn.reason = "real-valued, before the arrays"}
  %s = bnn.unary sign %x : tensor<1x2xf32>
  // CHECK: bnn.encode {{.*}}bnn.crossing = "onto the chip: 2 x !bnn.ternary, 4 bits a sample"
  %q = bnn.encode %s scale 1.0 offset 0.0 : tensor<1x2xf32> -> tensor<1x2x!bnn.ternary>
  %w = bnn.constant #bnn.lit<["+-"]> : tensor<1x2x!bnn.binary>
  // CHECK: bnn.linear
  // CHECK-NOT: bnn.reason
  // CHECK-SAME: tensor<1x1xi64>
  %a = bnn.linear %q, %w : tensor<1x2x!bnn.ternary>, tensor<1x2x!bnn.binary> -> tensor<1x1xi64>
  // CHECK: bnn.decode {{.*}}bnn.crossing = "off the chip: 1 x accumulator"
  %d = bnn.decode %a : tensor<1x1xi64> -> tensor<1x1xf32>
  // CHECK: bnn.unary tanh {{.*}} {bnn.reason = "real-valued, after the arrays"}
  %t = bnn.unary tanh %d : tensor<1x1xf32>
  // A reason that is there stays.
  // CHECK: bnn.unary exp {{.*}} {bnn.reason = "because"}
  %e = bnn.unary exp %t {bnn.reason = "because"} : tensor<1x1xf32>
  return %e : tensor<1x1xf32>
}

// CHECK-LABEL: func.func @real
func.func @real(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  // CHECK: bnn.unary relu {{.*}} {bnn.reason = "real-valued, and no layer is on the arrays"}
  %y = bnn.unary relu %x : tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}
