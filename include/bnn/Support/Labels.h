//===- Labels.h - Classes of scores, and labels to compare with -*- C++ -*-===//

#ifndef BNN_SUPPORT_LABELS_H
#define BNN_SUPPORT_LABELS_H

#include "bnn/Support/Tensor.h"
#include "llvm/Support/Error.h"
#include <vector>

namespace bnn {

/// The class of each sample: the arg-max of `scores` (the first of equal
/// ones), or `scores` itself where it holds one integer for each sample. Fails
/// where there is no class in it.
llvm::Expected<std::vector<int64_t>> classesOf(const Tensor &scores);

/// Class indices from a tensor of one number for each of `samples`; below
/// `classes` where that is not 0.
llvm::Expected<std::vector<int64_t>> labelsOf(const Tensor &labels,
                                              int64_t samples, int64_t classes);

/// Scores of a sample; 0 where the output is a class index already.
int64_t numClasses(const Tensor &scores);

} // namespace bnn

#endif // BNN_SUPPORT_LABELS_H
