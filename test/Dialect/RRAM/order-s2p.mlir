// RUN: bnn-opt %s --rram-choose-schedule=schedule=s2p --rram-tile --rram-order | FileCheck %s
// RUN: bnn-opt %s --rram-choose-schedule=schedule=s2p --rram-tile --rram-order --verify-roundtrip -o /dev/null

// Rows are inputs, columns neurons: two groups of three neurons, two columns a
// tile. A tile column never has neurons of both groups, as a row has one input.
// Three lanes take two tile rows, the second of one row.
// CHECK: #[[ROWS:.*]] = affine_map<(d0) -> (2, d0 * -2 + 3)>
// CHECK: rram.tiles @w grid [2, 4] of [2, 2] orientation <row_is_input> groups 2 word 3
// CHECK: rram.layer @fc(%[[X:.*]]: tensor<1x6x!bnn.binary>)
// CHECK-SAME: lane_padding = #rram.lane_padding<masked>
// Counts 0 to 3 and one that is never reached.
// CHECK-SAME: threshold_rows = #rram.threshold_rows<bits = 3, base = 0, slots = 1>
// CHECK: affine.for %[[P:.*]] = 0 to 1
// Group 0: a tile column of two neurons, one of one; group 1 the same.
// CHECK: affine.for %[[K:.*]] = 0 to 1 iter_args
// CHECK: affine.for %[[T:.*]] = 0 to 2
// CHECK: affine.for %[[R:.*]] = 0 to min #[[ROWS]](%[[T]])
// CHECK: %[[A:.*]] = rram.sense @w[%[[T]], %[[K]]] row %[[R]] of %[[X]] at %[[P]] plane %{{.*}} -> !rram.answers<2>
// CHECK: rram.count %{{.*}}, %[[A]] plane %{{.*}} weights [1] : vector<2xi{{[0-9]+}}>
// CHECK: rram.thresholds @w
// CHECK: rram.compare_columns
// CHECK: affine.for %{{.*}} = 1 to 2 iter_args
// CHECK: -> !rram.answers<1>
// CHECK: affine.for %{{.*}} = 2 to 3 iter_args
// CHECK: -> !rram.answers<2>
// CHECK: affine.for %{{.*}} = 3 to 4 iter_args
// CHECK: -> !rram.answers<1>
// CHECK: rram.return
module attributes {rram.target = #rram.target<name = "t", rows = 2, columns = 2, s2p = true, threshold_rows = true>} {
  rram.weights @w : tensor<6x3x!bnn.binary> = #bnn.lit<["+-+", "--+", "+++", "---", "+--", "-+-"]>
  rram.layer @fc(tensor<1x6x!bnn.binary>) -> tensor<1x6x!bnn.binary> attributes {
    weights = @w, nodes = [], geometry = #rram.dense<positions = 1>,
    neurons = 6 : i64, fan_in = 3 : i64, groups = 2 : i64, weight_planes = 1 : i64,
    planes = #rram.planes<bipolar, weights = [2], offset = -1>,
    count_unit = 2 : i64, divisor = 1 : i64, border_classes = 1 : i64, bias = array<i64: -3, -3, -3, -3, -3, -3>,
    steps = #bnn.steps<counts = [1, 1, 1, 1, 1, 1], thresholds = [2, 3, 1, 0, 2, 1], codes = [-1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1]>}
}
