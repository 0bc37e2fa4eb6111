//===- Table.h - Aligned tables and numbers ---------------------*- C++ -*-===//

#ifndef BNN_LIB_REPORT_TABLE_H
#define BNN_LIB_REPORT_TABLE_H

#include "bnn/Report/Report.h"
#include "llvm/ADT/ArrayRef.h"
#include <string>
#include <vector>

namespace bnn::report {

using Cells = std::vector<std::string>;

/// Names of layers are cut to this.
inline constexpr size_t widestName = 28;

/// At most `width` characters; what is left out shows as "..".
std::string shorten(const std::string &text, size_t width);

/// The first columns, of text, left, those of numbers right; two blanks
/// between.
std::string formatTable(llvm::ArrayRef<Cells> table, size_t textColumns);

/// "3.21 nJ": a value in `unit` with three digits and a prefix of the SI.
std::string quantity(double value, const std::string &unit);

/// "45.2 nJ a sample (assumed)", or ">= 1.2 nJ a sample, lower bound, 4 of 6
/// components unknown": what may be said of a sum.
std::string headline(const cost::Sum &sum, const std::string &of);

/// Operations of the layers, then what they take.
std::string formatCost(const cost::Cost &cost);

} // namespace bnn::report

#endif // BNN_LIB_REPORT_TABLE_H
