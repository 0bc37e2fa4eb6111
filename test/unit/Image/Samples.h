//===- Samples.h - Small valid images for tests -----------------*- C++ -*-===//

#ifndef BNN_TEST_UNIT_IMAGE_SAMPLES_H
#define BNN_TEST_UNIT_IMAGE_SAMPLES_H

#include "bnn/Image/image.pb.h"
#include <string>

namespace bnn::image::samples {

/// Parses protobuf's text format; throws std::runtime_error where it cannot.
Image fromText(const std::string &text);

/// The example of docs/image-format.md: three neurons of three inputs on one
/// 4x4 subarray.
Image worked();

/// As `worked` on a chip that can move all, with rows and columns moved.
Image moved();

/// As `worked`, with other weights, threshold and provenance.
Image changed();

/// Two layers on 8x8 subarrays without a column mask: a grouped convolution
/// with ternary weights in two planes, two border classes and 2-bit inputs,
/// then pooling, thresholds and a dense layer with a ternary input; operators
/// on host and periphery around them.
Image convolution();

/// A dense layer on ternary cells, two tiles in one subarray of the second
/// chip.
Image ternary();

} // namespace bnn::image::samples

#endif // BNN_TEST_UNIT_IMAGE_SAMPLES_H
