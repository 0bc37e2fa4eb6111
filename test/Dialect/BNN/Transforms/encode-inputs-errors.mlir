// RUN: not bnn-opt %s --bnn-encode-inputs=inputs=z=u8 2>&1 | FileCheck %s --check-prefix=NAME
// RUN: not bnn-opt %s --bnn-encode-inputs=inputs=x=u17 2>&1 | FileCheck %s --check-prefix=TYPE
// RUN: not bnn-opt %s --bnn-encode-inputs=inputs=x=u8:0 2>&1 | FileCheck %s --check-prefix=SCALE
// RUN: not bnn-opt %s --bnn-encode-inputs=inputs=x=u8:1/0 2>&1 | FileCheck %s --check-prefix=NUMBER
// RUN: not bnn-opt %s --bnn-encode-inputs=inputs=i=u8 2>&1 | FileCheck %s --check-prefix=INTEGER
// RUN: not bnn-opt %s --bnn-encode-inputs=inputs=x=u8,x=u4 2>&1 | FileCheck %s --check-prefix=TWICE

// NAME: input declaration names 'z', the network has 'x', 'i'
// TYPE: input 'x' is declared as 'u17'; expected u1 to u16, s1 to s16 or bipolar
// SCALE: input 'x' is declared with scale 0
// NUMBER: cannot read input declaration 'x=u8:1/0'
// INTEGER: input 'i' holds 'i64', and no cast of it to real numbers
// TWICE: input 'x' is declared twice
func.func @main(%x: tensor<1x3xf32> {bnn.name = "x"}, %i: tensor<1xi64> {bnn.name = "i"}) -> tensor<1x3xf32> {
  %z = bnn.unary neg %x : tensor<1x3xf32>
  return %z : tensor<1x3xf32>
}
