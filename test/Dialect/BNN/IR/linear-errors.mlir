// RUN: bnn-opt %s --split-input-file --verify-diagnostics

func.func @weight_type(%x: tensor<1x2x4x4xf32>, %w: tensor<3x2x3x3xi64>) {
  // expected-error @+1 {{weights must be binary, ternary or real, got 'i64'}}
  %a = bnn.conv %x, %w strides [1, 1] dilations [1, 1] pads [0, 0], [0, 0] : tensor<1x2x4x4xf32>, tensor<3x2x3x3xi64> -> tensor<1x3x2x2xf32>
  return
}

// -----

func.func @real_weights(%x: tensor<1x2x4x4x!bnn.binary>, %w: tensor<3x2x3x3xf32>) {
  // expected-error @+1 {{input of type '!bnn.binary' needs packed weights, got 'f32'}}
  %a = bnn.conv %x, %w strides [1, 1] dilations [1, 1] pads [0, 0], [0, 0] : tensor<1x2x4x4x!bnn.binary>, tensor<3x2x3x3xf32> -> tensor<1x3x2x2xf32>
  return
}

// -----

func.func @real_result(%x: tensor<1x2x4x4xf32>, %w: tensor<3x2x3x3xf32>) {
  // expected-error @+1 {{a real input gives a real result, got 'i64'}}
  %a = bnn.conv %x, %w strides [1, 1] dilations [1, 1] pads [0, 0], [0, 0] : tensor<1x2x4x4xf32>, tensor<3x2x3x3xf32> -> tensor<1x3x2x2xi64>
  return
}

// -----

func.func @conv_rank(%x: tensor<1x2xf32>, %w: tensor<3x2xf32>) {
  // expected-error @+1 {{input, weights and result need one rank of at least 3}}
  %a = bnn.conv %x, %w strides [] dilations [] pads [], [] : tensor<1x2xf32>, tensor<3x2xf32> -> tensor<1x3xf32>
  return
}

// -----

func.func @groups(%x: tensor<1x2x4x4xf32>, %w: tensor<3x2x3x3xf32>) {
  // expected-error @+1 {{groups = 2 must divide 2 channels and 3 neurons}}
  %a = bnn.conv %x, %w strides [1, 1] dilations [1, 1] pads [0, 0], [0, 0] {groups = 2} : tensor<1x2x4x4xf32>, tensor<3x2x3x3xf32> -> tensor<1x3x2x2xf32>
  return
}

// -----

func.func @channels(%x: tensor<1x2x4x4xf32>, %w: tensor<3x1x3x3xf32>) {
  // expected-error @+1 {{weights are for 1 channels per group, the input has 2}}
  %a = bnn.conv %x, %w strides [1, 1] dilations [1, 1] pads [0, 0], [0, 0] : tensor<1x2x4x4xf32>, tensor<3x1x3x3xf32> -> tensor<1x3x2x2xf32>
  return
}

// -----

func.func @result_channels(%x: tensor<1x2x4x4xf32>, %w: tensor<3x2x3x3xf32>) {
  // expected-error @+1 {{the result must have batch 1 and 3 channels}}
  %a = bnn.conv %x, %w strides [1, 1] dilations [1, 1] pads [0, 0], [0, 0] : tensor<1x2x4x4xf32>, tensor<3x2x3x3xf32> -> tensor<1x2x2x2xf32>
  return
}

// -----

func.func @pad_value(%x: tensor<1x2x4x4xf32>, %w: tensor<3x2x3x3xf32>) {
  // expected-error @+1 {{pad_value is for codes only}}
  %a = bnn.conv %x, %w strides [1, 1] dilations [1, 1] pads [0, 0], [0, 0] {pad_value = 1} : tensor<1x2x4x4xf32>, tensor<3x2x3x3xf32> -> tensor<1x3x2x2xf32>
  return
}

// -----

func.func @entries(%x: tensor<1x2x4x4xf32>, %w: tensor<3x2x3x3xf32>) {
  // expected-error @+1 {{strides has 1 entries for 2 spatial dimensions}}
  %a = bnn.conv %x, %w strides [1] dilations [1, 1] pads [0, 0], [0, 0] : tensor<1x2x4x4xf32>, tensor<3x2x3x3xf32> -> tensor<1x3x2x2xf32>
  return
}

// -----

func.func @stride(%x: tensor<1x2x4x4xf32>, %w: tensor<3x2x3x3xf32>) {
  // expected-error @+1 {{strides must lie between 1 and 2^31, got 0}}
  %a = bnn.conv %x, %w strides [1, 0] dilations [1, 1] pads [0, 0], [0, 0] : tensor<1x2x4x4xf32>, tensor<3x2x3x3xf32> -> tensor<1x3x2x2xf32>
  return
}

