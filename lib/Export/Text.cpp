//===- Text.cpp - Words as $readmemh, Intel HEX and C ---------------------===//

#include "Program.h"
#include "bnn/Support/Error.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"
#include <fmt/format.h>
#include <iterator>

using namespace llvm;

namespace bnn::exporter {

/// Text that cannot leave a comment.
static std::string comment(StringRef text) {
  std::string out;
  for (char c : text)
    out += isPrint(c) && c != '*' && c != '\\' ? c : '_';
  return out;
}

std::string toMemh(const Unsigned &words, const std::vector<Label> &labels) {
  std::string out = "// bnn-chip-program, 32-bit words\n";
  auto label = labels.begin();
  for (size_t i = 0; i < words.size(); ++i) {
    for (; label != labels.end() && label->word <= i; ++label)
      fmt::format_to(std::back_inserter(out), "// {}: {}\n", label->word,
                     comment(label->text));
    fmt::format_to(std::back_inserter(out), "{:08x}\n", words[i]);
  }
  return out;
}

Expected<Unsigned> fromMemh(StringRef text) {
  Unsigned words;
  size_t number = 0;
  while (!text.empty()) {
    auto [line, rest] = text.split('\n');
    text = rest;
    ++number;
    SmallVector<StringRef> tokens;
    SplitString(line.split("//").first, tokens, " \t\r");
    for (StringRef token : tokens) {
      uint32_t word;
      if (token.size() != 8 || token.getAsInteger(16, word))
        return makeError("line " + Twine(number) + ": '" +
                         token.take_front(40) +
                         "' is no word of eight hexadecimal digits");
      words.push_back(word);
    }
  }
  return words;
}

std::string toC(const Unsigned &words, const std::vector<Label> &labels) {
  std::string out = fmt::format(
      "/* bnn-chip-program: the chip's part of a programming image, without "
      "the host's.\n   docs/export-formats.md describes the words. */\n"
      "#include <stdint.h>\n\n"
      "extern const uint32_t bnn_program[{0}];\n"
      "extern const uint32_t bnn_program_words;\n\n"
      "const uint32_t bnn_program_words = {0}u;\n"
      "const uint32_t bnn_program[{0}] = {{",
      words.size());
  auto label = labels.begin();
  size_t column = 0;
  for (size_t i = 0; i < words.size(); ++i) {
    for (; label != labels.end() && label->word <= i; ++label) {
      fmt::format_to(std::back_inserter(out), "\n  /* {}: {} */", label->word,
                     comment(label->text));
      column = 0;
    }
    fmt::format_to(std::back_inserter(out), "{}0x{:08x}u,",
                   column++ % 8 ? " " : "\n  ", words[i]);
  }
  return out + "\n};\n";
}

//===----------------------------------------------------------------------===//
// Intel HEX: 16 bytes a record, extended linear addresses from 0
//===----------------------------------------------------------------------===//

static void addRecord(std::string &out, uint16_t address, uint8_t type,
                      StringRef data) {
  uint8_t sum =
      uint8_t(data.size()) + uint8_t(address >> 8) + uint8_t(address) + type;
  fmt::format_to(std::back_inserter(out), ":{:02X}{:04X}{:02X}", data.size(),
                 address, type);
  for (char c : data) {
    fmt::format_to(std::back_inserter(out), "{:02X}", uint8_t(c));
    sum += uint8_t(c);
  }
  fmt::format_to(std::back_inserter(out), "{:02X}\n", uint8_t(-sum));
}

std::string toIntelHex(StringRef bytes) {
  std::string out;
  for (size_t at = 0; at < bytes.size(); at += 16) {
    if (at % 65536 == 0) {
      char upper[2] = {char(at >> 24), char(at >> 16)};
      addRecord(out, 0, 4, StringRef(upper, 2));
    }
    addRecord(out, uint16_t(at), 0, bytes.substr(at, 16));
  }
  addRecord(out, 0, 1, "");
  return out;
}

Expected<std::string> fromIntelHex(StringRef text) {
  std::string out;
  uint64_t upper = 0;
  std::optional<uint64_t> base;
  for (size_t number = 1; !text.empty(); ++number) {
    auto [line, rest] = text.split('\n');
    text = rest;
    line = line.rtrim("\r \t");
    auto refuse = [&](const Twine &what) {
      return makeError("line " + Twine(number) + ": " + what);
    };
    std::string record;
    if (!line.consume_front(":") || !tryGetFromHex(line, record) ||
        line.size() % 2 || record.size() < 5)
      return refuse("no record of Intel HEX");
    uint8_t sum = 0;
    for (char c : record)
      sum += uint8_t(c);
    if (sum)
      return refuse("damaged: the record's checksum is wrong");
    auto byte = [&](size_t i) { return uint8_t(record[i]); };
    if (size_t(byte(0)) + 5 != record.size())
      return refuse("damaged: the record is not as long as it says");
    StringRef data = StringRef(record).slice(4, record.size() - 1);
    switch (byte(3)) {
    case 0: {
      uint64_t address = upper + byte(1) * 256u + byte(2);
      if (!base)
        base = address;
      if (address != *base + out.size())
        return refuse("data at address " + Twine(address) + " where " +
                      Twine(*base + out.size()) +
                      " should follow: a record is missing or out of order");
      out += data;
      break;
    }
    case 1:
      if (!text.trim().empty())
        return refuse("text follows the end record");
      return out;
    case 4:
      if (data.size() != 2)
        return refuse("an extended address has two bytes");
      upper = uint64_t(byte(4) * 256u + byte(5)) << 16;
      break;
    case 5: // start address: of no use here
      break;
    default:
      return refuse("record type " + Twine(unsigned(byte(3))) +
                    " is not read; use extended linear addresses");
    }
  }
  return makeError("truncated: the end record of Intel HEX is missing");
}

} // namespace bnn::exporter
