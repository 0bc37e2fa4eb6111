//===- Passes.td - From layers on the arrays to an image ---*- tablegen -*-===//

#ifndef BNN_CONVERSION_RRAMTOIMAGE_PASSES_TD
#define BNN_CONVERSION_RRAMTOIMAGE_PASSES_TD

include "mlir/Pass/PassBase.td"

def WriteImage : Pass<"write-image", "::mlir::ModuleOp"> {
  let summary = "Write the programming image of a module";
  let description = [{
    For tests and for IR written by hand; bnn-compile does the same at the end
    of its pipeline. The module stays as it is.
  }];
  let options = [
    Option<"output", "output", "std::string", "\"\"", "The file to write">];
}

#endif // BNN_CONVERSION_RRAMTOIMAGE_PASSES_TD
