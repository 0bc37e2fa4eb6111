//===- Target.cpp - Descriptions of chips and technologies ----------------===//

#include "bnn/Target/Target.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include <tuple>

using namespace bnn;
using llvm::StringRef;

StringRef bnn::toString(Standing standing) {
  switch (standing) {
  case Standing::Measured:
    return "measured";
  case Standing::Published:
    return "published";
  case Standing::Recalled:
    return "recalled";
  case Standing::Assumed:
    return "assumed";
  }
  return "assumed";
}

bool Capabilities::has(Schedules schedule) const {
  return llvm::is_contained(schedules, schedule);
}

std::optional<double> Calibration::unit() const {
  double counted = 0;
  for (const CalibrationShare *share :
       {&row, &sense, &popcount, &adder, &compare, &buffer})
    if (share->weight)
      counted += share->weight->value * double(share->count);
  if (counted > 0)
    return energy.value / counted;
  return std::nullopt;
}

llvm::Error bnn::overrideArray(Target &target, StringRef size) {
  auto [rowText, columnText] = size.split('x');
  uint32_t rows = 0, columns = 0;
  auto wrong = [](uint32_t count) { return count < 1 || count > maxArraySize; };
  if (rowText.getAsInteger(10, rows) || columnText.getAsInteger(10, columns) ||
      wrong(rows) || wrong(columns))
    return llvm::createStringError(
        llvm::formatv("array size '{0}' must be ROWSxCOLUMNS, each 1 to {1}, "
                      "for example 64x64",
                      size, maxArraySize));
  if (target.geometry.columnsPerSenseAmplifier.value > columns)
    return llvm::createStringError(llvm::formatv(
        "array size '{0}': target '{1}' has {2} columns per sense amplifier",
        size, target.name,
        uint64_t(target.geometry.columnsPerSenseAmplifier.value)));
  for (auto [spare, most, what] :
       {std::tuple(&target.geometry.spareRows, rows, "rows"),
        {&target.geometry.spareColumns, columns, "columns"}})
    if (*spare && (*spare)->value > most)
      return llvm::createStringError(
          llvm::formatv("array size '{0}': target '{1}' has {2} spare {3}",
                        size, target.name, uint64_t((*spare)->value), what));
  auto set = [](Quantity &quantity, uint32_t value) {
    if (quantity.value == value)
      return;
    quantity.value = value;
    quantity.standing = Standing::Assumed;
    quantity.source = "option --array";
  };
  set(target.geometry.rows, rows);
  set(target.geometry.columns, columns);
  return llvm::Error::success();
}