// -----

func.func @spatial_size(%x: tensor<1x2x4x4xf32>, %w: tensor<3x2x3x3xf32>) {
  // expected-error @+1 {{spatial dimension 0 of the result must be 2, got 3}}
  %a = bnn.conv %x, %w strides [1, 1] dilations [1, 1] pads [0, 0], [0, 0] : tensor<1x2x4x4xf32>, tensor<3x2x3x3xf32> -> tensor<1x3x3x2xf32>
  return
}

// -----

func.func @linear_rank(%x: tensor<1x2xf32>, %w: tensor<3x2x1xf32>) {
  // expected-error @+1 {{expected an input [.., k] and weights [n, k]}}
  %a = bnn.linear %x, %w : tensor<1x2xf32>, tensor<3x2x1xf32> -> tensor<1x3xf32>
  return
}

// -----

func.func @neurons(%x: tensor<1x2xf32>, %w: tensor<3x2xf32>) {
  // expected-error @+1 {{the result must have 3 neurons in the input's last dimension}}
  %a = bnn.linear %x, %w : tensor<1x2xf32>, tensor<3x2xf32> -> tensor<1x2xf32>
  return
}

// -----

func.func @matmul_rank(%x: tensor<2xf32>, %w: tensor<2x3xf32>) {
  // expected-error @+1 {{operands need rank 2 or more}}
  %a = bnn.matmul %x, %w : tensor<2xf32>, tensor<2x3xf32> -> tensor<3xf32>
  return
}

// -----

func.func @matmul_inner(%x: tensor<1x2xf32>, %w: tensor<3x2xf32>) {
  // expected-error @+1 {{inner dimensions differ: 2 and 3}}
  %a = bnn.matmul %x, %w : tensor<1x2xf32>, tensor<3x2xf32> -> tensor<1x2xf32>
  return
}

// -----

func.func @matmul_batch(%x: tensor<2x1x2xf32>, %w: tensor<3x2x2xf32>) {
  // expected-error @+1 {{leading dimensions do not broadcast}}
  %a = bnn.matmul %x, %w : tensor<2x1x2xf32>, tensor<3x2x2xf32> -> tensor<2x1x2xf32>
  return
}

// -----

func.func @matmul_result(%x: tensor<1x2xf32>, %w: tensor<2x3xf32>) {
  // expected-error @+1 {{result shape does not follow from the operands}}
  %a = bnn.matmul %x, %w : tensor<1x2xf32>, tensor<2x3xf32> -> tensor<1x2xf32>
  return
}

// -----

func.func @pool_channels(%x: tensor<1x2x4x4xf32>) {
  // expected-error @+1 {{input and result are [batch, channels, spatial..] with equal batch and channels}}
  %y = bnn.average_pool %x kernel [2, 2] strides [2, 2] dilations [1, 1] pads [0, 0], [0, 0] : tensor<1x2x4x4xf32> -> tensor<1x3x2x2xf32>
  return
}

// -----

func.func @pool_kernel(%x: tensor<1x2x4x4xf32>) {
  // expected-error @+1 {{kernel has 1 entries for 2 spatial dimensions}}
  %y = bnn.average_pool %x kernel [2] strides [2, 2] dilations [1, 1] pads [0, 0], [0, 0] : tensor<1x2x4x4xf32> -> tensor<1x2x2x2xf32>
  return
}

// -----

func.func @pool_type(%x: tensor<1x2x4x4xf32>) {
  // expected-error @+1 {{input and result differ in element type}}
  %y = bnn.max_pool %x kernel [2, 2] strides [2, 2] dilations [1, 1] pads [0, 0], [0, 0] : tensor<1x2x4x4xf32> -> tensor<1x2x2x2xf64>
  return
}

// -----

func.func @minimum(%x: tensor<1x2x4x4x!bnn.binary>) {
  // expected-error @+1 {{minimum channel 2 is none of the input's}}
  %y = bnn.max_pool %x kernel [2, 2] strides [2, 2] dilations [1, 1] pads [0, 0], [0, 0] {minimum_channels = array<i64: 2>} : tensor<1x2x4x4x!bnn.binary> -> tensor<1x2x2x2x!bnn.binary>
  return
}

// -----

func.func @sum_type(%x: tensor<1x2x4x4x!bnn.binary>) {
  // expected-error @+1 {{must be statically shaped tensor of 64-bit signless integer values}}
  %y = bnn.sum_pool %x kernel [2, 2] strides [2, 2] dilations [1, 1] pads [0, 0], [0, 0] : tensor<1x2x4x4x!bnn.binary> -> tensor<1x2x2x2xf32>
  return
}
