//===- Steps.cpp - Thresholds in the network's own integers ---------------===//

#include "bnn/Image/Steps.h"
#include "bnn/Image/CellArray.h"
#include "llvm/Support/MathExtras.h"

namespace bnn::image {

/// accumulator = (count * unit + bias) / divisor, and count >= t is
/// accumulator >= the quotient for t rounded up.
std::vector<AccumulatorSteps> recoverSteps(const Image &image,
                                           const ArrayLayer &layer) {
  const Thresholds &table = layer.thresholds();
  std::vector<int64_t> stored;
  if (layer.threshold_store() == ArrayLayer::ARRAY_ROWS)
    stored = storedThresholds(image, layer);
  std::vector<AccumulatorSteps> steps(table.counts_size());
  int64_t unit = layer.count_unit(), divisor = layer.divisor();
  int threshold = 0, code = 0;
  for (int i = 0; i < table.counts_size(); ++i) {
    for (uint32_t j = 0; j < table.counts(i); ++j) {
      int64_t count = table.thresholds(threshold++);
      if (!stored.empty())
        count = stored[size_t(i) * layer.threshold_slots() + j];
      int64_t numerator = count * unit + layer.bias(i);
      steps[i].thresholds.push_back(llvm::divideCeilSigned(numerator, divisor));
    }
    for (uint32_t j = 0; j <= table.counts(i); ++j)
      steps[i].codes.push_back(table.codes(code++));
  }
  return steps;
}

} // namespace bnn::image
