// RUN: bnn-opt %s --split-input-file --verify-diagnostics

func.func @reshape(%x: tensor<1x4xf32>) {
  // expected-error @+1 {{cannot make 'tensor<1x5xf32>' from 'tensor<1x4xf32>'}}
  %y = bnn.reshape %x : tensor<1x4xf32> -> tensor<1x5xf32>
  return
}

// -----

func.func @reshape_type(%x: tensor<1x4xf32>) {
  // expected-error @+1 {{operands and result differ in element type}}
  %y = bnn.reshape %x : tensor<1x4xf32> -> tensor<1x4xf64>
  return
}

// -----

func.func @transpose(%x: tensor<1x4xf32>) {
  // expected-error @+1 {{permutation must name every dimension once}}
  %y = bnn.transpose %x [0, 0] : tensor<1x4xf32> -> tensor<1x4xf32>
  return
}

// -----

func.func @transpose_size(%x: tensor<1x4xf32>) {
  // expected-error @+1 {{dimension 0 of the result must be 4}}
  %y = bnn.transpose %x [1, 0] : tensor<1x4xf32> -> tensor<1x4xf32>
  return
}

// -----

func.func @concat_axis(%x: tensor<1x4xf32>) {
  // expected-error @+1 {{needs operands and one of their dimensions as axis}}
  %y = bnn.concat %x axis 2 : tensor<1x4xf32> -> tensor<1x4xf32>
  return
}

// -----

func.func @concat_rank(%x: tensor<1x4xf32>, %y: tensor<4xf32>) {
  // expected-error @+1 {{operands differ in rank}}
  %z = bnn.concat %x, %y axis 1 : tensor<1x4xf32>, tensor<4xf32> -> tensor<1x8xf32>
  return
}

// -----

func.func @concat_size(%x: tensor<1x4xf32>, %y: tensor<2x4xf32>) {
  // expected-error @+1 {{operands differ in dimension 0}}
  %z = bnn.concat %x, %y axis 1 : tensor<1x4xf32>, tensor<2x4xf32> -> tensor<1x8xf32>
  return
}

// -----

func.func @concat_total(%x: tensor<1x4xf32>) {
  // expected-error @+1 {{operands have 8 elements along the axis, the result 7}}
  %z = bnn.concat %x, %x axis 1 : tensor<1x4xf32>, tensor<1x4xf32> -> tensor<1x7xf32>
  return
}

// -----

func.func @slice_entries(%x: tensor<1x4xf32>) {
  // expected-error @+1 {{needs one start and one step per dimension}}
  %y = bnn.slice %x starts [0] steps [1, 1] : tensor<1x4xf32> -> tensor<1x4xf32>
  return
}

// -----

func.func @pad_entries(%x: tensor<1x4xf32>) {
  // expected-error @+1 {{needs two pads per dimension}}
  %y = bnn.pad %x pads [0], [0, 0] value 0.0 : tensor<1x4xf32> -> tensor<1x4xf32>
  return
}

// -----

func.func @pad_negative(%x: tensor<1x4xf32>) {
  // expected-error @+1 {{pads must not be negative; slice instead}}
  %y = bnn.pad %x pads [0, -1], [0, 0] value 0.0 : tensor<1x4xf32> -> tensor<1x3xf32>
  return
}

// -----

func.func @pad_reflect(%x: tensor<1x4xf32>) {
  // expected-error @+1 {{reflects more than dimension 1 holds}}
  %y = bnn.pad %x pads [0, 4], [0, 0] value 0.0 {mode = 1 : i32} : tensor<1x4xf32> -> tensor<1x8xf32>
  return
}

// -----

func.func @pad_size(%x: tensor<1x4xf32>) {
  // expected-error @+1 {{dimension 1 of the result must be 5}}
  %y = bnn.pad %x pads [0, 1], [0, 0] value 0.0 : tensor<1x4xf32> -> tensor<1x6xf32>
  return
}

// -----

func.func @broadcast(%x: tensor<1x4xf32>) {
  // expected-error @+1 {{cannot repeat 'tensor<1x4xf32>' to 'tensor<2x3xf32>'}}
  %y = bnn.broadcast %x : tensor<1x4xf32> -> tensor<2x3xf32>
  return
}

// -----

func.func @gather_axis(%x: tensor<1x4xf32>, %i: tensor<2xi64>) {
  // expected-error @+1 {{axis 2 is none of the input's}}
  %y = bnn.gather %x, %i axis 2 : tensor<1x4xf32>, tensor<2xi64> -> tensor<1x2xf32>
  return
}

// -----

func.func @gather_shape(%x: tensor<1x4xf32>, %i: tensor<2xi64>) {
  // expected-error @+1 {{result shape does not follow from axis and indices}}
  %y = bnn.gather %x, %i axis 1 : tensor<1x4xf32>, tensor<2xi64> -> tensor<1x3xf32>
  return
}

// -----

func.func @gather_type(%x: tensor<1x4xf32>, %i: tensor<2xi64>) {
  // expected-error @+1 {{input and result differ in element type}}
  %y = bnn.gather %x, %i axis 1 : tensor<1x4xf32>, tensor<2xi64> -> tensor<1x2xf64>
  return
}
