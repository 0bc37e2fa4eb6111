// RUN: bnn-opt %s --bnn-fold-thresholds | FileCheck %s

// A tail that cannot be folded is no error: it stays real, and the layer that
// reads it says why.

// The variance is negative: there is no batch norm to decide.
// CHECK-LABEL: func.func @variance
func.func @variance(%q: tensor<1x3x!bnn.binary>) -> tensor<1x1xf32> {
  %w = bnn.constant #bnn.lit<["+-+"]> : tensor<1x3x!bnn.binary>
  %u = bnn.constant #bnn.lit<["+"]> : tensor<1x1x!bnn.binary>
  %one = bnn.constant dense<[1.0]> : tensor<1xf32>
  %v = bnn.constant dense<[-1.0]> : tensor<1xf32>
  %x = bnn.decode %q : tensor<1x3x!bnn.binary> -> tensor<1x3xf32>
  %a = bnn.linear %x, %w : tensor<1x3xf32>, tensor<1x3x!bnn.binary> -> tensor<1x1xf32>
  %n = bnn.batch_norm %a, %one, %one, %one, %v epsilon 0.0 : tensor<1x1xf32>, tensor<1xf32>
  // CHECK: bnn.unary sign
  // CHECK: bnn.encode
  %s = bnn.unary sign %n : tensor<1x1xf32>
  %b = bnn.linear %s, %u : tensor<1x1xf32>, tensor<1x1x!bnn.binary> -> tensor<1x1xf32>
  return %b : tensor<1x1xf32>
}

// Not quantized at all.
// CHECK-LABEL: func.func @relu
func.func @relu(%q: tensor<1x3x!bnn.binary>) -> tensor<1x1xf32> {
  %w = bnn.constant #bnn.lit<["+-+"]> : tensor<1x3x!bnn.binary>
  %u = bnn.constant #bnn.lit<["+"]> : tensor<1x1x!bnn.binary>
  %c = bnn.constant dense<0.3> : tensor<f32>
  %x = bnn.decode %q : tensor<1x3x!bnn.binary> -> tensor<1x3xf32>
  %a = bnn.linear %x, %w : tensor<1x3xf32>, tensor<1x3x!bnn.binary> -> tensor<1x1xf32>
  %t = bnn.unary tanh %a : tensor<1x1xf32>
  // CHECK: bnn.linear {{.*}} {bnn.reason = "its input {{.*}} is not quantized"
  %b = bnn.linear %t, %u : tensor<1x1xf32>, tensor<1x1x!bnn.binary> -> tensor<1x1xf32>
  return %b : tensor<1x1xf32>
}
