//===- BinaryLayer.h - A binary layer to measure ----------------*- C++ -*-===//

#ifndef BNN_BENCHMARKS_BINARYLAYER_H
#define BNN_BENCHMARKS_BINARYLAYER_H

#include "Layer.h"
#include "bnn/Device/CellModel.h"
#include "bnn/Image/image.pb.h"

namespace bnn::bench {

/// One dense layer with random weights and thresholds on 32x32 subarrays.
image::Image makeBinaryLayer(uint32_t fanIn, uint32_t neurons);

/// Random packed bits for it.
sim::BatchValue makeInput(const image::Image &layer, int64_t samples);

/// A cell of no technology: overlapping states and offsets of both kinds, so
/// that no short cut applies; 6e-5 of its cells err. `readSigma` in ln.
device::CellModel makeCell(double readSigma);

/// Processor time of this thread: what others do on the machine is not ours.
double threadSeconds();

} // namespace bnn::bench

#endif // BNN_BENCHMARKS_BINARYLAYER_H
