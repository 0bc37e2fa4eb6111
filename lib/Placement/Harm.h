//===- Harm.h - Defects where reads meet them -------------------*- C++ -*-===//

#ifndef BNN_LIB_PLACEMENT_HARM_H
#define BNN_LIB_PLACEMENT_HARM_H

#include "bnn/Device/LabFiles.h"
#include "bnn/Image/AddressMap.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace bnn::placement {

/// Visits the defects that reads of the image meet: the tile, the cell's
/// address, and `device::expectedError` of what it stores.
void forEachDefect(const image::Image &image,
                   llvm::ArrayRef<device::BrokenCell> broken,
                   llvm::function_ref<void(const image::MappedTile &,
                                           const image::MovedCell &, double)>
                       visit);

} // namespace bnn::placement

#endif // BNN_LIB_PLACEMENT_HARM_H
