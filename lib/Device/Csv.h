//===- Csv.h - Tables with a schema -----------------------------*- C++ -*-===//

#ifndef BNN_LIB_DEVICE_CSV_H
#define BNN_LIB_DEVICE_CSV_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <optional>
#include <string>
#include <vector>

namespace bnn::device {

/// A column of a schema.
struct CsvColumn {
  llvm::StringRef name;
  bool required = true;
};

/// A CSV file, cut into fields; they are read by the name of their column.
class CsvTable {
public:
  /// `text` must outlive the table. Fails on a header with unknown, missing or
  /// repeated columns and on lines with another number of fields.
  static llvm::Expected<CsvTable> parse(llvm::StringRef text,
                                        llvm::StringRef name,
                                        llvm::ArrayRef<CsvColumn> columns);

  size_t rows() const { return lines.size(); }
  /// Of a row, in the file, from 1.
  size_t line(size_t row) const { return lines[row].number; }
  bool has(llvm::StringRef column) const {
    return llvm::is_contained(header, column);
  }

  /// The field, trimmed; empty where the column is absent.
  llvm::StringRef field(size_t row, llvm::StringRef column) const;
  /// A whole number; an empty field is an error.
  llvm::Expected<uint64_t> integer(size_t row, llvm::StringRef column) const;
  llvm::Expected<std::optional<double>> number(size_t row,
                                               llvm::StringRef column) const;
  /// A number that must lie above 0, where there is one.
  llvm::Expected<std::optional<double>> positive(size_t row,
                                                 llvm::StringRef column) const;
  llvm::Error fail(size_t row, llvm::StringRef column,
                   const llvm::Twine &why) const;

private:
  struct Line {
    size_t number; ///< in the file, from 1
    std::vector<llvm::StringRef> fields;
  };
  std::string name;
  std::vector<llvm::StringRef> header;
  std::vector<Line> lines;
};

/// An error at a line of a file.
llvm::Error failAt(llvm::StringRef name, size_t line, const llvm::Twine &why);

} // namespace bnn::device

#endif // BNN_LIB_DEVICE_CSV_H
