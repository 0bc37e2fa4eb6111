//===- Geometry.h - What a layer record means for its reads -----*- C++ -*-===//

#ifndef BNN_LIB_SIMULATOR_GEOMETRY_H
#define BNN_LIB_SIMULATOR_GEOMETRY_H

#include "bnn/Image/image.pb.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/Support/Error.h"
#include <cstdint>
#include <vector>

namespace bnn::sim {

/// The indices behind an ArrayLayer, shared by both executors.
class Geometry {
public:
  /// `input` is the layer's input value. Fails on arms that this version does
  /// not execute and on codes that the planes cannot carry.
  static llvm::Expected<Geometry> make(const image::ArrayLayer &layer,
                                       const image::Value &input);

  int64_t positions = 0;
  int64_t neurons = 0, groups = 1, groupNeurons = 0;
  int64_t fanIn = 0;        // inputs of a neuron
  int64_t weightPlanes = 1; // lanes of a neuron = weightPlanes * fanIn
  bool convolution = false;
  int64_t taps = 1;          // of a convolution; 1 for dense
  int64_t groupChannels = 0; // fanIn / taps
  int64_t spatial = 1;       // input elements of one channel
  unsigned planes = 1;

  /// Convolutions: [positions][taps] index into a channel, -1 in the padding.
  std::vector<int32_t> tapIndex;

  /// Index in the input of what drives `lane` (of fanIn), or -1: padding.
  int64_t inputIndex(int64_t position, int64_t group, int64_t lane) const {
    if (!convolution)
      return (position * groups + group) * fanIn + lane;
    int32_t at = tapIndex[position * taps + lane % taps];
    return at < 0 ? -1 : (group * groupChannels + lane / taps) * spatial + at;
  }
  int64_t outputIndex(int64_t position, int64_t neuron) const {
    return convolution ? neuron * positions + position
                       : position * neurons + neuron;
  }
  uint32_t borderClass(int64_t position) const {
    return positionClass.empty() ? 0 : positionClass[position];
  }

  /// Bit i is the bit of plane i for an input code of the declared range.
  uint64_t bits(int64_t code) const { return codeBits[code - codeMin]; }
  uint64_t padBits = 0;

  std::vector<uint32_t> positionClass;
  int64_t codeMin = 0;
  std::vector<uint64_t> codeBits;
};

/// The bits that drive the planes of `layer` for `code`.
uint64_t planeBits(const image::ArrayLayer &layer, int64_t code);

/// Seam 3, the exact compare: integer counts to codes. A function is a (class,
/// neuron), number class * neurons + neuron.
class Decision {
public:
  Decision(const image::Image &image, const image::ArrayLayer &layer);

  /// The thresholds of a function: ascending, or as the cells of its slots hold
  /// them.
  llvm::ArrayRef<int64_t> thresholds(int64_t function) const {
    return llvm::ArrayRef(values).slice(first[function],
                                        first[function + 1] - first[function]);
  }
  /// The code of `neuron` in border class `cls`.
  int32_t code(uint32_t cls, int64_t neuron, int64_t count) const {
    int64_t function = cls * neurons + neuron;
    return codeAt(function, stepOf(function, thresholds(function), count));
  }
  /// How many of `thresholds` are reached: the step of the function.
  int64_t stepOf(int64_t function, llvm::ArrayRef<int64_t> thresholds,
                 int64_t count) const;
  int32_t codeAt(int64_t function, int64_t step) const {
    return table->codes(int(firstCode[function] + step));
  }

  /// The same where the comparison with the nearest threshold goes wrong with
  /// the probability `error`[2 d] at distance d = |count - threshold|, the
  /// last entry beyond; `draw` gives a uniform number, and is asked only where
  /// an error is possible.
  int32_t noisyCode(int64_t function, llvm::ArrayRef<int64_t> thresholds,
                    int64_t count, llvm::ArrayRef<double> error,
                    llvm::function_ref<double()> draw) const;

  /// Cell `cell` of the neuron's word of thresholds answers `one`.
  void setStoredBit(uint32_t neuron, uint32_t cell, bool one);
  bool storedBit(uint32_t neuron, uint32_t cell) const {
    int64_t function = int64_t(cell / bits / slots) * neurons + neuron;
    int64_t value = values[first[function] + cell / bits % slots];
    return (value - base) >> (cell % bits) & 1;
  }

  /// Where every function takes two codes at most, `low` and `high` > `low`
  /// over all: it can be kept as one bit.
  bool isBinary = false;
  int32_t low = 0, high = 0;

  const image::Thresholds *table;
  int64_t neurons;
  bool stored; ///< thresholds live in cells
  uint32_t slots, bits;
  int64_t base;

private:
  std::vector<int64_t> values;
  std::vector<int64_t> first;     // threshold of each function, and the end
  std::vector<int64_t> firstCode; // code of each function
};

/// The network's accumulator behind a count.
int64_t accumulatorOf(const image::ArrayLayer &layer, uint32_t cls,
                      int64_t neuron, int64_t count);

} // namespace bnn::sim

#endif // BNN_LIB_SIMULATOR_GEOMETRY_H
