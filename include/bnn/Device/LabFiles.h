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
  std::string chip;
  uint64_t subarray = 0, row = 0, column = 0;
  Place place = Place::Cell;
  Kind kind = Kind::Dead;
  double confidence = 1; ///< the share of chips in which it acts
};
llvm::Expected<std::vector<Defect>> parseDefects(llvm::StringRef text,
                                                 llvm::StringRef name);

/// Defects as they act on the cells of an image.
class DefectMap {
public:
  /// Fails on a place that the image does not have, on several chips in one
  /// file, and on a defect that is there twice.
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

/// margin.csv: how often a neuron's decision was wrong, by its distance.
struct MarginRow {
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
  std::string chip;
  uint64_t subarray = 0, row = 0, column = 0;
  bool input = false;
  std::optional<double> supplyVolt;
  uint64_t reads = 0, ones = 0, zeros = 0; ///< answers 1, and ternary 0
};
llvm::Expected<std::vector<ReadRow>> parseReads(llvm::StringRef text,
                                                llvm::StringRef name);

/// A chip as it was measured.
struct MeasuredChip {
  Chip chip;
  uint64_t cells = 0;    ///< of the image that the file covers
  uint64_t counted = 0;  ///< of the image
  uint64_t wrongOne = 0; ///< whose usual answer to input 1 is wrong
  uint64_t wrongZero = 0;
  uint64_t wavering = 0; ///< that answered both ways
  uint64_t reads = 0, wrongReads = 0;
};

/// The chip that `rows` describe: a cell answers as most of its reads did, and
/// where reads differ it does so with the share that was measured. An input
/// that was not measured answers as the other one. Fails on a place that the
/// image does not have, on several chips or supplies, and on cells there twice.
llvm::Expected<MeasuredChip> measuredChip(llvm::ArrayRef<ReadRow> rows,
                                          const image::Image &image,
                                          const image::CellMap &map,
                                          std::optional<double> supplyVolt,
                                          llvm::StringRef name);

} // namespace bnn::device

#endif // BNN_DEVICE_LABFILES_H
