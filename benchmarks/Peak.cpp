//===- Peak.cpp - The machine's XNOR-popcount peak ------------------------===//

#include "Peak.h"

#if defined(__x86_64__)
#include <immintrin.h>

namespace bnn::bench {

namespace {

// Blocks are unrolled completely, so that the arrays of accumulators become
// registers.
#if defined(__clang__)
#define BNN_UNROLL _Pragma("clang loop unroll(full)")
#else
#define BNN_UNROLL _Pragma("GCC unroll 8")
#endif

template <int Rows, int Vectors>
__attribute__((target("avx512f,avx512vpopcntdq")))
uint64_t loop512(const uint32_t *rows, const uint32_t *weights, size_t words) {
  __m512i sums[Rows][Vectors];
  BNN_UNROLL
  for (int r = 0; r < Rows; ++r) {
    BNN_UNROLL
    for (int v = 0; v < Vectors; ++v)
      sums[r][v] = _mm512_setzero_si512();
  }
  for (size_t k = 0; k < words; ++k) {
    __m512i w[Vectors];
    BNN_UNROLL
    for (int v = 0; v < Vectors; ++v)
      w[v] = _mm512_loadu_si512(weights + (k * Vectors + v) * 16);
    BNN_UNROLL
    for (int r = 0; r < Rows; ++r) {
      __m512i x = _mm512_set1_epi32(int(rows[r * words + k]));
      BNN_UNROLL
      for (int v = 0; v < Vectors; ++v)
        sums[r][v] = _mm512_add_epi32(
            sums[r][v], _mm512_popcnt_epi32(_mm512_xor_si512(x, w[v])));
    }
  }
  __m512i total = _mm512_setzero_si512();
  BNN_UNROLL
  for (int r = 0; r < Rows; ++r) {
    BNN_UNROLL
    for (int v = 0; v < Vectors; ++v)
      total = _mm512_add_epi32(total, sums[r][v]);
  }
  alignas(64) uint32_t lanes[16];
  _mm512_store_si512(lanes, total);
  return lanes[0] + lanes[15];
}

template <int Rows, int Vectors>
__attribute__((target("avx2"))) uint64_t loop256(const uint32_t *rows,
                                                 const uint32_t *weights,
                                                 size_t words) {
  const __m256i table =
      _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4, 0, 1, 1,
                       2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
  const __m256i low = _mm256_set1_epi8(15);
  __m256i totals[Rows][Vectors];
  BNN_UNROLL
  for (int r = 0; r < Rows; ++r) {
    BNN_UNROLL
    for (int v = 0; v < Vectors; ++v)
      totals[r][v] = _mm256_setzero_si256();
  }
  // Bytes gain 8 at most: 31 words, then they are summed by SAD.
  for (size_t first = 0; first < words; first += 31) {
    size_t last = first + 31 < words ? first + 31 : words;
    __m256i sums[Rows][Vectors];
    BNN_UNROLL
    for (int r = 0; r < Rows; ++r) {
      BNN_UNROLL
      for (int v = 0; v < Vectors; ++v)
        sums[r][v] = _mm256_setzero_si256();
    }
    for (size_t k = first; k < last; ++k) {
      BNN_UNROLL
      for (int v = 0; v < Vectors; ++v) {
        __m256i w = _mm256_loadu_si256(
            reinterpret_cast<const __m256i *>(weights + (k * Vectors + v) * 8));
        BNN_UNROLL
        for (int r = 0; r < Rows; ++r) {
          __m256i x =
              _mm256_xor_si256(_mm256_set1_epi32(int(rows[r * words + k])), w);
          __m256i a = _mm256_shuffle_epi8(table, _mm256_and_si256(x, low));
          __m256i b = _mm256_shuffle_epi8(
              table, _mm256_and_si256(_mm256_srli_epi16(x, 4), low));
          sums[r][v] = _mm256_add_epi8(sums[r][v], _mm256_add_epi8(a, b));
        }
      }
    }
    BNN_UNROLL
    for (int r = 0; r < Rows; ++r) {
      BNN_UNROLL
      for (int v = 0; v < Vectors; ++v)
        totals[r][v] = _mm256_add_epi64(
            totals[r][v], _mm256_sad_epu8(sums[r][v], _mm256_setzero_si256()));
    }
  }
  __m256i total = _mm256_setzero_si256();
  BNN_UNROLL
  for (int r = 0; r < Rows; ++r) {
    BNN_UNROLL
    for (int v = 0; v < Vectors; ++v)
      total = _mm256_add_epi64(total, totals[r][v]);
  }
  return uint64_t(_mm256_extract_epi64(total, 0)) +
         uint64_t(_mm256_extract_epi64(total, 3));
}

} // namespace

std::vector<PeakLoop> peakLoopsAvx512() {
  bool supported = __builtin_cpu_supports("avx512f") &&
                   __builtin_cpu_supports("avx512vpopcntdq");
  return {{"AVX-512 VPOPCNTDQ 4x2", supported, 4, 2, 512, loop512<4, 2>},
          {"AVX-512 VPOPCNTDQ 2x4", supported, 2, 4, 512, loop512<2, 4>},
          {"AVX-512 VPOPCNTDQ 4x4", supported, 4, 4, 512, loop512<4, 4>},
          {"AVX-512 VPOPCNTDQ 6x4", supported, 6, 4, 512, loop512<6, 4>}};
}

std::vector<PeakLoop> peakLoopsAvx2() {
  bool supported = __builtin_cpu_supports("avx2");
  return {{"AVX2 1x4", supported, 1, 4, 256, loop256<1, 4>},
          {"AVX2 2x2", supported, 2, 2, 256, loop256<2, 2>},
          {"AVX2 4x1", supported, 4, 1, 256, loop256<4, 1>},
          {"AVX2 4x2", supported, 4, 2, 256, loop256<4, 2>}};
}

} // namespace bnn::bench

#else

// Other machines have no peak loop here; their layers are timed all the same.
std::vector<bnn::bench::PeakLoop> bnn::bench::peakLoopsAvx512() { return {}; }
std::vector<bnn::bench::PeakLoop> bnn::bench::peakLoopsAvx2() { return {}; }

#endif
