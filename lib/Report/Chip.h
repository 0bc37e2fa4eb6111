//===- Chip.h - Placement, cycles and buffers of a report -------*- C++ -*-===//

#ifndef BNN_LIB_REPORT_CHIP_H
#define BNN_LIB_REPORT_CHIP_H

#include "bnn/Report/Report.h"
#include "llvm/ADT/ArrayRef.h"

namespace bnn::report {

/// Chips and the bounds of the placement.
void addPlacement(const image::Image &image, Summary &summary);

/// Schedule, accumulation and cycles of a layer.
void addCycles(const image::Image &image, const image::ArrayLayer &layer,
               Row &row);

/// Bits that wait in front of a layer. `before` is the layer that makes its
/// input, if no operator but a reshape lies between; `inputBits` are all bits
/// of the input.
uint64_t bufferBitsOf(const image::ArrayLayer &layer,
                      const image::ArrayLayer *before, uint64_t inputBits);

/// Bits that wait in front of a window of `kernel` over an input of `sizes`,
/// all channels together, where inputs come in row-major order of the
/// positions. Whole lines but those that the window's last line has not
/// reached.
uint64_t lineBits(llvm::ArrayRef<int64_t> sizes, llvm::ArrayRef<int64_t> kernel,
                  llvm::ArrayRef<int64_t> dilations, uint64_t inputBits);

} // namespace bnn::report

#endif // BNN_LIB_REPORT_CHIP_H
