//===- BNNDialect.td - The bnn dialect ---------------------*- tablegen -*-===//

#ifndef BNN_DIALECT_BNN_IR_BNNDIALECT_TD
#define BNN_DIALECT_BNN_IR_BNNDIALECT_TD

include "mlir/IR/OpBase.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"

def BNN_Dialect : Dialect {
  let name = "bnn";
  let cppNamespace = "::bnn";
  let summary = "Networks of binarized, ternary and real-valued layers";
  let description = [{
    The network level of the compiler. Tensors are static, with the batch as a
    leading dimension of 1. The element type says what a value is:

    | type | values |
    |---|---|
    | `!bnn.binary` | -1, +1 |
    | `!bnn.ternary` | -1, 0, +1 |
    | `!bnn.int<k, signed>` | two's complement integers of k bits |
    | `!bnn.int<k, unsigned>` | 0 to 2^k - 1 |
    | `i64` | exact integers: accumulators, indices |
    | `i1` | booleans of comparisons |
    | `f32`, `f64` | real numbers |

    A type never carries a scale: `bnn.decode` does. Operators on real tensors
    mean real arithmetic over the parameters' values; see docs/exactness.md.

    The importer produces real operators only. `bnn-pack-weights` turns binary
    and ternary weights into packed constants, `bnn-encode-inputs` and
    `bnn-fold-thresholds` turn real tensors into integers and codes, and
    `bnn-partition` says for each operator where it runs, and why.
  }];
  let useDefaultTypePrinterParser = 1;
  let useDefaultAttributePrinterParser = 1;
  let hasConstantMaterializer = 0;
}

#endif // BNN_DIALECT_BNN_IR_BNNDIALECT_TD
