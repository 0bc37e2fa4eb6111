//===- PackedWeights.h - One bit or trit per weight -------------*- C++ -*-===//

#ifndef BNN_DIALECT_BNN_IR_PACKEDWEIGHTS_H
#define BNN_DIALECT_BNN_IR_PACKEDWEIGHTS_H

#include "mlir/IR/Attributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/Support/LLVM.h"
#include <vector>

namespace bnn {

/// A matrix of binary or ternary weights: rows are the first dimension of the
/// tensor (neurons), columns all others in row-major order. The one place that
/// knows the packing described at `bnn.constant`.
class PackedWeights {
public:
  /// All weights -1 (binary) or 0 (ternary).
  PackedWeights(int64_t rows, int64_t columns, bool ternary);

  /// Reads a `bnn.constant` value. Fails (calling `emitError`) where the blob
  /// is missing, has another size than the type asks for, or has padding bits
  /// set; literals where their characters or lengths do not fit.
  static mlir::FailureOr<PackedWeights>
  get(mlir::Attribute value, mlir::RankedTensorType type,
      llvm::function_ref<mlir::InFlightDiagnostic()> emitError);

  /// For values that the verifier has seen.
  static PackedWeights get(mlir::Attribute value, mlir::RankedTensorType type);

  int64_t rows() const { return numRows; }
  int64_t columns() const { return numColumns; }
  bool ternary() const { return isTernary; }
  int64_t wordsPerRow() const { return words; }

  int at(int64_t row, int64_t column) const {
    uint64_t mask = uint64_t(1) << (column & 63);
    int plus = (plusBits[row * words + (column >> 6)] & mask) != 0;
    if (!isTernary)
      return 2 * plus - 1;
    return plus - ((minusBits[row * words + (column >> 6)] & mask) != 0);
  }
  void set(int64_t row, int64_t column, int weight);

  /// Words of +1 bits; for ternary weights also of -1 bits.
  llvm::ArrayRef<uint64_t> plusRow(int64_t row) const {
    return llvm::ArrayRef(plusBits).slice(row * words, words);
  }
  llvm::ArrayRef<uint64_t> minusRow(int64_t row) const {
    return llvm::ArrayRef(minusBits).slice(row * words, words);
  }
  llvm::MutableArrayRef<uint64_t> plusRow(int64_t row) {
    return llvm::MutableArrayRef(plusBits).slice(row * words, words);
  }
  llvm::MutableArrayRef<uint64_t> minusRow(int64_t row) {
    return llvm::MutableArrayRef(minusBits).slice(row * words, words);
  }

  /// Sum of a row's weights; number of non-zero ones.
  int64_t rowSum(int64_t row) const;
  int64_t rowNonZero(int64_t row) const;

  /// A dense_resource attribute named `name` (made unique) of `shape`.
  mlir::Attribute toAttribute(llvm::StringRef name,
                              mlir::RankedTensorType type) &&;

private:
  int64_t numRows, numColumns, words;
  bool isTernary;
  std::vector<uint64_t> plusBits, minusBits;
};

/// Frees the blob of a packed or real resource that no operation uses any more.
void releaseResource(mlir::Attribute value);

} // namespace bnn

#endif // BNN_DIALECT_BNN_IR_PACKEDWEIGHTS_H
