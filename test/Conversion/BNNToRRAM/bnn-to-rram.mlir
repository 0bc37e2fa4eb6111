// RUN: bnn-opt %s --split-input-file --convert-bnn-to-rram | FileCheck %s

// A binary layer: dot = 2 count + bias, bias = -2 * (number of -1) - sum.
module attributes {rram.target = #rram.target<name = "t", rows = 4, columns = 4>} {
  // CHECK-LABEL: func.func @main
  // CHECK: %[[Y:.*]] = rram.execute @fc1(%{{.*}}) {bnn.traces = [#bnn.trace<"act"
  // CHECK-NEXT: return %[[Y]]
  // CHECK: rram.weights @fc1_weights : tensor<3x5x!bnn.binary> = #bnn.lit<["+-+-+", "--+++", "+++++"]>
  // CHECK: rram.layer @fc1(tensor<1x5x!bnn.binary>) -> tensor<1x3x!bnn.binary>
  // CHECK-SAME: bias = array<i64: -5, -5, -5>
  // CHECK-SAME: count_unit = 2
  // CHECK-SAME: divisor = 1
  // CHECK-SAME: nodes = ["fc1", "sign"]
  // CHECK-SAME: planes = #rram.planes<bipolar, weights = [2], offset = -1>
  // dot >= 1 is count >= 3, dot >= -1 is count >= 2.
  // CHECK-SAME: steps = #bnn.steps<counts = [1, 1, 0], thresholds = [3, 2], codes = [-1, 1, 1, -1, 1]>
  func.func @main(%x: tensor<1x5x!bnn.binary>) -> tensor<1x3x!bnn.binary> {
    %w = bnn.constant #bnn.lit<["+-+-+", "--+++", "+++++"]> : tensor<3x5x!bnn.binary>
    %a = bnn.linear %x, %w : tensor<1x5x!bnn.binary>, tensor<3x5x!bnn.binary> -> tensor<1x3xi64> loc("fc1")
    %y = bnn.threshold %a, <counts = [1, 1, 0], thresholds = [1, -1], codes = [-1, 1, 1, -1, 1]> axis 1
      {bnn.traces = [#bnn.trace<"act", 1.0, 0.0>]} : tensor<1x3xi64> -> tensor<1x3x!bnn.binary> loc("sign")
    return %y : tensor<1x3x!bnn.binary>
  }
}

// -----

// Without three-level sensing a ternary layer has two planes of weights.
// CHECK-LABEL: func.func @main
module attributes {rram.target = #rram.target<name = "t", rows = 4, columns = 4>} {
  // CHECK: rram.layer @layer(tensor<1x3x!bnn.int<2, unsigned>>) -> tensor<1x2xi64>
  // CHECK-SAME: divisor = 2
  // CHECK-SAME: planes = #rram.planes<positional, weights = [1, 2], offset = 0>
  // CHECK-NOT: steps
  // CHECK-SAME: weight_planes = 2
  // "+-0" then "+-+" and "+--": bit 0 is lane 0.
  // CHECK: layer_weights: "0x080000000D000000000000002500000000000000"
  func.func @main(%x: tensor<1x3x!bnn.int<2, unsigned>>) -> tensor<1x2xi64> {
    %w = bnn.constant #bnn.lit<["+-0", "0-+"]> : tensor<2x3x!bnn.ternary>
    %a = bnn.linear %x, %w : tensor<1x3x!bnn.int<2, unsigned>>, tensor<2x3x!bnn.ternary> -> tensor<1x2xi64>
    return %a : tensor<1x2xi64>
  }
}

// -----

// With it the weights stay as they are.
// CHECK-LABEL: func.func @main
module attributes {rram.target = #rram.target<name = "t", rows = 4, columns = 4, ternary_sense = true>} {
  // CHECK: rram.weights @layer_weights : tensor<2x3x!bnn.ternary> = #bnn.lit<["+-0", "0-+"]>
  // CHECK: rram.layer @layer
  // CHECK-SAME: divisor = 2
  // CHECK-SAME: planes = #rram.planes<thermometer, weights = [1, 1], offset = -1>
  // CHECK-SAME: weight_planes = 1
  func.func @main(%x: tensor<1x3x!bnn.ternary>) -> tensor<1x2xi64> {
    %w = bnn.constant #bnn.lit<["+-0", "0-+"]> : tensor<2x3x!bnn.ternary>
    %a = bnn.linear %x, %w : tensor<1x3x!bnn.ternary>, tensor<2x3x!bnn.ternary> -> tensor<1x2xi64>
    return %a : tensor<1x2xi64>
  }
}

// -----

// Zero padding of +-1 codes: driven with -1, one class per set of padded taps.
// CHECK-LABEL: func.func @main
module attributes {rram.target = #rram.target<name = "t", rows = 4, columns = 4>} {
  // CHECK: rram.layer @conv
  // CHECK-SAME: bias = array<i64: -2, -3, -4>
  // CHECK-SAME: border_classes = 3
  // CHECK-SAME: pad_code = -1, pad_value = 0
  // CHECK-SAME: position_class = array<i32: 0, 1, 1, 2>
  // dot >= 1: 2 count >= 1 - bias, class by class.
  // CHECK-SAME: steps = #bnn.steps<counts = [1, 1, 1], thresholds = [2, 2, 3], codes = [-1, 1, -1, 1, -1, 1]>
  func.func @main(%x: tensor<1x1x4x!bnn.binary>) -> tensor<1x1x4x!bnn.binary> {
    %w = bnn.constant #bnn.lit<["++-"]> : tensor<1x1x3x!bnn.binary>
    %a = bnn.conv %x, %w strides [1] dilations [1] pads [1], [1]
      : tensor<1x1x4x!bnn.binary>, tensor<1x1x3x!bnn.binary> -> tensor<1x1x4xi64> loc("conv")
    %y = bnn.threshold %a, <counts = [1], thresholds = [1], codes = [-1, 1]> axis 1
      : tensor<1x1x4xi64> -> tensor<1x1x4x!bnn.binary>
    return %y : tensor<1x1x4x!bnn.binary>
  }
}

// -----

// Codes that have what the padding means need no classes.
// CHECK-LABEL: func.func @main
module attributes {rram.target = #rram.target<name = "t", rows = 4, columns = 4>} {
  // CHECK: rram.layer @conv
  // CHECK-SAME: border_classes = 1
  // CHECK-SAME: pad_code = 2, pad_value = 2
  // CHECK-NOT: position_class
  // CHECK-SAME: planes
  func.func @main(%x: tensor<1x1x4x!bnn.int<2, unsigned>>) -> tensor<1x1x4xi64> {
    %w = bnn.constant #bnn.lit<["++-"]> : tensor<1x1x3x!bnn.binary>
    %a = bnn.conv %x, %w strides [1] dilations [1] pads [1], [1] {pad_value = 2 : i64}
      : tensor<1x1x4x!bnn.int<2, unsigned>>, tensor<1x1x3x!bnn.binary> -> tensor<1x1x4xi64> loc("conv")
    return %a : tensor<1x1x4xi64>
  }
}

// -----

// An accumulator with a second user leaves the chip; a threshold along another
// axis stays outside; so do layers with a reason and real ones.
module attributes {rram.target = #rram.target<name = "t", rows = 4, columns = 4>} {
  // CHECK-LABEL: func.func @main
  // CHECK: rram.execute @twice({{.*}}-> tensor<2x2xi64>
  // CHECK: bnn.threshold
  // CHECK: rram.execute @across({{.*}}-> tensor<2x2xi64>
  // CHECK: bnn.threshold
  // CHECK: bnn.linear {{.*}}bnn.reason = "told so"
  // CHECK: bnn.linear {{.*}}tensor<2x2xf32>
  // CHECK-NOT: rram.layer @told
  func.func @main(%x: tensor<2x2x!bnn.binary>, %r: tensor<2x2xf32>)
      -> (tensor<2x2x!bnn.binary>, tensor<2x2xi64>, tensor<2x2x!bnn.binary>, tensor<2x2xi64>, tensor<2x2xf32>) {
    %w = bnn.constant #bnn.lit<["+-", "--"]> : tensor<2x2x!bnn.binary>
    %a = bnn.linear %x, %w : tensor<2x2x!bnn.binary>, tensor<2x2x!bnn.binary> -> tensor<2x2xi64> loc("twice")
    %y = bnn.threshold %a, <counts = [1, 1], thresholds = [0, 0], codes = [-1, 1, -1, 1]> axis 1
      : tensor<2x2xi64> -> tensor<2x2x!bnn.binary>
    %b = bnn.linear %x, %w : tensor<2x2x!bnn.binary>, tensor<2x2x!bnn.binary> -> tensor<2x2xi64> loc("across")
    %z = bnn.threshold %b, <counts = [1, 1], thresholds = [0, 0], codes = [-1, 1, -1, 1]> axis 0
      : tensor<2x2xi64> -> tensor<2x2x!bnn.binary>
    %c = bnn.linear %x, %w {bnn.reason = "told so"} : tensor<2x2x!bnn.binary>, tensor<2x2x!bnn.binary> -> tensor<2x2xi64> loc("told")
    %v = bnn.constant dense<1.0> : tensor<2x2xf32>
    %d = bnn.linear %r, %v : tensor<2x2xf32>, tensor<2x2xf32> -> tensor<2x2xf32>
    return %y, %a, %z, %c, %d : tensor<2x2x!bnn.binary>, tensor<2x2xi64>, tensor<2x2x!bnn.binary>, tensor<2x2xi64>, tensor<2x2xf32>
  }
}

// -----

// Tensors inside a layer are reported as absent, after those that are already.
// CHECK-LABEL: module attributes {bnn.absent = {{\[}}["gone", "folded"], ["acc", "an accumulator of layer 'fc'
module attributes {bnn.absent = [["gone", "folded"]], rram.target = #rram.target<name = "t", rows = 4, columns = 4>} {
  func.func @main(%x: tensor<1x2x!bnn.binary>) -> tensor<1x1x!bnn.binary> {
    %w = bnn.constant #bnn.lit<["+-"]> : tensor<1x2x!bnn.binary>
    %a = bnn.linear %x, %w {bnn.traces = [#bnn.trace<"acc", 1.0, 0.0>]}
      : tensor<1x2x!bnn.binary>, tensor<1x2x!bnn.binary> -> tensor<1x1xi64> loc("fc")
    %y = bnn.threshold %a, <counts = [1], thresholds = [0], codes = [-1, 1]> axis 1 : tensor<1x1xi64> -> tensor<1x1x!bnn.binary>
    return %y : tensor<1x1x!bnn.binary>
  }
}

// -----

// Copies of a convolution are layers of their own, named by their numbers; the
// nodes stay those of the network.
// CHECK: rram.weights @"net/c.copy1_weights"
// CHECK: rram.layer @"net/c.copy1"{{.*}}nodes = ["net/c"]
// CHECK: rram.weights @"net/c.copy2_weights"
// CHECK: rram.layer @"net/c.copy2"{{.*}}nodes = ["net/c"]
module attributes {rram.target = #rram.target<name = "t", rows = 4, columns = 4>} {
  func.func @main(%x: tensor<1x1x3x!bnn.binary>, %y: tensor<1x1x3x!bnn.binary>) -> (tensor<1x2x2xi64>, tensor<1x2x2xi64>) {
    %w = bnn.constant #bnn.lit<["+-", "--"]> : tensor<2x1x2x!bnn.binary>
    %a = bnn.conv %x, %w strides [1] dilations [1] pads [0], [0] {bnn.copy = 1 : i64}
      : tensor<1x1x3x!bnn.binary>, tensor<2x1x2x!bnn.binary> -> tensor<1x2x2xi64> loc("net/c")
    %b = bnn.conv %y, %w strides [1] dilations [1] pads [0], [0] {bnn.copy = 2 : i64}
      : tensor<1x1x3x!bnn.binary>, tensor<2x1x2x!bnn.binary> -> tensor<1x2x2xi64> loc("net/c")
    return %a, %b : tensor<1x2x2xi64>, tensor<1x2x2xi64>
  }
}
