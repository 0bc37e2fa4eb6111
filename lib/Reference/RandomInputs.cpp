//===- RandomInputs.cpp - Inputs nobody has to provide ----------*- C++ -*-===//

#include "bnn/Reference/Verify.h"
#include <cmath>
#include <random>

namespace bnn {

namespace {

/// The standard fixes this engine's numbers, not those of the distributions:
/// these are made here, so that every library gives the same inputs.
class Source {
public:
  Source(uint64_t seed, uint64_t stream)
      : engine(seed * 0x9e3779b97f4a7c15 + stream) {}

  /// In [0, 1), a multiple of 2^-53.
  double uniform() { return double(engine() >> 11) * 0x1p-53; }

  int64_t integer(int64_t low, int64_t high) {
    return low + int64_t(std::floor(uniform() * double(high - low + 1)));
  }

  /// Box and Muller's.
  double normal() {
    double radius = std::sqrt(-2 * std::log(1 - uniform()));
    return radius * std::cos(2 * M_PI * uniform());
  }

private:
  std::mt19937_64 engine;
};

} // namespace

std::vector<Tensor> randomInputs(const image::Image &image, unsigned samples,
                                 uint64_t seed) {
  std::vector<Tensor> inputs;
  for (int i = 0; i < image.inputs_size(); ++i) {
    const image::Port &port = image.inputs(i);
    const image::Value &value = image.values(int(port.value()));
    Tensor tensor;
    tensor.shape.assign(value.shape().begin(), value.shape().end());
    int64_t size = samples;
    for (int64_t dimension : tensor.shape)
      size *= dimension;
    // As `fitSamples` does: only a leading 1 becomes the number of samples.
    if (tensor.shape.empty() || tensor.shape[0] != 1)
      tensor.shape.insert(tensor.shape.begin(), 1);
    tensor.shape[0] = samples;
    tensor.data.resize(size);
    Source source(seed, uint64_t(i));
    bool declared = !port.declared().empty();
    for (double &element : tensor.data) {
      if (!declared) {
        element = float(source.normal());
        continue;
      }
      int64_t q = source.integer(port.code_min(), port.code_max());
      // -1 and +1 only: 0 is between them, and no bipolar value.
      if (port.declared() == "bipolar")
        q = source.uniform() < 0.5 ? -1 : 1;
      element = port.scale() * (double(q) + port.offset());
    }
    inputs.push_back(std::move(tensor));
  }
  return inputs;
}

} // namespace bnn
