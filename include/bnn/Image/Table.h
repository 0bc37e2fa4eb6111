//===- Table.h - Aligned tables in text -------------------------*- C++ -*-===//

#ifndef BNN_IMAGE_TABLE_H
#define BNN_IMAGE_TABLE_H

#include "bnn/Image/image.pb.h"
#include "llvm/Support/raw_ostream.h"
#include <string>
#include <vector>

namespace bnn::image {

/// Columns as wide as their widest entry. A column whose entries all begin
/// with a digit is aligned to the right.
class Table {
public:
  explicit Table(std::vector<std::string> header) {
    rows.push_back(std::move(header));
  }

  void add(std::vector<std::string> row) { rows.push_back(std::move(row)); }
  bool empty() const { return rows.size() == 1; }

  /// Each line starts with two spaces.
  void print(llvm::raw_ostream &os) const;

private:
  std::vector<std::vector<std::string>> rows;
};

/// 1234567 as "1,234,567".
std::string grouped(uint64_t number);

/// "28x28x1", or "scalar".
std::string sizes(const google::protobuf::RepeatedField<int64_t> &shape);

} // namespace bnn::image

#endif // BNN_IMAGE_TABLE_H
