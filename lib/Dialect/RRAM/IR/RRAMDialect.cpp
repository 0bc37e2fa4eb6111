//===- RRAMDialect.cpp - Types and attributes of the rram dialect ---------===//

#include "bnn/Dialect/RRAM/IR/RRAM.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace bnn;
using namespace bnn::rram;

#include "bnn/Dialect/RRAM/IR/RRAMDialect.cpp.inc"
#include "bnn/Dialect/RRAM/IR/RRAMEnums.cpp.inc"

#define GET_TYPEDEF_CLASSES
#include "bnn/Dialect/RRAM/IR/RRAMTypes.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "bnn/Dialect/RRAM/IR/RRAMAttributes.cpp.inc"

void RRAMDialect::initialize() {
  addTypes<
#define GET_TYPEDEF_LIST
#include "bnn/Dialect/RRAM/IR/RRAMTypes.cpp.inc"
      >();
  addAttributes<
#define GET_ATTRDEF_LIST
#include "bnn/Dialect/RRAM/IR/RRAMAttributes.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "bnn/Dialect/RRAM/IR/RRAMOps.cpp.inc"
      >();
}

LogicalResult RRAMDialect::verifyOperationAttribute(Operation *op,
                                                    NamedAttribute attribute) {
  if (attribute.getName() != targetAttrName)
    return op->emitOpError() << "has the unknown attribute '"
                             << attribute.getName().getValue() << "'";
  if (!isa<ModuleOp>(op))
    return op->emitOpError()
           << "'" << targetAttrName << "' belongs on the module";
  if (!isa<TargetAttr>(attribute.getValue()))
    return op->emitOpError()
           << "'" << targetAttrName << "' must be a #rram.target";
  return success();
}

//===----------------------------------------------------------------------===//
// !rram.popcount<n> and !rram.popcount<n, signed>
//===----------------------------------------------------------------------===//

Type PopcountType::parse(AsmParser &parser) {
  unsigned width;
  SMLoc loc = parser.getCurrentLocation();
  if (parser.parseLess() || parser.parseInteger(width))
    return {};
  bool isSigned = succeeded(parser.parseOptionalComma());
  if ((isSigned && parser.parseKeyword("signed")) || parser.parseGreater())
    return {};
  return PopcountType::getChecked([&] { return parser.emitError(loc); },
                                  parser.getContext(), width, isSigned);
}

void PopcountType::print(AsmPrinter &printer) const {
  printer << "<" << getWidth() << (getIsSigned() ? ", signed>" : ">");
}

LogicalResult PopcountType::verify(function_ref<InFlightDiagnostic()> emitError,
                                   unsigned width, bool isSigned) {
  if (width < 1 || width > 32)
    return emitError() << "count width must be 1 to 32 bits, got " << width;
  return success();
}

PopcountType bnn::rram::popcountType(MLIRContext *context, int64_t columns,
                                     bool ternarySense) {
  // 0 .. columns, or -columns .. columns.
  unsigned width = llvm::Log2_64(uint64_t(columns)) + 1;
  return PopcountType::get(context, width + ternarySense, ternarySense);
}

//===----------------------------------------------------------------------===//
// !rram.answers<n> and !rram.answers<n, signed>
//===----------------------------------------------------------------------===//

Type AnswersType::parse(AsmParser &parser) {
  int64_t columns;
  SMLoc loc = parser.getCurrentLocation();
  if (parser.parseLess() || parser.parseInteger(columns))
    return {};
  bool isSigned = succeeded(parser.parseOptionalComma());
  if ((isSigned && parser.parseKeyword("signed")) || parser.parseGreater())
    return {};
  return AnswersType::getChecked([&] { return parser.emitError(loc); },
                                 parser.getContext(), columns, isSigned);
}

void AnswersType::print(AsmPrinter &printer) const {
  printer << "<" << getColumns() << (getIsSigned() ? ", signed>" : ">");
}

LogicalResult AnswersType::verify(function_ref<InFlightDiagnostic()> emitError,
                                  int64_t columns, bool isSigned) {
  if (columns < 1 || columns > int64_t(1) << 20)
    return emitError() << "answers come from 1 to 2^20 columns, got "
                       << columns;
  return success();
}

//===----------------------------------------------------------------------===//
// Attributes
//===----------------------------------------------------------------------===//

LogicalResult
TargetAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                   StringAttr name, int64_t rows, int64_t columns,
                   int64_t subarrays, int64_t columnsPerSenseAmplifier, bool,
                   bool, bool, bool, bool, bool, bool, bool, int64_t maxFanin,
                   int64_t thresholdBits, int64_t accumulatorBits, bool, bool,
                   bool, bool, int64_t spareRows, int64_t spareColumns) {
  constexpr int64_t most = int64_t(1) << 20;
  auto check = [&](StringRef key, int64_t value, int64_t least,
                   int64_t largest) -> LogicalResult {
    if (value < least || value > largest)
      return emitError() << key << " must lie between " << least << " and "
                         << largest << ", got " << value;
    return success();
  };
  if (failed(check("rows", rows, 1, most)) ||
      failed(check("columns", columns, 1, most)) ||
      failed(check("subarrays", subarrays, 0, int64_t(1) << 40)) ||
      failed(check("columns_per_sense_amplifier", columnsPerSenseAmplifier, 1,
                   columns)) ||
      failed(check("max_fanin", maxFanin, 0, int64_t(1) << 40)) ||
      failed(check("threshold_bits", thresholdBits, 0, 64)) ||
      failed(check("accumulator_bits", accumulatorBits, 0, 64)) ||
      failed(check("spare_rows", spareRows, 0, rows)) ||
      failed(check("spare_columns", spareColumns, 0, columns)))
    return failure();
  return success();
}

