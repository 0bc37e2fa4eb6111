//===- Verified.cpp - What a verification said ----------------------------===//

#include "bnn/Image/CellArray.h"
#include "bnn/Programming/Plan.h"
#include "bnn/Support/Error.h"
#include "llvm/ADT/StringExtras.h"
#include <fmt/format.h>
#include <map>

using namespace llvm;

namespace bnn::programming {

namespace {

using Place = device::Defect::Place;
using Kind = device::Defect::Kind;

/// Checks that all rows of a file are of one chip and of programmed cells.
class Places {
public:
  Places(const image::Image &image, StringRef name)
      : cells(image), name(name.str()) {}

  template <typename Row> Error check(const Row &row, const Row &first) const;

  std::string text(uint64_t subarray, uint64_t row, uint64_t column) const {
    return fmt::format("{}: subarray {}, row {}, column {}", name, subarray,
                       row, column);
  }
  uint64_t index(uint64_t subarray, uint64_t row, uint64_t column) const {
    return (subarray * cells.rows() + row) * cells.columns() + column;
  }
  Failure failure(uint64_t index) const {
    Failure failure;
    failure.column = uint32_t(index % cells.columns());
    uint64_t row = index / cells.columns();
    failure.row = uint32_t(row % cells.rows());
    failure.subarray = row / cells.rows();
    return failure;
  }
  unsigned code(const Failure &at) const {
    return cells.code(at.subarray, at.row, at.column);
  }
  int weight(const Failure &at) const {
    return cells.weight(at.subarray, at.row, at.column);
  }

private:
  image::CellArray cells;
  std::string name;
};

template <typename Row>
Error Places::check(const Row &row, const Row &first) const {
  if (row.chip != first.chip)
    return makeError(name + ": holds chips '" + first.chip + "' and '" +
                     row.chip + "'; write one file for each chip");
  std::string place = text(row.subarray, row.row, row.column);
  if (row.subarray >= cells.subarrays() || row.row >= cells.rows() ||
      row.column >= cells.columns())
    return makeError(place + " is not among the " + Twine(cells.subarrays()) +
                     " subarrays of " + Twine(cells.rows()) + "x" +
                     Twine(cells.columns()) + " of the image");
  if (cells.code(row.subarray, uint32_t(row.row), uint32_t(row.column)) ==
      image::dontCare)
    return makeError(place + " is a cell that the image does not program");
  return Error::success();
}

/// Reads of one cell, with input 0 and with input 1.
struct CellReads {
  const device::ReadRow *of[2] = {nullptr, nullptr};
};

/// What a cell that is not as it should be answers for good.
Kind kindOf(const CellReads &reads) {
  int sum = 0;
  for (int input : {0, 1}) {
    const device::ReadRow &row = *reads.of[input];
    if (row.ones == row.reads)
      sum += input ? 1 : -1;
    else if (row.ones == 0 && row.zeros == 0)
      sum += input ? -1 : 1;
  }
  return sum == 2 ? Kind::ReadsPlus : sum == -2 ? Kind::ReadsMinus : Kind::Dead;
}

} // namespace

Expected<Verification> verifyReads(ArrayRef<device::ReadRow> rows,
                                   const image::Image &image,
                                   const Target &target, StringRef name) {
  Verify verify = target.capabilities.verify;
  if (verify != Verify::PcsaBit && verify != Verify::Ternary)
    return makeError(name + ": target '" + target.name +
                     "' does not verify at the sense amplifier (its "
                     "'verify' is neither pcsa_bit nor ternary)");
  Places places(image, name);
  std::map<uint64_t, CellReads> cells;
  for (const device::ReadRow &row : rows) {
    if (Error error = places.check(row, rows.front()))
      return std::move(error);
    std::string place = places.text(row.subarray, row.row, row.column);
    const device::ReadRow *&entry =
        cells[places.index(row.subarray, row.row, row.column)].of[row.input];
    if (entry)
      return makeError(place + " with input " + Twine(int(row.input)) +
                       " is there twice");
    if (row.zeros && verify == Verify::PcsaBit)
      return makeError(place + " was read as 0, which target '" + target.name +
                       "' cannot sense");
    entry = &row;
  }
  Verification result;
  for (const auto &[index, reads] : cells) {
    Failure failure = places.failure(index);
    for (int input : {0, 1})
      if (!reads.of[input])
        return makeError(
            places.text(failure.subarray, failure.row, failure.column) +
            " was not read with input " + Twine(input) +
            ": a cell is verified with both");
    int weight = places.weight(failure);
    if (!weight && verify == Verify::PcsaBit)
      return makeError(
          places.text(failure.subarray, failure.row, failure.column) +
          " stores 0, which target '" + target.name + "' cannot verify");
    ++result.verified;
    bool right = true;
    for (int input : {0, 1}) {
      const device::ReadRow &row = *reads.of[input];
      uint64_t wanted = !weight ? row.zeros
                        : (weight > 0) == (input == 1)
                            ? row.ones
                            : row.reads - row.ones - row.zeros;
      right &= wanted == row.reads;
    }
    if (right)
      continue;
    failure.kind = kindOf(reads);
    result.failures.push_back(failure);
  }
  return result;
}

Expected<Verification> verifyDevices(ArrayRef<device::DeviceRow> rows,
                                     const image::Image &image,
                                     const Target &target, StringRef name) {
  if (target.capabilities.verify != Verify::SingleEnded)
    return makeError(name + ": target '" + target.name +
                     "' has no access to single devices (its 'verify' is not "
                     "single_ended)");
  if (Error error = checkPlannable(target))
    return std::move(error);
  Places places(image, name);
  std::map<uint64_t, const device::DeviceRow *> devices;
  for (const device::DeviceRow &row : rows) {
    if (Error error = places.check(row, rows.front()))
      return std::move(error);
    const device::DeviceRow *&entry =
        devices[2 * places.index(row.subarray, row.row, row.column) + row.blb];
    if (entry)
      return makeError(places.text(row.subarray, row.row, row.column) +
                       (row.blb ? ", BLb" : ", BL") + " is there twice");
    entry = &row;
  }
  using State = device::DeviceRow::State;
  Verification result;
  for (const auto &[index, row] : devices) {
    Failure failure = places.failure(index / 2);
    bool lrs = places.code(failure) >> (index & 1) & 1;
    if (row->state != (lrs ? State::Lrs : State::Hrs))
      return makeError(
          places.text(row->subarray, row->row, row->column) +
          (row->blb ? ", BLb" : ", BL") +
          " has another target_state than the image, which wants " +
          (lrs ? "LRS" : "HRS"));
    ++result.verified;
    // At the instrument's limit the resistance is what is said, or less.
    if (lrs ? row->ohm <= target.programming.lrsMaximum->value
            : row->ohm >= target.programming.hrsMinimum->value && !row->bounded)
      continue;
    failure.place = index & 1 ? Place::BLb : Place::BL;
    failure.kind = lrs ? Kind::StuckHrs : Kind::StuckLrs;
    failure.ohm = row->ohm;
    result.failures.push_back(failure);
  }
  return result;
}

std::string defectList(ArrayRef<Failure> failures) {
  std::string text = "subarray,row,col,device,kind,r_ohm\n";
  for (const Failure &failure : failures)
    text += fmt::format(
        "{},{},{},{},{},{}\n", failure.subarray, failure.row, failure.column,
        failure.place == Place::BL    ? "BL"
        : failure.place == Place::BLb ? "BLb"
                                      : "cell",
        failure.kind == Kind::StuckHrs     ? "stuck_hrs"
        : failure.kind == Kind::StuckLrs   ? "stuck_lrs"
        : failure.kind == Kind::ReadsPlus  ? "reads_plus"
        : failure.kind == Kind::ReadsMinus ? "reads_minus"
                                           : "dead",
        failure.ohm ? fmt::format("{:.10g}", *failure.ohm) : "");
  return text;
}

} // namespace bnn::programming
