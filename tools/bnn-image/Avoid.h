//===- Avoid.h - Images for chips with defects ------------------*- C++ -*-===//

#ifndef BNN_TOOLS_BNN_IMAGE_AVOID_H
#define BNN_TOOLS_BNN_IMAGE_AVOID_H

#include "llvm/Support/CommandLine.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"

/// Options of all commands.
extern llvm::cl::OptionCategory category;

extern llvm::cl::SubCommand avoidCommand;

/// Writes the image moved away from the defects and prints, layer by layer,
/// what they contradict before and after; without an output it prints what they
/// contradict in the image as it is.
llvm::Error runAvoid(llvm::raw_ostream &os);

#endif // BNN_TOOLS_BNN_IMAGE_AVOID_H
