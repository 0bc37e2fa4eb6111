// REQUIRES: python
// RUN: %python -c "import numpy as np; np.save('%t.npy', np.ones((8, 4), np.float32)); np.save('%t.5.npy', np.ones((8, 5), np.float32))"
// RUN: not bnn-opt %s --bnn-reduce-by-votes=group=2 2>&1 | FileCheck %s --check-prefix=DATA
// RUN: not bnn-opt %s --bnn-reduce-by-votes='group=3 calibration=%t.npy' 2>&1 | FileCheck %s --check-prefix=MULTIPLE
// RUN: not bnn-opt %s --bnn-reduce-by-votes='group=4 calibration=%t.npy' 2>&1 | FileCheck %s --check-prefix=ONE
// RUN: not bnn-opt %s --bnn-reduce-by-votes='group=2 calibration=%t.5.npy' 2>&1 | FileCheck %s --check-prefix=SHAPE
// RUN: not bnn-opt %s --bnn-reduce-by-votes='group=2 calibration=%t.absent.npy' 2>&1 | FileCheck %s --check-prefix=ABSENT

// DATA: error: votes of groups change the network's function: samples are needed to fit their thresholds
// MULTIPLE: error: no layer can be reduced by votes of 3 inputs; one: exact sums: its 4 inputs are no multiple of 3 (2 would do)
// ONE: error: no layer can be reduced by votes of 4 inputs; one: exact sums: its 4 inputs are one group
// SHAPE: error: calibration: {{.*}} for input 'x': has shape [8, 5], the network takes [1, 4] for each sample
// ABSENT: error: calibration: {{.*}}absent.npy: No such file or directory
func.func @main(%x: tensor<1x4xf32> {bnn.name = "x"}) -> tensor<1x3xf32> {
  %q = bnn.encode %x scale 1.0 offset 0.0 declared "bipolar" : tensor<1x4xf32> -> tensor<1x4x!bnn.binary>
  %w = bnn.constant #bnn.lit<["++++", "+-+-", "--++"]> : tensor<3x4x!bnn.binary>
  %a = bnn.linear %q, %w : tensor<1x4x!bnn.binary>, tensor<3x4x!bnn.binary> -> tensor<1x3xi64> loc("one")
  %b = bnn.threshold %a, <counts = [1, 1, 0], thresholds = [0, 2], codes = [-1, 1, 1, -1, 1]> axis 1 : tensor<1x3xi64> -> tensor<1x3x!bnn.binary>
  %y = bnn.decode %b : tensor<1x3x!bnn.binary> -> tensor<1x3xf32>
  return %y : tensor<1x3xf32>
}
