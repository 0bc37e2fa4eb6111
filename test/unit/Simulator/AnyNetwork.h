//===- AnyNetwork.h - Networks of every kind --------------------*- C++ -*-===//

#ifndef BNN_TEST_UNIT_SIMULATOR_ANYNETWORK_H
#define BNN_TEST_UNIT_SIMULATOR_ANYNETWORK_H

#include "RandomNetwork.h"

namespace bnn::sim::test {

/// One or two dense layers of random sizes, groups, codes and target; not
/// finished yet.
RandomNetwork anyDense(int seed);
/// A convolution in one or two dimensions with padding, strides, dilations.
RandomNetwork anyConvolution(int seed);
/// Convolutions, a pool and dense layers.
RandomNetwork anyChain(int seed);

} // namespace bnn::sim::test

#endif // BNN_TEST_UNIT_SIMULATOR_ANYNETWORK_H
