//===- Verification.h - bnn-compile --verify --------------------*- C++ -*-===//

#ifndef BNN_TOOLS_BNN_COMPILE_VERIFICATION_H
#define BNN_TOOLS_BNN_COMPILE_VERIFICATION_H

#include "Options.h"
#include "bnn/Image/image.pb.h"
#include "bnn/Reference/Interpreter.h"

namespace bnn {

/// Runs `image` against `reference`, or, without it, the interpreter of the
/// model, which is imported again: the passes have freed what it needs of the
/// first import. Returns what to tell the user, in one line; fails at the first
/// difference.
llvm::Expected<std::string> verifyCompiled(const image::Image &image,
                                           const Options &options,
                                           const Interpreter *reference);

} // namespace bnn

#endif // BNN_TOOLS_BNN_COMPILE_VERIFICATION_H