LogicalResult PlanesAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                                 PlaneCoding coding, ArrayRef<int64_t> weights,
                                 int64_t offset) {
  switch (coding) {
  case PlaneCoding::Bipolar:
    if (weights != ArrayRef<int64_t>{2} || offset != -1)
      return emitError() << "bipolar planes have weights [2] and offset -1";
    return success();
  case PlaneCoding::Thermometer:
    if (weights != ArrayRef<int64_t>{1, 1} || offset != -1)
      return emitError()
             << "thermometer planes have weights [1, 1] and offset -1";
    return success();
  case PlaneCoding::Positional:
    if (weights.empty() || weights.size() > 16 || offset != 0)
      return emitError() << "positional planes are 1 to 16 and have offset 0";
    for (auto [i, weight] : llvm::enumerate(weights)) {
      int64_t digit = int64_t(1) << i;
      bool last = i + 1 == weights.size();
      if (weight != digit && !(last && weight == -digit))
        return emitError() << "weight " << i << " of positional planes must be "
                           << digit << (last ? " or its negative" : "")
                           << ", got " << weight;
    }
    return success();
  case PlaneCoding::Unary:
    if (weights.empty() || weights.size() > maxPresentations || offset != 0 ||
        !llvm::all_equal(weights) || weights.front() != 1)
      return emitError() << "unary planes are 1 to " << maxPresentations
                         << " of weight 1 and have offset 0";
    return success();
  }
  return emitError() << "unknown plane coding";
}

LogicalResult DenseAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                                int64_t positions) {
  if (positions < 1 || positions > INT32_MAX)
    return emitError() << "positions must lie between 1 and 2^31 - 1, got "
                       << positions;
  return success();
}

LogicalResult
ConvAttr::verify(function_ref<InFlightDiagnostic()> emitError, int64_t channels,
                 ArrayRef<int64_t> input, ArrayRef<int64_t> output,
                 ArrayRef<int64_t> kernel, ArrayRef<int64_t> strides,
                 ArrayRef<int64_t> dilations, ArrayRef<int64_t> padsBegin,
                 ArrayRef<int64_t> padsEnd, int64_t padCode, int64_t padValue) {
  size_t rank = input.size();
  if (rank == 0)
    return emitError() << "a convolution has at least one spatial dimension";
  struct {
    StringRef name;
    ArrayRef<int64_t> values;
    int64_t least;
  } lists[] = {{"input", input, 1},         {"output", output, 1},
               {"kernel", kernel, 1},       {"strides", strides, 1},
               {"dilations", dilations, 1}, {"pads_begin", padsBegin, 0},
               {"pads_end", padsEnd, 0}};
  for (const auto &list : lists) {
    if (list.values.size() != rank)
      return emitError() << list.name << " has " << list.values.size()
                         << " entries for " << rank << " spatial dimensions";
    for (int64_t value : list.values)
      if (value < list.least || value > INT32_MAX)
        return emitError() << list.name << " must lie between " << list.least
                           << " and 2^31 - 1, got " << value;
  }
  for (size_t i = 0; i < rank; ++i) {
    int64_t span = (kernel[i] - 1) * dilations[i] + 1;
    int64_t padded = input[i] + padsBegin[i] + padsEnd[i];
    if (padded < span || (padded - span) / strides[i] + 1 != output[i])
      return emitError() << "output size " << output[i]
                         << " of spatial dimension " << i
                         << " does not follow from the window";
  }
  return success();
}

LogicalResult
ThresholdRowsAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                          int64_t bits, int64_t base, int64_t slots) {
  if (bits < 1 || bits > 32)
    return emitError() << "a threshold has 1 to 32 bits, got " << bits;
  if (base < -INT32_MAX || base > INT32_MAX)
    return emitError() << "base " << base << " is beyond 32 bits";
  if (slots < 1 || slots > 1 << 20)
    return emitError() << "a function has 1 to 2^20 slots, got " << slots;
  return success();
}

LogicalResult RunAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                              int64_t tiles, int64_t chip, int64_t subarray,
                              int64_t row, int64_t column) {
  if (tiles < 1)
    return emitError() << "a run places at least one tile, got " << tiles;
  if (chip < 0 || subarray < 0 || row < 0 || column < 0)
    return emitError() << "chip, subarray, row and column are not negative";
  return success();
}
