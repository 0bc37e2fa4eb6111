//===- PackedWeights.cpp - One bit or trit per weight ---------------------===//

#include "bnn/Dialect/BNN/IR/PackedWeights.h"
#include "bnn/Dialect/BNN/IR/BNN.h"

#include "mlir/IR/DialectResourceBlobManager.h"
#include "llvm/ADT/bit.h"

using namespace mlir;
using namespace bnn;

PackedWeights::PackedWeights(int64_t rows, int64_t columns, bool ternary)
    : numRows(rows), numColumns(columns), words((columns + 63) / 64),
      isTernary(ternary), plusBits(rows * words),
      minusBits(ternary ? rows * words : 0) {}

void PackedWeights::set(int64_t row, int64_t column, int weight) {
  uint64_t mask = uint64_t(1) << (column & 63);
  size_t word = row * words + (column >> 6);
  plusBits[word] = weight > 0 ? plusBits[word] | mask : plusBits[word] & ~mask;
  if (isTernary)
    minusBits[word] =
        weight < 0 ? minusBits[word] | mask : minusBits[word] & ~mask;
}

int64_t PackedWeights::rowNonZero(int64_t row) const {
  if (!isTernary)
    return numColumns;
  int64_t count = 0;
  for (auto [plus, minus] : llvm::zip_equal(plusRow(row), minusRow(row)))
    count += llvm::popcount(plus | minus);
  return count;
}

int64_t PackedWeights::rowSum(int64_t row) const {
  int64_t plus = 0;
  for (uint64_t word : plusRow(row))
    plus += llvm::popcount(word);
  return 2 * plus - rowNonZero(row);
}

//===----------------------------------------------------------------------===//
// Reading attributes
//===----------------------------------------------------------------------===//

namespace {
struct Shape {
  int64_t rows, columns;
};
} // namespace

static Shape matrixShape(RankedTensorType type) {
  int64_t rows = type.getRank() ? type.getDimSize(0) : 1;
  return {rows, rows ? type.getNumElements() / rows : 0};
}

static FailureOr<PackedWeights>
fromLiteral(LiteralAttr literal, Shape shape, bool ternary,
            function_ref<InFlightDiagnostic()> emitError) {
  if (int64_t(literal.getRows().size()) != shape.rows)
    return emitError() << "literal has " << literal.getRows().size()
                       << " rows, the tensor " << shape.rows;
  PackedWeights weights(shape.rows, shape.columns, ternary);
  for (auto [row, text] : llvm::enumerate(literal.getRows())) {
    if (int64_t(text.size()) != shape.columns)
      return emitError() << "row " << row << " of the literal has "
                         << text.size() << " weights, the tensor "
                         << shape.columns;
    for (auto [column, c] : llvm::enumerate(text.getValue())) {
      if (c != '+' && c != '-' && !(c == '0' && ternary))
        return emitError() << "row " << row << " of the literal has '"
                           << Twine(c) << "', expected '+'"
                           << (ternary ? ", '-' or '0'" : " or '-'");
      weights.set(row, column, c == '+' ? 1 : c == '-' ? -1 : 0);
    }
  }
  return weights;
}

static LogicalResult
copyWords(ArrayRef<char> bytes, const Shape &shape, int64_t words,
          llvm::function_ref<MutableArrayRef<uint64_t>(int64_t)> rowOf,
          function_ref<InFlightDiagnostic()> emitError) {
  for (int64_t row = 0; row < shape.rows; ++row) {
    MutableArrayRef<uint64_t> target = rowOf(row);
    std::memcpy(target.data(), bytes.data() + row * words * 8, words * 8);
    if (shape.columns % 64 && target.back() >> (shape.columns % 64))
      return emitError() << "padding bits of weight row " << row
                         << " must be zero";
  }
  return success();
}

FailureOr<PackedWeights>
PackedWeights::get(Attribute value, RankedTensorType type,
                   function_ref<InFlightDiagnostic()> emitError) {
  bool ternary = isa<TernaryType>(type.getElementType());
  Shape shape = matrixShape(type);
  if (auto literal = dyn_cast<LiteralAttr>(value))
    return fromLiteral(literal, shape, ternary, emitError);
  auto resource = dyn_cast<DenseResourceElementsAttr>(value);
  if (!resource)
    return emitError()
           << "binary and ternary constants are #bnn.lit or dense_resource";
  const AsmResourceBlob *blob = resource.getRawHandle().getBlob();
  if (!blob)
    return emitError() << "resource '" << resource.getRawHandle().getKey()
                       << "' has no data";
  int64_t words = (shape.columns + 63) / 64;
  size_t plane = size_t(shape.rows) * words * 8;
  ArrayRef<char> bytes = blob->getData();
  if (bytes.size() != plane * (ternary ? 2 : 1))
    return emitError() << "resource '" << resource.getRawHandle().getKey()
                       << "' has " << bytes.size() << " bytes, " << type
                       << " packs into " << plane * (ternary ? 2 : 1);
  PackedWeights weights(shape.rows, shape.columns, ternary);
  auto plus = [&](int64_t row) { return weights.plusRow(row); };
  auto minus = [&](int64_t row) { return weights.minusRow(row); };
  if (failed(copyWords(bytes.take_front(plane), shape, words, plus, emitError)))
    return failure();
  if (!ternary)
    return weights;
  if (failed(
          copyWords(bytes.drop_front(plane), shape, words, minus, emitError)))
    return failure();
  for (size_t i = 0; i < weights.plusBits.size(); ++i)
    if (weights.plusBits[i] & weights.minusBits[i])
      return emitError() << "weight row " << i / words
                         << " has a weight that is both +1 and -1";
  return weights;
}

PackedWeights PackedWeights::get(Attribute value, RankedTensorType type) {
  return *get(value, type, [&]() -> InFlightDiagnostic {
    return mlir::emitError(UnknownLoc::get(type.getContext()));
  });
}

//===----------------------------------------------------------------------===//
// Resources
//===----------------------------------------------------------------------===//

Attribute PackedWeights::toAttribute(StringRef name, RankedTensorType type) && {
  // The blob owns one vector: the minus bits follow the plus bits.
  std::vector<uint64_t> data = std::move(plusBits);
  data.insert(data.end(), minusBits.begin(), minusBits.end());
  minusBits.clear();
  auto *owned = new std::vector<uint64_t>(std::move(data));
  ArrayRef<char> bytes(reinterpret_cast<const char *>(owned->data()),
                       owned->size() * sizeof(uint64_t));
  AsmResourceBlob blob(
      bytes, alignof(uint64_t),
      [owned](void *, size_t, size_t) { delete owned; },
      /*dataIsMutable=*/false);
  return DenseResourceElementsAttr::get(type, name, std::move(blob));
}

void bnn::releaseResource(Attribute value) {
  auto resource = dyn_cast<DenseResourceElementsAttr>(value);
  if (!resource)
    return;
  if (AsmResourceBlob *blob = resource.getRawHandle().getBlob())
    *blob = AsmResourceBlob();
}
