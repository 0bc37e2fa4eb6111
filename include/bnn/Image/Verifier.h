//===- Verifier.h - What every executor may rely on -------------*- C++ -*-===//
//
// A verified image can be executed without one further check: ids, shapes,
// sizes, codes, geometry and the contents of cells all fit together.
//
//===----------------------------------------------------------------------===//

#ifndef BNN_IMAGE_VERIFIER_H
#define BNN_IMAGE_VERIFIER_H

#include "bnn/Image/image.pb.h"
#include "llvm/Support/Error.h"
#include <cstdint>

namespace bnn::image {

/// Most elements of one value, of all values together, and most dimensions.
inline constexpr int64_t maxElements = int64_t(1) << 31;
inline constexpr int64_t maxTotalElements = int64_t(1) << 34;
inline constexpr int maxRank = 16;

/// Checks all that docs/image-format.md demands. The first violation is
/// returned, as "image: <place>: <what is wrong>".
llvm::Error verify(const Image &image);

/// The same without what the cells hold, for those who are about to fill them:
/// only the size of `cells` is looked at.
llvm::Error verifyUpToCells(const Image &image);

} // namespace bnn::image

#endif // BNN_IMAGE_VERIFIER_H
