//===- Passes.h - Passes over layers on the arrays --------------*- C++ -*-===//

#ifndef BNN_DIALECT_RRAM_TRANSFORMS_PASSES_H
#define BNN_DIALECT_RRAM_TRANSFORMS_PASSES_H

#include "bnn/Dialect/RRAM/IR/RRAM.h"
#include "bnn/Target/Target.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"
#include "llvm/Support/CommandLine.h"

namespace bnn::rram {

/// What the user asks of `rram-choose-schedule`.
enum class Schedule { Auto, P2S, S2P };

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "bnn/Dialect/RRAM/Transforms/Passes.h.inc"

/// What lowering needs of `target`.
TargetAttr targetAttr(const Target &target, mlir::MLIRContext *context);

/// The module's `rram.target`; fails with a diagnostic where it has none.
mlir::FailureOr<TargetAttr> moduleTarget(mlir::ModuleOp module);

struct RRAMPipelineOptions {
  Schedule schedule = Schedule::Auto;
  Accumulation accumulation = Accumulation::Serial;
  uint64_t chips = 1;     ///< that may be used
  bool reprogram = false; ///< one chip, programmed anew during an inference
  /// Never put tiles that are read in one cycle into one subarray.
  bool latency = false;
  /// Read no subarray longer than the slowest layer takes.
  bool interval = false;
};

/// From bnn operators to layers with loop nests on a module that has its
/// `rram.target` (set it from `targetAttr`, or run rram-attach-target before).
void buildRRAMPipeline(mlir::OpPassManager &manager,
                       const RRAMPipelineOptions &options = {});

/// The same from the layers of convert-bnn-to-rram on; a layer that has its
/// orientation keeps it.
void buildLayerPipeline(mlir::OpPassManager &manager,
                        const RRAMPipelineOptions &options = {});

/// Makes that pipeline known as `rram-pipeline`, with rram-attach-target before
/// it where a target is named.
void registerRRAMPipeline();

} // namespace bnn::rram

#endif // BNN_DIALECT_RRAM_TRANSFORMS_PASSES_H
