//===- RRAMAttributes.td - Types, enums and attributes -----*- tablegen -*-===//

#ifndef BNN_DIALECT_RRAM_IR_RRAMATTRIBUTES_TD
#define BNN_DIALECT_RRAM_IR_RRAMATTRIBUTES_TD

include "bnn/Dialect/RRAM/IR/RRAMDialect.td"

//===----------------------------------------------------------------------===//
// Types
//===----------------------------------------------------------------------===//

def RRAM_PopcountType : TypeDef<RRAM_Dialect, "Popcount"> {
  let mnemonic = "popcount";
  let summary = "what one row read of one subarray counts";
  let description = [{
    `!rram.popcount<6>` is a number of ones, 0 to 2^6 - 1.
    `!rram.popcount<7, signed>` is (ones of +1) - (ones of -1) of a ternary
    sense, in two's complement.
  }];
  let parameters = (ins "unsigned":$width, "bool":$isSigned);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
}

def RRAM_AnswersType : TypeDef<RRAM_Dialect, "Answers"> {
  let mnemonic = "answers";
  let summary = "what the columns of one row answer, each for itself";
  let description = [{
    `!rram.answers<32>` is a bit for each of 32 columns.
    `!rram.answers<32, signed>` is -1, 0 or +1 of each, of a ternary sense.
  }];
  let parameters = (ins "int64_t":$columns, "bool":$isSigned);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
}

//===----------------------------------------------------------------------===//
// Enums
//===----------------------------------------------------------------------===//

class RRAM_Enum<string name, string summary, list<I32EnumAttrCase> cases>
    : I32EnumAttr<name, summary, cases> {
  let cppNamespace = "::bnn::rram";
  let genSpecializedAttr = 0;
}

def RRAM_Orientation : RRAM_Enum<"Orientation", "what a row of a tile is", [
  I32EnumAttrCase<"RowIsNeuron", 0, "row_is_neuron">,
  I32EnumAttrCase<"RowIsInput", 1, "row_is_input">]>;
def RRAM_OrientationAttr : EnumAttr<RRAM_Dialect, RRAM_Orientation, "orientation"> {
  let assemblyFormat = "`<` $value `>`";
}

def RRAM_PlaneCoding : RRAM_Enum<"PlaneCoding", "bits of an input code", [
  I32EnumAttrCase<"Bipolar", 0, "bipolar">,
  I32EnumAttrCase<"Thermometer", 1, "thermometer">,
  I32EnumAttrCase<"Positional", 2, "positional">,
  I32EnumAttrCase<"Unary", 3, "unary">]>;

def RRAM_LanePadding : RRAM_Enum<"LanePadding", "columns beyond the last lane", [
  I32EnumAttrCase<"Masked", 0, "masked">,
  I32EnumAttrCase<"Alternating", 1, "alternating">]>;
def RRAM_LanePaddingAttr : EnumAttr<RRAM_Dialect, RRAM_LanePadding, "lane_padding"> {
  let assemblyFormat = "`<` $value `>`";
}

def RRAM_Accumulation : RRAM_Enum<"Accumulation", "how partial counts are added", [
  I32EnumAttrCase<"Serial", 0, "serial">,
  I32EnumAttrCase<"Tree", 1, "tree">]>;
def RRAM_AccumulationAttr : EnumAttr<RRAM_Dialect, RRAM_Accumulation, "accumulation"> {
  let assemblyFormat = "`<` $value `>`";
}

//===----------------------------------------------------------------------===//
// Attributes
//===----------------------------------------------------------------------===//

class RRAM_Attr<string name, string attrMnemonic> : AttrDef<RRAM_Dialect, name> {
  let mnemonic = attrMnemonic;
}

def RRAM_TargetAttr : RRAM_Attr<"Target", "target"> {
  let summary = "what lowering must know of a chip";
  let description = [{
    The geometry and the capabilities of a target file, never a number of a
    technology. `subarrays` = 0: as many as needed. `max_fanin`,
    `threshold_bits` and `accumulator_bits` = 0: no limit. `bl_is_plus`: (LRS on
    BL, HRS on BLb) stores +1. `threshold_rows`: thresholds live in cells.
    `time_multiplexed`: what lies on several chips is written to one chip, one
    after the other. `row_tables`, `partial_complement`, `spare_rows` and
    `spare_columns`: how cells can be moved away from defects.

    ```mlir
    #rram.target<name = "example", rows = 32, columns = 32, ternary_sense = true>
    ```
  }];
  let parameters = (ins
    "::mlir::StringAttr":$name, "int64_t":$rows, "int64_t":$columns,
    DefaultValuedParameter<"int64_t", "0">:$subarrays,
    DefaultValuedParameter<"int64_t", "1">:$columns_per_sense_amplifier,
    DefaultValuedParameter<"bool", "false">:$ternary_sense,
    DefaultValuedParameter<"bool", "false">:$column_mask,
    DefaultValuedParameter<"bool", "true">:$bl_is_plus,
    DefaultValuedParameter<"bool", "true">:$p2s,
    DefaultValuedParameter<"bool", "false">:$s2p,
    DefaultValuedParameter<"bool", "true">:$exact_sum,
    DefaultValuedParameter<"bool", "true">:$row_sense,
    DefaultValuedParameter<"bool", "true">:$exact_compare,
    DefaultValuedParameter<"int64_t", "0">:$max_fanin,
    DefaultValuedParameter<"int64_t", "0">:$threshold_bits,
    DefaultValuedParameter<"int64_t", "0">:$accumulator_bits,
    DefaultValuedParameter<"bool", "false">:$threshold_rows,
    DefaultValuedParameter<"bool", "false">:$time_multiplexed,
    DefaultValuedParameter<"bool", "false">:$row_tables,
    DefaultValuedParameter<"bool", "false">:$partial_complement,
    DefaultValuedParameter<"int64_t", "0">:$spare_rows,
    DefaultValuedParameter<"int64_t", "0">:$spare_columns);
  let assemblyFormat = "`<` struct(params) `>`";
  let genVerifyDecl = 1;
}

