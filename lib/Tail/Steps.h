//===- Steps.h - Collecting the pieces of a step function -------*- C++ -*-===//
//
// Shared by the solver and its oracle: what both must agree on is the form of
// the result, not how they find it.
//
//===----------------------------------------------------------------------===//

#ifndef BNN_LIB_TAIL_STEPS_H
#define BNN_LIB_TAIL_STEPS_H

#include "bnn/Tail/Tail.h"
#include <set>

namespace bnn::tail::detail {

/// Joins neighbouring pieces of equal value.
class StepCollector {
public:
  /// From `from`, which rises from call to call, the value is `value`.
  void add(int64_t from, double value) {
    if (empty)
      function.base = value;
    else if (value != current)
      function.steps.push_back({from, value});
    if (empty || value != current)
      levels.insert(value);
    empty = false;
    current = value;
  }
  size_t numLevels() const { return levels.size(); }
  StepFunction take() { return std::move(function); }

  StepFunction function{};

private:
  bool empty = true;
  double current = 0;
  std::set<double> levels;
};

/// Checks order and size of a domain.
llvm::Error check(const Domain &domain);

/// The number of attainable integers of a checked domain.
inline int64_t sizeOf(const Domain &domain) {
  return (domain.last - domain.first) / domain.step + 1;
}

} // namespace bnn::tail::detail

#endif // BNN_LIB_TAIL_STEPS_H
