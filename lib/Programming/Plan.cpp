//===- Plan.cpp - Write-verify plans --------------------------------------===//

#include "bnn/Programming/Plan.h"
#include "bnn/Image/CellArray.h"
#include "bnn/Support/Error.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MathExtras.h"
#include <fmt/format.h>

using namespace llvm;

namespace bnn::programming {

static const char *nameOf(Verify verify) {
  switch (verify) {
  case Verify::None:
    return "none";
  case Verify::PcsaBit:
    return "pcsa_bit";
  case Verify::Ternary:
    return "ternary";
  case Verify::SingleEnded:
    return "single_ended";
  }
  return "none";
}

Error checkPlannable(const Target &target) {
  const Programming &known = target.programming;
  Verify verify = target.capabilities.verify;
  std::vector<std::string> missing;
  auto need = [&](bool there, const char *key, const char *what) {
    if (!there)
      missing.push_back(fmt::format("{} ({})", key, what));
  };
  need(known.formed.has_value(), "forming_done",
       "whether the maker formed the devices");
  need(known.reset.has_value(), "reset_parallel", "RESET by bit or by row");
  if (verify != Verify::None) {
    need(known.maxPulses.has_value(), "max_pulses",
         "attempts before a device is given up");
    need(known.wait.has_value(), "wait_before_verify",
         "how long a state relaxes");
  }
  if (verify == Verify::SingleEnded) {
    need(known.lrsMaximum.has_value(), "lrs_maximum",
         "the highest resistance of LRS");
    need(known.hrsMinimum.has_value(), "hrs_minimum",
         "the lowest resistance of HRS");
  }
  if (missing.empty())
    return Error::success();
  return makeError("target '" + target.name +
                   "' lacks, under 'programming': " + join(missing, ", ") +
                   "; state or measure it and put it into the target file");
}

namespace {

/// Writes the file. Pulses of all rows of a subarray come first, then one wait,
/// then their verification.
class Writer {
public:
  Writer(const Target &target, uint32_t columns, uint64_t attempt, bool form);

  void row(const RowPulses &row);
  Plan finish();

private:
  void line(const RowPulses &row, const char *action, const char *device,
            const Plane &columns);
  void verify(const RowPulses &row);
  void endSubarray();
  std::string hex(const Plane &plane) const;

