//===- Labels.cpp - Classes of scores, and labels to compare with ---------===//

#include "bnn/Support/Labels.h"
#include "bnn/Support/Error.h"
#include "llvm/ADT/STLExtras.h"
#include <algorithm>
#include <cmath>
#include <fmt/format.h>

using namespace llvm;

namespace bnn {

int64_t numClasses(const Tensor &scores) {
  int64_t samples = scores.shape.empty() ? 0 : scores.shape[0];
  int64_t classes = samples ? scores.size() / samples : 0;
  return classes == 1 && isInteger(scores.type) ? 0 : classes;
}

Expected<std::vector<int64_t>> classesOf(const Tensor &scores) {
  int64_t samples = scores.shape.empty() ? 0 : scores.shape[0];
  int64_t size = samples ? scores.size() / samples : 0;
  if (!size)
    return makeError("there is no score to compare with the labels");
  bool isIndex = isInteger(scores.type) && size == 1;
  if (size == 1 && !isIndex)
    return makeError("the output has one real number for each sample, which is "
                     "no class");
  std::vector<int64_t> classes;
  for (int64_t i = 0; i < samples; ++i) {
    auto first = scores.data.begin() + i * size;
    classes.push_back(isIndex ? int64_t(*first)
                              : std::max_element(first, first + size) - first);
  }
  return classes;
}

Expected<std::vector<int64_t>> labelsOf(const Tensor &labels, int64_t samples,
                                        int64_t classes) {
  if (labels.size() != samples)
    return makeError("labels have shape " + shapeString(labels.shape) +
                     ", there are " + Twine(samples) + " samples");
  std::vector<int64_t> result;
  for (auto [i, label] : enumerate(labels.data)) {
    if (!(label == std::floor(label) && label >= 0 && label < 0x1p53))
      return makeError("label " + Twine(i) + " is " + fmt::format("{}", label) +
                       ", which is no class index");
    if (classes && label >= double(classes))
      return makeError("label " + Twine(i) + " is " + fmt::format("{}", label) +
                       ", the network has " + Twine(classes) +
                       " classes, counted from 0");
    result.push_back(int64_t(label));
  }
  return result;
}

} // namespace bnn
