//===- Words.cpp - A program as 32-bit words, and back --------------------===//

#include "Program.h"
#include "bnn/Export/Export.h"
#include "bnn/Support/Error.h"
#include "llvm/Support/CRC.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/SHA256.h"

using namespace llvm;

namespace bnn::exporter {

namespace {

constexpr uint32_t magic = 0x50434e42; // "BNCP"
constexpr size_t crcWord = 3, shaWord = 4, bodyWord = 12;

ArrayRef<uint8_t> bytesOf(StringRef text) {
  return {reinterpret_cast<const uint8_t *>(text.data()), text.size()};
}

uint32_t crcOf(const Unsigned &words) {
  return crc32(
      bytesOf(toBytes(Unsigned(words.begin() + shaWord, words.end()))));
}

Unsigned shaOf(const Unsigned &words) {
  std::string body = toBytes(Unsigned(words.begin() + bodyWord, words.end()));
  std::array<uint8_t, 32> digest = SHA256::hash(bytesOf(body));
  Unsigned out;
  for (size_t i = 0; i < digest.size(); i += 4)
    out.push_back(support::endian::read32le(digest.data() + i));
  return out;
}

Unsigned packText(StringRef text, char fill) {
  std::string padded = text.str();
  padded.resize((padded.size() + 3) / 4 * 4, fill);
  return cantFail(fromBytes(padded));
}

/// Scalars are a word, lists are two: where they begin and how many they are.
/// Lists lie behind the record that refers to them.
class Writer {
public:
  Unsigned words;

  void operator()(StringRef, uint32_t x) { words.push_back(x); }
  void operator()(StringRef, int32_t x) { words.push_back(uint32_t(x)); }
  void operator()(StringRef, const Unsigned &x) { refer(x, x.size()); }
  void operator()(StringRef, const Signed &x) {
    refer(Unsigned(x.begin(), x.end()), x.size());
  }
  void operator()(StringRef, const std::string &x) {
    refer(packText(x, 0), x.size());
  }
  void refer(Unsigned list, size_t count) {
    pending.push_back({words.size(), std::move(list)});
    words.push_back(0);
    words.push_back(uint32_t(count));
  }
  void flush() {
    for (auto &[at, list] : pending) {
      words[at] = uint32_t(words.size());
      words.insert(words.end(), list.begin(), list.end());
    }
    pending.clear();
  }

private:
  std::vector<std::pair<size_t, Unsigned>> pending;
};

/// The inverse. No list of an export shares words with another, so that all
/// together cannot be longer than the file.
class Reader {
public:
  explicit Reader(const Unsigned &words) : words(words) {}

  size_t at = 0;
  std::string error;

  void operator()(StringRef name, uint32_t &x) { x = next(name); }
  void operator()(StringRef name, int32_t &x) { x = int32_t(next(name)); }
  void operator()(StringRef name, Unsigned &x) {
    uint32_t first = next(name), count = next(name);
    x = take(name, first, count);
  }
  void operator()(StringRef name, Signed &x) {
    Unsigned list;
    (*this)(name, list);
    x.assign(list.begin(), list.end());
  }
  void operator()(StringRef name, std::string &x) {
    uint32_t first = next(name), bytes = next(name);
    x = toBytes(take(name, first, (uint64_t(bytes) + 3) / 4));
    x.resize(std::min<size_t>(x.size(), bytes));
  }
  Unsigned take(StringRef name, uint64_t first, uint64_t count) {
    if (first > words.size() || count > words.size() - first ||
        (taken += count) > words.size()) {
      fail(name, "is a list beyond the end of the program");
      return {};
    }
    return Unsigned(words.begin() + first, words.begin() + first + count);
  }
  void fail(StringRef name, StringRef what) {
    if (error.empty())
      error = ("'" + name + "' " + what).str();
  }

private:
  uint32_t next(StringRef name) {
    if (at < words.size())
      return words[at++];
    fail(name, "is missing: the program ends before it");
    return 0;
  }

