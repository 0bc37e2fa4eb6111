// REQUIRES: python
// RUN: %python -c "import numpy as np; np.save('%t.npy', np.sign(np.random.default_rng(1).normal(size=(64, 4))).astype(np.float32))"
// RUN: bnn-opt %s --bnn-reduce-by-votes='group=2 calibration=%t.npy' | FileCheck %s
// RUN: bnn-opt %s --bnn-reduce-by-votes | FileCheck %s --check-prefix=NONE

// NONE-NOT: bnn.sum_pool
// NONE-NOT: bnn.reduced
// NONE: return

// CHECK: func.func @main{{.*}}attributes {bnn.reduced = ["two: exact sums: its 2 inputs are one group", "scores: exact sums: its sums are not compared with one threshold each", "one: votes of 2 groups of 2 inputs; {{[0-9.]+}} % of its outputs are others", "{{[0-9.]+}} % of 64 samples of the calibration get another class"]}
func.func @main(%x: tensor<1x4xf32> {bnn.name = "x"}) -> tensor<1x2xf32> {
  // CHECK: %[[Q:.*]] = bnn.encode
  %q = bnn.encode %x scale 1.0 offset 0.0 declared "bipolar" : tensor<1x4xf32> -> tensor<1x4x!bnn.binary>
  %w = bnn.constant #bnn.lit<["++++", "+-+-", "--++"]> : tensor<3x4x!bnn.binary>
  // Row g * 3 + n: inputs 2 g and 2 g + 1 of neuron n.
  // CHECK: %[[W:.*]] = bnn.constant dense_resource<"{{.*}}/groups"> : tensor<6x2x1x!bnn.binary>
  // CHECK: %[[I:.*]] = bnn.reshape %[[Q]] : tensor<1x4x!bnn.binary> -> tensor<1x4x1x!bnn.binary>
  // CHECK: %[[S:.*]] = bnn.conv %[[I]], %[[W]] strides [1] dilations [1] pads [0], [0] {groups = 2 : i64} {{.*}} -> tensor<1x6x1xi64>
  // CHECK: %[[D:.*]] = bnn.threshold %[[S]], <counts = [1, 1, 1, 1, 1, 1], thresholds = [{{[-0-9, ]+}}], codes = [-1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1]> axis 1 {{.*}} -> tensor<1x6x1x!bnn.binary>
  // CHECK: %[[R:.*]] = bnn.reshape %[[D]] : tensor<1x6x1x!bnn.binary> -> tensor<1x1x2x3x!bnn.binary>
  // CHECK: %[[V:.*]] = bnn.sum_pool %[[R]] kernel [2, 1] strides [2, 1] {{.*}} -> tensor<1x1x1x3xi64>
  // CHECK: %[[F:.*]] = bnn.reshape %[[V]] : tensor<1x1x1x3xi64> -> tensor<1x3xi64>
  // A neuron that falls still falls, and a constant stays one.
  // CHECK: bnn.threshold %[[F]], <counts = [1, 1, 0], thresholds = [{{[-0-9]+, [-0-9]+}}], codes = [-1, 1, 1, -1, 1]> axis 1
  %a = bnn.linear %q, %w : tensor<1x4x!bnn.binary>, tensor<3x4x!bnn.binary> -> tensor<1x3xi64> loc("one")
  %b = bnn.threshold %a, <counts = [1, 1, 0], thresholds = [0, 2], codes = [-1, 1, 1, -1, 1]> axis 1 : tensor<1x3xi64> -> tensor<1x3x!bnn.binary> loc("one")
  %s = bnn.slice %b starts [0, 0] steps [1, 1] : tensor<1x3x!bnn.binary> -> tensor<1x2x!bnn.binary>
  %v = bnn.constant #bnn.lit<["+-", "++"]> : tensor<2x2x!bnn.binary>
  // CHECK: bnn.linear {{.*}} -> tensor<1x2xi64>
  %c = bnn.linear %s, %v : tensor<1x2x!bnn.binary>, tensor<2x2x!bnn.binary> -> tensor<1x2xi64> loc("two")
  %d = bnn.threshold %c, <counts = [1, 1], thresholds = [0, 0], codes = [-1, 1, -1, 1]> axis 1 : tensor<1x2xi64> -> tensor<1x2x!bnn.binary> loc("two")
  %u = bnn.constant #bnn.lit<["+-", "-+"]> : tensor<2x2x!bnn.binary>
  // CHECK: bnn.linear {{.*}} -> tensor<1x2xi64>
  %e = bnn.linear %d, %u : tensor<1x2x!bnn.binary>, tensor<2x2x!bnn.binary> -> tensor<1x2xi64> loc("scores")
  %y = bnn.decode %e : tensor<1x2xi64> -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}
