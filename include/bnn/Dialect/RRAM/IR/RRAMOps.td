//===- RRAMOps.td - Operations of the rram dialect ---------*- tablegen -*-===//

#ifndef BNN_DIALECT_RRAM_IR_RRAMOPS_TD
#define BNN_DIALECT_RRAM_IR_RRAMOPS_TD

include "bnn/Dialect/BNN/IR/BNNTypes.td"
include "bnn/Dialect/RRAM/IR/RRAMAttributes.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/FunctionInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

class RRAM_Op<string mnemonic, list<Trait> traits = []>
    : Op<RRAM_Dialect, mnemonic, traits>;

def RRAM_SenseResource : Resource<"::bnn::rram::SenseResource">;

//===----------------------------------------------------------------------===//
// Symbols: weights, tiles, layers, subarrays
//===----------------------------------------------------------------------===//

def RRAM_WeightsOp : RRAM_Op<"weights", [Symbol]> {
  let summary = "weights of a layer, lane by lane, before tiling";
  let description = [{
    One row per neuron (of all groups) and one column per lane. A lane carries
    the input `lane % fan_in`; with two weight planes a neuron has 2 * fan_in
    lanes.

    ```mlir
    rram.weights @w : tensor<2x3x!bnn.binary> = #bnn.lit<["+-+", "--+"]>
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, TypeAttr:$cells_type, AnyAttr:$cells);
  let assemblyFormat = [{
    $sym_name `:` custom<PackedCells>($cells_type, $cells) attr-dict
  }];
  let hasVerifier = 1;
}

def RRAM_TilesOp : RRAM_Op<"tiles", [Symbol]> {
  let summary = "grid of tiles that holds the weights of a layer";
  let description = [{
    Tile (t, k) of a `row_is_neuron` grid holds the neurons t * rows .. and the
    lanes k * columns .. of the matrix `cells`, which stays one packed matrix of
    [neurons, lanes] however many tiles there are. Tile (t, k) of a
    `row_is_input` grid holds the lanes t * rows .. of the neurons of tile column
    k; tile columns go group by group, since a row has one input.

    `word` cells of thresholds belong to each neuron. They lie as the neurons do,
    in tiles of their own: for each tile row (`row_is_input`: tile column) as
    many as a word needs. `placement` and `threshold_placement` list runs of
    tiles; they are there once `rram-place` has run.

    ```mlir
    rram.tiles @w grid [2, 25] of [32, 32] orientation <row_is_neuron>
      cells tensor<64x784x!bnn.binary> = dense_resource<w>
      placement [#rram.run<tiles = 50, chip = 0, subarray = 0, row = 0, column = 0>]
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name,
    DenseI64ArrayAttr:$grid, DenseI64ArrayAttr:$tile,
    RRAM_OrientationAttr:$orientation,
    DefaultValuedAttr<ConfinedAttr<I64Attr, [IntPositive]>, "1">:$groups,
    DefaultValuedAttr<ConfinedAttr<I64Attr, [IntNonNegative]>, "0">:$word,
    TypeAttr:$cells_type, AnyAttr:$cells,
    OptionalAttr<TypedArrayAttrBase<RRAM_RunAttr, "runs of placed tiles">>:$placement,
    OptionalAttr<TypedArrayAttrBase<RRAM_RunAttr, "runs of placed tiles">>:$threshold_placement);
  let assemblyFormat = [{
    $sym_name `grid` $grid `of` $tile `orientation` $orientation
    (`groups` $groups^)? (`word` $word^)?
    `cells` custom<PackedCells>($cells_type, $cells)
    (`placement` $placement^)? (`threshold_placement` $threshold_placement^)? attr-dict
  }];
  let extraClassDeclaration = [{
    int64_t getNeurons();
    int64_t getLanes();
    int64_t getNumTiles() { return getGrid()[0] * getGrid()[1]; }
    bool rowIsNeuron() { return getOrientation() == Orientation::RowIsNeuron; }
    /// Neurons and lanes of a tile; of a tile of thresholds, the lanes are
    /// cells of the word.
    struct Block {
      int64_t firstNeuron, neurons, firstLane, lanes;
    };
    /// Tiles that hold the same neurons: tile rows, or tile columns.
    int64_t getBands() { return getGrid()[rowIsNeuron() ? 0 : 1]; }
    Block getBand(int64_t band);
    Block getTileBlock(int64_t index);
    int64_t getThresholdPieces();
    int64_t getNumThresholdTiles() { return getBands() * getThresholdPieces(); }
    Block getThresholdBlock(int64_t index);
    /// Rows and columns that a block takes.
    int64_t getRowsOf(Block block) { return rowIsNeuron() ? block.neurons : block.lanes; }
    int64_t getColumnsOf(Block block) { return rowIsNeuron() ? block.lanes : block.neurons; }
  }];
  let hasVerifier = 1;
}

def RRAM_LayerOp : RRAM_Op<"layer", [
    AffineScope, IsolatedFromAbove, FunctionOpInterface,
    DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "a linear layer on the arrays";
  let description = [{
    A function-like symbol from a tensor of codes to a tensor of codes (with
    `steps`) or of exact accumulators (without). The attributes say what is
    read and compared; the body, written by `rram-order`, says in which order.

    With P_i the ones that plane i of the input gives over all lanes (ternary
    sensing: ones of +1 less ones of -1),

        count       = sum of planes.weights[i] / count_unit * P_i
        accumulator = (count * count_unit + bias[class * neurons + n]) / divisor

    where class is the border class of the position: the set of taps that lie in
    the padding. `steps` are on `count`, one function per (class, neuron),
    neuron fastest. docs/rram-dialect.md derives bias and steps.

    ```mlir
    rram.layer @fc1(tensor<1x3x!bnn.binary>) -> tensor<1x2x!bnn.binary> attributes {
      weights = @fc1_weights, nodes = ["fc1"], geometry = #rram.dense<positions = 1>,
      neurons = 2 : i64, fan_in = 3 : i64, groups = 1 : i64, weight_planes = 1 : i64,
      planes = #rram.planes<bipolar, weights = [2], offset = -1>,
      count_unit = 2 : i64, divisor = 1 : i64, border_classes = 1 : i64,
      bias = array<i64: -3, -3>,
      steps = #bnn.steps<counts = [1, 1], thresholds = [2, 2], codes = [-1, 1, -1, 1]>}
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name,
    TypeAttrOf<FunctionType>:$function_type,
    OptionalAttr<DictArrayAttr>:$arg_attrs, OptionalAttr<DictArrayAttr>:$res_attrs,
    FlatSymbolRefAttr:$weights,
    StrArrayAttr:$nodes,
    AnyAttrOf<[RRAM_DenseAttr, RRAM_ConvAttr]>:$geometry,
    ConfinedAttr<I64Attr, [IntPositive]>:$neurons,
    ConfinedAttr<I64Attr, [IntPositive]>:$fan_in,
    ConfinedAttr<I64Attr, [IntPositive]>:$groups,
    ConfinedAttr<I64Attr, [IntMinValue<1>, IntMaxValue<2>]>:$weight_planes,
    RRAM_PlanesAttr:$planes,
    ConfinedAttr<I64Attr, [IntPositive]>:$count_unit,
    ConfinedAttr<I64Attr, [IntMinValue<1>, IntMaxValue<2>]>:$divisor,
    ConfinedAttr<I64Attr, [IntPositive]>:$border_classes,
    OptionalAttr<DenseI32ArrayAttr>:$position_class,
    DenseI64ArrayAttr:$bias,
    OptionalAttr<BNN_StepsAttr>:$steps,
    OptionalAttr<ArrayAttr>:$ties,
    OptionalAttr<RRAM_OrientationAttr>:$orientation,
    OptionalAttr<RRAM_LanePaddingAttr>:$lane_padding,
    OptionalAttr<RRAM_ThresholdRowsAttr>:$threshold_rows,
    OptionalAttr<RRAM_AccumulationAttr>:$accumulation,
    OptionalAttr<I64Attr>:$accumulator_bits);
  let regions = (region AnyRegion:$body);
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    int64_t getLanes() { return getWeightPlanes() * getFanIn(); }
    /// Output positions: pixels of a convolution, rows of a dense layer.
    int64_t getPositions();

    ::mlir::Region *getCallableRegion() { return isExternal() ? nullptr : &getBody(); }
    ::llvm::ArrayRef<::mlir::Type> getArgumentTypes() { return getFunctionType().getInputs(); }
    ::llvm::ArrayRef<::mlir::Type> getResultTypes() { return getFunctionType().getResults(); }
    /// A layer without a body is complete: its attributes say what it computes.
    bool isDeclaration() { return false; }
    ::llvm::LogicalResult verifyType();
  }];
}

def RRAM_SubarrayOp : RRAM_Op<"subarray", [Symbol]> {
  let summary = "one physical subarray, for reading";
  let description = [{
    What lies in it: tiles with the place of their first cell. One string per
    row, one character per cell: `+`, `-`, `0`, and `.` where nothing is
    programmed. Made by `rram-expand-subarrays`; no pass reads it.

    ```mlir
    rram.subarray @chip0_subarray1 chip 0 index 1
      holds ["fc1_weights[0, 1] at 0, 0"] cells ["+-..", "--.."]
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, I64Attr:$chip, I64Attr:$index,
    StrArrayAttr:$tiles, StrArrayAttr:$cells);
  let assemblyFormat = [{
    $sym_name `chip` $chip `index` $index `holds` $tiles `cells` $cells attr-dict
  }];
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// In @main
//===----------------------------------------------------------------------===//

def RRAM_ExecuteOp : RRAM_Op<"execute", [
    DeclareOpInterfaceMethods<SymbolUserOpInterface>,
    MemoryEffects<[MemRead<RRAM_SenseResource>, MemWrite<RRAM_SenseResource>]>]> {
  let summary = "runs a layer on the arrays";
  let description = [{
    Has effects on the sense amplifiers because two executions are two draws of
    their noise.

    ```mlir
    %y = rram.execute @fc1(%x) : (tensor<1x3x!bnn.binary>) -> tensor<1x2x!bnn.binary>
    ```
  }];
  let arguments = (ins FlatSymbolRefAttr:$layer, BNN_CodeTensor:$input);
  let results = (outs BNN_IntegerOrCodeTensor:$result);
  let assemblyFormat = [{
    $layer `(` $input `)` attr-dict `:` functional-type($input, $result)
  }];
}

//===----------------------------------------------------------------------===//
// In the body of a layer
//===----------------------------------------------------------------------===//

def RRAM_OutputOp : RRAM_Op<"output", [Pure]> {
  let summary = "output tensor of a layer before its first element is known";
  let description = [{
    ```mlir
    %o = rram.output : tensor<1x2x!bnn.binary>
    ```
  }];
  let results = (outs BNN_IntegerOrCodeTensor:$result);
  let assemblyFormat = "attr-dict `:` type($result)";
}

def RRAM_ReadOp : RRAM_Op<"read", [
    DeclareOpInterfaceMethods<SymbolUserOpInterface>,
    MemoryEffects<[MemRead<RRAM_SenseResource>, MemWrite<RRAM_SenseResource>]>]> {
  let summary = "reads one row of one tile";
  let description = [{
    Precharges the columns of tile (`tile_row`, `tile_column`), drives the bits
    of input plane `plane` that the lanes of the tile carry at `position`,
    senses `row` and counts the ones. Not pure: with noise in the reads two
    equal reads are two draws, so nothing may merge or hoist them.

    ```mlir
    %p = rram.read @fc1_weights[%t, %k] row %r of %x at %position plane %i
      : tensor<1x784x!bnn.binary> -> !rram.popcount<6>
    ```
  }];
  let arguments = (ins FlatSymbolRefAttr:$tiles, Index:$tile_row, Index:$tile_column,
    Index:$row, BNN_CodeTensor:$input, Index:$position, Index:$plane);
  let results = (outs RRAM_PopcountType:$result);
  let assemblyFormat = [{
    $tiles `[` $tile_row `,` $tile_column `]` `row` $row `of` $input `at` $position
    `plane` $plane attr-dict `:` type($input) `->` qualified(type($result))
  }];
}

def RRAM_AccumulateOp : RRAM_Op<"accumulate", [Pure, AllTypesMatch<["accumulator", "result"]>]> {
  let summary = "adds partial counts";
  let description = [{
    accumulator + weights[plane] * (sum of the counts). Several counts are
    added as a balanced tree before they meet the accumulator.

    ```mlir
    %b = rram.accumulate %a, %p plane %i weights [1, 2, -4] : i12, !rram.popcount<6>
    ```
  }];
  let arguments = (ins AnySignlessInteger:$accumulator,
    Variadic<RRAM_PopcountType>:$counts, Index:$plane, DenseI64ArrayAttr:$weights);
  let results = (outs AnySignlessInteger:$result);
  let assemblyFormat = [{
    $accumulator `,` $counts `plane` $plane `weights` $weights attr-dict `:`
    type($accumulator) `,` type($counts)
  }];
  let hasVerifier = 1;
}

def RRAM_SenseOp : RRAM_Op<"sense", [
    DeclareOpInterfaceMethods<SymbolUserOpInterface>,
    MemoryEffects<[MemRead<RRAM_SenseResource>, MemWrite<RRAM_SenseResource>]>]> {
  let summary = "reads one row of one tile, column by column";
  let description = [{
    As `rram.read`, of a `row_is_input` tile: all columns are driven with the one
    bit that the row's lane carries in `plane`, and nothing is counted across
    them.

    ```mlir
    %a = rram.sense @fc2_weights[%t, %k] row %r of %x at %position plane %i
      : tensor<1x64x!bnn.binary> -> !rram.answers<32>
    ```
  }];
  let arguments = (ins FlatSymbolRefAttr:$tiles, Index:$tile_row, Index:$tile_column,
    Index:$row, BNN_CodeTensor:$input, Index:$position, Index:$plane);
  let results = (outs RRAM_AnswersType:$result);
  let assemblyFormat = [{
    $tiles `[` $tile_row `,` $tile_column `]` `row` $row `of` $input `at` $position
    `plane` $plane attr-dict `:` type($input) `->` qualified(type($result))
  }];
}

def RRAM_CountOp : RRAM_Op<"count", [Pure, AllTypesMatch<["counters", "result"]>]> {
  let summary = "steps the counters of all columns";
  let description = [{
    counters + weights[plane] * answers, column by column.

    ```mlir
    %d = rram.count %c, %a plane %i weights [1] : vector<32xi11>, !rram.answers<32>
    ```
  }];
  let arguments = (ins AnyVectorOfAnyRank:$counters, RRAM_AnswersType:$answers,
    Index:$plane, DenseI64ArrayAttr:$weights);
  let results = (outs AnyVectorOfAnyRank:$result);
  let assemblyFormat = [{
    $counters `,` $answers `plane` $plane `weights` $weights attr-dict `:`
    type($counters) `,` qualified(type($answers))
  }];
  let hasVerifier = 1;
}

def RRAM_ThresholdsOp : RRAM_Op<"thresholds", [
    DeclareOpInterfaceMethods<SymbolUserOpInterface>,
    MemoryEffects<[MemRead<RRAM_SenseResource>, MemWrite<RRAM_SenseResource>]>]> {
  let summary = "reads thresholds from their cells";
  let description = [{
    Of a `row_is_neuron` layer: the row that holds the word of neuron `row` of
    tile row `band`. Of a `row_is_input` layer: the rows that hold the words of
    all columns of tile column `band`. What counts is the border class of the
    position. Has effects as every read.

    ```mlir
    %w = rram.thresholds @fc1_weights[%t] row %r at %position : vector<1xi6>
    %v = rram.thresholds @fc2_weights[%k] at %position : vector<32x1xi6>
    ```
  }];
  let arguments = (ins FlatSymbolRefAttr:$tiles, Index:$band, Optional<Index>:$row,
    Index:$position);
  let results = (outs AnyVectorOfAnyRank:$result);
  let assemblyFormat = [{
    $tiles `[` $band `]` (`row` $row^)? `at` $position attr-dict `:` type($result)
  }];
}

def RRAM_CompareColumnsOp : RRAM_Op<"compare_columns", [Pure, AllTypesMatch<["output", "result"]>]> {
  let summary = "decides output elements from the counters of a tile column";
  let description = [{
    As `rram.compare`, for all neurons of tile column `tile_column` at once.

    ```mlir
    %o1 = rram.compare_columns %c, [%k] at %position into %o0 : vector<32xi11>, tensor<1x64x!bnn.binary>
    ```
  }];
  let arguments = (ins AnyVectorOfAnyRank:$counters, Optional<AnyVectorOfAnyRank>:$thresholds,
    Index:$tile_column, Index:$position, BNN_IntegerOrCodeTensor:$output);
  let results = (outs BNN_IntegerOrCodeTensor:$result);
  let assemblyFormat = [{
    $counters `,` `[` $tile_column `]` (`with` $thresholds^ `:` type($thresholds))?
    `at` $position `into` $output attr-dict `:` type($counters) `,` type($output)
  }];
  let hasVerifier = 1;
}

def RRAM_CompareOp : RRAM_Op<"compare", [Pure, AllTypesMatch<["output", "result"]>]> {
  let summary = "decides an output element from its count";
  let description = [{
    Compares the count of neuron tile_row * rows + row at `position` with its
    thresholds (`steps` of the layer, in the border class of the position;
    always count >= threshold), and puts the code into `output`. In a layer
    without `steps` the exact accumulator is put there. `thresholds` are those
    read from cells, where they live there.

    ```mlir
    %o1 = rram.compare %count, [%t, %r] at %position into %o0 : i12, tensor<1x64x!bnn.binary>
    ```
  }];
  let arguments = (ins AnySignlessInteger:$count, Optional<AnyVectorOfAnyRank>:$thresholds,
    Index:$tile_row, Index:$row, Index:$position, BNN_IntegerOrCodeTensor:$output);
  let results = (outs BNN_IntegerOrCodeTensor:$result);
  let assemblyFormat = [{
    $count `,` `[` $tile_row `,` $row `]` (`with` $thresholds^ `:` type($thresholds))?
    `at` $position `into` $output attr-dict `:` type($count) `,` type($output)
  }];
  let builders = [OpBuilder<(ins "::mlir::Value":$count, "::mlir::Value":$thresholds,
    "::mlir::Value":$tileRow, "::mlir::Value":$row, "::mlir::Value":$position,
    "::mlir::Value":$output), [{
    build($_builder, $_state, output.getType(), count, thresholds, tileRow, row, position, output);
  }]>];
  let hasVerifier = 1;
}

def RRAM_ReturnOp : RRAM_Op<"return", [Pure, Terminator, HasParent<"LayerOp">]> {
  let summary = "end of a layer";
  let description = [{
    ```mlir
    rram.return %o : tensor<1x64x!bnn.binary>
    ```
  }];
  let arguments = (ins BNN_IntegerOrCodeTensor:$result);
  let assemblyFormat = "$result attr-dict `:` type($result)";
  let hasVerifier = 1;
}

#endif // BNN_DIALECT_RRAM_IR_RRAMOPS_TD
