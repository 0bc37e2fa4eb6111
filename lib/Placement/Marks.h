//===- Marks.h - Defects as a row meets them --------------------*- C++ -*-===//

#ifndef BNN_LIB_PLACEMENT_MARKS_H
#define BNN_LIB_PLACEMENT_MARKS_H

#include "bnn/Device/LabFiles.h"
#include "bnn/Image/image.pb.h"
#include "llvm/ADT/ArrayRef.h"
#include <array>
#include <vector>

namespace bnn::placement {

/// A defect, by the address of its column.
struct Mark {
  uint32_t column;
  std::array<float, 4> error; ///< device::expectedError of each code
};

/// The defects of a chip by subarray and row, once it is settled which columns
/// of each subarray are left out.
class Marks {
public:
  struct Row {
    uint64_t subarray;
    uint32_t row;
    std::vector<Mark> marks;
  };

  Marks(const image::Image &image, llvm::ArrayRef<device::BrokenCell> broken,
        bool useSpares);

  llvm::ArrayRef<device::BrokenCell> broken() const { return all; }
  /// The subarray has defects, be it in columns that are left out.
  bool any(uint64_t subarray) const {
    return !rowsOf(subarray).empty() || !skippedColumns(subarray).empty();
  }
  /// Rows of the subarray with defects, ascending.
  llvm::ArrayRef<Row> rowsOf(uint64_t subarray) const;
  llvm::ArrayRef<Mark> at(uint64_t subarray, uint32_t row) const;
  /// Ascending; empty where the spare ones at the end are those left out.
  llvm::ArrayRef<uint32_t> skippedColumns(uint64_t subarray) const;
  /// What the defects cost a content that is not known.
  float scoreOf(uint64_t subarray) const;

  /// A copy for questions about addresses alone.
  static image::Image withoutSpares(const image::Image &image);

private:
  llvm::ArrayRef<device::BrokenCell> all;
  std::vector<Row> rows; ///< by subarray and row
  struct Skipped {
    uint64_t subarray;
    std::vector<uint32_t> columns;
  };
  std::vector<Skipped> skipped; ///< by subarray
};

} // namespace bnn::placement

#endif // BNN_LIB_PLACEMENT_MARKS_H
