//===- DiffCells.h - Devices to reprogram -----------------------*- C++ -*-===//

#ifndef BNN_LIB_IMAGE_DIFFCELLS_H
#define BNN_LIB_IMAGE_DIFFCELLS_H

#include "bnn/Image/image.pb.h"
#include "llvm/Support/raw_ostream.h"

namespace bnn::image {

/// For each layer of `after`, and with `subarrays` for each of its subarrays:
/// cells that change, and devices to set and to reset.
void printCellDiff(const Image &before, const Image &after, bool subarrays,
                   llvm::raw_ostream &os);

} // namespace bnn::image

#endif // BNN_LIB_IMAGE_DIFFCELLS_H