  const Unsigned &words;
  uint64_t taken = 0;
};

template <size_t I = 0> bool construct(ChipStep &step, uint32_t kind) {
  if constexpr (I < std::variant_size_v<ChipStep>) {
    if (kind == I + 1) {
      step.emplace<I>();
      return true;
    }
    return construct<I + 1>(step, kind);
  }
  return false;
}

} // namespace

Expected<Unsigned> toWords(Program program, std::vector<Label> *labels) {
  auto label = [&](uint64_t word, const Twine &text) {
    if (labels)
      labels->push_back({word, text.str()});
  };
  Writer w;
  w.words = {magic, programVersion};
  w.words.resize(bodyWord);
  label(0, "magic, version, words, CRC-32, SHA-256");
  label(bodyWord, "chip");
  visit(w, program);
  // Tables whose entries refer to further lists: filled in once they are there.
  size_t tables = w.words.size();
  w.words.resize(tables + 8);
  visitPhysical(w, program);
  w.words.resize(w.words.size() + 2);
  w.flush();
  auto setTable = [&](size_t index, size_t first, size_t count) {
    w.words[tables + 2 * index] = uint32_t(first);
    w.words[tables + 2 * index + 1] = uint32_t(count);
  };
  constexpr size_t addresses = 5; // behind two words of visitPhysical

  size_t first = w.words.size();
  label(first, "values");
  for (ChipValue &value : program.values)
    visit(w, value);
  w.flush();
  setTable(0, first, program.values.size());

  first = w.words.size();
  if (!program.addresses.empty())
    label(first, "addresses: rows and columns of subarrays");
  for (AddressTable &table : program.addresses)
    visit(w, table);
  w.flush();
  setTable(addresses, first, program.addresses.size());

  first = w.words.size();
  label(first, "steps: where each begins");
  w.words.resize(first + program.steps.size());
  setTable(1, first, program.steps.size());
  for (auto [i, step] : enumerate(program.steps)) {
    w.words[first + i] = uint32_t(w.words.size());
    std::visit(
        [&](auto &record) {
          label(w.words.size(), "step " + Twine(i) + ": " +
                                    stepKinds[step.index()] + " '" +
                                    record.name + "'");
          w("kind", uint32_t(step.index() + 1));
          visit(w, record);
          w.flush();
        },
        step);
  }

  first = w.words.size();
  label(first, "rows to program: subarray, row, CRC-32, cells");
  for (ChipRow &row : program.cells) {
    Unsigned record{row.subarray, row.row};
    Unsigned cells = cantFail(fromBytes(row.cells));
    record.insert(record.end(), cells.begin(), cells.end());
    uint32_t crc = crc32(bytesOf(toBytes(record)));
    record.insert(record.begin() + 2, crc);
    w.words.insert(w.words.end(), record.begin(), record.end());
  }
  setTable(2, first, program.cells.size());

  first = w.words.size();
  if (!program.host.empty()) {
    label(first, "host");
    Unsigned host = packText(program.host, 0);
    w.words.insert(w.words.end(), host.begin(), host.end());
  }
  setTable(3, first, program.host.size());

  if (w.words.size() > UINT32_MAX)
    return makeError("the program has " + Twine(w.words.size()) +
                     " words, more than its 32-bit addresses reach; split the "
                     "network into several images");
  w.words[2] = uint32_t(w.words.size());
  Unsigned sha = shaOf(w.words);
  std::copy(sha.begin(), sha.end(), w.words.begin() + shaWord);
  w.words[crcWord] = crcOf(w.words);
  return std::move(w.words);
}

Expected<Program> fromWords(const Unsigned &words) {
  if (words.size() < bodyWord || words[0] != magic)
    return makeError("not an exported program: it does not begin with the "
                     "magic word 50434e42");
  if (words[1] != programVersion)
    return makeError("the program has version " + Twine(words[1]) +
                     "; this release reads version " + Twine(programVersion));
  if (words[2] != words.size())
    return makeError("damaged: the program announces " + Twine(words[2]) +
                     " words, " + Twine(words.size()) +
                     " are there; export the image again");
  if (words[crcWord] != crcOf(words))
    return makeError("damaged: the CRC-32 of the program is not the one it "
                     "states; export the image again");
  if (shaOf(words) !=
      Unsigned(words.begin() + shaWord, words.begin() + bodyWord))
    return makeError("damaged: the SHA-256 of the program is not the one it "
                     "states; export the image again");

  Program program;
  Reader r(words);
  r.at = bodyWord;
  visit(r, program);
  uint32_t first[5], count[5];
  for (int i = 0; i < 5; ++i) {
    if (i == 4)
      visitPhysical(r, program);
    r("table", first[i]);
    r("table", count[i]);
  }
  r.at = first[0];
  for (uint32_t i = 0; i < count[0] && r.error.empty(); ++i)
    visit(r, program.values.emplace_back());
  r.at = first[4];
  for (uint32_t i = 0; i < count[4] && r.error.empty(); ++i)
    visit(r, program.addresses.emplace_back());
  Unsigned starts = r.take("steps", first[1], count[1]);
  for (uint32_t start : starts) {
    r.at = start;
    uint32_t kind = 0;
    r("kind", kind);
    ChipStep step;
    if (!construct(step, kind))
      r.fail("kind", "names no step of this version");
    if (!r.error.empty())
      break;
    std::visit([&](auto &record) { visit(r, record); }, step);
    program.steps.push_back(std::move(step));
  }
  uint64_t size = rowWords(program) + 3;
  Unsigned rows = r.take("rows", first[2], size * count[2]);
  for (uint64_t i = 0; i < count[2] && r.error.empty(); ++i) {
    auto at = rows.begin() + i * size;
    Unsigned record{at[0], at[1]};
    record.insert(record.end(), at + 3, at + size);
    if (crc32(bytesOf(toBytes(record))) != at[2])
      r.fail("rows", "have a row with a wrong CRC-32");
    program.cells.push_back(
        {at[0], at[1], toBytes(Unsigned(at + 3, at + size))});
  }
  program.host =
      toBytes(r.take("host", first[3], (uint64_t(count[3]) + 3) / 4));
  program.host.resize(std::min<size_t>(program.host.size(), count[3]));
  if (!r.error.empty())
    return makeError("malformed though its checksums are right: " + r.error);
  return program;
}

std::string toBytes(const Unsigned &words) {
  std::string out(words.size() * 4, '\0');
  for (size_t i = 0; i < words.size(); ++i)
    support::endian::write32le(out.data() + 4 * i, words[i]);
  return out;
}

Expected<Unsigned> fromBytes(StringRef bytes) {
  if (bytes.size() % 4)
    return makeError("damaged: " + Twine(bytes.size()) +
                     " bytes are no whole number of 32-bit words");
  Unsigned words(bytes.size() / 4);
  for (size_t i = 0; i < words.size(); ++i)
    words[i] = support::endian::read32le(bytes.data() + 4 * i);
  return words;
}

} // namespace bnn::exporter
