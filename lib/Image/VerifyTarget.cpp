//===- VerifyTarget.cpp - Geometry and cell codes of the target -----------===//

#include "VerifierImpl.h"
#include "bnn/Image/CellArray.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;

namespace bnn::image::verifier {

namespace {

/// Most rows or columns of a subarray: far above any array, and low enough
/// that products of two fit everywhere.
constexpr uint32_t maxSide = 1u << 20;

Error checkCodes(const Target &target) {
  bool seen[4] = {};
  bool stores[3] = {}; // -1, 0, +1
  for (const CellCode &entry : target.cell_codes()) {
    if (entry.code() >= dontCare)
      return fail("target.cell_codes",
                  "code " + Twine(entry.code()) +
                      " cannot be programmed: codes are 0, 1 and 2");
    if (seen[entry.code()])
      return fail("target.cell_codes",
                  "code " + Twine(entry.code()) + " occurs twice");
    seen[entry.code()] = true;
    if (entry.weight() < -1 || entry.weight() > 1)
      return fail("target.cell_codes", "weight " + Twine(entry.weight()) +
                                           " is none of -1, 0 and +1");
    if (stores[entry.weight() + 1])
      return fail("target.cell_codes",
                  "weight " + Twine(entry.weight()) + " occurs twice");
    stores[entry.weight() + 1] = true;
    // The latch compares the two branches: equal ones have no sign, unequal
    // ones always have.
    if ((entry.code() == 0) != (entry.weight() == 0))
      return fail("target.cell_codes",
                  "code " + Twine(entry.code()) + " cannot store weight " +
                      Twine(entry.weight()) +
                      ": only two equal devices read as 0");
    if (entry.weight() == 0 && !target.ternary_sense())
      return fail("target.cell_codes",
                  "weight 0 needs ternary_sense, which the target lacks");
  }
  if (!stores[0] || !stores[2])
    return fail("target.cell_codes", "the weights -1 and +1 must have codes");
  return Error::success();
}

} // namespace

Error checkTarget(const Image &image) {
  const Target &target = image.target();
  if (target.rows() < 1 || target.rows() > maxSide)
    return fail("target.rows", Twine(target.rows()) + " is not in 1 to 2^20");
  if (target.columns() < 1 || target.columns() > maxSide)
    return fail("target.columns",
                Twine(target.columns()) + " is not in 1 to 2^20");
  if (target.spare_rows() > target.rows())
    return fail("target.spare_rows", "more spare rows than rows");
  if (target.spare_columns() > target.columns())
    return fail("target.spare_columns", "more spare columns than columns");
  if (target.columns_per_sense_amplifier() < 1 ||
      target.columns_per_sense_amplifier() > target.columns())
    return fail("target.columns_per_sense_amplifier",
                Twine(target.columns_per_sense_amplifier()) +
                    " is not in 1 to the " + Twine(target.columns()) +
                    " columns");
  if (Error error = checkCodes(target))
    return error;
  bool overflow = false;
  uint64_t bytes = SaturatingMultiply<uint64_t>(
      image.num_subarrays(), target.rows() * cellRowBytes(target.columns()),
      &overflow);
  if (overflow || bytes != image.cells().size())
    return fail("cells",
                Twine(image.cells().size()) + " bytes, but " +
                    Twine(image.num_subarrays()) + " subarrays of " +
                    Twine(target.rows()) + "x" + Twine(target.columns()) +
                    " cells need " +
                    (overflow ? Twine("more than 2^64") : Twine(bytes)));
  return Error::success();
}

} // namespace bnn::image::verifier
