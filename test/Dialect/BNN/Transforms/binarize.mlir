// RUN: bnn-opt %s --bnn-binarize=mode=classifier | FileCheck %s
// RUN: bnn-opt %s --bnn-binarize="mode=classifier weights=ternary" | FileCheck %s --check-prefix=TERNARY
// RUN: bnn-opt %s --bnn-binarize=nodes=con* | FileCheck %s --check-prefix=NODES
// RUN: bnn-opt %s --bnn-binarize=mode=all | FileCheck %s --check-prefix=ALL
// RUN: bnn-opt %s --bnn-binarize | FileCheck %s --check-prefix=NONE --implicit-check-not=bnn.binarized
// RUN: bnn-opt %s --bnn-binarize=mode=classifier -o /dev/null 2>&1 | FileCheck %s --check-prefix=WARNING

// Without data: signs of the weights, scaled by their mean magnitude; relu is
// split at the least float32 above 0 into levels 0 and 1, which is (1 + sign) / 2.

// WARNING: warning: 2 layers were binarized without calibration data

// NONE: bnn.linear {{.*}}tensor<2x4xf32>
// NONE: bnn.matmul {{.*}}tensor<2x2xf32>

// CHECK-LABEL: func.func @main
// CHECK-SAME: bnn.binarized = ["the fully connected layers that end the network, after 'conv1' (conv)",
// CHECK-SAME: "fc1: binary weights, signs of its input; 7.1 % of the variance of its weights lost",
// CHECK-SAME: "fc2: binary weights, signs of its input; 33.8 % of the variance of its weights lost"]
// TERNARY-LABEL: func.func @main
// TERNARY-SAME: "fc1: ternary weights, signs of its input;
// NODES-LABEL: func.func @main
// NODES-SAME: bnn.binarized = ["the nodes that match con*", "conv1: reads the real input 'x' and stays real; declare its values with --input"]
// ALL-LABEL: func.func @main
// ALL-SAME: bnn.binarized = ["all layers with weights", "conv1: reads the real input 'x' and stays real; declare its values with --input", "fc1: binary weights
func.func @main(%x: tensor<1x1x1x4xf32> {bnn.name = "x"}) -> tensor<1x2xf32> {
  %k = bnn.constant dense<[[[[0.5, -2.0, 1.0]]], [[[0.25, 0.5, 1.0]]]]> : tensor<2x1x1x3xf32>
  // The convolution in front stays.
  // CHECK: bnn.conv {{.*}}tensor<2x1x1x3xf32>
  %c = bnn.conv %x, %k strides [1, 1] dilations [1, 1] pads [0, 0], [0, 0] : tensor<1x1x1x4xf32>, tensor<2x1x1x3xf32> -> tensor<1x2x1x2xf32> loc("conv1")
  // The signs are taken before the reshape, where channels have an axis.
  // CHECK: %[[RELU:.*]] = bnn.unary relu
  // CHECK: %[[LEAST:.*]] = bnn.constant dense<1.17549435E-38>
  // CHECK: %[[ABOVE:.*]] = bnn.binary greater_equal %[[RELU]], %[[LEAST]]
  // CHECK: %[[SIGNS:.*]] = bnn.select %[[ABOVE]]
  // CHECK: %[[FLAT:.*]] = bnn.reshape %[[SIGNS]]
  %r = bnn.unary relu %c : tensor<1x2x1x2xf32>
  %f = bnn.reshape %r : tensor<1x2x1x2xf32> -> tensor<1x4xf32>
  // CHECK: %[[W1:.*]] = bnn.constant dense_resource<[[NAME:.*]]> : tensor<2x4x!bnn.binary>
  // CHECK: %[[A1:.*]] = bnn.linear %[[FLAT]], %[[W1]] {bnn.binarized = "binary weights, signs
  // (1 + 2 + 1 + 2) / 4 / 2 per half of the levels; the halves of the offsets alike.
  // CHECK: %[[S1:.*]] = bnn.constant dense<[7.500000e-01, 5.000000e-01]>
  // CHECK: %[[M1:.*]] = bnn.binary mul %[[A1]], %[[S1]]
  // CHECK: %[[O1:.*]] = bnn.constant dense<[0.000000e+00, 2.000000e+00]>
  // CHECK: bnn.binary add %[[M1]], %[[O1]]
  // TERNARY: tensor<2x4x!bnn.ternary>
  %w1 = bnn.constant dense<[[1.0, -2.0, -1.0, 2.0], [1.0, 1.0, 1.0, 1.0]]> : tensor<2x4xf32>
  %y1 = bnn.linear %f, %w1 : tensor<1x4xf32>, tensor<2x4xf32> -> tensor<1x2xf32> loc("fc1")
  // Both sides of 0.
  // CHECK: %[[ZERO:.*]] = bnn.constant dense<0.000000e+00> : tensor<f32>
  // CHECK: bnn.binary greater_equal %{{.*}}, %[[ZERO]]
  %t = bnn.unary tanh %y1 : tensor<1x2xf32>
  %w2 = bnn.constant dense<[[0.5, -0.5], [-3.0, 3.0]]> : tensor<2x2xf32>
  // CHECK: bnn.linear {{.*}}tensor<2x2x!bnn.binary>
  // CHECK-NOT: bnn.matmul
  %y2 = bnn.matmul %t, %w2 : tensor<1x2xf32>, tensor<2x2xf32> -> tensor<1x2xf32> loc("fc2")
  %s = bnn.softmax %y2 axis 1 : tensor<1x2xf32>
  return %s : tensor<1x2xf32>
}
