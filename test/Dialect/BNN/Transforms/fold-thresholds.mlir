// RUN: bnn-opt %s --bnn-fold-thresholds --split-input-file | FileCheck %s

// Sign(Sign(bn(x)) + 0.1), gamma of both signs and zero. x is even (K = 4):
// bn(x) = x - 1, -(x - 1) and beta alone.
// CHECK-LABEL: func.func @larq
func.func @larq(%q: tensor<1x4x!bnn.binary>) -> tensor<1x3xf32> {
  %w = bnn.constant #bnn.lit<["++++", "++--", "+-+-"]> : tensor<3x4x!bnn.binary>
  %g = bnn.constant dense<[1.0, -1.0, 0.0]> : tensor<3xf32>
  %b = bnn.constant dense<[0.0, 0.0, -2.0]> : tensor<3xf32>
  %m = bnn.constant dense<[1.0, 2.0, 7.0]> : tensor<3xf32>
  %v = bnn.constant dense<[1.0, 1.0, 1.0]> : tensor<3xf32>
  %c = bnn.constant dense<0.1> : tensor<f32>
  %x = bnn.decode %q : tensor<1x4x!bnn.binary> -> tensor<1x4xf32>
  // CHECK: %[[A:.*]] = bnn.linear %arg0, %{{.*}} -> tensor<1x3xi64>
  %a = bnn.linear %x, %w : tensor<1x4xf32>, tensor<3x4x!bnn.binary> -> tensor<1x3xf32>
  // CHECK: %[[T:.*]] = bnn.threshold %[[A]], <counts = [1, 1, 0], thresholds = [2, 4], codes = [-1, 1, 1, -1, -1]> axis 1
  // CHECK-SAME: tensor<1x3x!bnn.binary>
  // CHECK: %[[D:.*]] = bnn.decode %[[T]]
  // CHECK: return %[[D]]
  %n = bnn.batch_norm %a, %g, %b, %m, %v epsilon 0.0 : tensor<1x3xf32>, tensor<3xf32>
  %s = bnn.unary sign %n : tensor<1x3xf32>
  %p = bnn.binary add %s, %c : tensor<1x3xf32>, tensor<f32> -> tensor<1x3xf32>
  %r = bnn.unary sign %p : tensor<1x3xf32>
  return %r : tensor<1x3xf32>
}

// -----

// A bare sign has three values where 0 is attainable (K even), two where not.
// CHECK-LABEL: func.func @zero
func.func @zero(%q: tensor<1x2x!bnn.binary>, %o: tensor<1x3x!bnn.binary>) -> (tensor<1x1xf32>, tensor<1x1xf32>) {
  %w = bnn.constant #bnn.lit<["+-"]> : tensor<1x2x!bnn.binary>
  %u = bnn.constant #bnn.lit<["+--"]> : tensor<1x3x!bnn.binary>
  %x = bnn.decode %q : tensor<1x2x!bnn.binary> -> tensor<1x2xf32>
  %y = bnn.decode %o : tensor<1x3x!bnn.binary> -> tensor<1x3xf32>
  %a = bnn.linear %x, %w : tensor<1x2xf32>, tensor<1x2x!bnn.binary> -> tensor<1x1xf32>
  %b = bnn.linear %y, %u : tensor<1x3xf32>, tensor<1x3x!bnn.binary> -> tensor<1x1xf32>
  // CHECK-DAG: <counts = [2], thresholds = [0, 2], codes = [-1, 0, 1]> {{.*}} -> tensor<1x1x!bnn.ternary>
  // CHECK-DAG: <counts = [1], thresholds = [1], codes = [-1, 1]> {{.*}} -> tensor<1x1x!bnn.binary>
  %s = bnn.unary sign %a : tensor<1x1xf32>
  %t = bnn.unary sign %b : tensor<1x1xf32>
  return %s, %t : tensor<1x1xf32>, tensor<1x1xf32>
}

// -----

