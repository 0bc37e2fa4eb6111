//===- VerifyThresholds.cpp - Tables of step functions --------------------===//

#include "VerifierImpl.h"

using namespace llvm;

namespace bnn::image::verifier {

Error checkThresholds(const Twine &place, const Thresholds &table,
                      uint64_t functions, Range codes) {
  if (uint64_t(table.counts_size()) != functions)
    return fail(place, "thresholds.counts has " + Twine(table.counts_size()) +
                           " entries, expected " + Twine(functions));
  uint64_t total = 0;
  for (uint32_t count : table.counts())
    total += count;
  if (uint64_t(table.thresholds_size()) != total)
    return fail(place, Twine(table.thresholds_size()) +
                           " thresholds, but counts add up to " + Twine(total));
  if (uint64_t(table.codes_size()) != total + functions)
    return fail(place, Twine(table.codes_size()) + " codes, expected " +
                           Twine(total + functions) +
                           ": one more than thresholds in each function");
  int at = 0;
  for (auto [function, count] : enumerate(table.counts())) {
    for (uint32_t i = 1; i < count; ++i)
      if (table.thresholds(at + int(i) - 1) >= table.thresholds(at + int(i)))
        return fail(
            place,
            "thresholds of function " + Twine(function) +
                " do not ascend: " + Twine(table.thresholds(at + int(i) - 1)) +
                " before " + Twine(table.thresholds(at + int(i))));
    at += int(count);
  }
  for (int32_t code : table.codes())
    if (code < codes.low || code > codes.high)
      return fail(place, "thresholds.codes holds " + Twine(code) +
                             ", outside the output's " + Twine(codes.low) +
                             " to " + Twine(codes.high));
  return Error::success();
}

} // namespace bnn::image::verifier
