//===- Geometry.cpp - What a layer record means for its reads -------------===//

#include "Geometry.h"
#include "bnn/Host/Kernels.h"
#include "bnn/Image/CellArray.h"
#include "bnn/Support/Error.h"
#include <algorithm>
#include <set>

using namespace llvm;

namespace bnn::sim {

using image::ArrayLayer;

uint64_t planeBits(const ArrayLayer &layer, int64_t code) {
  switch (layer.plane_coding()) {
  case ArrayLayer::BIPOLAR:
    return code > 0;
  case ArrayLayer::THERMOMETER:
    return uint64_t(code >= 0) | uint64_t(code >= 1) << 1;
  case ArrayLayer::UNARY:
    // Which of the presentations are the ones changes no count.
    return code >= 64 ? ~uint64_t(0) : (uint64_t(1) << code) - 1;
  default: {
    // Binary digits; for a negative last weight those of two's complement.
    uint64_t digits = uint64_t(code - layer.plane_offset());
    return digits & ((uint64_t(1) << layer.plane_weights_size()) - 1);
  }
  }
}

static int64_t codeOf(const ArrayLayer &layer, uint64_t bits) {
  int64_t code = layer.plane_offset();
  for (int i = 0; i < layer.plane_weights_size(); ++i)
    code += bits >> i & 1 ? layer.plane_weights(i) : 0;
  return code;
}

/// The flat index of each tap in its channel, row major.
static void fillTaps(const image::Convolution &conv, Geometry &geometry) {
  int rank = conv.input_size();
  geometry.tapIndex.reserve(geometry.positions * geometry.taps);
  for (int64_t p = 0; p < geometry.positions; ++p)
    for (int64_t t = 0; t < geometry.taps; ++t) {
      int64_t index = 0, stride = 1, restP = p, restT = t;
      for (int i = rank - 1; i >= 0; --i) {
        int64_t out = restP % conv.output(i), tap = restT % conv.kernel(i);
        restP /= conv.output(i);
        restT /= conv.kernel(i);
        int64_t x = out * conv.strides(i) - int64_t(conv.pads_begin(i)) +
                    tap * conv.dilations(i);
        bool inside = x >= 0 && x < int64_t(conv.input(i));
        index = !inside || index < 0 ? -1 : index + x * stride;
        stride *= conv.input(i);
      }
      geometry.tapIndex.push_back(int32_t(index));
    }
}

Expected<Geometry> Geometry::make(const ArrayLayer &layer,
                                  const image::Value &input) {
  auto refuse = [&](const Twine &what) {
    return makeError("layer '" + layer.name() + "': " + what);
  };
  if (layer.has_column_sum() || layer.has_column_neuron())
    return refuse("only row_sense access is executed by this version");
  if (layer.has_margin_table() || layer.has_closed_form())
    return refuse("only the exact decision is executed by this version");

  Geometry geometry;
  geometry.neurons = layer.neurons();
  geometry.groups = layer.groups();
  geometry.groupNeurons = geometry.neurons / geometry.groups;
  geometry.fanIn = geometry.groupChannels = layer.fan_in();
  geometry.weightPlanes = layer.weight_planes();
  geometry.planes = layer.plane_weights_size();
  geometry.positionClass.assign(layer.position_class().begin(),
                                layer.position_class().end());
  if (layer.has_convolution()) {
    const image::Convolution &conv = layer.convolution();
    geometry.convolution = true;
    geometry.positions = 1;
    for (int i = 0; i < conv.input_size(); ++i) {
      geometry.positions *= conv.output(i);
      geometry.taps *= conv.kernel(i);
      geometry.spatial *= conv.input(i);
    }
    if (geometry.spatial > INT32_MAX)
      return refuse("more than 2^31 positions");
    geometry.groupChannels = geometry.fanIn / geometry.taps;
    fillTaps(conv, geometry);
    geometry.padBits = planeBits(layer, conv.pad_code());
    bool padded = llvm::is_contained(geometry.tapIndex, -1);
    if (padded && codeOf(layer, geometry.padBits) != conv.pad_code())
      return refuse("the planes cannot carry pad_code " +
                    Twine(conv.pad_code()));
  } else {
    geometry.positions = layer.dense().positions();
  }

  geometry.codeMin = input.code_min();
  for (int64_t code = input.code_min(); code <= input.code_max(); ++code) {
    uint64_t bits = planeBits(layer, code);
    // A bipolar plane skips code 0 of the range -1..1; `checkCodes` of the
    // executors never meets it.
    bool skipped = layer.plane_coding() == ArrayLayer::BIPOLAR && code == 0;
    if (codeOf(layer, bits) != code && !skipped)
      return refuse("the planes cannot carry input code " + Twine(code));
    geometry.codeBits.push_back(bits);
  }
  return geometry;
}

Decision::Decision(const image::Image &image, const ArrayLayer &layer)
    : table(layer.has_thresholds() ? &layer.thresholds() : nullptr),
      neurons(layer.neurons()),
      stored(layer.threshold_store() == ArrayLayer::ARRAY_ROWS),
      slots(layer.threshold_slots()), bits(layer.threshold_bits()),
      base(layer.threshold_base()) {
  if (!table)
    return;
  int64_t next = 0, nextCode = 0;
  bool single = true;
  for (uint32_t count : table->counts()) {
    first.push_back(next);
    firstCode.push_back(nextCode);
    next += stored ? slots : count;
    nextCode += count + 1;
    single &= count <= 1;
  }
  first.push_back(next);
  if (stored)
    values = image::storedThresholds(image, layer);
  else
    values.assign(table->thresholds().begin(), table->thresholds().end());
  std::set<int32_t> codes(table->codes().begin(), table->codes().end());
  isBinary = single && codes.size() <= 2;
  if (isBinary) {
    low = *codes.begin();
    // One code only: every bit is 0.
    high = codes.size() == 2 ? *codes.rbegin() : low + 1;
  }
}

int64_t Decision::stepOf(int64_t function, ArrayRef<int64_t> thresholds,
                         int64_t count) const {
  if (!stored)
    return std::upper_bound(thresholds.begin(), thresholds.end(), count) -
           thresholds.begin();
  // Cells that err may have thresholds in any order, and reach slots that the
  // function does not use.
  int64_t reached = llvm::count_if(
      thresholds, [&](int64_t threshold) { return count >= threshold; });
  return std::min<int64_t>(reached, table->counts(int(function)));
}

void Decision::setStoredBit(uint32_t neuron, uint32_t cell, bool one) {
  int64_t function = int64_t(cell / bits / slots) * neurons + neuron;
  int64_t &value = values[first[function] + cell / bits % slots];
  int64_t bit = int64_t(1) << (cell % bits);
  value = base + (((value - base) & ~bit) | (one ? bit : 0));
}

int32_t Decision::noisyCode(int64_t function, ArrayRef<int64_t> thresholds,
                            int64_t count, ArrayRef<double> error,
                            function_ref<double()> draw) const {
  int64_t step = stepOf(function, thresholds, count);
  // The thresholds below (inclusive) and above; the nearer one may err.
  uint64_t below = UINT64_MAX, above = UINT64_MAX;
  for (int64_t threshold : thresholds)
    if (count >= threshold)
      below = std::min(below, uint64_t(count - threshold));
    else if (!stored || step < int64_t(table->counts(int(function))))
      above = std::min(above, uint64_t(threshold - count));
  if (below != UINT64_MAX || above != UINT64_MAX) {
    uint64_t at = std::min<uint64_t>(std::min(below, above), error.size()) * 2;
    double p = error[std::min<uint64_t>(at, error.size() - 1)];
    if (p > 0 && draw() < p)
      step += below <= above ? -1 : 1;
  }
  return codeAt(function,
                std::clamp<int64_t>(step, 0, table->counts(int(function))));
}

int64_t accumulatorOf(const ArrayLayer &layer, uint32_t cls, int64_t neuron,
                      int64_t count) {
  int64_t bias = layer.bias_size()
                     ? layer.bias(int(cls * int64_t(layer.neurons()) + neuron))
                     : 0;
  return (count * int64_t(layer.count_unit()) + bias) /
         int64_t(layer.divisor());
}

} // namespace bnn::sim
