//===- FusedRows.cpp - Packed input rows of a fused layer -----------------===//

#include "FusedLayer.h"

using namespace llvm;

namespace bnn::sim {

bool FusedLayer::takesPacked(const PackedCodes &packed) const {
  const Geometry &g = geometry;
  int64_t inputPositions = g.convolution ? g.spatial : g.positions;
  bool sameLayout =
      packed.positions == 1 || packed.channelsFirst == g.convolution;
  auto known = [&](int64_t code) {
    return code >= g.codeMin && code < g.codeMin + int64_t(g.codeBits.size());
  };
  return known(packed.low) && known(packed.high) && g.planes == 1 &&
         sameLayout && packed.positions == inputPositions &&
         packed.channels == g.groups * g.groupChannels &&
         g.bits(packed.low) == 0 && g.bits(packed.high) == 1;
}

/// [sample][position][plane][words of 32 channels] of the input's codes.
void FusedLayer::packChannels(BatchValue &input,
                              std::vector<uint32_t> &storage) const {
  const Geometry &g = geometry;
  int64_t channels = g.groups * g.groupChannels;
  int64_t positions = g.convolution ? g.spatial : g.positions;
  int64_t stepC = g.convolution ? g.spatial : 1;
  int64_t stepP = g.convolution ? 1 : channels;
  size_t stride = g.planes * channelWords;
  storage.assign(input.samples() * positions * stride, 0);
  for (int64_t sample = 0; sample < input.samples(); ++sample) {
    const double *codes = input.tensor(sample).data.data();
    uint32_t *to = storage.data() + sample * positions * stride;
    for (int64_t p = 0; p < positions; ++p, to += stride)
      for (int64_t c = 0; c < channels; ++c) {
        uint32_t bits = g.bits(int64_t(codes[c * stepC + p * stepP]));
        for (unsigned plane = 0; plane < g.planes; ++plane)
          to[plane * channelWords + c / 32] |= (bits >> plane & 1) << (c % 32);
      }
  }
}

/// Rows of whole words: `packed` itself where each position reads just its
/// own, else the words of all taps side by side.
FusedLayer::Rows FusedLayer::gatherTaps(const uint32_t *packed, int64_t samples,
                                        int64_t group) const {
  const Geometry &g = geometry;
  size_t inputStride = g.planes * channelWords;
  size_t offset = group * groupWords;
  Rows rows;
  bool direct = !g.convolution || (g.taps == 1 && g.positions == g.spatial);
  for (int64_t p = 0; g.convolution && direct && p < g.positions; ++p)
    direct = g.tapIndex[p] == p;
  if (direct) {
    rows.data = packed + offset;
    rows.rowStride = inputStride;
    rows.planeStride = channelWords;
    return rows;
  }

  std::vector<uint32_t> padding(groupWords, 0);
  for (int64_t c = 0; c < g.groupChannels; ++c)
    padding[c / 32] |= 1u << (c % 32);
  rows.planeStride = words;
  rows.rowStride = g.planes * words;
  rows.storage.resize(samples * g.positions * rows.rowStride);
  rows.data = rows.storage.data();
  uint32_t *to = rows.storage.data();
  for (int64_t sample = 0; sample < samples; ++sample) {
    const uint32_t *from = packed + sample * g.spatial * inputStride + offset;
    for (int64_t p = 0; p < g.positions; ++p) {
      const int32_t *taps = g.tapIndex.data() + p * g.taps;
      for (unsigned plane = 0; plane < g.planes; ++plane)
        for (int64_t t = 0; t < g.taps; ++t, to += groupWords) {
          if (taps[t] >= 0)
            std::copy_n(from + taps[t] * inputStride + plane * channelWords,
                        groupWords, to);
          else if (g.padBits >> plane & 1)
            std::copy_n(padding.data(), groupWords, to);
        }
    }
  }
  return rows;
}

/// Rows lane by lane in the layer's own order.
FusedLayer::Rows FusedLayer::gatherLanes(BatchValue &input,
                                         int64_t group) const {
  const Geometry &g = geometry;
  Rows rows;
  rows.planeStride = words;
  rows.rowStride = g.planes * words;
  rows.storage.assign(input.samples() * g.positions * rows.rowStride, 0);
  rows.data = rows.storage.data();
  uint32_t *to = rows.storage.data();
  std::vector<uint32_t> bits;
  for (int64_t sample = 0; sample < input.samples(); ++sample) {
    const Tensor &codes = input.tensor(sample);
    bits.clear();
    for (double code : codes.data)
      bits.push_back(g.bits(int64_t(code)));
    for (int64_t p = 0; p < g.positions; ++p, to += rows.rowStride) {
      int64_t lane = 0;
      for (int64_t c = 0; c < g.groupChannels; ++c)
        for (int64_t t = 0; t < g.taps; ++t, ++lane) {
          int64_t at = g.inputIndex(p, group, lane);
          uint32_t value = at < 0 ? g.padBits : bits[at];
          for (unsigned plane = 0; plane < g.planes; ++plane)
            to[plane * words + lane / 32] |= (value >> plane & 1)
                                             << (lane % 32);
        }
    }
  }
  return rows;
}

} // namespace bnn::sim
