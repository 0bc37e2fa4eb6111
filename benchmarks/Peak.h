//===- Peak.h - The machine's XNOR-popcount peak ----------------*- C++ -*-===//

#ifndef BNN_BENCHMARKS_PEAK_H
#define BNN_BENCHMARKS_PEAK_H

#include <cstddef>
#include <cstdint>
#include <vector>

namespace bnn::bench {

/// A register-blocked loop of xor, popcount and add in raw intrinsics: `rows`
/// broadcast words against `vectors` vectors of weights, all data in the
/// first-level cache.
struct PeakLoop {
  const char *name;
  bool supported;
  size_t rows, vectors, vectorBits;
  /// Goes once through `words` words of all rows and vectors; the result keeps
  /// the work from being removed.
  uint64_t (*run)(const uint32_t *rows, const uint32_t *weights, size_t words);
  double macs(size_t words) const {
    return double(rows) * double(vectors * vectorBits) * double(words);
  }
};

/// Several blockings for each instruction set; the best one is the peak.
std::vector<PeakLoop> peakLoopsAvx512();
std::vector<PeakLoop> peakLoopsAvx2();

} // namespace bnn::bench

#endif // BNN_BENCHMARKS_PEAK_H