def RRAM_PlanesAttr : RRAM_Attr<"Planes", "planes"> {
  let summary = "how an input code is driven, bit plane after bit plane";
  let description = [{
    code = offset + sum of weights[i] * bit i. `bipolar`: -1 and +1 as one bit;
    `thermometer`: -1, 0, +1 as the bits (code >= 0) and (code >= 1);
    `positional`: binary digits, two's complement when the last weight is
    negative; `unary`: 1 in as many planes as the code says, 1 to 64 planes.

    ```mlir
    #rram.planes<bipolar, weights = [2], offset = -1>
    ```
  }];
  let parameters = (ins EnumParameter<RRAM_PlaneCoding>:$coding,
    ArrayRefParameter<"int64_t">:$weights, "int64_t":$offset);
  let assemblyFormat = "`<` $coding `,` `weights` `=` `[` $weights `]` `,` `offset` `=` $offset `>`";
  let genVerifyDecl = 1;
}

def RRAM_DenseAttr : RRAM_Attr<"Dense", "dense"> {
  let summary = "positions of a fully connected layer";
  let description = [{
    Input [positions, groups * fan_in], output [positions, neurons].

    ```mlir
    #rram.dense<positions = 1>
    ```
  }];
  let parameters = (ins "int64_t":$positions);
  let assemblyFormat = "`<` `positions` `=` $positions `>`";
  let genVerifyDecl = 1;
}

def RRAM_ConvAttr : RRAM_Attr<"Conv", "conv"> {
  let summary = "positions of a convolution";
  let description = [{
    Input [channels, spatial..], output [neurons, spatial..]. Lane order of a
    neuron: channel within the group, then kernel taps, row major. Taps in the
    padding are driven with `pad_code`, while the network means `pad_value`:
    thresholds and `bias` correct for the difference.

    ```mlir
    #rram.conv<channels = 2, input = [4, 4], output = [4, 4], kernel = [3, 3],
      strides = [1, 1], dilations = [1, 1], pads_begin = [1, 1], pads_end = [1, 1],
      pad_code = -1, pad_value = 0>
    ```
  }];
  let parameters = (ins "int64_t":$channels,
    ArrayRefParameter<"int64_t">:$input, ArrayRefParameter<"int64_t">:$output,
    ArrayRefParameter<"int64_t">:$kernel, ArrayRefParameter<"int64_t">:$strides,
    ArrayRefParameter<"int64_t">:$dilations,
    ArrayRefParameter<"int64_t">:$pads_begin,
    ArrayRefParameter<"int64_t">:$pads_end,
    "int64_t":$pad_code, "int64_t":$pad_value);
  let assemblyFormat = [{
    `<` `channels` `=` $channels `,` `input` `=` `[` $input `]`
    `,` `output` `=` `[` $output `]` `,` `kernel` `=` `[` $kernel `]`
    `,` `strides` `=` `[` $strides `]` `,` `dilations` `=` `[` $dilations `]`
    `,` `pads_begin` `=` `[` $pads_begin `]` `,` `pads_end` `=` `[` $pads_end `]`
    `,` `pad_code` `=` $pad_code `,` `pad_value` `=` $pad_value `>`
  }];
  let genVerifyDecl = 1;
}

def RRAM_ThresholdRowsAttr : RRAM_Attr<"ThresholdRows", "threshold_rows"> {
  let summary = "thresholds that live in cells";
  let description = [{
    Each neuron has a word of classes * slots * bits cells: cell
    (class * slots + slot) * bits + b is bit b, lowest first, of a threshold
    less `base`. All ones stand in slots that a function does not use.

    ```mlir
    #rram.threshold_rows<bits = 6, base = 0, slots = 1>
    ```
  }];
  let parameters = (ins "int64_t":$bits, "int64_t":$base, "int64_t":$slots);
  let assemblyFormat = "`<` struct(params) `>`";
  let genVerifyDecl = 1;
}

def RRAM_RunAttr : RRAM_Attr<"Run", "run"> {
  let summary = "placement of consecutive tiles";
  let description = [{
    `tiles` consecutive tiles of a grid (row tile after row tile) lie in as many
    consecutive subarrays of a chip, beginning at `subarray`; the first cell of
    each is at (`row`, `column`) of its subarray.

    ```mlir
    #rram.run<tiles = 25, chip = 0, subarray = 3, row = 0, column = 0>
    ```
  }];
  let parameters = (ins "int64_t":$tiles, "int64_t":$chip, "int64_t":$subarray,
    "int64_t":$row, "int64_t":$column);
  let assemblyFormat = "`<` struct(params) `>`";
  let genVerifyDecl = 1;
}

#endif // BNN_DIALECT_RRAM_IR_RRAMATTRIBUTES_TD
