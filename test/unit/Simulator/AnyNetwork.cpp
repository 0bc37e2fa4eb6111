//===- AnyNetwork.cpp - Networks of every kind ----------------------------===//

#include "AnyNetwork.h"

namespace bnn::sim::test {

using image::ArrayLayer;

namespace {

Codes anyCodes(RandomNetwork &network) {
  switch (network.pick(0, 4)) {
  case 0:
    return {ArrayLayer::BIPOLAR};
  case 1:
    return {ArrayLayer::THERMOMETER};
  case 2:
    return {ArrayLayer::POSITIONAL, network.pick(1, 5), false};
  case 3:
    return {ArrayLayer::UNARY, network.pick(1, 4), false};
  default:
    return {ArrayLayer::POSITIONAL, network.pick(2, 5), true};
  }
}

/// Codes that a layer with `outputs` makes.
Codes nextCodes(RandomNetwork &network, Outputs outputs) {
  if (outputs == Outputs::Binary)
    return network.flip() ? Codes{ArrayLayer::BIPOLAR}
                          : Codes{ArrayLayer::POSITIONAL, 1, false};
  return anyCodes(network);
}

TargetKind anyTarget(std::mt19937 &random) {
  const uint32_t sizes[] = {4, 7, 16, 32, 33, 64, 100};
  TargetKind kind{sizes[random() % 7], sizes[random() % 7], random() % 3 == 0,
                  random() % 2 == 0};
  kind.bothSchedules = random() % 2;
  kind.thresholdRows = random() % 2;
  return kind;
}

} // namespace

RandomNetwork anyDense(int seed) {
  std::mt19937 random(seed);
  RandomNetwork network(seed, anyTarget(random), 5);
  int positions = network.pick(1, 3);
  // Groups of whole words take another way than others.
  int groups = network.pick(1, 3),
      fanIn = network.flip() ? 32 * network.pick(1, 2) : network.pick(1, 90);
  network.input({1, positions, groups * fanIn}, anyCodes(network));
  Outputs outputs = Outputs(network.pick(0, 2));
  network.dense(positions, groups,
                groups * (network.flip() ? 32 : network.pick(1, 40)),
                network.flip(), outputs, nextCodes(network, outputs));
  if (outputs != Outputs::Accumulator)
    network.dense(positions, 1, network.pick(1, 70), network.flip(),
                  Outputs::Accumulator, {});
  return network;
}

RandomNetwork anyConvolution(int seed) {
  std::mt19937 random(seed + 1000);
  RandomNetwork network(seed, anyTarget(random), 3);
  int rank = network.pick(1, 2);
  int groups = network.pick(1, 3),
      channels = groups * (network.flip() ? 32 : network.pick(1, 20));
  std::vector<int64_t> shape{1, channels};
  for (int i = 0; i < rank; ++i)
    shape.push_back(network.pick(1, 7));
  network.input(shape, anyCodes(network));
  RandomNetwork::Conv conv;
  for (int i = 0; i < rank; ++i) {
    conv.kernel.push_back(network.pick(1, 4));
    conv.strides.push_back(network.pick(1, 3));
    conv.dilations.push_back(network.pick(1, 2));
    // Enough padding that the kernel fits, also where it is larger than the
    // image, and then some on either side.
    int64_t reach = (conv.kernel[i] - 1) * conv.dilations[i] + 1;
    int64_t lacking = std::max<int64_t>(0, reach - shape[i + 2]);
    conv.padsBegin.push_back(lacking / 2 + network.pick(0, 2));
    conv.padsEnd.push_back(lacking - lacking / 2 + network.pick(0, 2));
  }
  conv.groups = groups;
  conv.neurons = groups * (network.flip() ? 32 : network.pick(1, 12));
  Outputs outputs = Outputs(network.pick(0, 2));
  network.convolution(conv, network.flip(), outputs,
                      nextCodes(network, outputs));
  return network;
}

RandomNetwork anyChain(int seed) {
  std::mt19937 random(seed + 2000);
  RandomNetwork network(seed, anyTarget(random), 4);
  int channels = network.pick(1, 5);
  network.input({1, channels, 9, 8}, anyCodes(network));
  RandomNetwork::Conv conv{{3, 3}, {1, 1}, {1, 1}, {1, 1}, {1, 0}, 1, 40};
  Outputs outputs = network.flip() ? Outputs::Binary : Outputs::Levels;
  network.convolution(conv, network.flip(), outputs,
                      nextCodes(network, outputs));
  network.maxPool(2, network.pick(1, 2));
  conv = {{2, 2}, {2, 1}, {1, 1}, {0, 1}, {0, 0}, network.pick(1, 2), 34};
  network.convolution(conv, network.flip(), Outputs::Binary,
                      nextCodes(network, Outputs::Binary));
  network.flatten();
  network.dense(1, 1, 37, network.flip(), Outputs::Binary,
                nextCodes(network, Outputs::Binary));
  network.dense(1, 1, 10, network.flip(), Outputs::Accumulator, {});
  return network;
}

} // namespace bnn::sim::test
