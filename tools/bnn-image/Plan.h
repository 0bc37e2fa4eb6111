//===- Plan.h - Programming of chips ----------------------------*- C++ -*-===//

#ifndef BNN_TOOLS_BNN_IMAGE_PLAN_H
#define BNN_TOOLS_BNN_IMAGE_PLAN_H

#include "bnn/Image/image.pb.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"
#include <cstdint>
#include <string>

/// Writes the list of devices to pulse, RESET before SET, to `path` where it is
/// not empty, and prints their number and what they mean for the endurance of
/// `target` (empty: the image's).
llvm::Error writeDevices(const std::string &before, const std::string &after,
                         const std::string &target, const std::string &path,
                         llvm::raw_ostream &os);

/// Files and options of `plan`; empty where not given.
struct PlanRequest {
  std::string image, target, from, reads, measured, defects, output;
  uint64_t attempt = 2;
};

/// Writes a plan of the first attempt, of a later one on what a verification
/// found wrong, or the list of what is given up; prints what is in it.
llvm::Error writePlan(const PlanRequest &request, llvm::raw_ostream &os);

#endif // BNN_TOOLS_BNN_IMAGE_PLAN_H