  const Target &target;
  uint32_t columns;
  bool form;
  std::string volt;
  Plan plan;
  uint64_t subarray = 0;
  std::vector<RowPulses> written; ///< of the subarray, to be verified
};

Writer::Writer(const Target &target, uint32_t columns, uint64_t attempt,
               bool form)
    : target(target), columns(columns), form(form) {
  const Programming &known = target.programming;
  Verify verify = target.capabilities.verify;
  if (known.voltageStep)
    volt =
        fmt::format("{:.10g}", known.voltageStep->value * double(attempt - 1));
  plan.csv = fmt::format("# write-verify plan, target {}, verify {}\n",
                         target.name, nameOf(verify));
  if (verify != Verify::None)
    plan.csv += fmt::format("# attempt {} of {:.10g}\n", attempt,
                            known.maxPulses->value);
  plan.csv += "subarray,row,action,device,input,columns,expect,expect_minus,"
              "volt,second\n";
}

std::string Writer::hex(const Plane &plane) const {
  static const char digits[] = "0123456789abcdef";
  std::string text;
  for (uint64_t digit = divideCeil(columns, 4); digit-- > 0;)
    text += digits[plane[digit / 16] >> digit % 16 * 4 & 15];
  return text;
}

void Writer::line(const RowPulses &row, const char *action, const char *device,
                  const Plane &columns) {
  if (count(columns))
    plan.csv += fmt::format("{},{},{},{},,{},,,{},\n", row.subarray, row.row,
                            action, device, hex(columns),
                            StringRef(action) == "form" ? "" : volt.c_str());
}

void Writer::verify(const RowPulses &row) {
  Plane cells = row.touched();
  switch (target.capabilities.verify) {
  case Verify::None:
    plan.unverified += count(cells);
    return;
  case Verify::SingleEnded:
    for (Device side : {BL, BLb}) {
      Plane low = row.lrs[side], pulsed = cells;
      for (size_t i = 0; i < low.size(); ++i) {
        pulsed[i] &= row.reset[side][i] | row.set[side][i];
        low[i] &= pulsed[i];
      }
      if (!count(pulsed))
        continue;
      plan.verifies += count(pulsed);
      plan.csv +=
          fmt::format("{},{},measure,{},,{},{},,,\n", row.subarray, row.row,
                      side == BL ? "BL" : "BLb", hex(pulsed), hex(low));
    }
    return;
  case Verify::PcsaBit:
    // A latch between two devices in HRS falls to either side.
    for (size_t i = 0; i < cells.size(); ++i) {
      uint64_t sure = cells[i] & (row.plus[i] | row.minus[i]);
      plan.unverified += uint64_t(popcount(cells[i] & ~sure));
      cells[i] = sure;
    }
    break;
  case Verify::Ternary:
    break;
  }
  if (!count(cells))
    return;
  plan.verifies += count(cells);
  bool ternary = target.capabilities.verify == Verify::Ternary;
  for (int input : {0, 1}) {
    Plane one = input ? row.plus : row.minus;
    Plane other = input ? row.minus : row.plus;
    for (size_t i = 0; i < cells.size(); ++i) {
      one[i] &= cells[i];
      other[i] &= cells[i];
    }
    plan.csv +=
        fmt::format("{},{},read,,{},{},{},{},,\n", row.subarray, row.row, input,
                    hex(cells), hex(one), ternary ? hex(other) : "");
  }
}

void Writer::endSubarray() {
  if (written.empty())
    return;
  if (target.capabilities.verify != Verify::None &&
      target.programming.wait->value > 0)
    plan.csv += fmt::format("{},,wait,,,,,,,{:.10g}\n", subarray,
                            target.programming.wait->value);
  for (const RowPulses &row : written)
    verify(row);
  written.clear();
}

void Writer::row(const RowPulses &row) {
  if (row.subarray != subarray)
    endSubarray();
  subarray = row.subarray;
  plan.pulses.add(row);
  if (form)
    for (const char *side : {"BL", "BLb"})
      line(row, "form", side, row.fresh);
  line(row, "reset", "BL", row.reset[BL]);
  line(row, "reset", "BLb", row.reset[BLb]);
  line(row, "set", "BL", row.set[BL]);
  line(row, "set", "BLb", row.set[BLb]);
  written.push_back(row);
}

Plan Writer::finish() {
  endSubarray();
  return std::move(plan);
}

} // namespace

Expected<Plan> planFirst(const image::Image *before, const image::Image &after,
                         const Target &target) {
  if (Error error = checkPlannable(target))
    return std::move(error);
  if (before)
    if (Error error = checkComparable(*before, after))
      return std::move(error);
  Writer writer(target, after.target().columns(), 1,
                !*target.programming.formed);
  forEachRow(before, after, *target.programming.reset,
             [&](const RowPulses &row) { writer.row(row); });
  return writer.finish();
}

Expected<Plan> planRetry(ArrayRef<Failure> failures, uint64_t attempt,
                         const image::Image &image, const Target &target) {
  if (Error error = checkPlannable(target))
    return std::move(error);
  if (target.capabilities.verify == Verify::None)
    return makeError("target '" + target.name +
                     "' verifies nothing: there is no further attempt");
  if (attempt < 2 || double(attempt) > target.programming.maxPulses->value)
    return makeError(
        fmt::format("attempt {} is none of 2 to max_pulses = {:.10g} of target "
                    "'{}'",
                    attempt, target.programming.maxPulses->value, target.name));
  uint32_t columns = image.target().columns();
  Writer writer(target, columns, attempt, /*form=*/false);
  // What a failed cell or device should be, from the image: all its cells as if
  // nothing was known, and of them those that failed.
  size_t next = 0;
  forEachRow(nullptr, image, ResetParallel::Bit, [&](const RowPulses &whole) {
    auto here = [&](const Failure &failure) {
      return failure.subarray == whole.subarray && failure.row == whole.row;
    };
    if (next == failures.size() || !here(failures[next]))
      return;
    RowPulses row = whole;
    RowPulses none = emptyRow(columns);
    row.fresh = none.fresh;
    row.reset = none.reset;
    row.set = none.set;
    for (; next < failures.size() && here(failures[next]); ++next) {
      size_t word = failures[next].column / 64;
      uint64_t bit = uint64_t(1) << failures[next].column % 64;
      for (Device side : {BL, BLb}) {
        if (failures[next].place == (side == BL ? device::Defect::Place::BLb
                                                : device::Defect::Place::BL))
          continue;
        row.reset[side][word] |= whole.reset[side][word] & bit;
        row.set[side][word] |= whole.set[side][word] & bit;
      }
    }
    if (*target.programming.reset == ResetParallel::Row &&
        count(row.reset[BL]) + count(row.reset[BLb]))
      for (Device side : {BL, BLb}) {
        for (size_t i = 0; i < row.used.size(); ++i)
          row.reset[side][i] = maskTrailingOnes<uint64_t>(
              unsigned(std::min<uint64_t>(64, columns - 64 * i)));
        row.set[side] = row.lrs[side];
      }
    writer.row(row);
  });
  return writer.finish();
}

} // namespace bnn::programming
