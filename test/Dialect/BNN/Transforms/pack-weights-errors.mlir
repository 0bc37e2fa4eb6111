// RUN: bnn-opt %s --bnn-pack-weights --split-input-file --verify-diagnostics

func.func @nan(%x: tensor<1x2xf32>) -> tensor<1x1xf32> {
  %w = bnn.constant dense<[[1.0], [0x7FC00000]]> : tensor<2x1xf32>
  // expected-error @+1 {{weight 1 of neuron 0 is nan, not a finite number; export the model again}}
  %y = bnn.matmul %x, %w : tensor<1x2xf32>, tensor<2x1xf32> -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}

// -----

func.func @infinite(%x: tensor<1x2xf32>) -> tensor<1x1xf32> {
  %w = bnn.constant dense<[[0xFF800000], [1.0]]> : tensor<2x1xf32>
  // expected-error @+1 {{weight 0 of neuron 0 is -INF, not a finite number}}
  %y = bnn.matmul %x, %w : tensor<1x2xf32>, tensor<2x1xf32> -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}
