//===- Passes.td - Passes over layers on the arrays --------*- tablegen -*-===//

#ifndef BNN_DIALECT_RRAM_TRANSFORMS_PASSES_TD
#define BNN_DIALECT_RRAM_TRANSFORMS_PASSES_TD

include "mlir/Pass/PassBase.td"

def RRAMAttachTarget : Pass<"rram-attach-target", "::mlir::ModuleOp"> {
  let summary = "Say which chip is compiled for";
  let description = [{
    Reads a target by name or from a YAML file and puts what lowering needs of
    it on the module as `rram.target`, in place of what is there.
  }];
  let dependentDialects = ["::bnn::rram::RRAMDialect"];
  let options = [
    Option<"target", "target", "std::string", "\"hfox130-kilobit\"",
           "Name of a shipped target, or a FILE.yaml">,
    Option<"array", "array", "std::string", "\"\"",
           "Another size of the subarrays, as ROWSxCOLUMNS">];
}

def RRAMChooseSchedule : Pass<"rram-choose-schedule", "::mlir::ModuleOp"> {
  let summary = "Choose what a row of a tile is";
  let description = [{
    Sets the `orientation` of each layer that has none. Parallel-to-sequential
    (p2s): a row is a neuron. Sequential-to-parallel (s2p): a row is an input.
    What the target's periphery does not have is refused; `auto` takes p2s where
    there is a choice.
  }];
  let dependentDialects = ["::bnn::rram::RRAMDialect"];
  let options = [
    Option<"schedule", "schedule", "::bnn::rram::Schedule",
           "::bnn::rram::Schedule::Auto", "Schedule of all layers",
           [{::llvm::cl::values(
               clEnumValN(::bnn::rram::Schedule::Auto, "auto", "what the target has"),
               clEnumValN(::bnn::rram::Schedule::P2S, "p2s", "parallel to sequential"),
               clEnumValN(::bnn::rram::Schedule::S2P, "s2p", "sequential to parallel"))}]>];
}

def RRAMTile : Pass<"rram-tile", "::mlir::ModuleOp"> {
  let summary = "Cut weights into tiles of the target's subarrays";
  let description = [{
    `rram.weights` becomes `rram.tiles`, the cells untouched: a grid says where
    the matrix is cut. Where lanes do not fill the last tile of a row, its other
    columns are masked if the target can keep columns out of the count; else
    they alternate +1 and -1, and bias and thresholds take up what they count.

    Asks the target's capabilities: exact sums, exact comparison, row sense,
    the largest fan-in, the width of thresholds. Where the target keeps
    thresholds in cells, it gives each neuron a word of them.
  }];
  let dependentDialects = ["::bnn::rram::RRAMDialect"];
  let statistics = [
    Statistic<"numTiles", "tiles", "Tiles of all layers">,
    Statistic<"numPaddingColumns", "padding-columns", "Columns beyond the last lanes">];
}

def RRAMPlace : Pass<"rram-place", "::mlir::ModuleOp"> {
  let summary = "Give each tile a subarray";
  let description = [{
    Tiles that fill a subarray get one each, in the order of the layers; smaller
    ones, and words of thresholds, are packed together. Tiles that are read in
    one cycle share a subarray only where it saves one, and never with
    `latency`. With `interval` tiles share a subarray only as far as a sample
    does not read it longer than the slowest layer takes: layers that work at
    the same time, copies of a convolution's weights among them, do not wait.

    Where the target has fewer subarrays, the pass says by how much the network
    does not fit. `chips` allows several: a layer lies on one if it can, and a
    neuron always. `reprogram` writes their contents to one chip, one after the
    other.
  }];
  let dependentDialects = ["::bnn::rram::RRAMDialect"];
  let options = [
    Option<"chips", "chips", "uint64_t", "1", "Chips that may be used">,
    Option<"reprogram", "reprogram", "bool", "false",
           "Program one chip anew during each inference where one is too small">,
    Option<"latency", "latency", "bool", "false",
           "Never put tiles that are read in one cycle into one subarray">,
    Option<"interval", "interval", "bool", "false",
           "Read no subarray longer than the slowest layer takes">];
  let statistics = [
    Statistic<"numSubarrays", "subarrays", "Subarrays used">,
    Statistic<"lowerBound", "lower-bound", "Subarrays that any such packing needs">,
    Statistic<"numChips", "chips", "Chips used">];
}

def RRAMOrder : Pass<"rram-order", "::mlir::ModuleOp"> {
  let summary = "Write the loop nest of each layer";
  let description = [{
    Rows that are neurons: positions, tile rows, rows, input planes, tile
    columns, outermost first. Rows that are inputs: positions, tile columns, tile
    rows, rows, input planes, with a counter for each column.
    `accumulation=serial` adds one partial count per read; `tree` reads all tile
    columns of a row and adds their counts as a balanced tree: op count then
    grows with the tile columns of the layer.

    Also computes the accumulator's width, and refuses more than 32 bits.
  }];
  let dependentDialects = ["::bnn::rram::RRAMDialect",
    "::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect"];
  let options = [
    Option<"accumulation", "accumulation", "::bnn::rram::Accumulation",
           "::bnn::rram::Accumulation::Serial", "How partial counts are added",
           [{::llvm::cl::values(
               clEnumValN(::bnn::rram::Accumulation::Serial, "serial", "one accumulator, tile after tile"),
               clEnumValN(::bnn::rram::Accumulation::Tree, "tree", "an adder tree over the tile columns"))}]>];
}

def RRAMExpandSubarrays : Pass<"rram-expand-subarrays", "::mlir::ModuleOp"> {
  let summary = "Print the cells of each physical subarray";
  let description = [{
    Adds one `rram.subarray` per placed tile, for reading on small chips.
  }];
  let dependentDialects = ["::bnn::rram::RRAMDialect"];
  let options = [
    Option<"limit", "limit", "uint64_t", "4096",
           "Refuse more subarrays than this">];
}

def RRAMRecoverWeights : Pass<"rram-recover-weights", "::mlir::ModuleOp"> {
  let summary = "Turn layers on the arrays back into network operators";
  let description = [{
    The inverse of all passes from `convert-bnn-to-rram` on, for tests: weights
    from the tiles, thresholds on accumulators from those on counts. Fails where
    a bias is not what the weights ask for, or where two border classes of a
    neuron do not mean the same thresholds. Thresholds that no accumulator can
    tell apart come back as the smallest of them.
  }];
  let dependentDialects = ["::bnn::BNNDialect", "::bnn::rram::RRAMDialect"];
}

#endif // BNN_DIALECT_RRAM_TRANSFORMS_PASSES_TD
