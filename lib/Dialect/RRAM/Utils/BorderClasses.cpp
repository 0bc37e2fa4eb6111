//===- BorderClasses.cpp - Which taps lie in the padding ------------------===//

#include "bnn/Dialect/RRAM/Utils/Counting.h"

#include "llvm/ADT/ArrayRef.h"
#include <map>

using namespace bnn::rram;

namespace {
/// One spatial dimension: its positions sorted by which taps are outside.
struct Axis {
  std::vector<uint32_t> kindOfPosition;
  std::vector<std::vector<bool>> outside; // [kind][tap]
};
} // namespace

static Axis sortPositions(ConvAttr conv, size_t i) {
  Axis axis;
  std::map<std::vector<bool>, uint32_t> kinds;
  for (int64_t position = 0; position < conv.getOutput()[i]; ++position) {
    std::vector<bool> outside(conv.getKernel()[i]);
    int64_t first = position * conv.getStrides()[i] - conv.getPadsBegin()[i];
    for (int64_t tap = 0; tap < conv.getKernel()[i]; ++tap) {
      int64_t at = first + tap * conv.getDilations()[i];
      outside[tap] = at < 0 || at >= conv.getInput()[i];
    }
    auto [entry, isNew] = kinds.try_emplace(outside, axis.outside.size());
    if (isNew)
      axis.outside.push_back(std::move(outside));
    axis.kindOfPosition.push_back(entry->second);
  }
  return axis;
}

/// Row-major walk over `sizes`: the next index, false after the last.
static bool advance(std::vector<int64_t> &index,
                    llvm::ArrayRef<int64_t> sizes) {
  for (size_t i = sizes.size(); i-- > 0;) {
    if (++index[i] < sizes[i])
      return true;
    index[i] = 0;
  }
  return false;
}

BorderClasses bnn::rram::enumerateBorderClasses(ConvAttr conv) {
  size_t rank = conv.getInput().size();
  std::vector<Axis> axes;
  axes.reserve(rank);
  for (size_t i = 0; i < rank; ++i)
    axes.push_back(sortPositions(conv, i));

  // A tap is in the padding if it is outside along any axis, so positions of
  // the same kinds along all axes have the same taps. Different kinds may, too
  // (all taps outside): the second map joins them.
  BorderClasses classes;
  std::map<std::vector<uint32_t>, int32_t> classOfKinds;
  std::map<std::vector<bool>, int32_t> classOfTaps;
  std::vector<int64_t> position(rank, 0);
  std::vector<uint32_t> kinds(rank);
  do {
    for (size_t i = 0; i < rank; ++i)
      kinds[i] = axes[i].kindOfPosition[position[i]];
    auto known = classOfKinds.find(kinds);
    if (known == classOfKinds.end()) {
      std::vector<bool> padded;
      std::vector<int64_t> tap(rank, 0);
      do {
        bool outside = false;
        for (size_t i = 0; i < rank; ++i)
          outside |= axes[i].outside[kinds[i]][tap[i]];
        padded.push_back(outside);
      } while (advance(tap, conv.getKernel()));
      auto [entry, isNew] =
          classOfTaps.try_emplace(padded, classes.paddedTaps.size());
      if (isNew)
        classes.paddedTaps.push_back(std::move(padded));
      known = classOfKinds.try_emplace(kinds, entry->second).first;
    }
    classes.positionClass.push_back(known->second);
  } while (advance(position, conv.getOutput()));
  if (classes.paddedTaps.size() == 1)
    classes.positionClass.clear();
  return classes;
}
