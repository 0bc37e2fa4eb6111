//===- Enumerate.cpp ------------------------------------------------------===//
//
// The oracle: exact evaluation at every integer, of the program as written.
//
//===----------------------------------------------------------------------===//

#include "ExactEvaluator.h"
#include "Steps.h"

using namespace bnn::tail;
using namespace bnn::tail::detail;

llvm::Expected<StepFunction>
bnn::tail::enumerate(const Program &program, uint32_t channel, Domain domain) {
  if (llvm::Error error = detail::check(program, channel))
    return error;
  if (llvm::Error error = detail::check(domain))
    return error;
  Prepared prepared = prepare(program, channel, /*simplify=*/false);
  StepCollector steps;
  for (int64_t i = 0, end = sizeOf(domain); i < end; ++i) {
    int64_t at = domain.first + i * domain.step;
    llvm::Expected<double> value =
        resultOf(prepared, evaluateExact(prepared, channel, at), at, channel);
    if (!value)
      return value.takeError();
    steps.add(at, *value);
  }
  return steps.take();
}
