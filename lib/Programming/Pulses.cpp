//===- Pulses.cpp - Devices that change from image to image ---------------===//

#include "bnn/Programming/Pulses.h"
#include "bnn/Image/CellArray.h"
#include "bnn/Support/Error.h"
#include "llvm/ADT/bit.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>
#include <fmt/format.h>

using namespace llvm;

namespace bnn::programming {

uint64_t count(const Plane &plane) {
  uint64_t bits = 0;
  for (uint64_t word : plane)
    bits += uint64_t(popcount(word));
  return bits;
}

Plane RowPulses::touched() const {
  Plane result(used.size());
  for (size_t i = 0; i < result.size(); ++i)
    result[i] =
        used[i] & (reset[BL][i] | reset[BLb][i] | set[BL][i] | set[BLb][i]);
  return result;
}

RowPulses emptyRow(uint32_t columns) {
  Plane none(divideCeil(columns, 64));
  RowPulses row;
  for (Plane *plane : {&row.used, &row.fresh, &row.plus, &row.minus,
                       &row.lrs[BL], &row.lrs[BLb], &row.reset[BL],
                       &row.reset[BLb], &row.set[BL], &row.set[BLb]})
    *plane = none;
  return row;
}

void forEachRow(const image::Image *before, const image::Image &after,
                ResetParallel reset,
                function_ref<void(const RowPulses &)> visit) {
  image::CellArray cells(after);
  std::optional<image::CellArray> old;
  if (before)
    old.emplace(*before);
  uint32_t columns = cells.columns();
  RowPulses row = emptyRow(columns);
  size_t words = row.used.size();
  std::array<Plane, 2> was = {Plane(words), Plane(words)};
  for (row.subarray = 0; row.subarray < cells.subarrays(); ++row.subarray)
    for (row.row = 0; row.row < cells.rows(); ++row.row) {
      cells.rowDevices(row.subarray, row.row, 0, columns, row.lrs[BL].data(),
                       row.lrs[BLb].data());
      cells.rowPlanes(row.subarray, row.row, 0, columns, row.plus.data(),
                      row.minus.data());
      bool known = old && row.subarray < old->subarrays();
      if (known)
        old->rowDevices(row.subarray, row.row, 0, columns, was[BL].data(),
                        was[BLb].data());
      uint64_t anyReset = 0, anySet = 0;
      for (size_t i = 0; i < words; ++i) {
        uint64_t valid = maskTrailingOnes<uint64_t>(
            unsigned(std::min<uint64_t>(64, columns - 64 * i)));
        row.used[i] = valid & ~(row.lrs[BL][i] & row.lrs[BLb][i]);
        row.fresh[i] =
            row.used[i] & (known ? was[BL][i] & was[BLb][i] : ~uint64_t(0));
        for (Device side : {BL, BLb}) {
          row.lrs[side][i] &= row.used[i];
          uint64_t turn = (row.lrs[side][i] ^ was[side][i]) | row.fresh[i];
          row.reset[side][i] = turn & row.used[i] & ~row.lrs[side][i];
          row.set[side][i] = turn & row.lrs[side][i];
          anyReset |= row.reset[side][i];
          anySet |= row.set[side][i];
        }
      }
      if (anyReset && reset == ResetParallel::Row)
        for (Device side : {BL, BLb}) {
          for (size_t i = 0; i < words; ++i)
            row.reset[side][i] = maskTrailingOnes<uint64_t>(
                unsigned(std::min<uint64_t>(64, columns - 64 * i)));
          row.set[side] = row.lrs[side];
        }
      if (anyReset | anySet)
        visit(row);
    }
}

Error checkComparable(const image::Image &before, const image::Image &after) {
  const image::Target &a = before.target(), &b = after.target();
  if (a.rows() == b.rows() && a.columns() == b.columns())
    return Error::success();
  return makeError("subarrays of " + Twine(b.rows()) + "x" +
                   Twine(b.columns()) + " cells cannot be reached from " +
                   Twine(a.rows()) + "x" + Twine(a.columns()) +
                   ": the images are of different chips");
}

void PulseCount::add(const RowPulses &row) {
  ++rows;
  resets += row.resets();
  sets += row.sets();
  uint64_t both = 0;
  for (Device side : {BL, BLb})
    for (size_t i = 0; i < row.used.size(); ++i)
      both |= row.reset[side][i] & row.set[side][i];
  most = std::max<uint64_t>(most, both ? 2 : 1);
}

std::string deviceList(const image::Image &before, const image::Image &after,
                       PulseCount &total) {
  std::string text = "subarray,row,col,device,pulse\n";
  uint32_t columns = after.target().columns();
  forEachRow(&before, after, ResetParallel::Bit, [&](const RowPulses &row) {
    total.add(row);
    for (auto [planes, pulse] :
         {std::pair(&row.reset, "RESET"), {&row.set, "SET"}})
      for (uint32_t column = 0; column < columns; ++column)
        for (Device side : {BL, BLb})
          if ((*planes)[side][column / 64] >> column % 64 & 1)
            text += fmt::format("{},{},{},{},{}\n", row.subarray, row.row,
                                column, side == BL ? "BL" : "BLb", pulse);
  });
  return text;
}

std::string enduranceLine(const Target &target, uint64_t most) {
  const std::optional<Quantity> &endurance = target.programming.endurance;
  if (!endurance)
    return fmt::format("endurance unknown: target '{}' does not say "
                       "programming.endurance",
                       target.name);
  if (!most)
    return "endurance: nothing is used";
  double times = 2 * endurance->value / double(most);
  return fmt::format(
      "endurance of {:.10g} cycles ({}): at most {} is used of a "
      "device, which allows {:.10g} such updates",
      endurance->value, toString(endurance->standing).str(),
      most == 1 ? "half a cycle" : "one cycle", times);
}

} // namespace bnn::programming
