//===- Crossings.h - What crosses between host and chip ---------*- C++ -*-===//

#ifndef BNN_IMAGE_CROSSINGS_H
#define BNN_IMAGE_CROSSINGS_H

#include "bnn/Image/image.pb.h"
#include <cstdint>
#include <string>
#include <vector>

namespace bnn::image {

/// How wide the values of a verified image are on the chip.
class ValueWidths {
public:
  explicit ValueWidths(const Image &image);

  /// Bits of one element of a CODE or INTEGER value: as many as tell its codes
  /// apart, 1 for codes -1 and +1 without 0; those of the accumulator of the
  /// layer it comes from. 32 where no layer says: no executor has wider ones.
  uint64_t bits(uint32_t value) const;

  /// "bipolar", "ternary", "u5", "codes -2..5", "accumulator".
  std::string encoding(uint32_t value) const;

private:
  void markBipolar();
  void markAccumulators();

  const Image &image;
  std::vector<bool> bipolar; // codes -1 .. 1 that are never 0
  std::vector<uint32_t> accumulatorBits;
};

/// A tensor that goes from the host onto the chip or back. An input of the
/// network that is declared, and an output that the chip delivers, are
/// crossings, too.
struct Crossing {
  bool toChip = true;
  uint32_t value = 0;              ///< the CODE or INTEGER value
  std::string tensor;              ///< in the network, or the value's name
  std::string encoding;            ///< see ValueWidths
  uint64_t elements = 0, bits = 0; ///< of one sample
  /// How often the network has come back from the chip before: values of one
  /// pass through host and arrays have the same number.
  uint32_t pass = 0;
};

/// In the order of the network. A value that several operators of the host read
/// crosses once.
std::vector<Crossing> listCrossings(const Image &image);

/// For each value: how often its computation has come back from the chip, see
/// Crossing::pass. Constants and inputs of the network: 0.
std::vector<uint32_t> countPasses(const Image &image);

} // namespace bnn::image

#endif // BNN_IMAGE_CROSSINGS_H
