//===- Avoid.h - Images for chips with defects ------------------*- C++ -*-===//

#ifndef BNN_TOOLS_BNN_IMAGE_AVOID_H
#define BNN_TOOLS_BNN_IMAGE_AVOID_H

#include "bnn/Placement/AvoidDefects.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"
#include <string>

/// Files and options of `avoid`; empty where not given.
struct AvoidRequest {
  std::string image, defects, output, json, importance;
  bnn::placement::AvoidOptions options;
};

/// Writes the image moved away from the defects and prints, layer by layer,
/// what they contradict before and after; without an output it prints what they
/// contradict in the image as it is.
llvm::Error avoid(const AvoidRequest &request, llvm::raw_ostream &os);

#endif // BNN_TOOLS_BNN_IMAGE_AVOID_H
