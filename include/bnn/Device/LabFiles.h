//===- LabFiles.h - What a laboratory measured ------------------*- C++ -*-===//
//
// CSV files with a fixed schema each: a header line that names the columns, in
// any order, then the data; lines that start with # say what the file is of.
// Columns that the schema does not have are refused, since a value that nobody
// reads is a mistake. Errors are "FILE:LINE: column NAME: why".
// docs/lab-files.md is the reference.
//
//===----------------------------------------------------------------------===//

#ifndef BNN_DEVICE_LABFILES_H
#define BNN_DEVICE_LABFILES_H

#include "bnn/Device/Chip.h"
#include "bnn/Image/CellMap.h"
#include "bnn/Target/Target.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace bnn::device {

/// defects.csv: what is broken for good.
struct Defect {
  enum class Place : uint8_t { BL, BLb, Cell, Row, Column };
  enum class Kind : uint8_t {
    StuckLrs,
    StuckHrs,
    Open,
    Short,
    Unformed,
    ReadsPlus,
    ReadsMinus,
    Dead,
  };
  size_t line = 0; ///< in the file
  std::string chip;
  uint64_t subarray = 0, row = 0, column = 0;
  Place place = Place::Cell;
  Kind kind = Kind::Dead;
  double confidence = 1; ///< the share of chips in which it acts
};
llvm::Expected<std::vector<Defect>> parseDefects(llvm::StringRef text,
                                                 llvm::StringRef name);

/// What a branch of a cell is, whatever was programmed.
enum class Branch : uint8_t { Lrs, Hrs, Open, Short };

/// A cell of the chip with a defect.
struct BrokenCell {
  uint64_t subarray = 0;
  uint32_t row = 0, column = 0;
  std::optional<Branch> bl, blb;
  std::optional<Defect::Kind> whole; ///< ReadsPlus, ReadsMinus or Dead
  double confidence = 1;
};

/// Subarrays, with those that an image leaves free, and rows and columns of
/// each, with spare ones.
struct ChipSize {
  uint64_t subarrays = 0;
  uint32_t rows = 0, columns = 0;
};
ChipSize chipSize(const image::Image &image);

/// By subarray, row and column. Fails on a place that the chip does not have,
/// on several chips in one file, and on a defect that is there twice.
llvm::Expected<std::vector<BrokenCell>>
brokenCells(llvm::ArrayRef<Defect> defects, const ChipSize &chip,
            llvm::StringRef name);

/// How far the answer is from the weight of `code` on average, 1 where it is
/// always the opposite: a coin toss is 1/2 off, as is 0 in place of -1 or +1.
double expectedError(const BrokenCell &cell, unsigned code,
                     const image::Target &target);

/// Defects as they act on the cells of an image.
class DefectMap {
public:
  /// Fails as `brokenCells`.
  static llvm::Expected<DefectMap> make(llvm::ArrayRef<Defect> defects,
                                        const image::Image &image,
                                        const image::CellMap &map,
                                        llvm::StringRef name);

  /// The wrong answers of chip `chip`, ascending. Two devices in one state are
  /// a coin toss that programming freezes, drawn for each chip; a device that
  /// is stuck as it should be does no harm.
  std::vector<FrozenError> answers(uint64_t seed, uint64_t chip) const;

  uint64_t size() const { return cells.size(); }

private:
  struct Cell {
    CellIndex cell;
    int8_t stored;
    int8_t answer; ///< -1, 0, +1; 2: -1 or +1, a coin toss
    double confidence;
  };
  std::vector<Cell> cells;
};

/// importance.csv: what a wrong weight of a neuron counts beside others.
struct ImportanceRow {
  size_t line = 0;
  std::string layer;
  uint64_t neuron = 0;
  double importance = 1; ///< above 0
};
llvm::Expected<std::vector<ImportanceRow>>
parseImportance(llvm::StringRef text, llvm::StringRef name);

