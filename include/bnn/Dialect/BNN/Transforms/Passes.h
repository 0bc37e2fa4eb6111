//===- Passes.h - Passes of the bnn dialect ---------------------*- C++ -*-===//

#ifndef BNN_DIALECT_BNN_TRANSFORMS_PASSES_H
#define BNN_DIALECT_BNN_TRANSFORMS_PASSES_H

#include "bnn/Dialect/BNN/IR/BNN.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"

namespace bnn {

#define GEN_PASS_DECL
#include "bnn/Dialect/BNN/Transforms/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "bnn/Dialect/BNN/Transforms/Passes.h.inc"

/// The least number of copies above `copies` of which the one with most output
/// positions has fewer, as bnn-replicate cuts `conv`; 0 where there is none.
int64_t nextCopies(ConvOp conv, int64_t copies);

struct BNNPipelineOptions {
  /// NAME=TYPE[:SCALE[,OFFSET]], see bnn-encode-inputs.
  std::vector<std::string> inputs;
  /// [NAME=]KIND, see bnn-present-inputs.
  std::vector<std::string> encodings;
  bool float32Ties = false;
  BNNBinarizeOptions binarize;   ///< nothing unless its mode or nodes say so
  BNNReduceByVotesOptions votes; ///< nothing unless its group says so
};

/// The real network as it is to be compiled: weights recognised, inputs
/// declared, layers binarized where asked for.
void buildRecognitionPipeline(mlir::OpPassManager &manager,
                              const BNNPipelineOptions &options);

/// From there to integer operators and thresholds.
void buildIntegerPipeline(mlir::OpPassManager &manager,
                          const BNNPipelineOptions &options);

/// Both: from an imported network to one whose array layers are integer
/// operators and thresholds, everything up to the array level.
void buildBNNPipeline(mlir::OpPassManager &manager,
                      const BNNPipelineOptions &options);

/// `bnn-pipeline` for bnn-opt.
void registerBNNPipeline();

} // namespace bnn

#endif // BNN_DIALECT_BNN_TRANSFORMS_PASSES_H
