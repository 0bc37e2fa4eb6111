//===- Ecc.h - Error-correcting codes to compare 2T2R with ------*- C++ -*-===//
//
// A 2T2R cell spends two devices on a bit. The same devices, read one by one,
// can hold a bit and its share of the check bits of a code. These are the codes
// that the comparison is made with, and what they leave of independent errors.
//
//===----------------------------------------------------------------------===//

#ifndef BNN_DEVICE_ECC_H
#define BNN_DEVICE_ECC_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include <cstdint>
#include <string>
#include <vector>

namespace bnn::device {

/// A binary linear code that corrects one error, decoded up to its distance:
/// the syndrome of a single error is corrected, every other one is left as it
/// was read.
class Code {
public:
  /// SEC: the Hamming code with `checks` check bits, shortened to `length`
  /// bits. `length` is at most 2^checks - 1 and more than `checks`, and
  /// `checks` at most 10.
  static Code hamming(unsigned length, unsigned checks);
  /// SECDED: the Hamming code of one bit and one check less with a parity bit
  /// over all. Double errors are detected and stay.
  static Code secded(unsigned length, unsigned checks);

  static Code sec74() { return hamming(7, 3); }
  static Code secded84() { return secded(8, 4); }
  static Code secded7264() { return secded(72, 8); }

  const std::string &name() const { return title; } ///< "SECDED (8,4)"
  unsigned length() const { return unsigned(columns.size()); }
  unsigned dataBits() const { return length() - checks; }
  /// Devices for a bit of data; 2 for a rate of one half, as 2T2R.
  double devicesPerBit() const { return double(length()) / dataBits(); }

  /// The number of code words of each weight, 0 .. length().
  llvm::ArrayRef<double> weights() const { return distribution; }

  /// The probability that a bit of the code is wrong after decoding, where
  /// each was wrong with probability `p` before, independently. Exact: a sum
  /// over the weights of errors, from the code's weight distribution A. Of
  /// the errors of weight w,
  ///   A[w - 1] (n - w + 1) become a code word of weight w - 1 and
  ///   A[w + 1] (w + 1) one of weight w + 1,
  /// all others are detected or unseen, and stay.
  double residual(double p) const;

  /// The errors that decoding leaves of `errors`, one flag a bit.
  void decode(llvm::MutableArrayRef<uint8_t> errors) const;

private:
  Code(llvm::StringRef kind, std::vector<uint32_t> columns, unsigned checks);

  std::string title;
  unsigned checks;
  std::vector<uint32_t> columns;    ///< of the parity-check matrix
  std::vector<int32_t> position;    ///< of each syndrome, -1: no column
  std::vector<double> distribution; ///< of code words over weights
};

} // namespace bnn::device

#endif // BNN_DEVICE_ECC_H
