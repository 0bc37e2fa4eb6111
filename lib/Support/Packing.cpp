//===- Packing.cpp - Small rectangles in few subarrays --------------------===//
//
// Maximal rectangles, best short side fit (Jylänki, A Thousand Ways to Pack the
// Bin, 2010). The lower bound: a function u on [0, 1] is dual feasible if
// numbers that sum to at most 1 have images that do; then the sum over all
// items of u(width) v(height) bounds the bins from below (Fekete and Schepers,
// 2004). u_e keeps what lies between e and 1 - e, drops what is smaller and
// rounds up what is larger.
//
//===----------------------------------------------------------------------===//

#include "bnn/Support/Packing.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>
#include <map>
#include <numeric>
#include <set>

using namespace bnn;

namespace {

struct Rectangle {
  int64_t row, column, rows, columns;

  bool contains(const Rectangle &other) const {
    return row <= other.row && column <= other.column &&
           row + rows >= other.row + other.rows &&
           column + columns >= other.column + other.columns;
  }
  bool overlaps(const Rectangle &other) const {
    return row < other.row + other.rows && other.row < row + rows &&
           column < other.column + other.columns &&
           other.column < column + columns;
  }
};

/// A subarray that is being filled.
class Bin {
public:
  Bin(int64_t index, int64_t rows, int64_t columns)
      : index(index), free{{0, 0, rows, columns}} {}

  /// The free rectangle that the item fits best, or -1; `score` is what it
  /// leaves on the shorter and the longer side.
  int bestFit(const PackItem &item, std::pair<int64_t, int64_t> &score) const {
    int best = -1;
    for (auto [i, rectangle] : llvm::enumerate(free)) {
      int64_t rows = rectangle.rows - item.rows;
      int64_t columns = rectangle.columns - item.columns;
      if (rows < 0 || columns < 0)
        continue;
      std::pair<int64_t, int64_t> left{std::min(rows, columns),
                                       std::max(rows, columns)};
      if (best < 0 || left < score) {
        best = int(i);
        score = left;
      }
    }
    return best;
  }

  PackedItem place(const PackItem &item, int rectangle);

  int64_t index;
  int64_t reads = 0;
  llvm::SmallDenseSet<int64_t, 8> keys;

private:
  std::vector<Rectangle> free;
};

} // namespace

PackedItem Bin::place(const PackItem &item, int rectangle) {
  Rectangle taken{free[rectangle].row, free[rectangle].column, item.rows,
                  item.columns};
  std::vector<Rectangle> next;
  for (const Rectangle &from : free) {
    if (!from.overlaps(taken)) {
      next.push_back(from);
      continue;
    }
    auto keep = [&](int64_t row, int64_t column, int64_t rows,
                    int64_t columns) {
      if (rows > 0 && columns > 0)
        next.push_back({row, column, rows, columns});
    };
    int64_t endRow = taken.row + taken.rows;
    int64_t endColumn = taken.column + taken.columns;
    keep(from.row, from.column, taken.row - from.row, from.columns);
    keep(endRow, from.column, from.row + from.rows - endRow, from.columns);
    keep(from.row, from.column, from.rows, taken.column - from.column);
    keep(from.row, endColumn, from.rows,
         from.column + from.columns - endColumn);
  }
  free.clear();
  for (auto [i, candidate] : llvm::enumerate(next)) {
    bool inside = false;
    for (auto [j, other] : llvm::enumerate(next))
      inside |= i != j && other.contains(candidate) &&
                (j < i || !candidate.contains(other));
    if (!inside)
      free.push_back(candidate);
  }
  keys.insert(item.readWith);
  reads += item.reads;
  return {index, taken.row, taken.column};
}

std::vector<PackedItem> bnn::pack(llvm::ArrayRef<PackItem> items, int64_t rows,
                                  int64_t columns, Sharing sharing,
                                  int64_t mostReads) {
  std::vector<size_t> order(items.size());
  std::iota(order.begin(), order.end(), 0);
  llvm::stable_sort(order, [&](size_t a, size_t b) {
    const PackItem &x = items[a], &y = items[b];
    return std::make_tuple(-x.rows * x.columns, -x.rows, -x.columns) <
           std::make_tuple(-y.rows * y.columns, -y.rows, -y.columns);
  });
  std::vector<PackedItem> places(items.size());
  // Few of the oldest bins with room are looked at, so that the time stays
  // linear in the items.
  constexpr size_t window = 128;
  std::vector<Bin> open;
  int64_t bins = 0;
  for (size_t i : order) {
    const PackItem &item = items[i];
    Bin *bestBin = nullptr;
    int best = -1;
    std::tuple<bool, int64_t, int64_t> bestScore;
    for (Bin &bin : open) {
      bool shared = bin.keys.contains(item.readWith);
      if (shared && sharing == Sharing::Never)
        continue;
      if (mostReads && bin.reads + item.reads > mostReads)
        continue;
      std::pair<int64_t, int64_t> left;
      int rectangle = bin.bestFit(item, left);
      std::tuple<bool, int64_t, int64_t> score{shared, left.first, left.second};
      if (rectangle >= 0 && (!bestBin || score < bestScore)) {
        bestBin = &bin;
        best = rectangle;
        bestScore = score;
      }
    }
    if (!bestBin) {
      if (open.size() == window)
        open.erase(open.begin());
      bestBin = &open.emplace_back(bins++, rows, columns);
      best = 0;
    }
    places[i] = bestBin->place(item, best);
  }
  return places;
}

/// `side` times u_e(length / side).
static int64_t dualFeasible(int64_t length, int64_t side, int64_t e) {
  return length > side - e ? side : length < e ? 0 : length;
}

int64_t bnn::packingBound(llvm::ArrayRef<PackItem> items, int64_t rows,
                          int64_t columns) {
  std::map<std::pair<int64_t, int64_t>, int64_t> sizes;
  for (const PackItem &item : items)
    ++sizes[{item.rows, item.columns}];
  // u_e changes where an item begins or ends to be rounded.
  std::set<int64_t> rowCuts{0}, columnCuts{0};
  auto addCuts = [](std::set<int64_t> &cuts, int64_t length, int64_t side) {
    for (int64_t cut : {length, length + 1, side - length, side - length + 1})
      if (cut > 0 && 2 * cut <= side)
        cuts.insert(cut);
  };
  for (auto [size, count] : sizes) {
    addCuts(rowCuts, size.first, rows);
    addCuts(columnCuts, size.second, columns);
  }
  int64_t bound = 0;
  for (int64_t rowCut : rowCuts)
    for (int64_t columnCut : columnCuts) {
      __int128 sum = 0;
      for (auto [size, count] : sizes)
        sum += __int128(dualFeasible(size.first, rows, rowCut)) *
               dualFeasible(size.second, columns, columnCut) * count;
      __int128 bin = __int128(rows) * columns;
      bound = std::max(bound, int64_t((sum + bin - 1) / bin));
    }
  return bound;
}
