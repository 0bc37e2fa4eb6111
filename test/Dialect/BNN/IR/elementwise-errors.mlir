// RUN: bnn-opt %s --split-input-file --verify-diagnostics

func.func @not_real(%x: tensor<1x4xf32>) {
  // expected-error @+1 {{'not' does not take 'f32'}}
  %y = bnn.unary not %x : tensor<1x4xf32>
  return
}

// -----

func.func @no_alpha(%x: tensor<1x4xf32>) {
  // expected-error @+1 {{'elu' has wrong parameters}}
  %y = bnn.unary elu %x : tensor<1x4xf32>
  return
}

// -----

func.func @surplus_alpha(%x: tensor<1x4xf32>) {
  // expected-error @+1 {{'relu' has wrong parameters}}
  %y = bnn.unary relu %x {alpha = 1.0} : tensor<1x4xf32>
  return
}

// -----

func.func @add_booleans(%x: tensor<1x4xi1>) {
  // expected-error @+1 {{'add' does not take 'i1' and 'i1'}}
  %y = bnn.binary add %x, %x : tensor<1x4xi1>, tensor<1x4xi1> -> tensor<1x4xi1>
  return
}

// -----

func.func @real_comparison(%x: tensor<1x4xf32>) {
  // expected-error @+1 {{'less' does not give 'f32'}}
  %y = bnn.binary less %x, %x : tensor<1x4xf32>, tensor<1x4xf32> -> tensor<1x4xf32>
  return
}

// -----

func.func @no_broadcast(%x: tensor<1x4xf32>, %y: tensor<3xf32>) {
  // expected-error @+1 {{operand shapes do not broadcast}}
  %z = bnn.binary add %x, %y : tensor<1x4xf32>, tensor<3xf32> -> tensor<1x4xf32>
  return
}

// -----

func.func @broadcast_result(%x: tensor<1x4xf32>, %y: tensor<f32>) {
  // expected-error @+1 {{result shape is not that of the broadcast operands}}
  %z = bnn.binary add %x, %y : tensor<1x4xf32>, tensor<f32> -> tensor<1x1xf32>
  return
}

// -----

func.func @branches(%c: tensor<1x4xi1>, %x: tensor<1x4xf32>, %y: tensor<1x4xi64>) {
  // expected-error @+1 {{both branches and the result need one element type}}
  %z = bnn.select %c, %x, %y : tensor<1x4xi1>, tensor<1x4xf32>, tensor<1x4xi64> -> tensor<1x4xf32>
  return
}

// -----

func.func @norm_axis(%x: tensor<1x4xf32>, %v: tensor<4xf32>) {
  // expected-error @+1 {{axis 2 is none of the input's}}
  %y = bnn.batch_norm %x, %v, %v, %v, %v epsilon 0.0 {axis = 2} : tensor<1x4xf32>, tensor<4xf32>
  return
}

// -----

func.func @norm_channels(%x: tensor<1x4xf32>, %v: tensor<3xf32>) {
  // expected-error @+1 {{parameters must have one element per channel (4)}}
  %y = bnn.batch_norm %x, %v, %v, %v, %v epsilon 0.0 : tensor<1x4xf32>, tensor<3xf32>
  return
}

// -----

func.func @thresholds(%x: tensor<1x4xf32>, %t: tensor<3x2xf32>) {
  // expected-error @+1 {{thresholds must be [1 or 4, count]}}
  %y = bnn.multi_threshold %x, %t : tensor<1x4xf32>, tensor<3x2xf32>
  return
}

// -----

func.func @cast_shape(%x: tensor<1x4xf32>) {
  // expected-error @+1 {{keeps the shape}}
  %y = bnn.cast %x : tensor<1x4xf32> -> tensor<4xi64>
  return
}

// -----

func.func @cast_code(%x: tensor<1x4x!bnn.binary>) {
  // expected-error @+1 {{codes are encoded and decoded, not cast}}
  %y = bnn.cast %x : tensor<1x4x!bnn.binary> -> tensor<1x4xi64>
  return
}

// -----

func.func @softmax(%x: tensor<1x4xf32>) {
  // expected-error @+1 {{axis 2 is none of the input's}}
  %y = bnn.softmax %x axis 2 : tensor<1x4xf32>
  return
}

// -----

func.func @reduce_axes(%x: tensor<1x4xf32>) {
  // expected-error @+1 {{axes must be sorted dimensions of the input}}
  %y = bnn.reduce sum %x axes [1, 0] : tensor<1x4xf32> -> tensor<f32>
  return
}

// -----

func.func @reduce_shape(%x: tensor<1x4xf32>) {
  // expected-error @+1 {{result shape does not follow from the axes}}
  %y = bnn.reduce sum %x axes [1] keep_dims : tensor<1x4xf32> -> tensor<1xf32>
  return
}

// -----

func.func @arg_max_axis(%x: tensor<1x4xf32>) {
  // expected-error @+1 {{axis -1 is none of the input's}}
  %y = bnn.arg_max %x axis -1 : tensor<1x4xf32> -> tensor<1xi64>
  return
}

// -----

func.func @arg_max_shape(%x: tensor<1x4xf32>) {
  // expected-error @+1 {{result shape does not follow from the axis}}
  %y = bnn.arg_max %x axis 1 : tensor<1x4xf32> -> tensor<1x1xi64>
  return
}

// -----

func.func @arg_max_empty(%x: tensor<1x0xf32>) {
  // expected-error @+1 {{has no element to choose along the axis}}
  %y = bnn.arg_max %x axis 1 : tensor<1x0xf32> -> tensor<1xi64>
  return
}

// -----

func.func @top_k_shape(%x: tensor<1x4xf32>) {
  // expected-error @+1 {{results differ from the input in more than the size of the axis}}
  %v, %i = bnn.top_k %x axis 1 : tensor<1x4xf32> -> tensor<1x2xf32>, tensor<2x2xi64>
  return
}

// -----

func.func @top_k_count(%x: tensor<1x4xf32>) {
  // expected-error @+1 {{cannot choose 5 of 4 elements}}
  %v, %i = bnn.top_k %x axis 1 : tensor<1x4xf32> -> tensor<1x5xf32>, tensor<1x5xi64>
  return
}
