//===- RandomLayer.h - Random layers as text and as plain integers --------===//

#ifndef BNN_TEST_UNIT_RRAM_RANDOMLAYER_H
#define BNN_TEST_UNIT_RRAM_RANDOMLAYER_H

#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace bnn::test {

using Ints = std::vector<int64_t>;

/// A linear layer with its thresholds, spelled out.
struct RandomLayer {
  bool convolution;
  bool ternary;             // weights
  std::string codeType;     // "!bnn.binary", ...
  int64_t codeMin, codeMax; // -1, 1 for binary, which has no 0
  int64_t channels, groups, neurons, positions; // positions: dense only
  Ints input, kernel, strides, dilations, padsBegin, padsEnd, output;
  int64_t padValue;
  std::vector<Ints> weights;    // [neuron][lane]
  std::vector<Ints> thresholds; // per neuron, ascending
  std::vector<Ints> levels;     // one more each
  // Of the chip.
  int64_t rows, columns;
  bool ternarySense, columnMask, tree;

  int64_t fanIn() const { return int64_t(weights[0].size()); }
  int64_t inputElements() const;
  int64_t outputPositions() const;

  /// The module that the pipeline starts from.
  std::string text() const;
  /// A random input code.
  int64_t code(std::mt19937 &random) const;
  /// The exact accumulator of neuron `n` at output position `p`, padding with
  /// pad_value: the definition of a convolution, loop by loop.
  int64_t accumulate(const Ints &codes, int64_t n, int64_t p) const;
  /// The input code that lane `lane` of neuron `n` carries at `p`; `padCode`
  /// in the padding.
  int64_t lane(const Ints &codes, int64_t n, int64_t p, int64_t lane,
               int64_t padCode) const;
  int64_t decide(int64_t n, int64_t accumulator) const;
};

RandomLayer makeLayer(std::mt19937 &random);

} // namespace bnn::test

#endif // BNN_TEST_UNIT_RRAM_RANDOMLAYER_H
