// RUN: bnn-opt %s --rram-pipeline="target=hfox130-kilobit array=3x4" --rram-recover-weights | FileCheck %s
// RUN: bnn-opt %s --rram-pipeline="target=ternary-nearthreshold-example array=2x5" --rram-recover-weights | FileCheck %s
// RUN: bnn-opt %s --rram-pipeline="target=ideal tree" --rram-recover-weights | FileCheck %s
// RUN: bnn-opt %s --rram-attach-target=target=ideal --convert-bnn-to-rram --rram-recover-weights | FileCheck %s

// Whatever the chip, the network comes back.

// CHECK-LABEL: func.func @main
func.func @main(%x: tensor<1x2x4x3x!bnn.binary>) -> tensor<1x3xi64> {
  // CHECK: bnn.constant #bnn.lit<["+-++--+++", "---+-++-+", "+-+-+-+-+", "++++++++-"]> : tensor<4x1x3x3x!bnn.binary>
  %w = bnn.constant #bnn.lit<["+-++--+++", "---+-++-+", "+-+-+-+-+", "++++++++-"]> : tensor<4x1x3x3x!bnn.binary>
  // CHECK: bnn.conv %{{.*}}, %{{.*}} strides [1, 2] dilations [1, 1] pads [1, 1], [1, 1] {groups = 2 : i64}
  %a = bnn.conv %x, %w strides [1, 2] dilations [1, 1] pads [1, 1], [1, 1] {groups = 2 : i64}
    : tensor<1x2x4x3x!bnn.binary>, tensor<4x1x3x3x!bnn.binary> -> tensor<1x4x4x2xi64>
  // CHECK: bnn.threshold %{{.*}}, <counts = [1, 1, 2, 0], thresholds = [0, 0, -2, 4], codes = [-1, 1, 1, -1, -1, 0, 1, 0]> axis 1
  %t = bnn.threshold %a, <counts = [1, 1, 2, 0], thresholds = [0, 0, -2, 4], codes = [-1, 1, 1, -1, -1, 0, 1, 0]> axis 1
    {bnn.traces = [#bnn.trace<"act", 1.0, 0.0>]} : tensor<1x4x4x2xi64> -> tensor<1x4x4x2x!bnn.ternary>
  %f = bnn.reshape %t : tensor<1x4x4x2x!bnn.ternary> -> tensor<1x32x!bnn.ternary>
  // CHECK: bnn.constant #bnn.lit<["0+-0++--0+-0++--0+-0++--0+-0++--", "--------++++++++00000000+-0+-0+-", "00000000000000000000000000000000"]> : tensor<3x32x!bnn.ternary>
  %v = bnn.constant #bnn.lit<["0+-0++--0+-0++--0+-0++--0+-0++--", "--------++++++++00000000+-0+-0+-", "00000000000000000000000000000000"]> : tensor<3x32x!bnn.ternary>
  // CHECK: %[[Y:.*]] = bnn.linear
  %y = bnn.linear %f, %v : tensor<1x32x!bnn.ternary>, tensor<3x32x!bnn.ternary> -> tensor<1x3xi64>
  // CHECK-NEXT: return %[[Y]]
  return %y : tensor<1x3xi64>
}
// CHECK-NOT: rram.layer
// CHECK-NOT: rram.tiles
