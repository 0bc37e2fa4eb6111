// RUN: bnn-opt %s | bnn-opt | FileCheck %s
// RUN: bnn-opt %s --mlir-print-op-generic | bnn-opt | FileCheck %s
// RUN: bnn-opt %s --emit-bytecode | bnn-opt | FileCheck %s
// RUN: bnn-opt %s --cse --canonicalize | FileCheck %s --check-prefix=EFFECTS

// CHECK: rram.target = #rram.target<name = "t", rows = 4, columns = 4, subarrays = 9, ternary_sense = true, bl_is_plus = false>
module attributes {rram.target = #rram.target<name = "t", rows = 4, columns = 4, subarrays = 9, ternary_sense = true, bl_is_plus = false>} {
  func.func @main(%x: tensor<1x3x!bnn.binary>) -> tensor<1x2x!bnn.binary> {
    // CHECK: rram.execute @fc(%{{.*}}) : (tensor<1x3x!bnn.binary>) -> tensor<1x2x!bnn.binary>
    %y = rram.execute @fc(%x) : (tensor<1x3x!bnn.binary>) -> tensor<1x2x!bnn.binary>
    return %y : tensor<1x2x!bnn.binary>
  }
  // CHECK: rram.weights @plain : tensor<2x3x!bnn.ternary> = #bnn.lit<["+0-", "--+"]>
  rram.weights @plain : tensor<2x3x!bnn.ternary> = #bnn.lit<["+0-", "--+"]>
  // CHECK: rram.tiles @fc_weights grid [1, 1] of [4, 4] orientation <row_is_neuron> cells tensor<2x3x!bnn.binary> = dense_resource<fc>
  // CHECK-SAME: placement [#rram.run<tiles = 1, chip = 0, subarray = 7, row = 0, column = 0>]
  rram.tiles @fc_weights grid [1, 1] of [4, 4] orientation <row_is_neuron>
    cells tensor<2x3x!bnn.binary> = dense_resource<fc>
    placement [#rram.run<tiles = 1, chip = 0, subarray = 7, row = 0, column = 0>]
  // CHECK: rram.layer @fc(%[[X:.*]]: tensor<1x3x!bnn.binary>)
  rram.layer @fc(%x: tensor<1x3x!bnn.binary>) -> tensor<1x2x!bnn.binary> attributes {
      weights = @fc_weights, nodes = ["fc"], geometry = #rram.dense<positions = 1>,
      neurons = 2 : i64, fan_in = 3 : i64, groups = 1 : i64, weight_planes = 1 : i64,
      planes = #rram.planes<bipolar, weights = [2], offset = -1>,
      count_unit = 2 : i64, divisor = 1 : i64, border_classes = 1 : i64,
      bias = array<i64: -3, -3>,
      steps = #bnn.steps<counts = [1, 1], thresholds = [2, 2], codes = [-1, 1, -1, 1]>,
      orientation = #rram.orientation<row_is_neuron>, lane_padding = #rram.lane_padding<masked>,
      accumulation = #rram.accumulation<serial>, accumulator_bits = 4 : i64} {
    %zero = arith.constant 0 : index
    %none = arith.constant 0 : i4
    // CHECK: %[[O:.*]] = rram.output : tensor<1x2x!bnn.binary>
    %o = rram.output : tensor<1x2x!bnn.binary>
    // Two equal reads are two draws: nothing merges them.
    // CHECK: rram.read @fc_weights[%{{.*}}, %{{.*}}] row %{{.*}} of %[[X]] at %{{.*}} plane %{{.*}} : tensor<1x3x!bnn.binary> -> !rram.popcount<4, signed>
    // EFFECTS-COUNT-2: rram.read
    // EFFECTS: rram.accumulate
    // EFFECTS-NOT: rram.accumulate
    %p = rram.read @fc_weights[%zero, %zero] row %zero of %x at %zero plane %zero : tensor<1x3x!bnn.binary> -> !rram.popcount<4, signed>
    %q = rram.read @fc_weights[%zero, %zero] row %zero of %x at %zero plane %zero : tensor<1x3x!bnn.binary> -> !rram.popcount<4, signed>
    // CHECK: %[[S:.*]] = rram.accumulate %{{.*}}, %{{.*}}, %{{.*}} plane %{{.*}} weights [1] : i4, !rram.popcount<4, signed>, !rram.popcount<4, signed>
    %s = rram.accumulate %none, %p, %q plane %zero weights [1] : i4, !rram.popcount<4, signed>, !rram.popcount<4, signed>
    // CHECK: rram.compare %[[S]], [%{{.*}}, %{{.*}}] at %{{.*}} into %[[O]] : i4, tensor<1x2x!bnn.binary>
    %r = rram.compare %s, [%zero, %zero] at %zero into %o : i4, tensor<1x2x!bnn.binary>
    // CHECK: rram.return
    rram.return %r : tensor<1x2x!bnn.binary>
  }
  // CHECK: rram.subarray @chip0_subarray7 chip 0 index 7 holds ["fc_weights[0, 0] at 0, 0"] cells ["+-..", "0-.."]
  rram.subarray @chip0_subarray7 chip 0 index 7 holds ["fc_weights[0, 0] at 0, 0"] cells ["+-..", "0-.."]
}

{-#
  dialect_resources: {
    builtin: {
      fc: "0x0800000005000000000000000600000000000000"
    }
  }
#-}
