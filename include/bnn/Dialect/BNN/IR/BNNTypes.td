//===- BNNTypes.td - Element types and attributes ----------*- tablegen -*-===//

#ifndef BNN_DIALECT_BNN_IR_BNNTYPES_TD
#define BNN_DIALECT_BNN_IR_BNNTYPES_TD

include "bnn/Dialect/BNN/IR/BNNDialect.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"

class BNN_Type<string name, string typeMnemonic> : TypeDef<BNN_Dialect, name> {
  let mnemonic = typeMnemonic;
}

def BNN_BinaryType : BNN_Type<"Binary", "binary"> {
  let summary = "-1 or +1";
  let description = [{
    One bit; 1 stands for +1. There is no zero: a sign that can yield 0 is
    `!bnn.ternary`.
  }];
}

def BNN_TernaryType : BNN_Type<"Ternary", "ternary"> {
  let summary = "-1, 0 or +1";
  let description = [{
    Two bits where it is stored, (plus, minus); never both.
  }];
}

def BNN_IntType : BNN_Type<"Int", "int"> {
  let summary = "small signed or unsigned integer code";
  let description = [{
    `!bnn.int<k, signed>` holds -2^(k-1) to 2^(k-1)-1, `!bnn.int<k, unsigned>`
    0 to 2^k - 1, 1 <= k <= 16. {0, 1} is `!bnn.int<1, unsigned>`.
  }];
  let parameters = (ins "unsigned":$width, "bool":$isSigned);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
}

def BNN_UnaryCountType : BNN_Type<"UnaryCount", "unary"> {
  let summary = "how many of some bits are 1";
  let description = [{
    `!bnn.unary<T>` holds 0 to T, 1 <= T <= 64: the ones among T presentations
    of one input, each of which drives the arrays as a plane of its own.
  }];
  let parameters = (ins "unsigned":$presentations);
  let assemblyFormat = "`<` $presentations `>`";
  let genVerifyDecl = 1;
}

def BNN_AnyCode : AnyTypeOf<[BNN_BinaryType, BNN_TernaryType, BNN_IntType,
                             BNN_UnaryCountType],
                            "code (binary, ternary, small integer or count)">;
def BNN_AnyElement : AnyTypeOf<[BNN_AnyCode, F32, F64, I1, I64],
                               "code, integer, boolean or real">;
def BNN_Real : AnyTypeOf<[F32, F64], "real">;

def BNN_Tensor : StaticShapeTensorOf<[BNN_AnyElement]>;
def BNN_RealTensor : StaticShapeTensorOf<[BNN_Real]>;
def BNN_CodeTensor : StaticShapeTensorOf<[BNN_AnyCode]>;
def BNN_IntegerTensor : StaticShapeTensorOf<[I64]>;
def BNN_IntegerOrCodeTensor : StaticShapeTensorOf<[I64, BNN_AnyCode]>;
def BNN_RealOrIntegerTensor : StaticShapeTensorOf<[BNN_Real, I64]>;
def BNN_BoolTensor : StaticShapeTensorOf<[I1]>;

class BNN_Attr<string name, string attrMnemonic, list<Trait> traits = []>
    : AttrDef<BNN_Dialect, name, traits> {
  let mnemonic = attrMnemonic;
}

def BNN_LiteralAttr : BNN_Attr<"Literal", "lit", [TypedAttrInterface]> {
  let summary = "packed weights in readable form";
  let description = [{
    One string per row (first dimension of the tensor), one character per
    weight: `+`, `-` and, in ternary tensors, `0`.

    ```mlir
    #bnn.lit<["+-+-", "--+0"]>
    ```
  }];
  let parameters = (ins AttributeSelfTypeParameter<"">:$type,
                        ArrayRefParameter<"::mlir::StringAttr">:$rows);
  let assemblyFormat = "`<` `[` $rows `]` `>`";
}

def BNN_StepsAttr : BNN_Attr<"Steps", "steps"> {
  let summary = "step functions of integers, one per border class and channel";
  let description = [{
    Function i = class * channels + channel has `counts[i]` thresholds in
    ascending order and `counts[i] + 1` codes: code 0 below the first threshold,
    code j from threshold j-1 on. A constant has no threshold; a falling
    function has falling codes.

    ```mlir
    #bnn.steps<counts = [1, 0], thresholds = [5], codes = [-1, 1, 1]>
    ```
  }];
  let parameters = (ins
    ArrayRefParameter<"int64_t">:$counts,
    OptionalArrayRefParameter<"int64_t">:$thresholds,
    ArrayRefParameter<"int64_t">:$codes);
  let assemblyFormat = [{
    `<` `counts` `=` `[` $counts `]` `,` (`thresholds` `=` `[` $thresholds^ `]` `,`)?
    `codes` `=` `[` $codes `]` `>`
  }];
  let genVerifyDecl = 1;
}

def BNN_TieAttr : BNN_Attr<"Tie", "tie"> {
  let summary = "a decision that float32 does not make for certain";
  let description = [{
    At the attainable integer `at` of `channel` some order of float32
    evaluation may decide differently. `margin` is the
    distance of the exact decision point to `at` in units of the accumulator.
  }];
  let parameters = (ins "int64_t":$channel, "int64_t":$at,
                        "::mlir::FloatAttr":$margin);
  let assemblyFormat = [{
    `<` `channel` `=` $channel `,` `at` `=` $at `,` `margin` `=` $margin `>`
  }];
}

def BNN_TraceAttr : BNN_Attr<"Trace", "trace"> {
  let summary = "the ONNX tensor that a value holds";
  let description = [{
    The ONNX tensor `tensor` equals scale * (value) + offset. Operations carry a
    list of them for their first result as the discardable attribute
    `bnn.traces`.
  }];
  let parameters = (ins "::mlir::StringAttr":$tensor,
                        "::mlir::FloatAttr":$scale, "::mlir::FloatAttr":$offset);
  let builders = [AttrBuilder<(ins "::llvm::StringRef":$tensor,
                                   CArg<"double", "1.0">:$scale,
                                   CArg<"double", "0.0">:$offset), [{
    ::mlir::Builder builder($_ctxt);
    return $_get($_ctxt, builder.getStringAttr(tensor),
                 builder.getF64FloatAttr(scale), builder.getF64FloatAttr(offset));
  }]>];
  let assemblyFormat = "`<` $tensor `,` $scale `,` $offset `>`";
}

#endif // BNN_DIALECT_BNN_IR_BNNTYPES_TD