// Zero padding of codes whose real zero is another integer: x = q - 3.
// CHECK-LABEL: func.func @padding
func.func @padding(%q: tensor<1x1x4x!bnn.int<3, unsigned>>) -> tensor<1x1x4xf32> {
  %w = bnn.constant #bnn.lit<["+-+"]> : tensor<1x1x3x!bnn.binary>
  %x = bnn.decode %q {offset = -3.0} : tensor<1x1x4x!bnn.int<3, unsigned>> -> tensor<1x1x4xf32>
  // CHECK: bnn.conv {{.*}} {pad_value = 3 : i64}
  %a = bnn.conv %x, %w strides [1] dilations [1] pads [1], [1] : tensor<1x1x4xf32>, tensor<1x1x3x!bnn.binary> -> tensor<1x1x4xf32>
  return %a : tensor<1x1x4xf32>
}

// -----

// A max pool between a layer and its negative scale takes the minimum.
// CHECK-LABEL: func.func @pool
func.func @pool(%q: tensor<1x1x4x!bnn.binary>) -> tensor<1x2x2xf32> {
  %w = bnn.constant #bnn.lit<["+", "-"]> : tensor<2x1x1x!bnn.binary>
  %c = bnn.constant dense<[[2.0], [-1.0]]> : tensor<2x1xf32>
  %x = bnn.decode %q : tensor<1x1x4x!bnn.binary> -> tensor<1x1x4xf32>
  // CHECK: %[[A:.*]] = bnn.conv
  // CHECK: bnn.max_pool %[[A]] {{.*}} {minimum_channels = array<i64: 1>} : tensor<1x2x4xi64>
  %a = bnn.conv %x, %w strides [1] dilations [1] pads [0], [0] : tensor<1x1x4xf32>, tensor<2x1x1x!bnn.binary> -> tensor<1x2x4xf32>
  %s = bnn.binary mul %a, %c : tensor<1x2x4xf32>, tensor<2x1xf32> -> tensor<1x2x4xf32>
  %p = bnn.max_pool %s kernel [2] strides [2] dilations [1] pads [0], [0] : tensor<1x2x4xf32> -> tensor<1x2x2xf32>
  return %p : tensor<1x2x2xf32>
}

// -----

// 2 * a + 3 * b needs no more than integers; sqrt(2) * a + b does.
// CHECK-LABEL: func.func @residual
func.func @residual(%q: tensor<1x3x!bnn.binary>) -> (tensor<1x1xf32>, tensor<1x1xf32>) {
  %w = bnn.constant #bnn.lit<["+-+"]> : tensor<1x3x!bnn.binary>
  %u = bnn.constant #bnn.lit<["+++"]> : tensor<1x3x!bnn.binary>
  %two = bnn.constant dense<1.0> : tensor<f32>
  %three = bnn.constant dense<1.5> : tensor<f32>
  %g = bnn.constant dense<[1.0]> : tensor<1xf32>
  %z = bnn.constant dense<[0.0]> : tensor<1xf32>
  %v = bnn.constant dense<[2.0]> : tensor<1xf32>
  %x = bnn.decode %q : tensor<1x3x!bnn.binary> -> tensor<1x3xf32>
  %a = bnn.linear %x, %w : tensor<1x3xf32>, tensor<1x3x!bnn.binary> -> tensor<1x1xf32>
  %b = bnn.linear %x, %u : tensor<1x3xf32>, tensor<1x3x!bnn.binary> -> tensor<1x1xf32>
  %sa = bnn.binary mul %a, %two : tensor<1x1xf32>, tensor<f32> -> tensor<1x1xf32>
  %sb = bnn.binary mul %b, %three : tensor<1x1xf32>, tensor<f32> -> tensor<1x1xf32>
  %sum = bnn.binary add %sa, %sb : tensor<1x1xf32>, tensor<1x1xf32> -> tensor<1x1xf32>
  // CHECK: %[[S:.*]] = bnn.combine {{.*}} factors [2, 3]
  // CHECK: bnn.threshold %[[S]]
  %r = bnn.unary sign %sum : tensor<1x1xf32>
  %na = bnn.batch_norm %a, %g, %z, %z, %v epsilon 0.0 : tensor<1x1xf32>, tensor<1xf32>
  %mixed = bnn.binary add %na, %b : tensor<1x1xf32>, tensor<1x1xf32> -> tensor<1x1xf32>
  // CHECK: bnn.unary sign
  %t = bnn.unary sign %mixed : tensor<1x1xf32>
  return %r, %t : tensor<1x1xf32>, tensor<1x1xf32>
}

