//===- Ecc.cpp - Error-correcting codes to compare 2T2R with --------------===//

#include "bnn/Device/Ecc.h"
#include "llvm/ADT/bit.h"
#include <cassert>
#include <cmath>
#include <fmt/format.h>

using namespace llvm;

namespace bnn::device {

/// The weight distribution by MacWilliams' identity from that of the dual
/// code, whose 2^checks words are few: with B[i] dual words of weight i,
///   A(z) = 2^-checks sum over i of B[i] (1 - z)^i (1 + z)^(n - i).
/// Sums are of integers below 2^90, exact in 128 bits.
static std::vector<double> weightDistribution(ArrayRef<uint32_t> columns,
                                              unsigned checks) {
  size_t n = columns.size();
  std::vector<uint64_t> dual(n + 1, 0);
  for (uint32_t row = 0; row < 1u << checks; ++row) {
    size_t weight = 0;
    for (uint32_t column : columns)
      weight += unsigned(popcount(row & column)) & 1;
    ++dual[weight];
  }
  std::vector<__int128> sum(n + 1, 0);
  for (size_t i = 0; i <= n; ++i) {
    if (!dual[i])
      continue;
    std::vector<__int128> product(n + 1, 0);
    product[0] = 1;
    for (size_t factor = 0; factor < n; ++factor)
      for (size_t w = n; w > 0; --w)
        product[w] += factor < i ? -product[w - 1] : product[w - 1];
    for (size_t w = 0; w <= n; ++w)
      sum[w] += __int128(dual[i]) * product[w];
  }
  std::vector<double> result;
  for (__int128 value : sum)
    result.push_back(double(value >> checks));
  return result;
}

Code::Code(StringRef kind, std::vector<uint32_t> parityCheck, unsigned checks)
    : checks(checks), columns(std::move(parityCheck)) {
  title = fmt::format("{} ({},{})", kind.str(), length(), dataBits());
  position.assign(size_t(1) << checks, -1);
  for (auto [index, column] : enumerate(columns))
    position[column] = int32_t(index);
  distribution = weightDistribution(columns, checks);
}

Code Code::hamming(unsigned length, unsigned checks) {
  assert(checks <= 10 && length > checks && length < 1u << checks);
  std::vector<uint32_t> columns;
  for (uint32_t column = 1; columns.size() < length; ++column)
    columns.push_back(column);
  return Code("SEC", std::move(columns), checks);
}

Code Code::secded(unsigned length, unsigned checks) {
  Code inner = hamming(length - 1, checks - 1);
  // The highest check is the parity over all bits; the last bit is in no other.
  std::vector<uint32_t> columns = std::move(inner.columns);
  columns.push_back(0);
  for (uint32_t &column : columns)
    column |= 1u << (checks - 1);
  return Code("SECDED", std::move(columns), checks);
}

double Code::residual(double p) const {
  if (p <= 0)
    return 0;
  double n = length(), sum = 0;
  double choose = 1; // n over w
  for (unsigned w = 1; w <= length(); ++w) {
    choose *= (n - w + 1) / w;
    double above = w < length() ? distribution[w + 1] : 0;
    // Of a single error this is zero to the last bit: n - n + 0.
    double errors =
        w * choose - distribution[w - 1] * (n - w + 1) + above * (w + 1);
    sum += errors * std::exp(w * std::log(p) + (n - w) * std::log1p(-p));
  }
  return sum / n;
}

void Code::decode(MutableArrayRef<uint8_t> errors) const {
  assert(errors.size() == columns.size());
  uint32_t syndrome = 0;
  for (auto [error, column] : zip(errors, columns))
    if (error)
      syndrome ^= column;
  if (syndrome && position[syndrome] >= 0)
    errors[position[syndrome]] ^= 1;
}

} // namespace bnn::device
