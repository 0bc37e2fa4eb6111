//===- FormatTest.cpp - docs/image-format.md is what the code does --------===//
//
// Reads the fenced blocks of the page and compares them with the image that
// the library makes. The counts are computed here from the bytes alone, by the
// page's formulas, and by no function of the library.
//
//===----------------------------------------------------------------------===//

#include "Samples.h"
#include "bnn/Image/Image.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MemoryBuffer.h"
#include "gtest/gtest.h"

using namespace llvm;
using namespace bnn::image;

namespace {

/// The lines of the fenced block that begins with "```" + `title`.
std::vector<std::string> block(StringRef title) {
  auto page = MemoryBuffer::getFile(BNN_SOURCE_DIR "/docs/image-format.md");
  if (!page) {
    ADD_FAILURE() << "docs/image-format.md cannot be read";
    return {};
  }
  StringRef text = (*page)->getBuffer();
  std::string opening = ("\n```" + title + "\n").str();
  size_t from = text.find(opening);
  if (from == StringRef::npos) {
    ADD_FAILURE() << "the page has no block '" << title.str() << "'";
    return {};
  }
  text = text.drop_front(from + opening.size());
  text = text.take_front(text.find("```"));
  std::vector<std::string> lines;
  SmallVector<StringRef> parts;
  text.split(parts, '\n', -1, /*KeepEmpty=*/false);
  for (StringRef part : parts)
    lines.push_back(part.str());
  return lines;
}

std::vector<std::string> words(StringRef line) {
  SmallVector<StringRef> parts;
  SplitString(line, parts);
  return {parts.begin(), parts.end()};
}

std::string bytesOf(StringRef title) {
  std::string bytes;
  for (const std::string &line : block(title))
    for (const std::string &word : words(line))
      bytes.push_back(char(std::stoi(word, nullptr, 16)));
  return bytes;
}

/// `set` where the neuron's weight on the page is +1.
std::vector<std::vector<bool>> weightsOfPage() {
  std::vector<std::vector<bool>> weights;
  for (const std::string &line : block("text weights")) {
    weights.emplace_back();
    for (const std::string &word : words(line))
      weights.back().push_back(word == "+");
  }
  return weights;
}

TEST(Format, Cells) {
  EXPECT_EQ(toHex(samples::worked().cells()), toHex(bytesOf("hex cells")));
}

TEST(Format, Header) {
  std::string file = cantFail(serialize(samples::worked()));
  EXPECT_EQ(toHex(StringRef(file).take_front(64)),
            toHex(bytesOf("hex header")));
  // The fields by the page's table, without the library's constants.
  auto integer = [&](size_t at, int size) {
    uint64_t value = 0;
    for (int i = size; i-- > 0;)
      value = value << 8 | uint8_t(file[at + size_t(i)]);
    return value;
  };
  EXPECT_EQ(integer(8, 4), 2u);
  EXPECT_EQ(integer(12, 8), file.size() - 64);
  Header header = cantFail(parseHeader(file));
  EXPECT_EQ(toHex(header.sha256), toHex(StringRef(file).substr(20, 32)));
  EXPECT_EQ(integer(52, 4) + integer(56, 8), 0u);
}

TEST(Format, PolarityOfTheExample) {
  std::string cells = bytesOf("hex cells");
  std::vector<std::vector<bool>> weights = weightsOfPage();
  ASSERT_EQ(cells.size(), 4u);
  ASSERT_EQ(weights.size(), 3u);
  for (size_t row = 0; row < 4; ++row)
    for (size_t column = 0; column < 4; ++column) {
      unsigned code = uint8_t(cells[row]) >> (2 * column) & 3;
      if (row == 3 || column == 3)
        EXPECT_EQ(code, 3u);
      else
        EXPECT_EQ(code, weights[row][column] ? 1u : 2u);
    }
}

TEST(Format, ThresholdsOfTheExample) {
  Image image = samples::worked();
  const Thresholds &table = image.steps(1).array().thresholds();
  std::vector<std::string> lines = block("text thresholds");
  ASSERT_EQ(lines.size(), size_t(table.counts_size()));
  int at = 0;
  for (int n = 0; n < table.counts_size(); ++n) {
    std::string line = "neuron " + std::to_string(n) + ":";
    for (uint32_t i = 0; i <= table.counts(n); ++i) {
      if (i > 0)
        line +=
            " | " + std::to_string(table.thresholds(at + int(i) - 1)) + " |";
      line += table.codes(at + n + int(i)) > 0 ? " +1" : " -1";
    }
    at += int(table.counts(n));
    EXPECT_EQ(lines[size_t(n)], line);
  }
}

TEST(Format, CountsOfTheExample) {
  Image image = samples::worked();
  const ArrayLayer &layer = image.steps(1).array();
  std::vector<std::vector<bool>> weights = weightsOfPage();
  std::vector<std::string> lines = block("text counts");
  ASSERT_FALSE(lines.empty());
  for (const std::string &line : lines) {
    std::vector<std::string> entries = words(line);
    ASSERT_EQ(entries.size(), 11u) << line; // 3 inputs : 3 counts : 3 outputs
    int at = 0;
    for (int n = 0; n < 3; ++n) {
      int count = 0, sum = 0;
      for (size_t j = 0; j < 3; ++j) {
        int x = std::stoi(entries[j]), w = weights[size_t(n)][j] ? 1 : -1;
        bool bit = x > 0;
        EXPECT_EQ(layer.plane_offset() + layer.plane_weights(0) * bit, x);
        count += bit == (w > 0);
        sum += x * w;
      }
      EXPECT_EQ(std::to_string(count), entries[size_t(4 + n)]) << line;
      EXPECT_EQ((count * int(layer.count_unit()) + layer.bias(n)) /
                    layer.divisor(),
                sum);
      int reached = 0, steps = int(layer.thresholds().counts(n));
      for (int i = 0; i < steps; ++i)
        reached += count >= layer.thresholds().thresholds(at + i);
      EXPECT_EQ(layer.thresholds().codes(at + n + reached),
                std::stoi(entries[size_t(8 + n)]))
          << line;
      at += steps;
    }
  }
}

} // namespace
