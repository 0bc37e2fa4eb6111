//===- Error.h - One way to make an error -----------------------*- C++ -*-===//

#ifndef BNN_SUPPORT_ERROR_H
#define BNN_SUPPORT_ERROR_H

#include "llvm/ADT/Twine.h"
#include "llvm/Support/Error.h"

namespace bnn {

/// An error with a message: lower case, no full stop, naming what is wrong,
/// why, and how to go on.
inline llvm::Error makeError(const llvm::Twine &message) {
  return llvm::make_error<llvm::StringError>(message,
                                             llvm::inconvertibleErrorCode());
}

} // namespace bnn

#endif // BNN_SUPPORT_ERROR_H
