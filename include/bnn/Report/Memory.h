//===- Memory.h - Memory of a network's parameters --------------*- C++ -*-===//
//
// What a designer saves by binarizing: the bits in which the parameters of a
// compiled network are held, against those of the network as read with all
// parameters in 32 and in 8 bits.
//
// Parameters are weights of linear operators and what belongs to a channel:
// biases, two numbers of a batch normalization (its statistics fold into them),
// thresholds. Tensors of one element, such as a scale of the whole tensor, are
// no parameters.
//
//===----------------------------------------------------------------------===//

#ifndef BNN_REPORT_MEMORY_H
#define BNN_REPORT_MEMORY_H

#include "bnn/Image/image.pb.h"
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace bnn::report {

/// Counts of real parameters.
struct Parameters {
  uint64_t weights = 0; ///< of convolutions and matrix products
  uint64_t others = 0;  ///< biases, norms, thresholds
  uint64_t total() const { return weights + others; }
  Parameters &operator+=(const Parameters &other) {
    weights += other.weights;
    others += other.others;
    return *this;
  }
};

/// What of the network as read an image does not tell.
struct MemoryFacts {
  /// Parameters of the network as read, by ONNX node.
  std::map<std::string, Parameters> byNode;
  std::set<std::string> ternaryNodes; ///< ONNX nodes with ternary weights
  /// The network to compare with, if it is another one than was read.
  std::string baseline;
  Parameters baselineParameters;
};

/// A layer as in Row. A parameter in the cells takes 1 bit (ternary 2), a
/// threshold the bits of its accumulator; real parameters of the host take 32
/// (`bits32`) or 8 (`bits8`). What no layer is left of (a norm that became
/// thresholds) is one row at the end, so that the rows sum up to the network.
struct MemoryRow {
  std::string name;
  Parameters read; ///< in the network as read
  uint64_t bits32 = 0, bits8 = 0;
};

struct Memory {
  std::vector<MemoryRow> layers; ///< with parameters, in order of execution
  std::string baseline;          ///< model compared with; empty: itself
  Parameters parameters;         ///< of the model compared with
  uint64_t bits32 = 0, bits8 = 0;

  /// Share of memory saved against all parameters in 32 and in 8 bits;
  /// negative where the network grew.
  double saved32() const { return saved(bits32, 32); }
  double saved8() const { return saved(bits8, 8); }

private:
  double saved(uint64_t bits, unsigned width) const {
    double all = double(parameters.total()) * width;
    return all > 0 ? 1 - double(bits) / all : 0;
  }
};

/// Counts `image`, which must be verified.
Memory countMemory(const image::Image &image, const MemoryFacts &facts);

} // namespace bnn::report

#endif // BNN_REPORT_MEMORY_H
