//===- Assignment.cpp - Cheapest one-to-one assignment --------------------===//
//
// The method of shortest augmenting paths with dual prices (Jonker and
// Volgenant, Computing 38, 1987), without its initial phases: rows are added
// one by one, each along the cheapest path of reassignments that ends in a free
// column.
//
//===----------------------------------------------------------------------===//

#include "Assignment.h"
#include <limits>

namespace bnn::placement {

std::vector<uint32_t> assign(llvm::ArrayRef<float> cost, size_t rows,
                             size_t columns) {
  constexpr uint32_t none = ~uint32_t(0);
  constexpr double infinity = std::numeric_limits<double>::infinity();
  std::vector<double> rowPrice(rows), columnPrice(columns), distance(columns);
  std::vector<uint32_t> rowOf(columns, none), columnOf(rows, none);
  std::vector<uint32_t> before(columns); // row from which a column is reached
  std::vector<uint32_t> open(columns), reached;
  for (size_t start = 0; start < rows; ++start) {
    std::fill(distance.begin(), distance.end(), infinity);
    for (size_t c = 0; c < columns; ++c)
      open[c] = uint32_t(c);
    size_t left = columns;
    reached.clear();
    uint32_t row = uint32_t(start), end = none;
    double length = 0;
    while (end == none) {
      const float *costs = cost.data() + size_t(row) * columns;
      double base = length - rowPrice[row], best = infinity;
      size_t bestAt = 0;
      for (size_t i = 0; i < left; ++i) {
        uint32_t c = open[i];
        double through = base + costs[c] - columnPrice[c];
        if (through < distance[c]) {
          distance[c] = through;
          before[c] = row;
        }
        // Of equal columns a free one ends the search.
        if (distance[c] < best || (distance[c] == best && rowOf[c] == none &&
                                   rowOf[open[bestAt]] != none)) {
          best = distance[c];
          bestAt = i;
        }
      }
      uint32_t column = open[bestAt];
      open[bestAt] = open[--left];
      length = best;
      reached.push_back(column);
      if (rowOf[column] == none)
        end = column;
      else
        row = rowOf[column];
    }
    rowPrice[start] += length;
    for (uint32_t column : reached) {
      if (column == end)
        continue;
      columnPrice[column] += distance[column] - length;
      rowPrice[rowOf[column]] += length - distance[column];
    }
    for (uint32_t column = end;;) {
      uint32_t from = before[column];
      rowOf[column] = from;
      std::swap(column, columnOf[from]);
      if (from == start)
        break;
    }
  }
  return columnOf;
}

} // namespace bnn::placement
