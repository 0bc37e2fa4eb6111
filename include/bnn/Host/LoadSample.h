//===- LoadSample.h - Samples of the network's inputs -----------*- C++ -*-===//

#ifndef BNN_HOST_LOADSAMPLE_H
#define BNN_HOST_LOADSAMPLE_H

#include "bnn/Image/image.pb.h"
#include "bnn/Support/Tensor.h"

namespace bnn::host {

/// Sample `sample` of `input`, as `port`'s value holds it: codes q where the
/// value is encoded, else x itself. Fails where a declaration
/// x = scale * (q + offset) does not hold, naming input, sample, index, value.
llvm::Expected<Tensor> loadSample(const image::Port &port,
                                  const image::Value &value,
                                  const Tensor &input, int64_t sample);

} // namespace bnn::host

#endif // BNN_HOST_LOADSAMPLE_H