// -----

// x / 255 * 2 - 1 in front of a layer moves behind it.
// CHECK-LABEL: func.func @normalized
func.func @normalized(%q: tensor<1x3x!bnn.int<8, unsigned>>) -> tensor<1x1xf32> {
  %w = bnn.constant #bnn.lit<["+-+"]> : tensor<1x3x!bnn.binary>
  %n = bnn.constant dense<255.0> : tensor<f32>
  %two = bnn.constant dense<2.0> : tensor<f32>
  %one = bnn.constant dense<1.0> : tensor<f32>
  %x = bnn.decode %q : tensor<1x3x!bnn.int<8, unsigned>> -> tensor<1x3xf32>
  %d = bnn.binary div %x, %n : tensor<1x3xf32>, tensor<f32> -> tensor<1x3xf32>
  %m = bnn.binary mul %d, %two : tensor<1x3xf32>, tensor<f32> -> tensor<1x3xf32>
  %s = bnn.binary sub %m, %one : tensor<1x3xf32>, tensor<f32> -> tensor<1x3xf32>
  // CHECK: %[[A:.*]] = bnn.linear %arg0
  // CHECK: bnn.threshold %[[A]]
  %a = bnn.linear %s, %w : tensor<1x3xf32>, tensor<1x3x!bnn.binary> -> tensor<1x1xf32>
  %r = bnn.unary sign %a : tensor<1x1xf32>
  return %r : tensor<1x1xf32>
}

// -----

// Real inputs: the quantizer is the end of the host's part; without one the
// layer stays there and says what to do.
// CHECK-LABEL: func.func @host
func.func @host(%x: tensor<1x3xf32> {bnn.name = "x"}) -> (tensor<1x1xf32>, tensor<1x1xf32>) {
  %w = bnn.constant #bnn.lit<["+-+"]> : tensor<1x3x!bnn.binary>
  // CHECK-DAG: bnn.encode {{.*}} -> tensor<1x3x!bnn.ternary>
  // CHECK-DAG: bnn.linear {{.*}} -> tensor<1x1xi64>
  %s = bnn.unary sign %x : tensor<1x3xf32>
  %a = bnn.linear %s, %w : tensor<1x3xf32>, tensor<1x3x!bnn.binary> -> tensor<1x1xf32>
  // CHECK-DAG: bnn.linear {{.*}} {bnn.reason = "its input 'x' is real; declare the values of 'x' with --input if they are integers"}
  %b = bnn.linear %x, %w : tensor<1x3xf32>, tensor<1x3x!bnn.binary> -> tensor<1x1xf32>
  return %a, %b : tensor<1x1xf32>, tensor<1x1xf32>
}

// -----

