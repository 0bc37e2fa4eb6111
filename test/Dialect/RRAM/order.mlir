// RUN: bnn-opt %s --rram-order | FileCheck %s
// RUN: bnn-opt %s --rram-order=accumulation=tree | FileCheck %s --check-prefix=TREE
// RUN: bnn-opt %s --rram-order --rram-order=accumulation=tree | FileCheck %s
// RUN: bnn-opt %s --pass-pipeline="builtin.module(rram-order,rram.layer(affine-loop-unroll{unroll-factor=2}))" \
// RUN:   | FileCheck %s --check-prefix=UNROLL

// The last tile row has one neuron.
// CHECK: #[[ROWS:.*]] = affine_map<(d0) -> (2, d0 * -2 + 3)>
// CHECK: rram.layer @fc(%[[X:.*]]: tensor<7x5x!bnn.int<3, signed>>)
// CHECK-SAME: accumulation = #rram.accumulation<serial>
// Counts lie between -4 * 7 and 3 * 7.
// CHECK-SAME: accumulator_bits = 6
// CHECK: %[[OUT:.*]] = rram.output : tensor<7x3xi64>
// CHECK: affine.for %[[P:.*]] = 0 to 7 iter_args(%{{.*}} = %[[OUT]])
// CHECK: affine.for %[[T:.*]] = 0 to 2
// CHECK: affine.for %[[R:.*]] = 0 to min #[[ROWS]](%[[T]])
// CHECK: %[[ZERO:.*]] = arith.constant 0 : i6
// CHECK: affine.for %[[I:.*]] = 0 to 3 iter_args(%{{.*}} = %[[ZERO]])
// CHECK: affine.for %[[K:.*]] = 0 to 2 iter_args(%[[SUM:.*]] = %
// CHECK: %[[C:.*]] = rram.read @w[%[[T]], %[[K]]] row %[[R]] of %[[X]] at %[[P]] plane %[[I]] : tensor<7x5x!bnn.int<3, signed>> -> !rram.popcount<3>
// CHECK: rram.accumulate %[[SUM]], %[[C]] plane %[[I]] weights [1, 2, -4] : i6, !rram.popcount<3>
// CHECK: rram.compare %{{.*}}, [%[[T]], %[[R]]] at %[[P]] into
// CHECK: rram.return

// TREE: accumulation = #rram.accumulation<tree>
// TREE: %[[A:.*]] = rram.read @w
// TREE: %[[B:.*]] = rram.read @w
// TREE: rram.accumulate %{{.*}}, %[[A]], %[[B]] plane

// A layer is a function to the passes on affine loops. (Two tiles of a
// row.)
// UNROLL-COUNT-2: rram.read
// UNROLL-NOT: rram.read
module attributes {rram.target = #rram.target<name = "t", rows = 2, columns = 4>} {
  rram.tiles @w grid [2, 2] of [2, 4] orientation <row_is_neuron> cells tensor<3x5x!bnn.binary> = #bnn.lit<["+-+-+", "--+++", "+++++"]>
  rram.layer @fc(tensor<7x5x!bnn.int<3, signed>>) -> tensor<7x3xi64> attributes {
    weights = @w, nodes = [], geometry = #rram.dense<positions = 7>,
    neurons = 3 : i64, fan_in = 5 : i64, groups = 1 : i64, weight_planes = 1 : i64,
    planes = #rram.planes<positional, weights = [1, 2, -4], offset = 0>,
    count_unit = 1 : i64, divisor = 1 : i64, border_classes = 1 : i64, bias = array<i64: 4, 4, 2>,
    orientation = #rram.orientation<row_is_neuron>, lane_padding = #rram.lane_padding<alternating>}
}
