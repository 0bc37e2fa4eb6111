//===- Defects.cpp - Defects of a measured chip ---------------------------===//

#include "Csv.h"
#include "Places.h"
#include "bnn/Device/LabFiles.h"
#include "bnn/Device/Random.h"
#include "bnn/Image/AddressMap.h"
#include "bnn/Image/CellArray.h"
#include "bnn/Support/Error.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/MathExtras.h"
#include <map>

using namespace llvm;

namespace bnn::device {

Expected<std::vector<Defect>> parseDefects(StringRef text, StringRef name) {
  Expected<CsvTable> table = CsvTable::parse(text, name,
                                             {{"chip", false},
                                              {"subarray"},
                                              {"row"},
                                              {"col"},
                                              {"device"},
                                              {"kind"},
                                              {"r_ohm", false},
                                              {"confidence", false}});
  if (!table)
    return table.takeError();
  std::vector<Defect> defects;
  for (size_t i = 0; i < table->rows(); ++i) {
    Defect defect;
    defect.line = table->line(i);
    defect.chip = table->field(i, "chip").str();
    StringRef device = table->field(i, "device"),
              kind = table->field(i, "kind");
    auto place = StringSwitch<std::optional<Defect::Place>>(device)
                     .Case("BL", Defect::Place::BL)
                     .Case("BLb", Defect::Place::BLb)
                     .Case("cell", Defect::Place::Cell)
                     .Case("row", Defect::Place::Row)
                     .Case("column", Defect::Place::Column)
                     .Default(std::nullopt);
    if (!place)
      return table->fail(i, "device",
                         "'" + device +
                             "' is none of BL, BLb, cell, row, column");
    auto what = StringSwitch<std::optional<Defect::Kind>>(kind)
                    .Case("stuck_lrs", Defect::Kind::StuckLrs)
                    .Case("stuck_hrs", Defect::Kind::StuckHrs)
                    .Case("open", Defect::Kind::Open)
                    .Case("short", Defect::Kind::Short)
                    .Case("unformed", Defect::Kind::Unformed)
                    .Case("reads_plus", Defect::Kind::ReadsPlus)
                    .Case("reads_minus", Defect::Kind::ReadsMinus)
                    .Case("dead", Defect::Kind::Dead)
                    .Default(std::nullopt);
    if (!what)
      return table->fail(i, "kind",
                         "'" + kind +
                             "' is none of stuck_lrs, stuck_hrs, open, short, "
                             "unformed, reads_plus, reads_minus, dead");
    defect.place = *place;
    defect.kind = *what;
    bool ofDevice = *place == Defect::Place::BL || *place == Defect::Place::BLb;
    if (ofDevice != (*what < Defect::Kind::ReadsPlus))
      return table->fail(i, "kind",
                         "'" + kind + "' is no defect of a " +
                             (ofDevice ? "device" : "cell, row or column"));
    for (auto [column, to] : {std::pair("subarray", &defect.subarray),
                              {"row", &defect.row},
                              {"col", &defect.column}}) {
      bool whole =
          (*place == Defect::Place::Row && column == StringRef("col")) ||
          (*place == Defect::Place::Column && column == StringRef("row"));
      if (whole) {
        if (!table->field(i, column).empty())
          return table->fail(i, column,
                             "a defect of a whole " + device +
                                 " has none; leave it empty");
        continue;
      }
      Expected<uint64_t> value = table->integer(i, column);
      if (!value)
        return value.takeError();
      *to = *value;
    }
    Expected<std::optional<double>> confidence = table->number(i, "confidence");
    if (!confidence)
      return confidence.takeError();
    defect.confidence = confidence->value_or(1);
    if (!(defect.confidence >= 0 && defect.confidence <= 1))
      return table->fail(i, "confidence", "is no share from 0 to 1");
    if (auto ohm = table->positive(i, "r_ohm"); !ohm)
      return ohm.takeError();
    defects.push_back(std::move(defect));
  }
  return defects;
}

namespace {

constexpr int8_t coinToss = 2;

/// Which weight a cell answers as: the branch of the lower resistance wins, and
/// two of one kind are a toss, or 0 where both are high and 0 can be sensed.
int8_t answerOf(Branch bl, Branch blb, int8_t ofBl, bool ternary) {
  auto rank = [](Branch branch) {
    switch (branch) {
    case Branch::Short:
      return 0;
    case Branch::Lrs:
      return 1;
    case Branch::Hrs:
      return 2;
    case Branch::Open:
      return 3;
    }
    return 0;
  };
  bool bothHigh = rank(bl) >= 2 && rank(blb) >= 2;
  if (bothHigh && ternary)
    return 0;
  if (rank(bl) == rank(blb))
    return coinToss;
  return rank(bl) < rank(blb) ? ofBl : int8_t(-ofBl);
}

Branch branchOf(Defect::Kind kind) {
  switch (kind) {
  case Defect::Kind::StuckLrs:
    return Branch::Lrs;
  case Defect::Kind::Short:
    return Branch::Short;
  case Defect::Kind::Open:
  case Defect::Kind::Unformed: // no filament: as good as open
    return Branch::Open;
  default:
    return Branch::Hrs;
  }
}

/// The weight that (LRS, HRS) on (BL, BLb) stands for.
int8_t weightOfBl(const image::Target &target) {
  for (const image::CellCode &code : target.cell_codes())
    if (code.code() == 1 && code.weight())
      return int8_t(code.weight());
  return 1;
}

/// What the cell answers where `code` was programmed.
int8_t answerOf(const BrokenCell &cell, unsigned code,
                const image::Target &target) {
  if (cell.whole == Defect::Kind::ReadsPlus)
    return 1;
  if (cell.whole == Defect::Kind::ReadsMinus)
    return -1;
  if (cell.whole)
    return coinToss;
  return answerOf(cell.bl.value_or(code & 1 ? Branch::Lrs : Branch::Hrs),
                  cell.blb.value_or(code & 2 ? Branch::Lrs : Branch::Hrs),
                  weightOfBl(target), target.ternary_sense());
}

int8_t weightOf(unsigned code, const image::Target &target) {
  for (const image::CellCode &entry : target.cell_codes())
    if (entry.code() == code)
      return int8_t(entry.weight());
  return 0;
}

} // namespace

Expected<std::vector<BrokenCell>>
brokenCells(ArrayRef<Defect> defects, const ChipSize &chip, StringRef name) {
  std::map<std::array<uint64_t, 3>, BrokenCell> broken;
  for (const Defect &defect : defects) {
    if (defect.chip != defects.front().chip)
      return failAt(name, defect.line,
                    "holds chips '" + defects.front().chip + "' and '" +
                        defect.chip + "'; write one file for each chip");
    bool wholeRow = defect.place == Defect::Place::Row;
    bool wholeColumn = defect.place == Defect::Place::Column;
    if (defect.subarray >= chip.subarrays ||
        (!wholeColumn && defect.row >= chip.rows) ||
        (!wholeRow && defect.column >= chip.columns))
      return failAt(
          name, defect.line,
          notOfTheChip(chip, defect.subarray, defect.row, defect.column));
    uint64_t rows = wholeColumn ? chip.rows : 1;
    uint64_t columns = wholeRow ? chip.columns : 1;
    for (uint64_t i = 0; i < rows * columns; ++i) {
      uint64_t row = wholeColumn ? i : defect.row;
      uint64_t column = wholeRow ? i : defect.column;
      BrokenCell &cell = broken[{defect.subarray, row, column}];
      cell.subarray = defect.subarray;
      cell.row = uint32_t(row);
      cell.column = uint32_t(column);
      std::optional<Branch> *branch =
          defect.place == Defect::Place::BL    ? &cell.bl
          : defect.place == Defect::Place::BLb ? &cell.blb
                                               : nullptr;
      bool again = branch ? branch->has_value() : cell.whole.has_value();
      // A row and a column that cross are no mistake.
      if (again && !wholeRow && !wholeColumn)
        return failAt(name, defect.line,
                      placeName(defect.subarray, row, column) +
                          " has two defects at one place");
      if (branch)
        *branch = branchOf(defect.kind);
      else
        cell.whole = defect.kind;
      cell.confidence = std::min(cell.confidence, defect.confidence);
    }
  }
  std::vector<BrokenCell> result;
  for (const auto &entry : broken)
    result.push_back(entry.second);
  return result;
}

double expectedError(const BrokenCell &cell, unsigned code,
                     const image::Target &target) {
  if (code == image::dontCare)
    return 0;
  int8_t answer = answerOf(cell, code, target);
  int wanted = weightOf(code, target);
  double wrong = answer == coinToss ? 0.5 : std::abs(answer - wanted) / 2.0;
  return cell.confidence * wrong;
}

ChipSize chipSize(const image::Image &image) {
  const image::Target &target = image.target();
  uint64_t subarrays = image.num_subarrays();
  if (uint64_t onChip = target.subarrays())
    subarrays =
        std::max<uint64_t>(onChip, divideCeil(subarrays, onChip) * onChip);
  return {subarrays, target.rows() + target.spare_rows(),
          target.columns() + target.spare_columns()};
}

Expected<DefectMap> DefectMap::make(ArrayRef<Defect> defects,
                                    const image::Image &image,
                                    const image::CellMap &map, StringRef name) {
  Expected<std::vector<BrokenCell>> broken =
      brokenCells(defects, chipSize(image), name);
  if (!broken)
    return broken.takeError();
  image::CellArray cells(image);
  image::AddressMap addresses(image, map);
  DefectMap result;
  for (const BrokenCell &cell : *broken) {
    if (cell.subarray >= image.num_subarrays())
      continue; // of the chip, not of the network
    std::optional<image::MovedCell> at =
        addresses.addressOf(cell.subarray, cell.row, cell.column);
    if (!at)
      continue;
    CellIndex index = map.index(at->subarray, at->row, at->column);
    if (!map.tileOf(index))
      continue; // no read counts it
    unsigned code = cells.code(at->subarray, at->row, at->column);
    int8_t stored = int8_t(cells.weight(at->subarray, at->row, at->column));
    int8_t answer;
    if (at->complemented) {
      answer = answerOf(cell, image::complementOf(code), image.target());
      answer = answer == coinToss ? answer : int8_t(-answer);
    } else {
      answer = answerOf(cell, code, image.target());
    }
    if (answer != stored)
      result.cells.push_back({index, stored, answer, cell.confidence});
  }
  llvm::sort(result.cells,
             [](const Cell &a, const Cell &b) { return a.cell < b.cell; });
  return result;
}

std::vector<FrozenError> DefectMap::answers(uint64_t seed,
                                            uint64_t chip) const {
  // Event 1: cells that are stuck by rate draw from event 0.
  Stream stream(seed, chip, Draw::StuckCell, 1);
  std::vector<FrozenError> errors;
  for (const Cell &cell : cells) {
    auto [act, toss] = stream.pair(0, cell.cell);
    if (cell.confidence < 1 && toUnit(act) >= cell.confidence)
      continue;
    int8_t answer = cell.answer != coinToss ? cell.answer : toss & 1 ? 1 : -1;
    if (answer != cell.stored)
      errors.push_back({cell.cell, answer, answer});
  }
  return errors;
}

} // namespace bnn::device
