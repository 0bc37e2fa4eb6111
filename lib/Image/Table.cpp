//===- Table.cpp - Aligned tables in text ---------------------------------===//

#include "bnn/Image/Table.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/ConvertUTF.h"
#include "llvm/Support/Unicode.h"
#include <algorithm>

using namespace llvm;

namespace bnn::image {

namespace {

/// Columns on a terminal; names of tensors need not be ASCII.
size_t width(StringRef text) {
  int columns = sys::unicode::columnWidthUTF8(text);
  return columns < 0 ? text.size() : size_t(columns);
}

} // namespace

void Table::print(raw_ostream &os) const {
  std::vector<size_t> widths(rows[0].size());
  std::vector<bool> numeric(rows[0].size(), rows.size() > 1);
  for (size_t r = 0; r < rows.size(); ++r)
    for (size_t c = 0; c < widths.size(); ++c) {
      const std::string &entry = rows[r][c];
      widths[c] = std::max(widths[c], width(entry));
      if (r > 0)
        numeric[c] = numeric[c] && !entry.empty() && isDigit(entry[0]);
    }
  for (const std::vector<std::string> &row : rows) {
    std::string line;
    for (size_t c = 0; c < widths.size(); ++c) {
      std::string fill(widths[c] - width(row[c]), ' ');
      line += "  " + (numeric[c] ? fill + row[c] : row[c] + fill);
    }
    os << StringRef(line).rtrim(' ') << '\n';
  }
}

std::string grouped(uint64_t number) {
  std::string text = std::to_string(number);
  for (size_t at = text.size(); at > 3;) {
    at -= 3;
    text.insert(at, ",");
  }
  return text;
}

std::string sizes(const google::protobuf::RepeatedField<int64_t> &shape) {
  if (shape.empty())
    return "scalar";
  std::string text;
  for (int64_t size : shape)
    text += (text.empty() ? "" : "x") + std::to_string(size);
  return text;
}

} // namespace bnn::image
