// A single real score has no class: what is counted is another score.
// REQUIRES: python
// RUN: %python -c "import numpy as np; np.save('%t.npy', np.sign(np.random.default_rng(1).normal(size=(64, 4))).astype(np.float32))"
// RUN: bnn-opt %s --bnn-reduce-by-votes='group=2 calibration=%t.npy' | FileCheck %s

// CHECK: bnn.reduced = [{{.*}}"one: votes of 2 groups of 2 inputs; {{[1-9][0-9.]+}} % of its outputs are others", "{{[1-9][0-9.]+}} % of 64 samples of the calibration get another score"]
func.func @main(%x: tensor<1x4xf32> {bnn.name = "x"}) -> tensor<1x1xf32> {
  %q = bnn.encode %x scale 1.0 offset 0.0 declared "bipolar" : tensor<1x4xf32> -> tensor<1x4x!bnn.binary>
  %w = bnn.constant #bnn.lit<["++++"]> : tensor<1x4x!bnn.binary>
  %a = bnn.linear %q, %w : tensor<1x4x!bnn.binary>, tensor<1x4x!bnn.binary> -> tensor<1x1xi64> loc("one")
  %b = bnn.threshold %a, <counts = [1], thresholds = [2], codes = [-1, 1]> axis 1 : tensor<1x1xi64> -> tensor<1x1x!bnn.binary>
  %r = bnn.decode %b : tensor<1x1x!bnn.binary> -> tensor<1x1xf32>
  %y = bnn.unary sigmoid %r : tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}
