//===- RRAMDialect.td - The rram dialect -------------------*- tablegen -*-===//

#ifndef BNN_DIALECT_RRAM_IR_RRAMDIALECT_TD
#define BNN_DIALECT_RRAM_IR_RRAMDIALECT_TD

include "mlir/IR/OpBase.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"

def RRAM_Dialect : Dialect {
  let name = "rram";
  let cppNamespace = "::bnn::rram";
  let summary = "Layers as reads of 2T2R subarrays";
  let description = [{
    The array level of the compiler: grids of tiles, row reads, partial counts,
    accumulators, thresholds. The number of operations is proportional to the
    number of layers, whatever the number of subarrays.

    A layer passes through these stages; each pass refuses what the module's
    `rram.target` cannot do, naming layer and field:

    | pass | adds |
    |---|---|
    | `rram-attach-target` | `rram.target` on the module |
    | `convert-bnn-to-rram` | `rram.weights`, a `rram.layer` without body, `rram.execute` |
    | `rram-choose-schedule` | the layer's `orientation` |
    | `rram-tile` | `rram.tiles` in place of `rram.weights`, `lane_padding` |
    | `rram-place` | the tiles' `placement` |
    | `rram-order` | `accumulation`, and the loop nest as the layer's body |

    docs/rram-dialect.md says why it is so.
  }];
  let dependentDialects = ["::bnn::BNNDialect"];
  let useDefaultTypePrinterParser = 1;
  let useDefaultAttributePrinterParser = 1;
  let hasOperationAttrVerify = 1;
}

#endif // BNN_DIALECT_RRAM_IR_RRAMDIALECT_TD
