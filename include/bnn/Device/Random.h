//===- Random.h - Counter-based random numbers ------------------*- C++ -*-===//
//
// Every draw of the simulator is a function of what it is for: no generator
// has a state, so results depend on no order, thread, batch, rank or
// instruction set. Philox4x32-10 (Salmon et al., SC 2011) from Random123.
//
//===----------------------------------------------------------------------===//

#ifndef BNN_DEVICE_RANDOM_H
#define BNN_DEVICE_RANDOM_H

#include <Random123/philox.h>
#include <array>
#include <cstdint>

namespace bnn::device {

/// What a draw is for. Two quantities never share random numbers. The values
/// are part of what a seed means: append, never renumber.
enum class Draw : uint32_t {
  Resistance = 1,    ///< of a device, at programming
  ArrayOffset = 2,   ///< of a column's bit lines and access transistors
  LatchOffset = 3,   ///< of a sense amplifier
  ZeroThreshold = 4, ///< of a column, ternary sensing
  BitError = 5,      ///< frozen at programming
  StuckCell = 6,     ///< by rate
  ReadFlip = 7,      ///< anew at each read
  Telegraph = 8,     ///< two-state noise of a device
  Decision = 9,      ///< of a neuron's comparison
  Retention = 10,    ///< change of a device after programming
  Input = 11,        ///< stochastic presentation of an input
  Bootstrap = 12,    ///< resampling in statistics
};

/// Random numbers of one quantity on one chip: 2^128 blocks of four words.
class Stream {
public:
  /// `event`: which programming of the chip this is, 0 for the first.
  Stream(uint64_t seed, uint64_t chip, Draw what, uint64_t event = 0) {
    // SplitMix64's finalizer over the parts keeps neighbouring chips apart.
    uint64_t hash = mix(seed + 0x9e3779b97f4a7c15);
    hash = mix(hash ^ (chip + 0x9e3779b97f4a7c15));
    hash = mix(hash ^ (uint64_t(what) << 48 ^ event));
    key = {{uint32_t(hash), uint32_t(hash >> 32)}};
  }

  /// Four independent words for a counter: (subarray * rows + row, column) at
  /// programming, (image, site) at reading, as the user of a stream says.
  std::array<uint32_t, 4> words(uint64_t high, uint64_t low) const {
    auto block = r123::Philox4x32()({{uint32_t(low), uint32_t(low >> 32),
                                      uint32_t(high), uint32_t(high >> 32)}},
                                    key);
    return {block[0], block[1], block[2], block[3]};
  }

  /// The same as two 64-bit words.
  std::array<uint64_t, 2> pair(uint64_t high, uint64_t low) const {
    std::array<uint32_t, 4> w = words(high, low);
    return {w[0] | uint64_t(w[1]) << 32, w[2] | uint64_t(w[3]) << 32};
  }

  /// Philox's key, for code that draws many blocks at once.
  std::array<uint32_t, 2> philoxKey() const { return {key[0], key[1]}; }

private:
  static uint64_t mix(uint64_t x) {
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
    x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
    return x ^ (x >> 31);
  }
  r123::Philox4x32::key_type key;
};

/// A uniform number in the open interval (0, 1), 53 bits, never 0 or 1.
inline double toUnit(uint64_t word) {
  return (double(word >> 11) + 0.5) * 0x1p-53;
}

} // namespace bnn::device

#endif // BNN_DEVICE_RANDOM_H
