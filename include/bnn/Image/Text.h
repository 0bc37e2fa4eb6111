//===- Text.h - Images as text for people -----------------------*- C++ -*-===//
//
// What bnn-image prints. All functions take verified images unless they say
// otherwise, and give the same text for the same image.
//
//===----------------------------------------------------------------------===//

#ifndef BNN_IMAGE_TEXT_H
#define BNN_IMAGE_TEXT_H

#include "bnn/Image/image.pb.h"
#include "llvm/Support/raw_ostream.h"
#include <cstdint>

namespace bnn::image {

/// The sections of `printInfo`.
struct InfoSections {
  bool summary = true;  // provenance, target, presentation
  bool ports = true;    // inputs, outputs, and what crosses
  bool layers = true;   // on the arrays
  bool ops = true;      // outside the arrays
  bool tensors = false; // ONNX tensors: held by which value, or absent and why
};

void printInfo(const Image &image, const InfoSections &sections,
               llvm::raw_ostream &os);

/// Every field in protobuf's text format; long byte strings are elided to
/// their size. The image need not be verified.
void printFields(const Image &image, llvm::raw_ostream &os);

/// The cells of a subarray as a picture, a line for each row: + - 0 for
/// weights, . for "don't care". `subarray` must exist.
void printCells(const Image &image, uint64_t subarray, llvm::raw_ostream &os);

/// Prints what `after` changes: fields, thresholds, and the devices that must
/// be set or reset on a chip that holds `before`; with `subarrays` also for
/// each subarray. Returns true if nothing differs, printing nothing.
bool printDiff(const Image &before, const Image &after, bool subarrays,
               llvm::raw_ostream &os);

} // namespace bnn::image

#endif // BNN_IMAGE_TEXT_H
