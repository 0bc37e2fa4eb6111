//===- Dump.cpp - All fields and cells as text ----------------------------===//

#include "bnn/Image/CellArray.h"
#include "bnn/Image/Text.h"
#include "llvm/ADT/StringExtras.h"
#include <google/protobuf/text_format.h>

using namespace llvm;

namespace bnn::image {

namespace {

using google::protobuf::TextFormat;

/// Hashes in hexadecimal, other bytes by their number only.
class BytesElided : public TextFormat::FastFieldValuePrinter {
public:
  void PrintBytes(const std::string &bytes,
                  TextFormat::BaseTextGenerator *generator) const override {
    generator->PrintString(
        bytes.size() == 32 ? "\"" + toHex(bytes, true) + "\""
                           : "<" + std::to_string(bytes.size()) + " bytes>");
  }
};

} // namespace

void printFields(const Image &image, raw_ostream &os) {
  TextFormat::Printer printer;
  printer.SetUseShortRepeatedPrimitives(true);
  printer.SetDefaultFieldValuePrinter(new BytesElided); // takes ownership
  std::string text;
  printer.PrintToString(image, &text);
  os << text;
}

void printCells(const Image &image, uint64_t subarray, raw_ostream &os) {
  CellArray cells(image);
  os << "subarray " << subarray << '\n';
  for (uint32_t row = 0; row < cells.rows(); ++row) {
    std::string line(cells.columns(), '.');
    for (uint32_t column = 0; column < cells.columns(); ++column)
      if (cells.code(subarray, row, column) != dontCare)
        line[column] = "-0+"[cells.weight(subarray, row, column) + 1];
    os << line << '\n';
  }
}

} // namespace bnn::image
