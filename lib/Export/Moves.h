//===- Moves.h - Slices and concatenations as runs --------------*- C++ -*-===//

#ifndef BNN_LIB_EXPORT_MOVES_H
#define BNN_LIB_EXPORT_MOVES_H

#include "Program.h"

namespace bnn::exporter {

/// A SLICE of whole elements along one axis, or a CONCAT, as a record for each
/// input; `input` and `output` are the caller's to fill. Fails where a slice
/// cuts several axes or steps over elements, which no record says.
llvm::Expected<std::vector<MoveStep>> movesOf(const image::Image &image,
                                              const image::Op &op);

} // namespace bnn::exporter

#endif // BNN_LIB_EXPORT_MOVES_H
