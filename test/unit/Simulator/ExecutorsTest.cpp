//===- ExecutorsTest.cpp - Replay and fused against plain integers --------===//

#include "AnyNetwork.h"
#include "bnn/Image/Verifier.h"
#include "bnn/Simulator/Simulator.h"
#include <gtest/gtest.h>

using namespace bnn;
using namespace bnn::sim;
using namespace bnn::sim::test;

namespace {

std::string message(llvm::Error error) {
  return error ? llvm::toString(std::move(error)) : std::string();
}

/// Both executors give the network's accumulators, codes and outputs.
void expectExact(RandomNetwork &network) {
  network.finish();
  ASSERT_EQ(message(image::verify(network.image)), "");
  for (Executor executor : {Executor::Fused, Executor::Replay}) {
    llvm::Expected<Simulator> simulator =
        Simulator::create(network.image, executor);
    ASSERT_TRUE(bool(simulator)) << message(simulator.takeError());
    // Accumulators are kept in one run only: the other takes the short cuts.
    for (bool accumulators : {false, true}) {
      RunOptions options;
      options.threads = 2;
      options.trace = true;
      options.accumulators = accumulators;
      llvm::Expected<RunResult> result =
          simulator->run(network.samples, options);
      ASSERT_TRUE(bool(result)) << message(result.takeError());
      std::vector<double> wanted;
      for (const auto &sample : network.codes)
        wanted.insert(wanted.end(), sample.begin(), sample.end());
      ASSERT_EQ(result->outputs[0].data, wanted);
      std::map<std::string, Tensor> traces;
      for (NamedTensor &trace : result->traces)
        traces[trace.name] = trace.tensor;
      EXPECT_EQ(traces["t0"].data, network.samples.data);
      if (!accumulators)
        continue;
      for (auto &[name, sums] : network.accumulators)
        ASSERT_EQ(traces[name].data,
                  std::vector<double>(sums.begin(), sums.end()))
            << name;
    }
  }
}

class Executors : public testing::TestWithParam<int> {};

TEST_P(Executors, Dense) {
  RandomNetwork network = anyDense(GetParam());
  expectExact(network);
}

TEST_P(Executors, Convolution) {
  RandomNetwork network = anyConvolution(GetParam());
  expectExact(network);
}

TEST_P(Executors, Chain) {
  RandomNetwork network = anyChain(GetParam());
  expectExact(network);
}

INSTANTIATE_TEST_SUITE_P(Random, Executors, testing::Range(0, 150));

} // namespace
