//===- RangeEvaluator.h - A tail over a range of integers -------*- C++ -*-===//
//
// One evaluation says for all integers of a range at once what the tail can
// be there, for the real value and for float32 evaluation in any order.
//
//===----------------------------------------------------------------------===//

#ifndef BNN_LIB_TAIL_RANGEEVALUATOR_H
#define BNN_LIB_TAIL_RANGEEVALUATOR_H

#include "Prepare.h"

namespace bnn::tail::detail {

/// What is known of a node's value over a range of the accumulator.
struct Range {
  double lo = 0, hi = 0; // hold the value between them, wherever in the range
  bool fixed = true;     // the real value is the same in the whole range
  bool certain = true;   // every evaluation takes the same decisions
  bool valid = true;     // no division by zero, root of a negative, overflow

  bool isPoint() const { return lo == hi; }
};

enum class Rounding : uint8_t {
  Real,       // encloses the real value only, as tightly as double allows
  AnyFloat32, // encloses every faithful float32 evaluation, too
};

class RangeEvaluator {
public:
  /// `program` must outlive this.
  RangeEvaluator(const Prepared &program, Rounding rounding)
      : program(program), rounding(rounding) {}

  /// Evaluates what depends on the channel only. Before evaluate().
  void load(uint32_t channel);

  /// The result for all accumulators in [first, last].
  const Range &evaluate(int64_t first, int64_t last);

  /// The values of all nodes in the last evaluate().
  llvm::ArrayRef<Range> values() const { return ranges; }

  /// The node, if any, whose own decision makes the result uncertain.
  std::optional<uint32_t> uncertainDecision() const;

private:
  struct BatchNormConstants {
    Range scale;      // gamma / sqrt(variance + epsilon)
    Range sigma;      // sqrt(variance + epsilon)
    Range offset;     // beta - mean * scale
    double magnitude; // bound of |mean * scale| + |beta|
    bool exact;       // scale and offset are float32 numbers
  };

  template <Rounding R> void evaluateNodes(bool constants);

  const Prepared &program;
  Rounding rounding;
  uint32_t channel = 0;
  int64_t first = 0, last = 0;
  std::vector<Range> ranges;
  std::vector<uint32_t> varying;              // nodes that are not constant
  std::vector<std::vector<double>> sorted;    // thresholds, by node
  std::vector<BatchNormConstants> batchNorms; // by node

  template <Rounding R> friend class NodeEvaluator;
};

} // namespace bnn::tail::detail

#endif // BNN_LIB_TAIL_RANGEEVALUATOR_H
