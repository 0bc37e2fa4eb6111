//===- Recovered.h - What the network had, read back ------------*- C++ -*-===//

#ifndef BNN_TOOLS_BNN_IMAGE_RECOVERED_H
#define BNN_TOOLS_BNN_IMAGE_RECOVERED_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <optional>

namespace llvm {
class raw_ostream;
} // namespace llvm

namespace bnn {

/// Writes the weights of a layer of the image `file` as an .npy of int8,
/// [neurons, lanes]. `layer` may be left out where there is only one. Fails for
/// files that are no image and names that are no layer.
llvm::Error writeWeights(llvm::StringRef file,
                         std::optional<llvm::StringRef> layer,
                         llvm::StringRef output);

/// Prints the thresholds of a layer in the network's integers, as CSV.
llvm::Error printThresholds(llvm::StringRef file,
                            std::optional<llvm::StringRef> layer,
                            llvm::raw_ostream &os);

} // namespace bnn

#endif // BNN_TOOLS_BNN_IMAGE_RECOVERED_H
