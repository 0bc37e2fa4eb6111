//===- Replication.h - Copies of convolutions within a budget ---*- C++ -*-===//

#ifndef BNN_TOOLS_BNN_COMPILE_REPLICATION_H
#define BNN_TOOLS_BNN_COMPILE_REPLICATION_H

#include "Options.h"
#include "bnn/Dialect/RRAM/Transforms/Passes.h"
#include "bnn/Target/Target.h"
#include "mlir/IR/BuiltinOps.h"

namespace bnn {

/// What was chosen for each operator on the arrays, in the order of `module`.
struct Replication {
  std::vector<int64_t> copies;
  /// Schedules of --optimize-for; empty: `pipeline` chooses.
  std::vector<rram::Orientation> orientations;
  rram::RRAMPipelineOptions pipeline;
  std::string summary; ///< lines for people
};

/// Chooses how many copies the convolutions of `module`, bnn operators with
/// their target, get so that a stream of samples is as fast as possible with at
/// most `options.replicate` subarrays more than without copies. Step by step
/// the slowest layers get the next number of copies that makes them faster;
/// each step is compiled to its image and counted as the report counts it. The
/// search ends at the budget, or where a slowest layer cannot have more copies.
///
/// Fails where no convolution can have copies and where the target has not so
/// many subarrays. Without an image at all there are no copies and no error:
/// the passes say why.
llvm::Expected<Replication>
planReplication(mlir::ModuleOp module, const Target &target,
                const Options &options,
                const rram::RRAMPipelineOptions &pipeline);

/// Asks bnn-replicate for the copies.
void requestCopies(mlir::ModuleOp module, const Replication &replication);

/// Gives the layers that came of it their schedules.
void orientCopies(mlir::ModuleOp module, const Replication &replication);

} // namespace bnn

#endif // BNN_TOOLS_BNN_COMPILE_REPLICATION_H
