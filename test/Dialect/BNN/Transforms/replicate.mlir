// RUN: bnn-opt %s --split-input-file --bnn-replicate=copies=3 --mlir-print-debuginfo --verify-each | FileCheck %s
// RUN: bnn-opt %s --split-input-file --bnn-replicate | FileCheck %s --check-prefix=ONE

// ONE-NOT: bnn.copies
// ONE-COUNT-2: {bnn.copy =
// ONE-COUNT-6: {bnn.copy =
// ONE-NOT: bnn.copy


// Five rows for three copies; padding at the true border only, halo rows twice.
// CHECK-LABEL: @padded
func.func @padded(%x: tensor<1x2x5x3x!bnn.binary>) -> tensor<1x2x5x3x!bnn.binary> {
  // CHECK: %[[W:.*]] = bnn.constant
  %w = bnn.constant #bnn.lit<["+-+-+-+-+-+-+-+-+-", "++++++---------+++"]> : tensor<2x2x3x3x!bnn.binary>
  // CHECK: %[[I1:.*]] = bnn.slice %arg0 starts [0, 0, 0, 0] steps [1, 1, 1, 1] : {{.*}} -> tensor<1x2x2x3x!bnn.binary>
  // CHECK: %[[A1:.*]] = bnn.conv %[[I1]], %[[W]] strides [1, 1] dilations [1, 1] pads [1, 1], [0, 1] {bnn.copy = 1 : i64} : {{.*}} -> tensor<1x2x1x3xi64> loc(#[[CONV:.*]])
  // CHECK: %[[B1:.*]] = bnn.threshold %[[A1]], <counts = [1, 1], thresholds = [0, 2], codes = [-1, 1, -1, 1]> axis 1 ties [#bnn.tie<channel = 0, at = 0, margin = 0.000000e+00 : f64>] : tensor<1x2x1x3xi64> -> tensor<1x2x1x3x!bnn.binary>
  // CHECK: %[[I2:.*]] = bnn.slice %arg0 starts [0, 0, 0, 0] steps [1, 1, 1, 1] : {{.*}} -> tensor<1x2x4x3x!bnn.binary>
  // CHECK: %[[A2:.*]] = bnn.conv %[[I2]], %[[W]] strides [1, 1] dilations [1, 1] pads [0, 1], [0, 1] {bnn.copy = 2 : i64} : {{.*}} -> tensor<1x2x2x3xi64> loc(#[[CONV]])
  // CHECK: %[[B2:.*]] = bnn.threshold %[[A2]]
  // CHECK: %[[I3:.*]] = bnn.slice %arg0 starts [0, 0, 2, 0] steps [1, 1, 1, 1] : {{.*}} -> tensor<1x2x3x3x!bnn.binary>
  // CHECK: %[[A3:.*]] = bnn.conv %[[I3]], %[[W]] strides [1, 1] dilations [1, 1] pads [0, 1], [1, 1] {bnn.copy = 3 : i64} : {{.*}} -> tensor<1x2x2x3xi64> loc(#[[CONV]])
  // CHECK: %[[B3:.*]] = bnn.threshold %[[A3]]
  // The sums of the whole convolution no longer exist, its bits do.
  // CHECK: %[[Y:.*]] = bnn.concat %[[B1]], %[[B2]], %[[B3]] axis 2 {bnn.traces = [#bnn.trace<"bits", 1.000000e+00 : f64, 0.000000e+00 : f64>]} : {{.*}} -> tensor<1x2x5x3x!bnn.binary>
  // CHECK: return %[[Y]]
  %a = bnn.conv %x, %w strides [1, 1] dilations [1, 1] pads [1, 1], [1, 1] {bnn.traces = [#bnn.trace<"sums", 1.0 : f64, 0.0 : f64>]}
    : tensor<1x2x5x3x!bnn.binary>, tensor<2x2x3x3x!bnn.binary> -> tensor<1x2x5x3xi64> loc("c")
  %b = bnn.threshold %a, <counts = [1, 1], thresholds = [0, 2], codes = [-1, 1, -1, 1]> axis 1
    ties [#bnn.tie<channel = 0, at = 0, margin = 0.0 : f64>] {bnn.traces = [#bnn.trace<"bits", 1.0 : f64, 0.0 : f64>]}
    : tensor<1x2x5x3xi64> -> tensor<1x2x5x3x!bnn.binary> loc("t")
  return %b : tensor<1x2x5x3x!bnn.binary>
}

// -----

// Stride, dilation, groups, uneven padding and its code, along the longer axis. The last input that no window
// reaches is in no slice, and a slab that sees all of an axis is not sliced there.
// CHECK-LABEL: @strided
func.func @strided(%x: tensor<1x2x4x14x!bnn.int<3, unsigned>>) -> tensor<1x2x2x5xi64> {
  // CHECK: bnn.slice %arg0 starts [0, 0, 0, 0] {{.*}} -> tensor<1x2x4x3x!bnn.int<3, unsigned>>
  // CHECK: bnn.conv {{.*}} strides [2, 3] dilations [1, 2] pads [0, 2], [1, 0] {bnn.copy = 1 : i64, groups = 2 : i64, pad_value = 1 : i64} : {{.*}} -> tensor<1x2x2x1xi64>
  // CHECK: bnn.slice %arg0 starts [0, 0, 0, 1] {{.*}} -> tensor<1x2x4x8x!bnn.int<3, unsigned>>
  // CHECK: bnn.conv {{.*}} pads [0, 0], [1, 0] {bnn.copy = 2 : i64, {{.*}} -> tensor<1x2x2x2xi64>
  // CHECK: bnn.slice %arg0 starts [0, 0, 0, 7] {{.*}} -> tensor<1x2x4x7x!bnn.int<3, unsigned>>
  // CHECK: bnn.conv {{.*}} pads [0, 0], [1, 1] {bnn.copy = 3 : i64, {{.*}} -> tensor<1x2x2x2xi64>
  // Sums that leave the chip, or that two operators read, are put together again.
  // CHECK: %[[Y:.*]] = bnn.concat {{.*}} axis 3 {bnn.traces = [#bnn.trace<"sums", 1.000000e+00 : f64, 0.000000e+00 : f64>]} : tensor<1x2x2x1xi64>, tensor<1x2x2x2xi64>, tensor<1x2x2x2xi64> -> tensor<1x2x2x5xi64>
  // CHECK: return %[[Y]]
  %w = bnn.constant #bnn.lit<["+-0+-+", "0-+-+-"]> : tensor<2x1x2x3x!bnn.ternary>
  %a = bnn.conv %x, %w strides [2, 3] dilations [1, 2] pads [0, 2], [1, 1] {groups = 2 : i64, pad_value = 1 : i64, bnn.traces = [#bnn.trace<"sums", 1.0 : f64, 0.0 : f64>]}
    : tensor<1x2x4x14x!bnn.int<3, unsigned>>, tensor<2x1x2x3x!bnn.ternary> -> tensor<1x2x2x5xi64>
  return %a : tensor<1x2x2x5xi64>
}

// -----

// One dimension, and more copies asked for in general than there are positions; weights that two convolutions share.
// A threshold that another operator reads beside stays behind the concatenation.
// CHECK-LABEL: @line
func.func @line(%x: tensor<1x1x3x!bnn.binary>) -> (tensor<1x1x2x!bnn.binary>, tensor<1x1x2xi64>, tensor<1x1x1xi64>) {
  // CHECK: %[[W:.*]] = bnn.constant
  %w = bnn.constant #bnn.lit<["+-"]> : tensor<1x1x2x!bnn.binary>
  // CHECK: %[[A1:.*]] = bnn.conv {{.*}}, %[[W]] {{.*}} pads [0], [0] {bnn.copy = 1 : i64} : tensor<1x1x2x!bnn.binary>, {{.*}} -> tensor<1x1x1xi64>
  // CHECK: %[[A2:.*]] = bnn.conv {{.*}}, %[[W]] {{.*}} pads [0], [0] {bnn.copy = 2 : i64} : tensor<1x1x2x!bnn.binary>, {{.*}} -> tensor<1x1x1xi64>
  // CHECK-NOT: bnn.copy = 3
  // CHECK: %[[A:.*]] = bnn.concat %[[A1]], %[[A2]] axis 2
  // CHECK: %[[B:.*]] = bnn.threshold %[[A]]
  %a = bnn.conv %x, %w strides [1] dilations [1] pads [0], [0] : tensor<1x1x3x!bnn.binary>, tensor<1x1x2x!bnn.binary> -> tensor<1x1x2xi64>
  %b = bnn.threshold %a, <counts = [1], thresholds = [0], codes = [-1, 1]> axis 1 : tensor<1x1x2xi64> -> tensor<1x1x2x!bnn.binary>
  // One position is nothing to share.
  // CHECK: bnn.conv %[[B]], %[[W]] strides [1] dilations [1] pads [0], [0] : {{.*}} -> tensor<1x1x1xi64>
  %c = bnn.conv %b, %w strides [1] dilations [1] pads [0], [0] : tensor<1x1x2x!bnn.binary>, tensor<1x1x2x!bnn.binary> -> tensor<1x1x1xi64>
  return %b, %a, %c : tensor<1x1x2x!bnn.binary>, tensor<1x1x2xi64>, tensor<1x1x1xi64>
}

// -----

// What a convolution asks for itself; it wins over the option, and 1 leaves it alone.
// CHECK-LABEL: @own
func.func @own(%x: tensor<1x1x4x4x!bnn.binary>) -> tensor<1x1x4x4x!bnn.binary> {
  %w = bnn.constant #bnn.lit<["+"]> : tensor<1x1x1x1x!bnn.binary>
  // CHECK-COUNT-2: bnn.copy =
  // CHECK: %[[B:.*]] = bnn.concat
  %a = bnn.conv %x, %w strides [1, 1] dilations [1, 1] pads [0, 0], [0, 0] {bnn.copies = 2 : i64}
    : tensor<1x1x4x4x!bnn.binary>, tensor<1x1x1x1x!bnn.binary> -> tensor<1x1x4x4xi64>
  %b = bnn.threshold %a, <counts = [1], thresholds = [0], codes = [-1, 1]> axis 1 : tensor<1x1x4x4xi64> -> tensor<1x1x4x4x!bnn.binary>
  // CHECK-NOT: bnn.cop
  // CHECK: bnn.conv %[[B]], {{.*}} -> tensor<1x1x4x4xi64>
  %c = bnn.conv %b, %w strides [1, 1] dilations [1, 1] pads [0, 0], [0, 0] {bnn.copies = 1 : i64}
    : tensor<1x1x4x4x!bnn.binary>, tensor<1x1x1x1x!bnn.binary> -> tensor<1x1x4x4xi64>
  %d = bnn.threshold %c, <counts = [1], thresholds = [0], codes = [-1, 1]> axis 1 : tensor<1x1x4x4xi64> -> tensor<1x1x4x4x!bnn.binary>
  return %d : tensor<1x1x4x4x!bnn.binary>
}

// -----

// More copies than lines along the longest axis: each line is cut along the other, numbered through.
// CHECK-LABEL: @parts
func.func @parts(%x: tensor<1x1x2x3x!bnn.binary>) -> tensor<1x1x2x3x!bnn.binary> {
  %w = bnn.constant #bnn.lit<["++++++++-"]> : tensor<1x1x3x3x!bnn.binary>
  // CHECK: %[[L:.*]] = bnn.slice %arg0 starts [0, 0, 0, 0] {{.*}} -> tensor<1x1x2x2x!bnn.binary>
  // CHECK: bnn.conv %[[L]], {{.*}} pads [1, 1], [0, 0] {bnn.copy = 1 : i64} : {{.*}} -> tensor<1x1x1x1xi64>
  // CHECK: %[[A:.*]] = bnn.threshold
  // CHECK: bnn.conv %[[L]], {{.*}} pads [0, 1], [1, 0] {bnn.copy = 2 : i64} : {{.*}} -> tensor<1x1x1x1xi64>
  // CHECK: %[[B:.*]] = bnn.threshold
  // CHECK: %[[AB:.*]] = bnn.concat %[[A]], %[[B]] axis 2 : {{.*}} -> tensor<1x1x2x1x!bnn.binary>
  // CHECK: bnn.copy = 3 : i64
  // CHECK: bnn.copy = 4 : i64
  // CHECK: %[[CD:.*]] = bnn.concat {{.*}} axis 2
  // CHECK: pads [1, 0], [0, 1] {bnn.copy = 5 : i64}
  // CHECK: pads [0, 0], [1, 1] {bnn.copy = 6 : i64}
  // CHECK: %[[EF:.*]] = bnn.concat {{.*}} axis 2
  // CHECK: bnn.concat %[[AB]], %[[CD]], %[[EF]] axis 3 : {{.*}} -> tensor<1x1x2x3x!bnn.binary>
  %a = bnn.conv %x, %w strides [1, 1] dilations [1, 1] pads [1, 1], [1, 1] {bnn.copies = 6 : i64}
    : tensor<1x1x2x3x!bnn.binary>, tensor<1x1x3x3x!bnn.binary> -> tensor<1x1x2x3xi64>
  %b = bnn.threshold %a, <counts = [1], thresholds = [0], codes = [-1, 1]> axis 1 : tensor<1x1x2x3xi64> -> tensor<1x1x2x3x!bnn.binary>
  return %b : tensor<1x1x2x3x!bnn.binary>
}

// -----

// Windows at the ends of the first axis see nothing but padding: the second, though shorter, is cut.
// CHECK-LABEL: @padding_only
func.func @padding_only(%x: tensor<1x1x2x3x!bnn.ternary>) -> tensor<1x1x6x3xi64> {
  %w = bnn.constant #bnn.lit<["+"]> : tensor<1x1x1x1x!bnn.binary>
  // CHECK-COUNT-3: bnn.conv {{.*}} pads [2, 0], [2, 0] {{.*}} -> tensor<1x1x6x1xi64>
  // CHECK: bnn.concat {{.*}} axis 3
  %a = bnn.conv %x, %w strides [1, 1] dilations [1, 1] pads [2, 0], [2, 0]
    : tensor<1x1x2x3x!bnn.ternary>, tensor<1x1x1x1x!bnn.binary> -> tensor<1x1x6x3xi64>
  return %a : tensor<1x1x6x3xi64>
}

// -----

// Left alone: operators on the host, and fully connected layers.
// CHECK-LABEL: @others
func.func @others(%x: tensor<1x1x4xf32>, %q: tensor<4x4x!bnn.binary>) -> (tensor<1x1x4xf32>, tensor<4x2xi64>) {
  // CHECK-NOT: bnn.slice
  // CHECK: bnn.conv %arg0
  %k = bnn.constant dense<2.0> : tensor<1x1x1xf32>
  %a = bnn.conv %x, %k strides [1] dilations [1] pads [0], [0] : tensor<1x1x4xf32>, tensor<1x1x1xf32> -> tensor<1x1x4xf32>
  // CHECK: bnn.linear %arg1
  %w = bnn.constant #bnn.lit<["+-+-", "++--"]> : tensor<2x4x!bnn.binary>
  %b = bnn.linear %q, %w : tensor<4x4x!bnn.binary>, tensor<2x4x!bnn.binary> -> tensor<4x2xi64>
  // CHECK: return
  return %a, %b : tensor<1x1x4xf32>, tensor<4x2xi64>
}
