//===- Passes.td - From networks to layers on the arrays ---*- tablegen -*-===//

#ifndef BNN_CONVERSION_BNNTORRAM_PASSES_TD
#define BNN_CONVERSION_BNNTORRAM_PASSES_TD

include "mlir/Pass/PassBase.td"

def ConvertBNNToRRAM : Pass<"convert-bnn-to-rram", "::mlir::ModuleOp"> {
  let summary = "Move linear operators on codes onto the arrays";
  let description = [{
    Each `bnn.conv` or `bnn.linear` of codes with packed weights becomes a
    `rram.layer` (still without a body), its weights `rram.weights`, and a
    `rram.execute` in its place. A `bnn.threshold` that is the only user of the
    accumulator, along its neurons, goes into the layer; otherwise the
    accumulator leaves the chip.

    Ternary weights are kept where the target senses three levels, and become
    two planes of binary ones, (w1 + w2) / 2, where it does not. Taps in the
    padding are driven with the code that padding means if the input type has
    it, and then need no correction; otherwise with some code of the type, for
    which the bias and the thresholds of each border class correct exactly.

    Needs `rram.target` on the module. Operators that carry `bnn.reason` (why
    they stay off the arrays) are left alone.
  }];
  let dependentDialects = ["::bnn::rram::RRAMDialect"];
  let statistics = [
    Statistic<"numLayers", "layers", "Layers on the arrays">,
    Statistic<"numThresholds", "thresholds-folded", "Thresholds that went into layers">,
    Statistic<"numTwoPlanes", "two-plane-layers", "Ternary layers stored as two binary planes">,
    Statistic<"numBorderClasses", "border-classes", "Border classes of all layers">];
}

#endif // BNN_CONVERSION_BNNTORRAM_PASSES_TD
