//===- Steps.cpp - Thresholds in the network's own integers
//-----------------===//

#include "bnn/Image/Steps.h"
#include "llvm/Support/MathExtras.h"

namespace bnn::image {

/// accumulator = (count * unit + bias) / divisor, and count >= t is
/// accumulator >= the quotient for t rounded up.
std::vector<AccumulatorSteps> recoverSteps(const ArrayLayer &layer) {
  const Thresholds &table = layer.thresholds();
  std::vector<AccumulatorSteps> steps(table.counts_size());
  int64_t unit = layer.count_unit(), divisor = layer.divisor();
  int threshold = 0, code = 0;
  for (int i = 0; i < table.counts_size(); ++i) {
    for (uint32_t j = 0; j < table.counts(i); ++j) {
      int64_t numerator = table.thresholds(threshold++) * unit + layer.bias(i);
      steps[i].thresholds.push_back(llvm::divideCeilSigned(numerator, divisor));
    }
    for (uint32_t j = 0; j <= table.counts(i); ++j)
      steps[i].codes.push_back(table.codes(code++));
  }
  return steps;
}

} // namespace bnn::image
