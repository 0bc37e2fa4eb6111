//===- Assignment.h - Cheapest one-to-one assignment ------------*- C++ -*-===//

#ifndef BNN_LIB_PLACEMENT_ASSIGNMENT_H
#define BNN_LIB_PLACEMENT_ASSIGNMENT_H

#include "llvm/ADT/ArrayRef.h"
#include <cstddef>
#include <cstdint>
#include <vector>

namespace bnn::placement {

/// The column of each row, all different, with the lowest sum of
/// `cost[row * columns + column]`; costs are not negative, columns no fewer
/// than rows. Infinite ones are not taken; some assignment must do without.
/// Shortest augmenting paths, O(rows^2 * columns).
std::vector<uint32_t> assign(llvm::ArrayRef<float> cost, size_t rows,
                             size_t columns);

} // namespace bnn::placement

#endif // BNN_LIB_PLACEMENT_ASSIGNMENT_H
