//===- BNNOps.td - Operations of the bnn dialect -----------*- tablegen -*-===//

#ifndef BNN_DIALECT_BNN_IR_BNNOPS_TD
#define BNN_DIALECT_BNN_IR_BNNOPS_TD

include "bnn/Dialect/BNN/IR/BNNTypes.td"
include "bnn/Dialect/BNN/IR/BNNEnums.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

class BNN_Op<string mnemonic, list<Trait> traits = []>
    : Op<BNN_Dialect, mnemonic, !listconcat([Pure], traits)>;

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

def BNN_ConstantOp : BNN_Op<"constant"> {
  let summary = "constant tensor";
  let description = [{
    Real and integer constants are dense elements (small ones inline, others as
    resources). Binary and ternary constants are packed, one row per first
    dimension: `#bnn.lit` in readable form, or a `dense_resource` of 64-bit
    little-endian words, each row padded with zero bits, bit 1 = +1; ternary:
    the plus bits of all rows, then the minus bits of all rows. Read them only
    through `bnn::PackedWeights`.

    ```mlir
    %w = bnn.constant #bnn.lit<["+-+", "--+"]> : tensor<2x3x!bnn.binary>
    %b = bnn.constant dense<[0.5, 1.0]> : tensor<2xf32>
    ```
  }];
  let arguments = (ins AnyAttr:$value);
  let results = (outs BNN_Tensor:$result);
  let assemblyFormat = "custom<TypedValue>($value, type($result)) attr-dict";
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Linear operators
//===----------------------------------------------------------------------===//

def BNN_ConvOp : BNN_Op<"conv"> {
  let summary = "convolution over any number of spatial dimensions";
  let description = [{
    Input [1, channels, spatial..], weights [neurons, channels / groups,
    kernel..]. With codes on both sides the result is the exact integer
    accumulator (i64), else it is real. Taps in the padding contribute
    `pad_value` times the weight; it is 0 but for codes whose real zero is
    another integer.

    ```mlir
    %a = bnn.conv %x, %w strides [1, 1] dilations [1, 1] pads [1, 1], [1, 1]
      : tensor<1x2x4x4x!bnn.binary>, tensor<3x2x3x3x!bnn.binary> -> tensor<1x3x4x4xi64>
    ```
  }];
  let arguments = (ins
    BNN_Tensor:$input, BNN_Tensor:$weights,
    DenseI64ArrayAttr:$strides, DenseI64ArrayAttr:$dilations,
    DenseI64ArrayAttr:$pads_begin, DenseI64ArrayAttr:$pads_end,
    DefaultValuedAttr<I64Attr, "1">:$groups,
    DefaultValuedAttr<I64Attr, "0">:$pad_value);
  let results = (outs BNN_Tensor:$result);
  let assemblyFormat = [{
    $input `,` $weights `strides` $strides `dilations` $dilations
    `pads` $pads_begin `,` $pads_end attr-dict `:` type($input) `,` type($weights) `->` type($result)
  }];
  let hasVerifier = 1;
}

def BNN_LinearOp : BNN_Op<"linear"> {
  let summary = "fully connected layer, one row of weights per neuron";
  let description = [{
    Input [.., k], weights [n, k], result [.., n]. With codes on both sides the
    result is the exact integer accumulator (i64), else it is real.

    ```mlir
    %a = bnn.linear %x, %w : tensor<1x3x!bnn.binary>, tensor<2x3x!bnn.binary> -> tensor<1x2xi64>
    ```
  }];
  let arguments = (ins BNN_Tensor:$input, BNN_Tensor:$weights);
  let results = (outs BNN_Tensor:$result);
  let assemblyFormat = [{
    $input `,` $weights attr-dict `:` type($input) `,` type($weights) `->` type($result)
  }];
  let hasVerifier = 1;
}

def BNN_MatMulOp : BNN_Op<"matmul"> {
  let summary = "matrix product of real tensors";
  let description = [{
    numpy's rules for batches and for vectors are resolved by the importer:
    both operands have rank >= 2 and leading dimensions that broadcast. With
    `transpose_rhs` the right operand is [.., n, k].

    ```mlir
    %y = bnn.matmul %x, %m : tensor<1x3xf32>, tensor<3x2xf32> -> tensor<1x2xf32>
    ```
  }];
  let arguments = (ins BNN_RealTensor:$lhs, BNN_RealTensor:$rhs,
                       UnitAttr:$transpose_rhs);
  let results = (outs BNN_RealTensor:$result);
  let assemblyFormat = [{
    $lhs `,` $rhs (`transpose_rhs` $transpose_rhs^)? attr-dict `:` type($lhs) `,` type($rhs) `->` type($result)
  }];
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Elementwise operators on reals
//===----------------------------------------------------------------------===//

def BNN_UnaryOp : BNN_Op<"unary", [SameOperandsAndResultType]> {
  let summary = "elementwise function of one operand";
  let description = [{
    `leaky_relu`, `elu`: `alpha`; `selu`: `alpha` and `beta` (gamma);
    `hard_sigmoid`: max(0, min(1, alpha x + beta)). `sign` of 0 is 0. `not`
    takes booleans.

    ```mlir
    %y = bnn.unary sign %x : tensor<1x8xf32>
    ```
  }];
  let arguments = (ins BNN_UnaryKind:$kind, BNN_Tensor:$input,
                       OptionalAttr<F64Attr>:$alpha, OptionalAttr<F64Attr>:$beta);
  let results = (outs BNN_Tensor:$result);
  let assemblyFormat = "$kind $input attr-dict `:` type($input)";
  let builders = [OpBuilder<(ins "::bnn::UnaryKind":$kind, "::mlir::Value":$input), [{
    build($_builder, $_state, input.getType(), kind, input, nullptr, nullptr);
  }]>];
  let hasVerifier = 1;
}

def BNN_BinaryOp : BNN_Op<"binary"> {
  let summary = "elementwise function of two operands that broadcast";
  let description = [{
    Shapes broadcast by numpy's rules. Comparisons give i1; `and`, `or`, `xor`
    take i1. `prelu` is x < 0 ? y * x : x.

    ```mlir
    %y = bnn.binary add %x, %b : tensor<1x8xf32>, tensor<8xf32> -> tensor<1x8xf32>
    ```
  }];
  let arguments = (ins BNN_BinaryKind:$kind, BNN_Tensor:$lhs, BNN_Tensor:$rhs);
  let results = (outs BNN_Tensor:$result);
  let assemblyFormat = "$kind $lhs `,` $rhs attr-dict `:` type($lhs) `,` type($rhs) `->` type($result)";
  let hasVerifier = 1;
}

def BNN_SelectOp : BNN_Op<"select"> {
  let summary = "condition ? a : b, elementwise, with broadcasting";
  let arguments = (ins BNN_BoolTensor:$condition, BNN_Tensor:$on_true, BNN_Tensor:$on_false);
  let results = (outs BNN_Tensor:$result);
  let description = [{
    ```mlir
    %y = bnn.select %c, %a, %b : tensor<1x8xi1>, tensor<f32>, tensor<f32> -> tensor<1x8xf32>
    ```
  }];
  let assemblyFormat = [{
    $condition `,` $on_true `,` $on_false attr-dict `:`
    type($condition) `,` type($on_true) `,` type($on_false) `->` type($result)
  }];
  let hasVerifier = 1;
}

def BNN_BatchNormOp : BNN_Op<"batch_norm",
    [AllTypesMatch<["input", "result"]>, AllTypesMatch<["gamma", "beta", "mean", "variance"]>]> {
  let summary = "batch normalization with fixed statistics";
  let description = [{
    gamma * (x - mean) / sqrt(variance + epsilon) + beta, the four vectors along
    `axis`. Kept whole because its square root is irrational in general: the
    tail solver decides it exactly.

    ```mlir
    %y = bnn.batch_norm %x, %g, %b, %m, %v epsilon 1.0e-5 : tensor<1x2x4x4xf32>, tensor<2xf32>
    ```
  }];
  let arguments = (ins BNN_RealTensor:$input, BNN_RealTensor:$gamma,
    BNN_RealTensor:$beta, BNN_RealTensor:$mean, BNN_RealTensor:$variance,
    F64Attr:$epsilon, DefaultValuedAttr<I64Attr, "1">:$axis);
  let results = (outs BNN_RealTensor:$result);
  let assemblyFormat = [{
    $input `,` $gamma `,` $beta `,` $mean `,` $variance `epsilon` $epsilon attr-dict `:`
    type($input) `,` type($gamma)
  }];
  let hasVerifier = 1;
}

def BNN_MultiThresholdOp : BNN_Op<"multi_threshold", [AllTypesMatch<["input", "result"]>]> {
  let summary = "number of thresholds t with x >= t";
  let description = [{
    Thresholds [channels or 1, count], channels along `axis` of the input.

    ```mlir
    %y = bnn.multi_threshold %x, %t : tensor<1x2xf32>, tensor<2x3xf32>
    ```
  }];
  let arguments = (ins BNN_RealTensor:$input, BNN_RealTensor:$thresholds,
                       DefaultValuedAttr<I64Attr, "1">:$axis);
  let results = (outs BNN_RealTensor:$result);
  let assemblyFormat = "$input `,` $thresholds attr-dict `:` type($input) `,` type($thresholds)";
  let hasVerifier = 1;
}

def BNN_CastOp : BNN_Op<"cast"> {
  let summary = "conversion between real, integer and boolean";
  let description = [{
    Real to i64 drops the fraction (toward zero), anything to i1 is `!= 0`, the
    other conversions keep the value.

    ```mlir
    %y = bnn.cast %x : tensor<1x2xf32> -> tensor<1x2xi64>
    ```
  }];
  let arguments = (ins BNN_Tensor:$input);
  let results = (outs BNN_Tensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Pools and reductions
//===----------------------------------------------------------------------===//

def BNN_MaxPoolOp : BNN_Op<"max_pool"> {
  let summary = "maximum over windows";
  let description = [{
    Input [1, channels, spatial..]. Padding never wins. On codes, channels in
    `minimum_channels` take the minimum: a falling threshold that was moved
    before the pool needs AND where a rising one needs OR.

    ```mlir
    %y = bnn.max_pool %x kernel [2, 2] strides [2, 2] dilations [1, 1] pads [0, 0], [0, 0]
      : tensor<1x3x4x4x!bnn.binary> -> tensor<1x3x2x2x!bnn.binary>
    ```
  }];
  let arguments = (ins BNN_Tensor:$input, DenseI64ArrayAttr:$kernel,
    DenseI64ArrayAttr:$strides, DenseI64ArrayAttr:$dilations,
    DenseI64ArrayAttr:$pads_begin, DenseI64ArrayAttr:$pads_end,
    DefaultValuedAttr<DenseI64ArrayAttr, "{}">:$minimum_channels);
  let results = (outs BNN_Tensor:$result);
  let assemblyFormat = [{
    $input `kernel` $kernel `strides` $strides `dilations` $dilations
    `pads` $pads_begin `,` $pads_end attr-dict `:` type($input) `->` type($result)
  }];
  let hasVerifier = 1;
}

def BNN_AveragePoolOp : BNN_Op<"average_pool"> {
  let summary = "mean over windows";
  let description = [{
    Input [1, channels, spatial..]. Padding counts in the divisor only with
    `count_include_pad`.

    ```mlir
    %y = bnn.average_pool %x kernel [2, 2] strides [2, 2] dilations [1, 1] pads [0, 0], [0, 0]
      : tensor<1x3x4x4xf32> -> tensor<1x3x2x2xf32>
    ```
  }];
  let arguments = (ins BNN_RealTensor:$input, DenseI64ArrayAttr:$kernel,
    DenseI64ArrayAttr:$strides, DenseI64ArrayAttr:$dilations,
    DenseI64ArrayAttr:$pads_begin, DenseI64ArrayAttr:$pads_end,
    UnitAttr:$count_include_pad);
  let results = (outs BNN_RealTensor:$result);
  let assemblyFormat = [{
    $input `kernel` $kernel `strides` $strides `dilations` $dilations
    `pads` $pads_begin `,` $pads_end (`count_include_pad` $count_include_pad^)?
    attr-dict `:` type($input) `->` type($result)
  }];
  let hasVerifier = 1;
}

def BNN_SumPoolOp : BNN_Op<"sum_pool"> {
  let summary = "exact sum of integers over windows";
  let description = [{
    What an average pool is on integers; its divisor goes into the tail. Padding
    contributes 0.

    ```mlir
    %s = bnn.sum_pool %q kernel [2, 2] strides [2, 2] dilations [1, 1] pads [0, 0], [0, 0]
      : tensor<1x3x4x4x!bnn.binary> -> tensor<1x3x2x2xi64>
    ```
  }];
  let arguments = (ins BNN_IntegerOrCodeTensor:$input, DenseI64ArrayAttr:$kernel,
    DenseI64ArrayAttr:$strides, DenseI64ArrayAttr:$dilations,
    DenseI64ArrayAttr:$pads_begin, DenseI64ArrayAttr:$pads_end);
  let results = (outs BNN_IntegerTensor:$result);
  let assemblyFormat = [{
    $input `kernel` $kernel `strides` $strides `dilations` $dilations
    `pads` $pads_begin `,` $pads_end attr-dict `:` type($input) `->` type($result)
  }];
  let hasVerifier = 1;
}

def BNN_ReduceOp : BNN_Op<"reduce"> {
  let summary = "reduction over axes";
  let description = [{
    `axes` are sorted and non-negative; empty: nothing is reduced.

    ```mlir
    %y = bnn.reduce mean %x axes [2, 3] : tensor<1x3x4x4xf32> -> tensor<1x3xf32>
    ```
  }];
  let arguments = (ins BNN_ReduceKind:$kind, BNN_RealTensor:$input,
                       DenseI64ArrayAttr:$axes, UnitAttr:$keep_dims);
  let results = (outs BNN_RealTensor:$result);
  let assemblyFormat = [{
    $kind $input `axes` $axes (`keep_dims` $keep_dims^)? attr-dict `:` type($input) `->` type($result)
  }];
  let hasVerifier = 1;
}

def BNN_SoftmaxOp : BNN_Op<"softmax", [SameOperandsAndResultType]> {
  let summary = "softmax along an axis, or its logarithm";
  let description = [{
    Opsets before 13 flatten first; the importer reshapes around this.

    ```mlir
    %y = bnn.softmax %x axis 1 : tensor<1x10xf32>
    ```
  }];
  let arguments = (ins BNN_RealTensor:$input, I64Attr:$axis, UnitAttr:$log);
  let results = (outs BNN_RealTensor:$result);
  let assemblyFormat = "(`log` $log^)? $input `axis` $axis attr-dict `:` type($input)";
  let hasVerifier = 1;
}

def BNN_ArgMaxOp : BNN_Op<"arg_max"> {
  let summary = "index of the largest (or smallest) element along an axis";
  let description = [{
    The first one unless `select_last`.

    ```mlir
    %i = bnn.arg_max %x axis 1 : tensor<1x10xf32> -> tensor<1xi64>
    ```
  }];
  let arguments = (ins BNN_RealTensor:$input, I64Attr:$axis, UnitAttr:$keep_dims,
                       UnitAttr:$select_last, UnitAttr:$smallest);
  let results = (outs BNN_IntegerTensor:$result);
  let assemblyFormat = [{
    $input `axis` $axis (`keep_dims` $keep_dims^)? (`select_last` $select_last^)?
    (`smallest` $smallest^)? attr-dict `:` type($input) `->` type($result)
  }];
  let hasVerifier = 1;
}

def BNN_TopKOp : BNN_Op<"top_k"> {
  let summary = "the k largest (or smallest) elements along an axis, sorted";
  let description = [{
    Equal elements come by ascending index. k is the size of the results along
    `axis`.

    ```mlir
    %v, %i = bnn.top_k %x axis 1 : tensor<1x10xf32> -> tensor<1x3xf32>, tensor<1x3xi64>
    ```
  }];
  let arguments = (ins BNN_RealTensor:$input, I64Attr:$axis, UnitAttr:$smallest);
  let results = (outs BNN_RealTensor:$values, BNN_IntegerTensor:$indices);
  let assemblyFormat = [{
    $input `axis` $axis (`smallest` $smallest^)? attr-dict `:` type($input) `->`
    type($values) `,` type($indices)
  }];
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Moving values
//===----------------------------------------------------------------------===//

def BNN_ReshapeOp : BNN_Op<"reshape"> {
  let summary = "same elements in row-major order, another shape";
  let description = [{
    Also Flatten, Squeeze and Unsqueeze.

    ```mlir
    %y = bnn.reshape %x : tensor<1x2x4x4xf32> -> tensor<1x32xf32>
    ```
  }];
  let arguments = (ins BNN_Tensor:$input);
  let results = (outs BNN_Tensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

def BNN_TransposeOp : BNN_Op<"transpose"> {
  let summary = "permutation of dimensions";
  let description = [{
    Dimension i of the result is dimension `permutation[i]` of the input.

    ```mlir
    %y = bnn.transpose %x [0, 2, 1] : tensor<1x2x3xf32> -> tensor<1x3x2xf32>
    ```
  }];
  let arguments = (ins BNN_Tensor:$input, DenseI64ArrayAttr:$permutation);
  let results = (outs BNN_Tensor:$result);
  let assemblyFormat = "$input $permutation attr-dict `:` type($input) `->` type($result)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

def BNN_ConcatOp : BNN_Op<"concat"> {
  let summary = "concatenation along an axis";
  let description = [{
    All operands have one element type.

    ```mlir
    %y = bnn.concat %a, %b axis 1 : tensor<1x2xf32>, tensor<1x3xf32> -> tensor<1x5xf32>
    ```
  }];
  let arguments = (ins Variadic<BNN_Tensor>:$inputs, I64Attr:$axis);
  let results = (outs BNN_Tensor:$result);
  let assemblyFormat = "$inputs `axis` $axis attr-dict `:` type($inputs) `->` type($result)";
  let hasVerifier = 1;
}

def BNN_SliceOp : BNN_Op<"slice"> {
  let summary = "strided part of a tensor";
  let description = [{
    One start and step per dimension, the sizes are the result's; steps may be
    negative.

    ```mlir
    %y = bnn.slice %x starts [0, 3] steps [1, -1] : tensor<1x4xf32> -> tensor<1x4xf32>
    ```
  }];
  let arguments = (ins BNN_Tensor:$input, DenseI64ArrayAttr:$starts,
                       DenseI64ArrayAttr:$steps);
  let results = (outs BNN_Tensor:$result);
  let assemblyFormat = [{
    $input `starts` $starts `steps` $steps attr-dict `:` type($input) `->` type($result)
  }];
  let hasVerifier = 1;
}

def BNN_PadOp : BNN_Op<"pad"> {
  let summary = "padding of any dimension";
  let description = [{
    `value` is the constant (a code or a real number); `mode` may ask for
    reflected or repeated elements instead.

    ```mlir
    %y = bnn.pad %x pads [0, 1], [0, 1] value 0.0 : tensor<1x4xf32> -> tensor<1x6xf32>
    ```
  }];
  let arguments = (ins BNN_Tensor:$input, DenseI64ArrayAttr:$pads_begin,
    DenseI64ArrayAttr:$pads_end, F64Attr:$value,
    DefaultValuedAttr<BNN_PadMode, "::bnn::PadMode::Constant">:$mode);
  let results = (outs BNN_Tensor:$result);
  let assemblyFormat = [{
    $input `pads` $pads_begin `,` $pads_end `value` $value attr-dict `:` type($input) `->` type($result)
  }];
  let hasVerifier = 1;
}

def BNN_GatherOp : BNN_Op<"gather"> {
  let summary = "elements picked along an axis by integer indices";
  let description = [{
    ONNX Gather; indices are resolved to be non-negative. The shape of the
    indices takes the place of the axis.

    ```mlir
    %y = bnn.gather %x, %i axis 1 : tensor<1x4xf32>, tensor<2xi64> -> tensor<1x2xf32>
    ```
  }];
  let arguments = (ins BNN_Tensor:$input, BNN_IntegerTensor:$indices, I64Attr:$axis);
  let results = (outs BNN_Tensor:$result);
  let assemblyFormat = "$input `,` $indices `axis` $axis attr-dict `:` type($input) `,` type($indices) `->` type($result)";
  let hasVerifier = 1;
}

def BNN_BroadcastOp : BNN_Op<"broadcast"> {
  let summary = "repetition of dimensions of size 1";
  let description = [{
    ONNX Expand, with numpy's alignment of trailing dimensions.

    ```mlir
    %y = bnn.broadcast %x : tensor<1x1xf32> -> tensor<2x3x4xf32>
    ```
  }];
  let arguments = (ins BNN_Tensor:$input);
  let results = (outs BNN_Tensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Between reals, integers and codes
//===----------------------------------------------------------------------===//

def BNN_EncodeOp : BNN_Op<"encode"> {
  let summary = "codes of a real tensor whose values are known";
  let description = [{
    q = round(x / scale - offset). Every x is scale * (q + offset) for a q of the
    result type: because the input was declared so (`declared` is set and the
    simulator refuses other values), or because x comes out of a quantizer. Only
    a declared input may be integer.

    ```mlir
    %q = bnn.encode %x scale 1.0 offset 0.0 : tensor<1x8xf32> -> tensor<1x8x!bnn.binary>
    ```
  }];
  let arguments = (ins BNN_RealOrIntegerTensor:$input, F64Attr:$scale,
                       F64Attr:$offset, OptionalAttr<StrAttr>:$declared);
  let results = (outs BNN_CodeTensor:$result);
  let assemblyFormat = [{
    $input `scale` $scale `offset` $offset (`declared` $declared^)? attr-dict `:`
    type($input) `->` type($result)
  }];
  let hasVerifier = 1;
}

def BNN_PresentOp : BNN_Op<"present"> {
  let summary = "codes of an input as random bits, presented several times";
  let description = [{
    Each of the T presentations of a code q of min .. max is a bit that is 1 with
    the probability (q - min) / (max - min), drawn for itself; the result counts
    them. `input` is the number of the network's input, by which draws of two
    inputs are told apart. Not folded: its value is known to nobody before the
    chip runs.

    ```mlir
    %c = bnn.present %q input 0 : tensor<1x8x!bnn.int<8, unsigned>> -> tensor<1x8x!bnn.unary<16>>
    ```
  }];
  let arguments = (ins BNN_CodeTensor:$codes,
    ConfinedAttr<I64Attr, [IntNonNegative]>:$input);
  let results = (outs BNN_CodeTensor:$result);
  let assemblyFormat = "$codes `input` $input attr-dict `:` type($codes) `->` type($result)";
  let hasVerifier = 1;
}

def BNN_DecodeOp : BNN_Op<"decode"> {
  let summary = "the real numbers that integers or codes stand for";
  let description = [{
    scale * (x + offset).

    ```mlir
    %y = bnn.decode %q {scale = 0.5} : tensor<1x8x!bnn.int<2, unsigned>> -> tensor<1x8xf32>
    ```
  }];
  let arguments = (ins BNN_IntegerOrCodeTensor:$input,
    DefaultValuedAttr<F64Attr, "1.0">:$scale, DefaultValuedAttr<F64Attr, "0.0">:$offset);
  let results = (outs BNN_RealTensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($input) `->` type($result)";
  let hasVerifier = 1;
}

def BNN_ThresholdOp : BNN_Op<"threshold"> {
  let summary = "step function of an integer, per channel";
  let description = [{
    Compares the accumulator with the thresholds of its channel (along `axis`)
    and yields the code of the interval it lies in. `ties` lists the decisions
    that float32 evaluation does not make for certain.

    ```mlir
    %q = bnn.threshold %a, #bnn.steps<counts = [1, 0], thresholds = [5], codes = [-1, 1, 1]> axis 1
      : tensor<1x2xi64> -> tensor<1x2x!bnn.binary>
    ```
  }];
  let arguments = (ins BNN_IntegerTensor:$input, BNN_StepsAttr:$steps, I64Attr:$axis,
    OptionalAttr<TypedArrayAttrBase<BNN_TieAttr, "array of ties">>:$ties);
  let results = (outs BNN_CodeTensor:$result);
  let assemblyFormat = [{
    $input `,` $steps `axis` $axis (`ties` $ties^)? attr-dict `:` type($input) `->` type($result)
  }];
  let hasVerifier = 1;
}

def BNN_CombineOp : BNN_Op<"combine"> {
  let summary = "sum of integers times integer factors";
  let description = [{
    result = sum of `factors[i][c]` * input i: residual additions. `factors` are
    listed input after input; one per input, or one per input and channel
    (along `axis`).

    ```mlir
    %s = bnn.combine %a, %b factors [1, 2] : tensor<1x8xi64>, tensor<1x8xi64> -> tensor<1x8xi64>
    ```
  }];
  let arguments = (ins Variadic<BNN_IntegerOrCodeTensor>:$inputs,
                       DenseI64ArrayAttr:$factors, DefaultValuedAttr<I64Attr, "1">:$axis);
  let results = (outs BNN_IntegerTensor:$result);
  let assemblyFormat = "$inputs `factors` $factors attr-dict `:` type($inputs) `->` type($result)";
  let hasVerifier = 1;
}

#endif // BNN_DIALECT_BNN_IR_BNNOPS_TD