// Scaling and shifting by single numbers goes behind a layer also where a
// reshape stands between: 2x - 1 of declared pixels, flattened.
// CHECK-LABEL: func.func @flattened
func.func @flattened(%x: tensor<1x1x2xf32> {bnn.name = "x"}) -> tensor<1x1xf32> {
  %two = bnn.constant dense<2.0> : tensor<1x1x1xf32>
  %one = bnn.constant dense<1.0> : tensor<f32>
  %w = bnn.constant #bnn.lit<["+-"]> : tensor<1x2x!bnn.binary>
  %q = bnn.encode %x scale 0.25 offset 0.0 declared "u2" : tensor<1x1x2xf32> -> tensor<1x1x2x!bnn.int<2, unsigned>>
  %r = bnn.decode %q {scale = 0.25 : f64} : tensor<1x1x2x!bnn.int<2, unsigned>> -> tensor<1x1x2xf32>
  %a = bnn.binary mul %r, %two : tensor<1x1x2xf32>, tensor<1x1x1xf32> -> tensor<1x1x2xf32>
  %b = bnn.binary sub %a, %one : tensor<1x1x2xf32>, tensor<f32> -> tensor<1x1x2xf32>
  // CHECK: %[[CODES:.*]] = bnn.reshape {{.*}} : tensor<1x1x2x!bnn.int<2, unsigned>> -> tensor<1x2x!bnn.int<2, unsigned>>
  // CHECK: bnn.linear %[[CODES]], {{.*}} -> tensor<1x1xi64>
  %f = bnn.reshape %b : tensor<1x1x2xf32> -> tensor<1x2xf32>
  %y = bnn.linear %f, %w : tensor<1x2xf32>, tensor<1x2x!bnn.binary> -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}

// -----

// Multiples of 0.3 are rounded while float32 adds them: the sum 0 is a tie.
// Multiples of 1 are not, and multiples of 0.5 neither.
// CHECK-LABEL: func.func @rounded_sums
func.func @rounded_sums(%q: tensor<1x2x!bnn.binary>) -> (tensor<1x1xf32>, tensor<1x1xf32>, tensor<1x1xf32>) {
  %w = bnn.constant #bnn.lit<["+-"]> : tensor<1x2x!bnn.binary>
  %z = bnn.constant dense<0.0> : tensor<f32>
  %one = bnn.constant dense<1.0> : tensor<f32>
  %minus = bnn.constant dense<-1.0> : tensor<f32>
  %x = bnn.decode %q : tensor<1x2x!bnn.binary> -> tensor<1x2xf32>
  %y = bnn.decode %q {scale = 0.3} : tensor<1x2x!bnn.binary> -> tensor<1x2xf32>
  %v = bnn.decode %q {scale = 0.5} : tensor<1x2x!bnn.binary> -> tensor<1x2xf32>
  // CHECK: bnn.threshold {{.*}} axis 1 ties [#bnn.tie<channel = 0, at = 0, margin = 0.000000e+00 : f64>]
  %a = bnn.linear %x, %w {bnn.rounded_sums} : tensor<1x2xf32>, tensor<1x2x!bnn.binary> -> tensor<1x1xf32>
  %ca = bnn.binary greater_equal %a, %z : tensor<1x1xf32>, tensor<f32> -> tensor<1x1xi1>
  %sa = bnn.select %ca, %one, %minus : tensor<1x1xi1>, tensor<f32>, tensor<f32> -> tensor<1x1xf32>
  // CHECK: bnn.threshold {{.*}} axis 1 ties [#bnn.tie<channel = 0, at = 0, margin = 0.000000e+00 : f64>]
  %b = bnn.linear %y, %w : tensor<1x2xf32>, tensor<1x2x!bnn.binary> -> tensor<1x1xf32>
  %cb = bnn.binary greater_equal %b, %z : tensor<1x1xf32>, tensor<f32> -> tensor<1x1xi1>
  %sb = bnn.select %cb, %one, %minus : tensor<1x1xi1>, tensor<f32>, tensor<f32> -> tensor<1x1xf32>
  // CHECK: bnn.threshold
  // CHECK-NOT: ties
  // CHECK: return
  %c = bnn.linear %v, %w : tensor<1x2xf32>, tensor<1x2x!bnn.binary> -> tensor<1x1xf32>
  %cc = bnn.binary greater_equal %c, %z : tensor<1x1xf32>, tensor<f32> -> tensor<1x1xi1>
  %sc = bnn.select %cc, %one, %minus : tensor<1x1xi1>, tensor<f32>, tensor<f32> -> tensor<1x1xf32>
  return %sa, %sb, %sc : tensor<1x1xf32>, tensor<1x1xf32>, tensor<1x1xf32>
}
