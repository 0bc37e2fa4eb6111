//===- Inputs.h - Samples of the network's inputs ---------------*- C++ -*-===//

#ifndef BNN_LIB_SIMULATOR_INPUTS_H
#define BNN_LIB_SIMULATOR_INPUTS_H

#include "bnn/Image/image.pb.h"
#include "bnn/Support/Tensor.h"

namespace bnn::sim {

/// Sample `sample` of `input`, as `port`'s value holds it: codes q where the
/// value is encoded, else x itself. Fails where a declaration
/// x = scale * (q + offset) does not hold, naming input, sample, index, value.
llvm::Expected<Tensor> loadSample(const image::Port &port,
                                  const image::Value &value,
                                  const Tensor &input, int64_t sample);

} // namespace bnn::sim

#endif // BNN_LIB_SIMULATOR_INPUTS_H
