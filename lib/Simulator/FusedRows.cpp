//===- FusedRows.cpp - Packed input rows of a fused layer -----------------===//

#include "FusedLayer.h"

using namespace llvm;

namespace bnn::sim {

namespace {

/// Sets bit k of plane i, at `to` + i * `stride`, to bit i of lanes[k].
/// `lanes` is readable up to a multiple of 8, with 0 behind the last.
void packLanes(const std::vector<uint64_t> &lanes, unsigned planes,
               uint32_t *to, size_t stride) {
  for (size_t first = 0; first < lanes.size(); first += 8)
    for (unsigned group = 0; group < planes; group += 8) {
      uint64_t bytes = 0;
      for (unsigned k = 0; k < 8; ++k)
        bytes |= (lanes[first + k] >> group & 0xff) << (8 * k);
      unsigned count = std::min(planes - group, 8u);
      for (unsigned i = 0; i < count; ++i) {
        // The product brings bit 0 of byte k to bit 56 + k.
        uint64_t ones = bytes >> i & 0x0101010101010101;
        uint32_t packed = uint32_t(ones * 0x0102040810204080 >> 56);
        to[(group + i) * stride + first / 32] |= packed << (first % 32);
      }
    }
}

} // namespace

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
  std::vector<uint64_t> lanes((channels + 7) / 8 * 8, 0);
  for (int64_t sample = 0; sample < input.samples(); ++sample) {
    const double *codes = input.tensor(sample).data.data();
    uint32_t *to = storage.data() + sample * positions * stride;
    for (int64_t p = 0; p < positions; ++p, to += stride) {
      for (int64_t c = 0; c < channels; ++c)
        lanes[c] = g.bits(int64_t(codes[c * stepC + p * stepP]));
      packLanes(lanes, g.planes, to, channelWords);
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
  std::vector<uint64_t> bits, lanes((g.fanIn + 7) / 8 * 8, 0);
  for (int64_t sample = 0; sample < input.samples(); ++sample) {
    const Tensor &codes = input.tensor(sample);
    bits.clear();
    for (double code : codes.data)
      bits.push_back(g.bits(int64_t(code)));
    for (int64_t p = 0; p < g.positions; ++p, to += rows.rowStride) {
      if (g.convolution) {
        const int32_t *taps = g.tapIndex.data() + p * g.taps;
        const uint64_t *channel =
            bits.data() + group * g.groupChannels * g.spatial;
        uint64_t *lane = lanes.data();
        for (int64_t c = 0; c < g.groupChannels; ++c, channel += g.spatial)
          for (int64_t t = 0; t < g.taps; ++t)
            *lane++ = taps[t] < 0 ? g.padBits : channel[taps[t]];
      } else {
        std::copy_n(bits.begin() + (p * g.groups + group) * g.fanIn, g.fanIn,
                    lanes.begin());
      }
      packLanes(lanes, g.planes, to, words);
    }
  }
  return rows;
}

} // namespace bnn::sim
