//===- MeasuredChip.cpp - A chip as a laboratory measured it --------------===//

#include "bnn/Device/MeasuredChip.h"
#include "Csv.h"
#include "Places.h"
#include "bnn/Image/AddressMap.h"
#include "bnn/Image/CellArray.h"
#include "bnn/Support/Error.h"
#include "llvm/ADT/STLExtras.h"
#include <algorithm>
#include <map>

using namespace llvm;

namespace bnn::device {

using Reads = MeasuredCell::Reads;

namespace {

/// The weight that a product of 1 (or of -1) stands for with input `input`.
int8_t weightOf(bool one, bool input) { return one == input ? 1 : -1; }

int storedIn(const image::CellArray &cells, CellIndex cell) {
  uint64_t row = cell / cells.columns();
  return cells.weight(row / cells.rows(), uint32_t(row % cells.rows()),
                      uint32_t(cell % cells.columns()));
}

/// What files say of cells, by cell: their entries, checked against the image.
template <typename Entry> class Entries {
public:
  Entries(StringRef name, const image::Image &image, const image::CellMap &map)
      : cells(image), map(map), name(name), size(chipSize(image)),
        addresses(image, map) {}

  /// The entry of the cell that `row` is of, its number, and whether the chip
  /// stores its complement. A cell without address has an entry of its own.
  struct Found {
    Entry *entry;
    CellIndex cell;
    bool complemented;
  };
  template <typename Row> Expected<Found> at(const Row &row) {
    if (first)
      chip = row.chip;
    first = false;
    if (row.chip != chip)
      return failAt(name, row.line,
                    "holds chips '" + chip + "' and '" + row.chip +
                        "'; write one file for each chip");
    if (row.subarray >= size.subarrays || row.row >= size.rows ||
        row.column >= size.columns)
      return failAt(name, row.line,
                    notOfTheChip(size, row.subarray, row.row, row.column));
    std::optional<image::MovedCell> at;
    if (row.subarray < cells.subarrays())
      at = addresses.addressOf(row.subarray, uint32_t(row.row),
                               uint32_t(row.column));
    if (!at) {
      uint64_t place = (row.subarray * size.rows + row.row) * size.columns;
      return Found{&unused[place + row.column], noCell, false};
    }
    CellIndex cell = map.index(at->subarray, at->row, at->column);
    return Found{&of[cell], cell, at->complemented};
  }
  static constexpr CellIndex noCell = ~CellIndex(0);

  image::CellArray cells;
  const image::CellMap &map;
  StringRef name;
  std::map<CellIndex, Entry> of;
  std::map<uint64_t, Entry> unused; ///< cells without address
  std::string chip;

private:
  ChipSize size;
  image::AddressMap addresses;
  bool first = true;
};

struct BothInputs {
  std::optional<Reads> of[2];
};

/// A value that all rows share, or that was chosen.
struct Shared {
  std::optional<double> ReadRow::*field;
  std::optional<double> wanted;
  StringRef unit, advice;
};

Error collectReads(Entries<BothInputs> &entries, LabFile<ReadRow> file,
                   bool ternary, const ReadChoice &choice) {
  const Shared shared[] = {
      {&ReadRow::supplyVolt, choice.supplyVolt, "V", "choose one by --supply"},
      {&ReadRow::celsius, choice.celsius, "C", "choose one by --temperature"},
      {&ReadRow::senseNs, {}, "ns", "write one file for each sense time"}};
  auto text = [](std::optional<double> value) {
    return value ? fmt::format("{}", *value) : "none";
  };
  const ReadRow *first = nullptr;
  for (const ReadRow &row : file.rows) {
    if (any_of(shared, [&](const Shared &value) {
          return value.wanted && row.*value.field &&
                 *(row.*value.field) != *value.wanted;
        }))
      continue;
    if (!first)
      first = &row;
    for (const Shared &value : shared)
      if (row.*value.field != first->*value.field)
        return failAt(file.name, row.line,
                      "is of " + text(first->*value.field) + " and " +
                          text(row.*value.field) + " " + value.unit + "; " +
                          value.advice);
    auto found = entries.at(row);
    if (!found)
      return found.takeError();
    std::string place = placeName(row.subarray, row.row, row.column);
    if (row.zeros && !ternary)
      return failAt(file.name, row.line,
                    place + " was read as 0, which the image's target cannot "
                            "sense");
    std::optional<Reads> &reads = found->entry->of[row.input];
    if (reads)
      return failAt(file.name, row.line,
                    place + " with input " + Twine(int(row.input)) +
                        " is there twice");
    reads.emplace();
    reads->reads = row.reads;
    reads->as[1] = row.zeros;
    bool one = !found->complemented;
    reads->as[size_t(weightOf(one, row.input) + 1)] = row.ones;
    reads->as[size_t(weightOf(!one, row.input) + 1)] =
        row.reads - row.ones - row.zeros;
  }
  if (!first)
    return makeError(file.name + ": has no measurement" +
                     (file.rows.empty() ? "" : " of what was chosen"));
  return Error::success();
}

/// The reads of a cell become part of a measured chip, and are counted.
void addCell(MeasuredChip &chip, MeasuredCell cell, const BothInputs &both) {
  bool wavers = false;
  for (int input : {0, 1})
    if (const std::optional<Reads> &reads = both.of[input]) {
      cell.reads[input] = reads;
      chip.reads += reads->reads;
      chip.wrongReads += reads->notAs(cell.stored);
      wavers |= reads->notAs(reads->usual(cell.stored)) > 0;
    }
  chip.wavering += wavers;
  chip.list.push_back(std::move(cell));
}

void addWrong(MeasuredChip &chip, const MeasuredCell &cell, int8_t toOne,
              int8_t toZero) {
  chip.wrongOne += toOne != cell.stored;
  chip.wrongZero += toZero != cell.stored;
}

/// What a cell answers, by its reads.
void addAnswers(Chip &chip, const MeasuredCell &cell, const Reads &one,
                const Reads &zero, bool ternary) {
  int8_t toOne = one.usual(cell.stored), toZero = zero.usual(cell.stored);
  bool wavers = one.notAs(toOne) || zero.notAs(toZero);
  auto share = [](uint64_t count, const Reads &reads) {
    return float(double(count) / double(reads.reads));
  };
  if (wavers && ternary) {
    UncertainCell uncertain{cell.cell, {}, {}};
    for (size_t k = 0; k < 3; ++k) {
      uncertain.one[k] = share(one.as[k], one);
      uncertain.zero[k] = share(zero.as[k], zero);
    }
    chip.uncertain.push_back(uncertain);
    return;
  }
  if (toOne != cell.stored || toZero != cell.stored)
    chip.errors.push_back({cell.cell, toOne, toZero});
  if (wavers)
    chip.marginal.push_back({cell.cell, share(one.notAs(toOne), one),
                             share(zero.notAs(toZero), zero)});
}

struct BothDevices {
  std::optional<double> ohms[2];
  size_t line = 0;
};

} // namespace

Expected<MeasuredChip> chipOfReads(LabFile<ReadRow> file,
                                   const image::Image &image,
                                   const image::CellMap &map,
                                   const ReadChoice &choice) {
  bool ternary = image.target().ternary_sense();
  Entries<BothInputs> entries(file.name, image, map);
  if (Error error = collectReads(entries, file, ternary, choice))
    return std::move(error);
  MeasuredChip result;
  result.name = entries.chip;
  result.counted = map.countedCells();
  for (const auto &[index, both] : entries.of) {
    if (!map.tileOf(index))
      continue; // no read counts it
    MeasuredCell cell;
    cell.cell = index;
    cell.stored = int8_t(storedIn(entries.cells, index));
    // An input that was not measured answers as the other one.
    const Reads &one = *(both.of[1] ? both.of[1] : both.of[0]);
    const Reads &zero = *(both.of[0] ? both.of[0] : both.of[1]);
    addAnswers(result.chip, cell, one, zero, ternary);
    addWrong(result, cell, one.usual(cell.stored), zero.usual(cell.stored));
    cell.simulated = cell.stored;
    addCell(result, std::move(cell), both);
  }
  return result;
}

Expected<MeasuredChip> chipOfDevices(LabFile<DeviceRow> file,
                                     const image::Image &image,
                                     const image::CellMap &map,
                                     const DeviceChoice &choice,
                                     std::optional<double> zeroOhm) {
  bool ternary = image.target().ternary_sense();
  if (ternary && !zeroOhm)
    return makeError(file.name + ": the image senses three levels, and the "
                                 "target has no zero_threshold: measure the "
                                 "resistance above which a branch does not "
                                 "discharge in the sense time");
  Entries<BothDevices> entries(file.name, image, map);
  for (const DeviceRow &row : file.rows) {
    if (!choice.fits(row))
      continue;
    auto found = entries.at(row);
    if (!found)
      return found.takeError();
    std::string device = placeName(row.subarray, row.row, row.column) + ": " +
                         (row.blb ? "the BLb device" : "the BL device");
    bool blb = row.blb != found->complemented;
    if (found->entry->ohms[blb])
      return failAt(file.name, row.line,
                    device + " is there twice; choose measurements by "
                             "--cycles, --time or --temperature");
    found->entry->ohms[blb] = row.ohm;
    found->entry->line = row.line;
    CellIndex index = found->cell;
    if (index == entries.noCell || !map.tileOf(index) ||
        row.state == DeviceRow::State::Virgin)
      continue;
    uint64_t arrayRow = index / map.columns();
    unsigned code = entries.cells.code(arrayRow / map.rows(),
                                       uint32_t(arrayRow % map.rows()),
                                       uint32_t(index % map.columns()));
    bool low = row.state == DeviceRow::State::Lrs;
    if (low != bool(code >> blb & 1))
      return failAt(file.name, row.line,
                    device + " was programmed to " + (low ? "LRS" : "HRS") +
                        ", the image has it in " + (low ? "HRS" : "LRS") +
                        ": is the file of another network?");
  }
  if (entries.of.empty() && entries.unused.empty())
    return makeError(file.name + ": has no measurement" +
                     (file.rows.empty() ? "" : " of what was chosen"));

  int8_t ofBl = 1; // the weight of (LRS, HRS) on (BL, BLb)
  for (const image::CellCode &code : image.target().cell_codes())
    if (code.code() == 1 && code.weight())
      ofBl = int8_t(code.weight());
  MeasuredChip result;
  result.name = entries.chip;
  result.counted = map.countedCells();
  for (const auto &[index, both] : entries.of) {
    if (!both.ohms[0] || !both.ohms[1])
      return failAt(file.name, both.line,
                    Twine("the ") + (both.ohms[0] ? "BLb" : "BL") +
                        " device of that cell is missing");
    if (!map.tileOf(index))
      continue;
    MeasuredCell cell;
    cell.cell = index;
    cell.stored = int8_t(storedIn(entries.cells, index));
    double bl = *both.ohms[0], blb = *both.ohms[1];
    cell.ohms = {bl, blb};
    cell.simulated = ternary && std::min(bl, blb) > *zeroOhm ? int8_t(0)
                     : bl < blb                              ? ofBl
                                                             : int8_t(-ofBl);
    if (cell.simulated != cell.stored)
      result.chip.errors.push_back({index, cell.simulated, cell.simulated});
    addWrong(result, cell, cell.simulated, cell.simulated);
    addCell(result, std::move(cell), {});
  }
  return result;
}

Error addReads(MeasuredChip &chip, LabFile<ReadRow> file,
               const image::Image &image, const image::CellMap &map,
               const ReadChoice &choice) {
  Entries<BothInputs> entries(file.name, image, map);
  if (Error error =
          collectReads(entries, file, image.target().ternary_sense(), choice))
    return error;
  if (!chip.name.empty() && !entries.chip.empty() && chip.name != entries.chip)
    return makeError(file.name + ": is of chip '" + entries.chip +
                     "', the resistances are of '" + chip.name + "'");
  std::vector<MeasuredCell> list = std::move(chip.list);
  chip.list.clear();
  for (MeasuredCell &cell : list) {
    CellIndex index = cell.cell;
    addCell(chip, std::move(cell), entries.of[index]);
    entries.of.erase(index);
  }
  chip.unmatched = uint64_t(count_if(
      entries.of, [&](const auto &entry) { return map.tileOf(entry.first); }));
  return Error::success();
}

} // namespace bnn::device
