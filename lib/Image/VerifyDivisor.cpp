//===- VerifyDivisor.cpp - Halved accumulators are whole numbers ----------===//
//
// The accumulator of a layer is (count * count_unit + bias) / divisor. With
// divisor 2 the numerator must be even whatever the input is, or executors
// would have to agree on a rounding. Modulo 2 it is
//
//   sum over planes of plane_weight * P + bias,
//
// and P modulo 2 is known without the input:
//   - ternary sensing: plus - minus, so the columns that are not 0;
//   - two weight planes: both lanes of an input see the same bit, so that
//     equal weights count 0 or 2 and different ones count 1.
// In a layer of one plane of binary cells P takes both parities.
//
//===----------------------------------------------------------------------===//

#include "VerifierImpl.h"
#include "bnn/Image/CellArray.h"

using namespace llvm;

namespace bnn::image::verifier {

namespace {

Error checkParity(const Image &image, const CellArray &cells,
                  const ArrayLayer &layer) {
  std::string place = "layer '" + layer.name() + "'";
  const Target &target = image.target();
  bool mixed = false, odd = false;
  for (int32_t weight : layer.plane_weights()) {
    mixed |= weight % 2 != 0;
    odd ^= weight % 2 != 0;
  }
  if (mixed && !target.ternary_sense() && layer.weight_planes() == 1)
    return fail(place, "divisor 2 needs two weight planes, ternary sensing or "
                       "even plane weights");
  PackedWeights lanes;
  uint64_t padding = 0;
  if (odd) {
    lanes = laneWeights(cells, target, layer);
    if (layer.lane_padding() == ArrayLayer::ALTERNATING)
      padding =
          uint64_t(layer.tile_columns()) * target.columns() - lanes.columns;
  }
  for (uint32_t n = 0; n < layer.neurons(); ++n) {
    uint64_t ones = 0;
    if (odd && target.ternary_sense()) {
      ones = padding;
      for (size_t i = 0; i < lanes.wordsPerRow; ++i) {
        size_t word = n * lanes.wordsPerRow + i;
        ones += uint64_t(popcount(lanes.plus[word] | lanes.minus[word]));
      }
    } else if (odd) {
      ones = (padding + 1) / 2;
      for (uint32_t j = 0; j < layer.fan_in(); ++j)
        ones += lanes.at(n, j) != lanes.at(n, layer.fan_in() + j);
    }
    for (uint32_t c = 0; c < layer.border_classes(); ++c) {
      uint64_t entry = uint64_t(c) * layer.neurons() + n;
      if ((ones + uint64_t(layer.bias(int(entry)))) % 2)
        return fail(place, "bias[" + Twine(entry) + "] is " +
                               Twine(layer.bias(int(entry))) +
                               ": its accumulator is no multiple of the "
                               "divisor 2");
    }
  }
  return Error::success();
}

} // namespace

Error checkDivisors(const Image &image) {
  CellArray cells(image);
  for (const Step &step : image.steps())
    if (step.has_array() && step.array().divisor() == 2)
      if (Error error = checkParity(image, cells, step.array()))
        return error;
  return Error::success();
}

} // namespace bnn::image::verifier
