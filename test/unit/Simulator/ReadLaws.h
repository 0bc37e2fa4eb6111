//===- ReadLaws.h - Comparing what two executors draw -----------*- C++ -*-===//

#ifndef BNN_TEST_UNIT_SIMULATOR_READLAWS_H
#define BNN_TEST_UNIT_SIMULATOR_READLAWS_H

#include "RandomNetwork.h"
#include "bnn/Simulator/Simulator.h"
#include <cmath>
#include <gtest/gtest.h>

namespace bnn::sim::test {

/// The first output of all samples on a chip.
inline std::vector<double> outputs(const RandomNetwork &network,
                                   Executor executor, const device::Chip &chip,
                                   const ReadNoise &reads) {
  Simulator simulator =
      llvm::cantFail(Simulator::create(network.image, executor));
  RunOptions options;
  options.threads = 2;
  PreparedInputs inputs =
      llvm::cantFail(simulator.prepare(network.samples, options));
  std::unique_ptr<ChipNetwork> cells = llvm::cantFail(simulator.makeChip());
  llvm::cantFail(cells->program(chip, reads));
  return llvm::cantFail(simulator.run(inputs, options, cells.get()))
      .outputs[0]
      .data;
}

/// Chi-square of two samples of one size, as standard deviations from its mean.
inline double chiSquare(const std::vector<double> &a,
                        const std::vector<double> &b) {
  double sum = 0, freedom = -1;
  for (size_t i = 0; i < a.size(); ++i) {
    if (a[i] + b[i] < 10)
      continue;
    sum += (a[i] - b[i]) * (a[i] - b[i]) / (a[i] + b[i]);
    ++freedom;
  }
  EXPECT_GT(freedom, 5);
  return (sum - freedom) / std::sqrt(2 * freedom);
}

} // namespace bnn::sim::test

#endif // BNN_TEST_UNIT_SIMULATOR_READLAWS_H
