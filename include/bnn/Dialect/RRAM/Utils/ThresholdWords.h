//===- ThresholdWords.h - Thresholds as cells -------------------*- C++ -*-===//

#ifndef BNN_DIALECT_RRAM_UTILS_THRESHOLDWORDS_H
#define BNN_DIALECT_RRAM_UTILS_THRESHOLDWORDS_H

#include "bnn/Dialect/RRAM/IR/RRAM.h"
#include <vector>

namespace bnn::rram {

/// The word of thresholds of each neuron of a layer with threshold_rows, cell
/// after cell: the bits of all slots of all classes.
std::vector<std::vector<bool>> thresholdWords(LayerOp layer);

} // namespace bnn::rram

#endif // BNN_DIALECT_RRAM_UTILS_THRESHOLDWORDS_H
