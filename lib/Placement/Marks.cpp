//===- Marks.cpp - Defects as a row meets them ----------------------------===//

#include "Marks.h"
#include "llvm/ADT/STLExtras.h"
#include <numeric>

using namespace llvm;

namespace bnn::placement {

/// Of a code that is not known: the mean of both signs.
static float score(const Mark &mark) {
  return (mark.error[1] + mark.error[2]) / 2;
}

/// The columns with the worst defects, as many as there are spare ones;
/// nothing where those are the last.
static std::vector<uint32_t> worstColumns(ArrayRef<float> scores,
                                          size_t count) {
  std::vector<uint32_t> columns(scores.size());
  std::iota(columns.rbegin(), columns.rend(), 0);
  stable_sort(columns,
              [&](uint32_t a, uint32_t b) { return scores[a] > scores[b]; });
  columns.resize(count);
  llvm::sort(columns);
  if (columns.empty() || columns.front() == scores.size() - count)
    columns.clear();
  return columns;
}

Marks::Marks(const image::Image &image, ArrayRef<device::BrokenCell> broken,
             bool useSpares)
    : all(broken) {
  const image::Target &target = image.target();
  size_t spare = useSpares ? target.spare_columns() : 0;
  size_t columns = target.columns() + target.spare_columns();
  for (size_t begin = 0, end; begin < broken.size(); begin = end) {
    uint64_t subarray = broken[begin].subarray;
    std::vector<Mark> marks;
    std::vector<float> scores(columns);
    for (end = begin; end < broken.size() && broken[end].subarray == subarray;
         ++end) {
      Mark &mark = marks.emplace_back();
      mark.column = broken[end].column;
      for (unsigned code = 0; code < 4; ++code)
        mark.error[code] =
            float(device::expectedError(broken[end], code, target));
      scores[mark.column] += score(mark);
    }
    std::vector<uint32_t> left = worstColumns(scores, spare);
    size_t firstRow = rows.size();
    for (size_t i = begin; i < end; ++i) {
      Mark mark = marks[i - begin];
      if (is_contained(left, mark.column))
        continue;
      mark.column -=
          uint32_t(llvm::lower_bound(left, mark.column) - left.begin());
      if (mark.column >= target.columns())
        continue; // a spare one that is not used
      uint32_t row = broken[i].row;
      if (rows.size() == firstRow || rows.back().row != row)
        rows.push_back({subarray, row, {}});
      rows.back().marks.push_back(mark);
    }
    if (!left.empty())
      skipped.push_back({subarray, std::move(left)});
  }
}

ArrayRef<Marks::Row> Marks::rowsOf(uint64_t subarray) const {
  auto less = [](const Row &row, uint64_t number) {
    return row.subarray < number;
  };
  auto begin = std::lower_bound(rows.begin(), rows.end(), subarray, less);
  auto end = std::lower_bound(begin, rows.end(), subarray + 1, less);
  return ArrayRef(rows).slice(size_t(begin - rows.begin()),
                              size_t(end - begin));
}

ArrayRef<Mark> Marks::at(uint64_t subarray, uint32_t row) const {
  ArrayRef<Row> found = rowsOf(subarray);
  const Row *at = llvm::partition_point(
      found, [&](const Row &entry) { return entry.row < row; });
  return at != found.end() && at->row == row ? ArrayRef(at->marks)
                                             : ArrayRef<Mark>();
}

ArrayRef<uint32_t> Marks::skippedColumns(uint64_t subarray) const {
  auto at = llvm::partition_point(
      skipped, [&](const Skipped &entry) { return entry.subarray < subarray; });
  return at != skipped.end() && at->subarray == subarray ? ArrayRef(at->columns)
                                                         : ArrayRef<uint32_t>();
}

float Marks::scoreOf(uint64_t subarray) const {
  float sum = 0;
  for (const Row &row : rowsOf(subarray))
    for (const Mark &mark : row.marks)
      sum += score(mark);
  return sum;
}

image::Image Marks::withoutSpares(const image::Image &image) {
  image::Image copy = image;
  copy.mutable_target()->clear_spare_rows();
  copy.mutable_target()->clear_spare_columns();
  copy.clear_addresses();
  return copy;
}

} // namespace bnn::placement
