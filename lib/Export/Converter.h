//===- Converter.h - One image on its way into records ---------*- C++ -*-===//

#ifndef BNN_LIB_EXPORT_CONVERTER_H
#define BNN_LIB_EXPORT_CONVERTER_H

#include "Program.h"
#include "bnn/Support/Error.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"
#include <cstdint>
#include <vector>

namespace bnn::exporter {

using image::ArrayLayer;
using image::Op;
using image::Value;

template <class To, class From> To listOf(const From &list) {
  return To(list.begin(), list.end());
}

/// Elements of the dimensions from `first` on.
inline int64_t product(const Value &value, int first) {
  int64_t size = 1;
  for (int i = first; i < value.shape_size(); ++i)
    size *= value.shape(i);
  return size;
}

/// The integers that a value can hold.
struct Range {
  int64_t low = 0, high = 0;
  void add(Range other) {
    low += other.low;
    high += other.high;
  }
  Range times(int64_t factor) const {
    return factor < 0 ? Range{high * factor, low * factor}
                      : Range{low * factor, high * factor};
  }
};

/// Records of an image, step after step. ConvertArray.cpp has layers on the
/// arrays, ConvertOps.cpp digital operators.
class Converter {
public:
  explicit Converter(const image::Image &image) : image(image) {}
  llvm::Expected<Program> run();

private:
  llvm::Error convert(const image::Step &step);
  llvm::Error convertArray(const ArrayLayer &layer);
  llvm::Error convertPool(const Op &op);
  llvm::Error convertThreshold(const Op &op);
  llvm::Error convertCombine(const Op &op);
  llvm::Error convertMove(const Op &op);
  llvm::Error convertTable(const image::Thresholds &from, StepTable &to,
                           const llvm::Twine &where);
  llvm::Error findOutputs();
  void placeValues();
  void collectAddresses();
  llvm::Error collectRows();
  void keepRest();

  /// The chip's number of an image's value; a new one for its first use.
  llvm::Expected<uint32_t> read(uint32_t id);
  uint32_t define(uint32_t id, Range range);
  llvm::Error checkRange(Range range, const llvm::Twine &where) {
    if (range.low >= INT32_MIN && range.high <= INT32_MAX)
      return llvm::Error::success();
    return makeError(where + ": integers from " + llvm::Twine(range.low) +
                     " to " + llvm::Twine(range.high) +
                     " are possible, beyond the 32 bits of a program");
  }
  static bool isOnChip(const image::Step &step) {
    return step.has_array() ||
           (step.op().place() == Op::DIGITAL &&
            step.op().kind() != Op::ENCODE && step.op().kind() != Op::DECODE);
  }

  const image::Image &image;
  Program program;
  llvm::DenseMap<uint32_t, uint32_t> chipValue; // by the image's number
  llvm::DenseSet<uint32_t> fromChip;            // what depends on the chip
  std::vector<size_t> firstUse, lastUse;        // of chip values, by step
};

} // namespace bnn::exporter

#endif // BNN_LIB_EXPORT_CONVERTER_H
