//===- ThresholdWords.cpp - Thresholds as cells ---------------------------===//

#include "bnn/Dialect/RRAM/Utils/ThresholdWords.h"

using namespace mlir;
using namespace bnn;
using namespace bnn::rram;

std::vector<std::vector<bool>> bnn::rram::thresholdWords(LayerOp layer) {
  ThresholdRowsAttr rows = *layer.getThresholdRows();
  StepsAttr steps = *layer.getSteps();
  std::vector<std::vector<bool>> words(layer.getNeurons());
  size_t at = 0;
  for (auto [function, count] : llvm::enumerate(steps.getCounts()))
    for (int64_t slot = 0; slot < rows.getSlots(); ++slot) {
      // A slot that is not used holds all ones, which no count reaches.
      uint64_t value =
          slot < count ? uint64_t(steps.getThresholds()[at++] - rows.getBase())
                       : ~uint64_t(0);
      for (int64_t bit = 0; bit < rows.getBits(); ++bit)
        words[function % words.size()].push_back(value >> bit & 1);
    }
  return words;
}
