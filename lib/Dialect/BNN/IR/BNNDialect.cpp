//===- BNNDialect.cpp - Types and attributes of the bnn dialect -----------===//

#include "bnn/Dialect/BNN/IR/BNN.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace bnn;

#include "bnn/Dialect/BNN/IR/BNNDialect.cpp.inc"
#include "bnn/Dialect/BNN/IR/BNNEnums.cpp.inc"

#define GET_TYPEDEF_CLASSES
#include "bnn/Dialect/BNN/IR/BNNTypes.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "bnn/Dialect/BNN/IR/BNNAttributes.cpp.inc"

void BNNDialect::initialize() {
  addTypes<
#define GET_TYPEDEF_LIST
#include "bnn/Dialect/BNN/IR/BNNTypes.cpp.inc"
      >();
  addAttributes<
#define GET_ATTRDEF_LIST
#include "bnn/Dialect/BNN/IR/BNNAttributes.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "bnn/Dialect/BNN/IR/BNNOps.cpp.inc"
      >();
}

//===----------------------------------------------------------------------===//
// !bnn.int<k, signed|unsigned>
//===----------------------------------------------------------------------===//

Type IntType::parse(AsmParser &parser) {
  unsigned width = 0;
  StringRef signedness;
  SMLoc loc = parser.getCurrentLocation();
  if (parser.parseLess() || parser.parseInteger(width) || parser.parseComma() ||
      parser.parseKeyword(&signedness) || parser.parseGreater())
    return {};
  if (signedness != "signed" && signedness != "unsigned") {
    parser.emitError(loc, "expected 'signed' or 'unsigned', got '")
        << signedness << "'";
    return {};
  }
  return IntType::getChecked([&] { return parser.emitError(loc); },
                             parser.getContext(), width,
                             signedness == "signed");
}

void IntType::print(AsmPrinter &printer) const {
  printer << "<" << getWidth() << ", "
          << (getIsSigned() ? "signed" : "unsigned") << ">";
}

LogicalResult IntType::verify(function_ref<InFlightDiagnostic()> emitError,
                              unsigned width, bool isSigned) {
  if (width < 1 || width > 16)
    return emitError() << "code width must be 1 to 16 bits, got " << width;
  return success();
}

LogicalResult
UnaryCountType::verify(function_ref<InFlightDiagnostic()> emitError,
                       unsigned presentations) {
  if (presentations < 1 || presentations > maxPresentations)
    return emitError() << "presentations must be 1 to " << maxPresentations
                       << ", got " << presentations;
  return success();
}

//===----------------------------------------------------------------------===//
// #bnn.steps
//===----------------------------------------------------------------------===//

LogicalResult StepsAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                                ArrayRef<int64_t> counts,
                                ArrayRef<int64_t> thresholds,
                                ArrayRef<int64_t> codes) {
  size_t first = 0;
  for (auto [i, count] : llvm::enumerate(counts)) {
    if (count < 0 || size_t(count) > thresholds.size() - first)
      return emitError() << "step function " << i << " asks for " << count
                         << " thresholds, " << thresholds.size() - first
                         << " are left";
    for (int64_t j = 1; j < count; ++j)
      if (thresholds[first + j] <= thresholds[first + j - 1])
        return emitError() << "thresholds of step function " << i
                           << " must ascend";
    first += count;
  }
  if (first != thresholds.size())
    return emitError() << thresholds.size() - first
                       << " thresholds belong to no step function";
  if (codes.size() != thresholds.size() + counts.size())
    return emitError() << "expected one code more than thresholds per step "
                          "function ("
                       << thresholds.size() + counts.size() << "), got "
                       << codes.size();
  return success();
}

//===----------------------------------------------------------------------===//
// Codes
//===----------------------------------------------------------------------===//

bool bnn::isCode(Type type) {
  return isa<BinaryType, TernaryType, IntType, UnaryCountType>(type);
}

CodeRange bnn::codeRange(Type codeType) {
  return TypeSwitch<Type, CodeRange>(codeType)
      .Case([](IntType type) {
        int64_t half = int64_t(1) << (type.getWidth() - 1);
        return type.getIsSigned() ? CodeRange{-half, half - 1}
                                  : CodeRange{0, 2 * half - 1};
      })
      .Case([](UnaryCountType type) {
        return CodeRange{0, int64_t(type.getPresentations())};
      })
      .Default([](Type) { return CodeRange{-1, 1}; });
}
