//===- ExactEvaluator.h - A tail's exact value at one integer ---*- C++ -*-===//
//
// The last word: rationals and square roots by algebra, the rest enclosed in
// up to 256 bits.
//
//===----------------------------------------------------------------------===//

#ifndef BNN_LIB_TAIL_EXACTEVALUATOR_H
#define BNN_LIB_TAIL_EXACTEVALUATOR_H

#include "Number.h"
#include "Prepare.h"

namespace bnn::tail::detail {

/// The values of all nodes where accumulator i is `inputs[i]`. Where
/// `decisions` is not empty, it holds a float32 value for each node of the
/// *program* and every discretising node takes its value from there.
std::vector<Number> evaluateExact(const Prepared &program, uint32_t channel,
                                  llvm::ArrayRef<int64_t> inputs,
                                  llvm::ArrayRef<float> decisions = {});

/// The value of the result as a double that equals it, or an error that says
/// why there is none.
llvm::Expected<double> resultOf(const Prepared &program,
                                const std::vector<Number> &values, int64_t at,
                                uint32_t channel);

/// How far the operand of the discretising node `node` is from the point where
/// the decision changes, in the operand's own units: an estimate, but 0 only
/// if it is there.
double decisionGap(const Prepared &program, uint32_t channel, uint32_t node,
                   const std::vector<Number> &values);

/// What the discretising node `node` compares with that point.
double decidedQuantity(const Prepared &program, uint32_t node,
                       const std::vector<Number> &values);

/// The float32 values of all nodes of the program, in its order.
std::vector<float> float32Values(const Program &program, uint32_t channel,
                                 int64_t at);

} // namespace bnn::tail::detail

#endif // BNN_LIB_TAIL_EXACTEVALUATOR_H
