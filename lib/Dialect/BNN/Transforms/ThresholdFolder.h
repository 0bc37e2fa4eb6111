//===- ThresholdFolder.h - Rewrites behind bnn-fold-thresholds --*- C++ -*-===//

#ifndef BNN_LIB_DIALECT_BNN_TRANSFORMS_THRESHOLDFOLDER_H
#define BNN_LIB_DIALECT_BNN_TRANSFORMS_THRESHOLDFOLDER_H

#include "FiniteValues.h"
#include "Grid.h"
#include "TailBuilder.h"
#include "Utils.h"

namespace bnn {

/// Turns real operators into integer ones, one consumer after the other. All
/// rewrites keep the function of the network in real arithmetic.
class ThresholdFolder {
public:
  struct Counters {
    unsigned linear = 0, thresholds = 0, ties = 0, combined = 0, votes = 0;
  };

  explicit ThresholdFolder(bool float32Ties)
      : rule(float32Ties ? tail::Ties::Float32 : tail::Ties::Exact) {}

  /// Rewrites what `op`, which is not elementwise, reads, and then `op`.
  void visit(mlir::Operation *op);

  const Counters &counters() const { return count; }

private:
  // ThresholdFolder.cpp: tails.
  void foldOperand(mlir::Value value, mlir::Operation *consumer);
  llvm::Error foldTail(mlir::Value value);
  llvm::Error foldParts(const Slice &slice);
  llvm::Error combineInputs(const Slice &slice, Tail &tail);
  llvm::Error emitThreshold(mlir::Value value, const Tail &tail,
                            mlir::Value input);
  bool emitAffine(mlir::Value value, const Tail &tail, mlir::Value input);
  llvm::Error encodeReal(mlir::Value value);
  void replace(mlir::Value value, mlir::Operation *coded, const Grid &grid);

  // IntegerOperators.cpp: linear operators, pools and moves.
  void makeInteger(mlir::Operation *linear);
  bool pushScalarThrough(mlir::Operation *linear);
  void poolCodes(MaxPoolOp pool);
  bool hoistPool(MaxPoolOp pool);
  void sumPool(mlir::Operation *pool);
  void sumVotes(ReduceOp reduce, DecodeOp decode);
  void moveCodes(mlir::Operation *move);

  tail::Ties rule;
  FiniteValues finite;
  llvm::DenseMap<mlir::Value, std::string> whyReal;
  Counters count;
};

} // namespace bnn

#endif // BNN_LIB_DIALECT_BNN_TRANSFORMS_THRESHOLDFOLDER_H
