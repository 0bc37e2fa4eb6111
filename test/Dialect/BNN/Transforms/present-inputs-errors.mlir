// RUN: not bnn-opt %s --bnn-present-inputs=encodings=thermometer 2>&1 | FileCheck %s --check-prefix=KIND
// RUN: not bnn-opt %s --bnn-present-inputs=encodings=stochastic:0 2>&1 | FileCheck %s --check-prefix=NONE
// RUN: not bnn-opt %s --bnn-present-inputs=encodings=stochastic:65 2>&1 | FileCheck %s --check-prefix=MANY
// RUN: not bnn-opt %s --bnn-present-inputs=encodings=z=host 2>&1 | FileCheck %s --check-prefix=NAME
// RUN: not bnn-opt %s --bnn-present-inputs=encodings=bitplane 2>&1 | FileCheck %s --check-prefix=REAL
// RUN: not bnn-opt %s --bnn-present-inputs=encodings=x=stochastic:2 2>&1 | FileCheck %s --check-prefix=STOCHASTIC
// RUN: not bnn-opt %s --bnn-present-inputs=encodings=b=stochastic:2 2>&1 | FileCheck %s --check-prefix=BIT
// RUN: not bnn-opt %s --bnn-present-inputs=encodings=host,bitplane 2>&1 | FileCheck %s --check-prefix=TWICE
// RUN: not bnn-opt %s --bnn-present-inputs=encodings=q=stochastic:2,x=stochastic:2,network 2>&1 | FileCheck %s --check-prefix=RUNS
// RUN: not bnn-opt %s --bnn-present-inputs=encodings=q=stochastic:2 --bnn-partition 2>&1 | FileCheck %s --check-prefix=DECODED

// RUN: not bnn-opt %s --bnn-present-inputs=encodings=u=stochastic:2 2>&1 | FileCheck %s --check-prefix=ONEBIT

// ONEBIT: input 'u' is one bit already
// KIND: input encoding 'thermometer' is none of auto, host, bitplane, stochastic:T and stochastic:T,network, T from 1 to 64
// NONE: input encoding 'stochastic:0' is none of auto
// MANY: input encoding 'stochastic:65' is none of auto
// NAME: input encoding 'z=host' names no input; the network has 'x', 'b', 'q', 'u'
// REAL: input 'x' cannot be encoded as 'bitplane': which integers it holds is not declared; declare it with --input NAME=TYPE
// STOCHASTIC: input 'x' cannot be encoded as 'x=stochastic:2': which integers it holds is not declared
// BIT: input 'b' is one bit already
// TWICE: input encodings 'host' and 'bitplane' are of the same inputs; give one
// RUNS: input encoding 'x=stochastic:2,network': the whole network runs once for all inputs, or as often as all of them say
// DECODED: error: reads input 'q' on the host, so that it cannot be encoded as 'q=stochastic:2': real-valued, and no layer is on the arrays; leave its encoding at 'auto', or make that layer binary
func.func @main(%x: tensor<1x3xf32> {bnn.name = "x"}, %b: tensor<1x3xf32> {bnn.name = "b"}, %q: tensor<1x3xf32> {bnn.name = "q"}, %u: tensor<1x3xf32> {bnn.name = "u"}) -> tensor<1x3xf32> {
  %0 = bnn.encode %b scale 1.0 offset 0.0 declared "bipolar" : tensor<1x3xf32> -> tensor<1x3x!bnn.binary>
  %1 = bnn.decode %0 : tensor<1x3x!bnn.binary> -> tensor<1x3xf32>
  %2 = bnn.encode %q scale 1.0 offset 0.0 declared "u4" : tensor<1x3xf32> -> tensor<1x3x!bnn.int<4, unsigned>>
  %3 = bnn.decode %2 : tensor<1x3x!bnn.int<4, unsigned>> -> tensor<1x3xf32>
  %u0 = bnn.encode %u scale 1.0 offset 0.0 declared "u1" : tensor<1x3xf32> -> tensor<1x3x!bnn.int<1, unsigned>>
  %u1 = bnn.decode %u0 : tensor<1x3x!bnn.int<1, unsigned>> -> tensor<1x3xf32>
  %4 = bnn.binary add %1, %3 : tensor<1x3xf32>, tensor<1x3xf32> -> tensor<1x3xf32>
  %5 = bnn.binary add %4, %x : tensor<1x3xf32>, tensor<1x3xf32> -> tensor<1x3xf32>
  return %5 : tensor<1x3xf32>
}
