//===- PackingBound.cpp - Subarrays that no packing does without ----------===//
//
// A function f on [0, 1] is dual feasible if numbers that sum to at most 1 have
// images that do; then the sum over all items of f(height) g(width) bounds the
// bins from below (Fekete and Schepers, A General Framework for Bounds for
// Higher-Dimensional Orthogonal Packing Problems, 2004). Three families are
// tried, each pair of functions: u(k), U(e) and phi(e) there.
//
//===----------------------------------------------------------------------===//

#include "bnn/Support/Packing.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/STLExtras.h"
#include <algorithm>
#include <map>
#include <set>

using namespace bnn;

namespace {

/// Images of the lengths 0 .. side under a dual feasible function, times
/// `scale`.
struct Images {
  int64_t scale;
  std::vector<int64_t> of; // by number of the length
};

/// Functions on one side.
class Side {
public:
  Side(int64_t side, const std::set<int64_t> &lengths)
      : lengths(lengths.begin(), lengths.end()) {
    add(side, [](int64_t length) { return length; });
    std::set<int64_t> cuts;
    for (int64_t length : lengths)
      for (int64_t cut : {length, length + 1, side - length, side - length + 1})
        if (cut > 0 && 2 * cut <= side)
          cuts.insert(cut);
    for (int64_t cut : cuts) {
      // U: what is small is dropped, what is large enough to leave only that
      // is a whole side.
      add(side, [&](int64_t length) {
        return length > side - cut ? side : length < cut ? 0 : length;
      });
      // phi: counts pieces of at least `cut`.
      int64_t most = side / cut;
      add(most, [&](int64_t length) {
        if (2 * length > side)
          return most - (side - length) / cut;
        return int64_t(length >= cut);
      });
    }
    // u: rounds down to k-ths of k + 1 parts.
    for (int64_t k = 1; k <= std::min<int64_t>(side, mostParts); ++k)
      add(side * k, [&](int64_t length) {
        int64_t parts = (k + 1) * length;
        return parts % side == 0 ? length * k : parts / side * side;
      });
  }

  size_t indexOf(int64_t length) const {
    return size_t(std::ranges::lower_bound(lengths, length) - lengths.begin());
  }

  std::vector<Images> functions;

private:
  static constexpr int64_t mostParts = 16;

  template <typename Function> void add(int64_t scale, Function function) {
    Images images{scale, {}};
    for (int64_t length : lengths)
      images.of.push_back(function(length));
    // Many cuts make the same function.
    for (const Images &other : functions)
      if (other.scale == scale && other.of == images.of)
        return;
    functions.push_back(std::move(images));
  }

  std::vector<int64_t> lengths; // ascending
};

} // namespace

/// How many items there are of each size.
using Sizes = std::map<std::pair<int64_t, int64_t>, int64_t>;

static Sizes countSizes(llvm::ArrayRef<PackItem> items) {
  Sizes sizes;
  for (const PackItem &item : items)
    ++sizes[{item.rows, item.columns}];
  return sizes;
}

/// The bound of dual feasible functions.
static int64_t dualBound(const Sizes &sizes, int64_t rows, int64_t columns) {
  std::set<int64_t> heights, widths;
  for (auto [size, count] : sizes) {
    heights.insert(size.first);
    widths.insert(size.second);
  }
  Side high(rows, heights), wide(columns, widths);
  int64_t bound = 0;
  std::vector<int64_t> ofWidth(widths.size());
  for (const Images &f : high.functions) {
    std::ranges::fill(ofWidth, 0);
    for (auto [size, count] : sizes)
      ofWidth[wide.indexOf(size.second)] +=
          f.of[high.indexOf(size.first)] * count;
    for (const Images &g : wide.functions) {
      __int128 sum = 0;
      for (size_t i = 0; i < ofWidth.size(); ++i)
        sum += __int128(ofWidth[i]) * g.of[i];
      __int128 bin = __int128(f.scale) * g.scale;
      bound = std::max(bound, int64_t((sum + bin - 1) / bin));
    }
  }
  return bound;
}

/// The same, or more where items fall into two classes of which no two stand in
/// one bin, as full rows and full columns: each class needs bins of its own.
static int64_t freeBound(const Sizes &sizes, int64_t rows, int64_t columns) {
  int64_t bound = dualBound(sizes, rows, columns);
  // Many sizes have many splits, and little to gain.
  constexpr size_t fewSizes = 48;
  if (sizes.size() > fewSizes)
    return bound;
  std::set<std::pair<Sizes, Sizes>> seen;
  for (auto [high, unused] : sizes)
    for (auto [wide, alsoUnused] : sizes) {
      int64_t least = high.first, broad = wide.second;
      Sizes one, other;
      for (auto [size, count] : sizes)
        if (size.first >= least && size.second >= broad)
          one[size] = count;
        else if (size.first > rows - least && size.second > columns - broad)
          other[size] = count;
      if (!one.empty() && !other.empty() && seen.insert({one, other}).second)
        bound = std::max(bound, dualBound(one, rows, columns) +
                                    dualBound(other, rows, columns));
    }
  return bound;
}

int64_t bnn::packingBound(llvm::ArrayRef<PackItem> items, int64_t rows,
                          int64_t columns, Sharing sharing) {
  int64_t bound = freeBound(countSizes(items), rows, columns);
  if (sharing == Sharing::IfNeeded)
    return bound;
  // Items of one key need a bin each; those that fit beside none of them need
  // others.
  struct Key {
    int64_t items = 0;
    int64_t rows = 0, columns = 0; // the least
  };
  llvm::MapVector<int64_t, Key> keys;
  int64_t full = 0; // items that fill bins: they are nobody's concern
  for (const PackItem &item : items) {
    if (item.rows == rows && item.columns == columns) {
      ++full;
      continue;
    }
    Key &key = keys[item.readWith];
    key.rows = key.items ? std::min(key.rows, item.rows) : item.rows;
    key.columns =
        key.items ? std::min(key.columns, item.columns) : item.columns;
    ++key.items;
  }
  // A few keys of most items: bounding what is left takes time.
  constexpr size_t tried = 8;
  auto sorted = keys.takeVector();
  llvm::stable_sort(sorted, [](const auto &a, const auto &b) {
    return a.second.items > b.second.items;
  });
  sorted.resize(std::min(sorted.size(), tried));
  for (const auto &[name, key] : sorted) {
    std::vector<PackItem> others;
    for (const PackItem &item : items)
      if (item.readWith != name && item.rows + key.rows > rows &&
          item.columns + key.columns > columns &&
          (item.rows < rows || item.columns < columns))
        others.push_back(item);
    bound = std::max(bound, full + key.items +
                                freeBound(countSizes(others), rows, columns));
  }
  return bound;
}
