//===- Packing.cpp - Small rectangles in few subarrays --------------------===//
//
// Maximal rectangles (Jylänki, A Thousand Ways to Pack the Bin, 2010), with
// several orders of the items and several rules for the rectangle that takes
// the next one. What one rule packs badly another packs well, and the lower
// bound says when to stop.
//
//===----------------------------------------------------------------------===//

#include "bnn/Support/Packing.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include <algorithm>
#include <array>
#include <numeric>

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

/// Which items come first: larger ones, or those of the keys with most items,
/// which need most bins where no two share one.
enum class Order : uint8_t { Area, Rows, Columns, LongSide, ShortSide, Key };
/// What of a free rectangle is to be left over least.
enum class Fit : uint8_t { ShortSide, LongSide, Area };

struct Rule {
  Order order = Order::Area;
  Fit fit = Fit::ShortSide;
  /// Bins without an item of the same key are better than those that fit
  /// better.
  bool apartFirst = true;
};

using Score = std::array<int64_t, 3>;

/// A subarray that is being filled.
class Bin {
public:
  Bin(int64_t index, int64_t rows, int64_t columns)
      : index(index), free{{0, 0, rows, columns}} {}

  /// The free rectangle that the item fits best, or -1.
  int bestFit(const PackItem &item, Fit fit,
              std::array<int64_t, 2> &score) const;
  PackedItem place(const PackItem &item, int rectangle);
  bool holds(int64_t key) const { return llvm::is_contained(keys, key); }
  /// Whether anything of that size may fit yet.
  bool takes(int64_t rows, int64_t columns) const {
    return llvm::any_of(free, [&](const Rectangle &rectangle) {
      return rectangle.rows >= rows && rectangle.columns >= columns;
    });
  }

  int64_t index;
  int64_t reads = 0;

private:
  llvm::SmallVector<int64_t, 8> keys;
  llvm::SmallVector<Rectangle, 8> free;
};

} // namespace

int Bin::bestFit(const PackItem &item, Fit fit,
                 std::array<int64_t, 2> &score) const {
  int best = -1;
  for (auto [i, rectangle] : llvm::enumerate(free)) {
    int64_t rows = rectangle.rows - item.rows;
    int64_t columns = rectangle.columns - item.columns;
    if (rows < 0 || columns < 0)
      continue;
    int64_t little = std::min(rows, columns), much = std::max(rows, columns);
    std::array<int64_t, 2> left{little, much};
    if (fit == Fit::LongSide)
      left = {much, little};
    else if (fit == Fit::Area)
      left = {rectangle.rows * rectangle.columns - item.rows * item.columns,
              little};
    if (best < 0 || left < score) {
      best = int(i);
      score = left;
    }
  }
  return best;
}

PackedItem Bin::place(const PackItem &item, int rectangle) {
  Rectangle taken{free[size_t(rectangle)].row, free[size_t(rectangle)].column,
                  item.rows, item.columns};
  llvm::SmallVector<Rectangle, 16> next;
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
  if (!holds(item.readWith))
    keys.push_back(item.readWith);
  reads += item.reads;
  return {index, taken.row, taken.column};
}

//===----------------------------------------------------------------------===//
// One attempt
//===----------------------------------------------------------------------===//

namespace {

struct Packing {
  std::vector<PackedItem> places;
  int64_t bins = 0;
};

class Packer {
public:
  Packer(llvm::ArrayRef<PackItem> items, int64_t rows, int64_t columns,
         Sharing sharing, int64_t mostReads)
      : items(items), rows(rows), columns(columns), sharing(sharing),
        mostReads(mostReads), leastRows(items.size() + 1, rows),
        leastColumns(items.size() + 1, columns) {
    for (const PackItem &item : items)
      ++ofKey[item.readWith];
  }

  std::vector<size_t> sorted(Order order) const;
  Packing run(llvm::ArrayRef<size_t> order, const Rule &rule);

private:
  Bin &openBin(std::vector<Bin> &open, int64_t index, size_t next) const;

  llvm::ArrayRef<PackItem> items;
  int64_t rows, columns;
  Sharing sharing;
  int64_t mostReads;                      // of a bin; 0: any number
  llvm::DenseMap<int64_t, int64_t> ofKey; // items
  /// Of the items from that one of the order on.
  std::vector<int64_t> leastRows, leastColumns;
};

} // namespace

