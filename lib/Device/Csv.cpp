//===- Csv.cpp - Tables with a schema -------------------------------------===//

#include "Csv.h"
#include "bnn/Support/Error.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/Twine.h"
#include <cmath>

using namespace llvm;

namespace bnn::device {

static std::string columnsOf(ArrayRef<CsvColumn> columns) {
  std::string out;
  for (const CsvColumn &column : columns)
    out += (out.empty() ? "" : ", ") + column.name.str();
  return out;
}

Expected<CsvTable> CsvTable::parse(StringRef text, StringRef name,
                                   ArrayRef<CsvColumn> columns) {
  CsvTable table;
  table.name = name.str();
  size_t number = 0;
  auto fail = [&](const Twine &why) {
    return makeError(name + ":" + Twine(number) + ": " + why);
  };
  text.consume_front("\xEF\xBB\xBF");
  while (!text.empty()) {
    StringRef line;
    std::tie(line, text) = text.split('\n');
    ++number;
    line = line.trim();
    if (line.empty() || line.starts_with("#"))
      continue;
    if (line.contains('"'))
      return fail("quoted fields are not part of the schema; no field holds a "
                  "comma");
    SmallVector<StringRef> parts;
    line.split(parts, ',');
    std::vector<StringRef> fields;
    for (StringRef part : parts)
      fields.push_back(part.trim());
    if (!table.header.empty()) {
      if (fields.size() != table.header.size())
        return fail(Twine(fields.size()) + " fields, the header has " +
                    Twine(table.header.size()) + " columns");
      table.lines.push_back({number, std::move(fields)});
      continue;
    }
    for (auto [index, field] : enumerate(fields)) {
      if (none_of(columns, [&](const CsvColumn &c) { return c.name == field; }))
        return fail("unknown column '" + field + "'; there are " +
                    columnsOf(columns));
      if (is_contained(ArrayRef(fields).take_front(index), field))
        return fail("column '" + field + "' is there twice");
    }
    for (const CsvColumn &column : columns)
      if (column.required && !is_contained(fields, column.name))
        return fail("column '" + column.name + "' is missing; there are " +
                    columnsOf(columns));
    table.header = std::move(fields);
  }
  if (table.header.empty())
    return makeError(name + ": has no header; the columns are " +
                     columnsOf(columns));
  return table;
}

StringRef CsvTable::field(size_t row, StringRef column) const {
  auto at = llvm::find(header, column);
  return at == header.end() ? StringRef()
                            : lines[row].fields[at - header.begin()];
}

Error CsvTable::fail(size_t row, StringRef column, const Twine &why) const {
  return failAt(name, line(row), "column " + column + ": " + why);
}

Error failAt(StringRef name, size_t line, const Twine &why) {
  return makeError(name + ":" + Twine(line) + ": " + why);
}

Expected<uint64_t> CsvTable::integer(size_t row, StringRef column) const {
  StringRef text = field(row, column);
  uint64_t value;
  if (text.getAsInteger(10, value) || value > (uint64_t(1) << 52))
    return fail(row, column, "'" + text + "' is no whole number from 0");
  return value;
}

Expected<std::optional<double>> CsvTable::number(size_t row,
                                                 StringRef column) const {
  StringRef text = field(row, column);
  if (text.empty())
    return std::optional<double>();
  double value;
  if (text.getAsDouble(value) || !std::isfinite(value))
    return fail(row, column,
                "'" + text +
                    "' is no number (units stand in the column's "
                    "name)");
  return std::optional<double>(value);
}

Expected<std::optional<double>> CsvTable::positive(size_t row,
                                                   StringRef column) const {
  Expected<std::optional<double>> value = number(row, column);
  if (value && *value && !(**value > 0))
    return fail(row, column, "is not above 0");
  return value;
}

} // namespace bnn::device
