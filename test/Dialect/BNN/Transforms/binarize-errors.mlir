// RUN: split-file %s %t
// RUN: not bnn-opt %t/plain.mlir --bnn-binarize=mode=some 2>&1 | FileCheck %s --check-prefix=MODE
// RUN: not bnn-opt %t/plain.mlir --bnn-binarize="mode=all weights=real" 2>&1 | FileCheck %s --check-prefix=WEIGHTS
// RUN: not bnn-opt %t/plain.mlir --bnn-binarize="mode=all samples=1" 2>&1 | FileCheck %s --check-prefix=SAMPLES
// RUN: not bnn-opt %t/plain.mlir --bnn-binarize=nodes=fc[ 2>&1 | FileCheck %s --check-prefix=PATTERN
// RUN: not bnn-opt %t/plain.mlir --bnn-binarize=nodes=dense* 2>&1 | FileCheck %s --check-prefix=NONE
// RUN: not bnn-opt %t/plain.mlir --bnn-binarize="mode=all calibration=%t/missing.npy" 2>&1 | FileCheck %s --check-prefix=MISSING
// RUN: not bnn-opt %t/attention.mlir --bnn-binarize=mode=all 2>&1 | FileCheck %s --check-prefix=ATTENTION
// RUN: not bnn-opt %t/convolutional.mlir --bnn-binarize=mode=classifier 2>&1 | FileCheck %s --check-prefix=CLASSIFIER
// RUN: not bnn-opt %t/nothing.mlir --bnn-binarize=mode=all 2>&1 | FileCheck %s --check-prefix=NOTHING
// RUN: not bnn-opt %t/two.mlir --bnn-binarize="mode=all calibration=%t/missing.npy" 2>&1 | FileCheck %s --check-prefix=TWO

// MODE: mode 'some' is none of none, classifier, all
// WEIGHTS: weights 'real' are neither binary nor ternary
// SAMPLES: calibration on 1 samples; statistics need two
// PATTERN: 'fc[' is no pattern of node names:
// NONE: no layer with weights matches 'dense*'; they are: fc1
// MISSING: calibration: {{.*}}missing.npy: No such file
//--- plain.mlir
func.func @main(%x: tensor<1x2xf32> {bnn.name = "x"}) -> tensor<1x2xf32> {
  %w = bnn.constant dense<[[0.5, -2.0], [3.0, 1.0]]> : tensor<2x2xf32>
  %y = bnn.matmul %x, %w : tensor<1x2xf32>, tensor<2x2xf32> -> tensor<1x2xf32> loc("fc1")
  return %y : tensor<1x2xf32>
}

// ATTENTION: error: loc("scores"): multiplies two computed tensors, as attention does
//--- attention.mlir
func.func @main(%x: tensor<1x2xf32>) -> tensor<1x1xf32> {
  %w = bnn.constant dense<[[0.5, -2.0], [3.0, 1.0]]> : tensor<2x2xf32>
  %q = bnn.matmul %x, %w : tensor<1x2xf32>, tensor<2x2xf32> -> tensor<1x2xf32>
  %s = bnn.matmul %q, %x transpose_rhs : tensor<1x2xf32>, tensor<1x2xf32> -> tensor<1x1xf32> loc("scores")
  return %s : tensor<1x1xf32>
}

// CLASSIFIER: has no classifier to binarize: before its outputs comes 'conv1' (conv)
//--- convolutional.mlir
func.func @main(%x: tensor<1x1x4xf32>) -> tensor<1x1x2xf32> {
  %w = bnn.constant dense<[[[0.5, -2.0, 1.0]]]> : tensor<1x1x3xf32>
  %y = bnn.conv %x, %w strides [1] dilations [1] pads [0], [0] : tensor<1x1x4xf32>, tensor<1x1x3xf32> -> tensor<1x1x2xf32> loc("conv1")
  %r = bnn.unary relu %y : tensor<1x1x2xf32>
  return %r : tensor<1x1x2xf32>
}

// NOTHING: has no layer with constant weights
//--- nothing.mlir
func.func @main(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %r = bnn.unary relu %x : tensor<1x2xf32>
  return %r : tensor<1x2xf32>
}

// TWO: has 2 inputs; calibration serves networks with one
//--- two.mlir
func.func @main(%x: tensor<1x2xf32>, %z: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %w = bnn.constant dense<[[0.5, -2.0], [3.0, 1.0]]> : tensor<2x2xf32>
  %y = bnn.matmul %x, %w : tensor<1x2xf32>, tensor<2x2xf32> -> tensor<1x2xf32>
  %s = bnn.binary add %y, %z : tensor<1x2xf32>, tensor<1x2xf32> -> tensor<1x2xf32>
  return %s : tensor<1x2xf32>
}