std::vector<size_t> Packer::sorted(Order order) const {
  std::vector<size_t> result(items.size());
  std::iota(result.begin(), result.end(), 0);
  auto key = [&](size_t i) -> Score {
    auto [rows, columns, readWith, reads] = items[i];
    int64_t area = rows * columns;
    switch (order) {
    case Order::Area:
      return {-area, -rows, -columns};
    case Order::Rows:
      return {-rows, -columns, 0};
    case Order::Columns:
      return {-columns, -rows, 0};
    case Order::LongSide:
      return {-std::max(rows, columns), -area, -rows};
    case Order::ShortSide:
      return {-std::min(rows, columns), -area, -rows};
    case Order::Key:
      return {-ofKey.lookup(readWith), -area, -rows};
    }
    return {};
  };
  llvm::stable_sort(result,
                    [&](size_t a, size_t b) { return key(a) < key(b); });
  return result;
}

/// Few bins stay open, so that the time stays linear in the items: those that
/// take no item that is left go first, then the oldest.
Bin &Packer::openBin(std::vector<Bin> &open, int64_t index, size_t next) const {
  constexpr size_t window = 128;
  if (open.size() == window) {
    llvm::erase_if(open, [&](const Bin &bin) {
      return !bin.takes(leastRows[next], leastColumns[next]);
    });
    if (open.size() == window)
      open.erase(open.begin());
  }
  return open.emplace_back(index, rows, columns);
}

Packing Packer::run(llvm::ArrayRef<size_t> order, const Rule &rule) {
  for (size_t i = order.size(); i-- > 0;) {
    leastRows[i] = std::min(leastRows[i + 1], items[order[i]].rows);
    leastColumns[i] = std::min(leastColumns[i + 1], items[order[i]].columns);
  }
  Packing packing;
  packing.places.resize(items.size());
  std::vector<Bin> open;
  for (auto [next, i] : llvm::enumerate(order)) {
    const PackItem &item = items[i];
    Bin *bestBin = nullptr;
    int best = -1;
    Score bestScore;
    for (Bin &bin : open) {
      if (mostReads && bin.reads + item.reads > mostReads)
        continue;
      std::array<int64_t, 2> left;
      int rectangle = bin.bestFit(item, rule.fit, left);
      if (rectangle < 0)
        continue;
      bool shared = bin.holds(item.readWith);
      if (shared && sharing == Sharing::Never)
        continue;
      Score score = rule.apartFirst ? Score{shared, left[0], left[1]}
                                    : Score{left[0], left[1], shared};
      if (!bestBin || score < bestScore) {
        bestBin = &bin;
        best = rectangle;
        bestScore = score;
      }
    }
    if (!bestBin) {
      bestBin = &openBin(open, packing.bins++, next);
      best = 0;
    }
    packing.places[i] = bestBin->place(item, best);
  }
  return packing;
}

//===----------------------------------------------------------------------===//
// The best of several
//===----------------------------------------------------------------------===//

std::vector<PackedItem> bnn::pack(llvm::ArrayRef<PackItem> items, int64_t rows,
                                  int64_t columns, Sharing sharing,
                                  int64_t mostReads, int64_t enough) {
  Packer packer(items, rows, columns, sharing, mostReads);
  std::vector<size_t> order = packer.sorted(Order::Area);
  Packing best = packer.run(order, {});
  if (best.bins <= enough)
    return std::move(best.places);
  enough = std::max(enough, packingBound(items, rows, columns, sharing));
  auto attempt = [&](const Rule &rule) {
    if (best.bins <= enough)
      return;
    Packing packing = packer.run(order, rule);
    if (packing.bins < best.bins)
      best = std::move(packing);
  };
  constexpr Order orders[] = {Order::Area,     Order::Rows,      Order::Columns,
                              Order::LongSide, Order::ShortSide, Order::Key};
  for (Order each : orders) {
    if (best.bins <= enough)
      break;
    order = packer.sorted(each);
    for (Fit fit : {Fit::ShortSide, Fit::LongSide, Fit::Area})
      for (bool apartFirst : {true, false})
        if (apartFirst || sharing == Sharing::IfNeeded)
          attempt({each, fit, apartFirst});
  }
  return std::move(best.places);
}
