// RUN: bnn-opt %s --split-input-file --verify-diagnostics --convert-bnn-to-rram

// expected-error @+1 {{the module has no 'rram.target'; run rram-attach-target first}}
module {
}

// -----

module attributes {rram.target = #rram.target<name = "t", rows = 4, columns = 4>} {
  func.func @main(%x: tensor<2x1x4x!bnn.binary>) -> tensor<2x1x4xi64> {
    %w = bnn.constant #bnn.lit<["++-"]> : tensor<1x1x3x!bnn.binary>
    // expected-error @+1 {{a convolution on the arrays needs a leading dimension of 1, got 2; compile one sample, with --shape INPUT=1x...}}
    %a = bnn.conv %x, %w strides [1] dilations [1] pads [1], [1]
      : tensor<2x1x4x!bnn.binary>, tensor<1x1x3x!bnn.binary> -> tensor<2x1x4xi64>
    return %a : tensor<2x1x4xi64>
  }
}
