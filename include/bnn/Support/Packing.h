//===- Packing.h - Small rectangles in few subarrays ------------*- C++ -*-===//
//
// Tiles at the edges of a layer's grid are smaller than a subarray, and so are
// words of thresholds. Several of them share one.
//
//===----------------------------------------------------------------------===//

#ifndef BNN_SUPPORT_PACKING_H
#define BNN_SUPPORT_PACKING_H

#include "llvm/ADT/ArrayRef.h"
#include <cstdint>
#include <vector>

namespace bnn {

/// A rectangle of cells, not larger than a subarray.
struct PackItem {
  int64_t rows, columns;
  /// Items of the same key are read in one cycle if they lie apart.
  int64_t readWith;
  /// How often a sample reads a row of it.
  int64_t reads = 0;
};

/// Whether items that are read in one cycle may share a subarray, where they
/// are read one after the other.
enum class Sharing { Never, IfNeeded };

struct PackedItem {
  int64_t bin, row, column;
};

/// Puts the items, which do not overlap then, into bins of `rows` x `columns`;
/// bins are numbered from 0 without gaps. With `mostReads`, items share a bin
/// only as far as their reads do not exceed it. Deterministic. Several orders
/// and rules are tried, each near-linear in the items, until one needs no more
/// bins than `packingBound` or than `enough`; of equal ones the first is taken,
/// which puts the largest items first and prefers bins without an item of the
/// same key. `Sharing::IfNeeded` opens a bin only where no other has room.
std::vector<PackedItem> pack(llvm::ArrayRef<PackItem> items, int64_t rows,
                             int64_t columns, Sharing sharing,
                             int64_t mostReads = 0, int64_t enough = 0);

/// Bins that no packing of the items can do with less of: the area, bounds
/// from dual feasible functions for items that leave room for none or few
/// others, and with `Sharing::Never` the items of one key.
int64_t packingBound(llvm::ArrayRef<PackItem> items, int64_t rows,
                     int64_t columns, Sharing sharing = Sharing::IfNeeded);

} // namespace bnn

#endif // BNN_SUPPORT_PACKING_H
