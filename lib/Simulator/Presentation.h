//===- Presentation.h - Inputs as random bits -------------------*- C++ -*-===//

#ifndef BNN_LIB_SIMULATOR_PRESENTATION_H
#define BNN_LIB_SIMULATOR_PRESENTATION_H

#include "bnn/Image/image.pb.h"
#include "bnn/Support/Tensor.h"

namespace bnn::sim {

/// How many of the presentations of each code are 1: `op` is a PRESENT, `range`
/// says which codes its operand `codes` may hold. `sample` tells samples (and
/// runs of the whole network) apart. The draws know nothing of a chip: all
/// chips see the same bits. docs/inputs.md has the law.
Tensor presentCodes(const image::Op &op, const image::Value &range,
                    const Tensor &codes, uint64_t seed, uint64_t sample);

} // namespace bnn::sim

#endif // BNN_LIB_SIMULATOR_PRESENTATION_H