/// By step and neuron, 1 where the file says nothing. Fails on layers and
/// neurons that the image does not have, and on one that is there twice.
llvm::Expected<std::vector<std::vector<float>>>
importanceOf(llvm::ArrayRef<ImportanceRow> rows, const image::Image &image,
             llvm::StringRef name);

/// margin.csv: how often a neuron's decision was wrong, by its distance.
struct MarginRow {
  size_t line = 0;
  std::optional<uint64_t> fanIn;
  std::optional<double> supplyVolt, clockNs;
  double delta = 0;
  uint64_t trials = 0, errors = 0;
};
llvm::Expected<std::vector<MarginRow>> parseMargins(llvm::StringRef text,
                                                    llvm::StringRef name);

/// Error probabilities for distances 0, 1/2, 1, ..., between measured ones
/// linearly, before the first as at the first, and beyond the last as at the
/// last. `supplyVolt` picks among several supplies. Fails where the rows are of
/// several fan-ins, supplies or clocks.
llvm::Expected<std::vector<double>>
marginTable(llvm::ArrayRef<MarginRow> rows, std::optional<double> supplyVolt,
            llvm::StringRef name);

/// reads.csv: what the cells of a chip answered.
struct ReadRow {
  size_t line = 0;
  std::string chip;
  uint64_t subarray = 0, row = 0, column = 0;
  bool input = false;
  std::optional<double> supplyVolt, celsius, senseNs;
  uint64_t reads = 0, ones = 0, zeros = 0; ///< answers 1, and ternary 0
};
llvm::Expected<std::vector<ReadRow>> parseReads(llvm::StringRef text,
                                                llvm::StringRef name);

/// Which of them to take; a row that does not name a value fits any choice.
struct ReadChoice {
  std::optional<double> supplyVolt, celsius;
};

/// devices.csv: the resistance of a device after it was programmed.
struct DeviceRow {
  enum class State : uint8_t { Lrs, Hrs, Virgin };
  size_t line = 0;
  std::string chip;
  uint64_t subarray = 0, row = 0, column = 0;
  bool blb = false;         ///< the device on BLb
  State state = State::Lrs; ///< it was programmed to
  std::string condition;    ///< name, may be empty
  std::optional<double> cycle, seconds, celsius, readVolt;
  double ohm = 0;
  /// The instrument reached its limit: the resistance is `ohm` or less.
  bool bounded = false;
};
/// The file is a devices.csv, by its header, and no reads.csv.
bool hasResistances(llvm::StringRef text);
llvm::Expected<std::vector<DeviceRow>> parseDevices(llvm::StringRef text,
                                                    llvm::StringRef name);

/// Which of them to take; a row that does not name a value fits any choice.
struct DeviceChoice {
  bool fits(const DeviceRow &row) const;
  std::optional<double> cycle, seconds, celsius;
};

/// conditions.csv: how devices were programmed.
struct ConditionRow {
  size_t line = 0;
  std::string name;
  std::optional<double> cycleMin, cycleMax, setJoule, resetJoule;
  std::optional<uint64_t> devices;
  std::string pulses; ///< "i_comp_uA 55, v_set_V 2", for people
  std::string source;
  Standing standing = Standing::Measured;
};
llvm::Expected<std::vector<ConditionRow>> parseConditions(llvm::StringRef text,
                                                          llvm::StringRef name);

/// A file as its rows and its name.
template <typename Row> struct LabFile {
  llvm::ArrayRef<Row> rows;
  llvm::StringRef name;
};

/// The laws of the states under each condition and range of cycles, as tables
/// of the devices that were measured; without `conditions` one range for each
/// name, and a condition without a name where the rows have none. A device that
/// was measured in several cycles counts once: the table of N devices has N
/// quantiles of all their resistances. Fails where rows are of several times,
/// temperatures or read voltages of which none is chosen, where a device is
/// there twice in a cycle, and where both files contradict each other.
llvm::Expected<std::vector<Condition>>
measuredConditions(LabFile<DeviceRow> devices, LabFile<ConditionRow> conditions,
                   const DeviceChoice &choice, TailModel tail);

} // namespace bnn::device

#endif // BNN_DEVICE_LABFILES_H
