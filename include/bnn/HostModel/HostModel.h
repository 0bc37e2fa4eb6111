//===- HostModel.h - The host's part of an image as ONNX --------*- C++ -*-===//

#ifndef BNN_HOSTMODEL_HOSTMODEL_H
#define BNN_HOSTMODEL_HOSTMODEL_H

#include "bnn/Image/image.pb.h"
#include "llvm/Support/Error.h"
#include <string>
#include <vector>

namespace bnn {

/// What the host computes between two visits of the chip, as the bytes of an
/// ONNX model of its own (opset 13, float32): the first from the network's
/// inputs to the codes that go onto the chip, the others from what comes back.
///
/// Graph inputs and outputs: the network's own under their ONNX names; codes
/// and accumulators that cross (integers of 8, 16 or 32 bits) and real tensors
/// that a later model reads (float32) under the names of the image's values, or
/// names made of them. The model's metadata lists what crosses: the entries
/// bnn.to_chip.TENSOR and bnn.from_chip.TENSOR say which value of the image it
/// is, its encoding and its bits. `image` must be verified.
///
/// At least one model; the last ones compute the outputs of the network, unless
/// the chip delivers these itself. Fails where an operator has no form in ONNX.
llvm::Expected<std::vector<std::string>>
makeHostModels(const image::Image &image);

/// Where model `index` goes: host.onnx, host.2.onnx, host.3.onnx, ...
std::string hostModelPath(llvm::StringRef path, size_t index);

} // namespace bnn

#endif // BNN_HOSTMODEL_HOSTMODEL_H
