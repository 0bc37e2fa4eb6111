// RUN: bnn-opt %s --rram-pipeline="target=hfox130-kilobit array=2x4" --write-image=output=%t.rimg \
// RUN:   --mlir-print-debuginfo -o %t.mlir
// RUN: bnn-image info %t.rimg | FileCheck %s --check-prefix=INFO
// RUN: bnn-image dump %t.rimg | FileCheck %s
// RUN: bnn-image dump --subarray 2 %t.rimg | FileCheck %s --check-prefix=CELLS

// The module that the pass leaves, locations included, gives the same bytes.
// RUN: bnn-opt %t.mlir --write-image=output=%t.again.rimg -o /dev/null
// RUN: cmp %t.rimg %t.again.rimg

// INFO: hfox130-kilobit: 2x4 cells
// INFO: x {{.*}} bipolar
// INFO: fc1 {{.*}} 3 {{ *}}5 {{ *}}bipolar
// INFO: fc2 {{.*}} ternary, 2 planes

// CHECK: model: "net.onnx"
// CHECK: name: "hfox130-kilobit"
// CHECK: name: "act"
// CHECK: tensor: "act"
// CHECK: name: "fc1"
// CHECK: nodes: "fc1"
// CHECK: nodes: "sign"
// CHECK: tensor: "acc"

// The second tile row of fc1 has one neuron: its two tiles share a subarray.
// CELLS: ++++
// CELLS: ++-+
module attributes {bnn.model = "net.onnx", bnn.network = "net", bnn.options = ["--array 2x4"],
    bnn.model_sha256 = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"} {
  func.func @main(%x: tensor<1x5xf32> {bnn.name = "x", bnn.element_type = "float32"})
      -> (tensor<1x2xf32> {bnn.name = "y", bnn.element_type = "float32"}) {
    %q = bnn.encode %x scale 1.0 offset 0.0 declared "bipolar" : tensor<1x5xf32> -> tensor<1x5x!bnn.binary>
    %w = bnn.constant #bnn.lit<["+-+-+", "--+++", "+++++"]> : tensor<3x5x!bnn.binary>
    %a = bnn.linear %q, %w {bnn.traces = [#bnn.trace<"acc", 1.0, 0.0>]}
      : tensor<1x5x!bnn.binary>, tensor<3x5x!bnn.binary> -> tensor<1x3xi64> loc("fc1")
    %t = bnn.threshold %a, <counts = [1, 1, 0], thresholds = [1, -1], codes = [-1, 1, 1, -1, 1]> axis 1
      {bnn.traces = [#bnn.trace<"act", 1.0, 0.0>]} : tensor<1x3xi64> -> tensor<1x3x!bnn.binary> loc("sign")
    %w2 = bnn.constant #bnn.lit<["+-0", "0-+"]> : tensor<2x3x!bnn.ternary>
    %b = bnn.linear %t, %w2 : tensor<1x3x!bnn.binary>, tensor<2x3x!bnn.ternary> -> tensor<1x2xi64> loc("fc2")
    %y = bnn.decode %b : tensor<1x2xi64> -> tensor<1x2xf32>
    return %y : tensor<1x2xf32>
  }
}
