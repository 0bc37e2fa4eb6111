//===- ChooseSchedules.h - Schedules by what the image costs ----*- C++ -*-===//

#ifndef BNN_TOOLS_BNN_COMPILE_CHOOSESCHEDULES_H
#define BNN_TOOLS_BNN_COMPILE_CHOOSESCHEDULES_H

#include "Options.h"
#include "bnn/Dialect/RRAM/Transforms/Passes.h"
#include "bnn/Target/Target.h"
#include "mlir/IR/BuiltinOps.h"

namespace bnn {

/// Gives each layer of `module`, as convert-bnn-to-rram made them, the schedule
/// with which the finished image costs least: cycles of a sample, joule of a
/// sample, or subarrays and then buffer bits. Layers change one at a time, from
/// p2s for all on, until no change helps; each candidate is compiled to its
/// image and counted as the report counts it. Nothing changes where the target
/// has one schedule only. Fails where the target lacks a coefficient of the
/// energy, naming them, and where no image comes out.
llvm::Error chooseSchedules(mlir::ModuleOp module, const Target &target,
                            Goal goal,
                            const rram::RRAMPipelineOptions &options);

} // namespace bnn

#endif // BNN_TOOLS_BNN_COMPILE_CHOOSESCHEDULES_H
