//===- Json.cpp - A program as JSON, and back -----------------------------===//

#include "llvm/Support/JSON.h"
#include "Program.h"
#include "bnn/Export/Export.h"
#include "bnn/Support/Error.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Base64.h"
#include "llvm/Support/raw_ostream.h"
#include <fmt/format.h>

using namespace llvm;

namespace bnn::exporter {

namespace {

class Writer {
public:
  explicit Writer(json::OStream &out) : out(out) {}
  template <class T> void operator()(StringRef name, const T &x) {
    if constexpr (std::is_same_v<T, std::string>)
      out.attribute(name, json::fixUTF8(x));
    else if constexpr (std::is_integral_v<T>)
      out.attribute(name, int64_t(x));
    else
      out.attributeArray(name, [&] {
        for (int64_t item : x)
          out.value(item);
      });
  }

private:
  json::OStream &out;
};

class Reader {
public:
  Reader(const json::Object &object, std::string &error)
      : object(object), error(error) {}

  template <class T> void operator()(StringRef name, T &x) {
    const json::Value *value = object.get(name);
    if (!value || !set(*value, x))
      fail("field '" + name + "' is missing or has no such value");
  }
  void fail(const Twine &what) {
    if (error.empty())
      error = what.str();
  }

private:
  bool set(const json::Value &value, std::string &x) {
    auto text = value.getAsString();
    if (text)
      x = text->str();
    return text.has_value();
  }
  template <class T>
    requires std::is_integral_v<T>
  bool set(const json::Value &value, T &x) {
    auto number = value.getAsInteger();
    if (!number || *number < int64_t(std::numeric_limits<T>::min()) ||
        *number > int64_t(std::numeric_limits<T>::max()))
      return false;
    x = T(*number);
    return true;
  }
  template <class T> bool set(const json::Value &value, std::vector<T> &x) {
    const json::Array *array = value.getAsArray();
    if (!array)
      return false;
    for (const json::Value &item : *array)
      if (!set(item, x.emplace_back()))
        return false;
    return true;
  }

  const json::Object &object;
  std::string &error;
};

/// A digit for each cell, column 0 first: its code.
std::string cellDigits(const ChipRow &row, uint32_t columns) {
  std::string digits;
  for (uint32_t c = 0; c < columns; ++c)
    digits += char('0' + (uint8_t(row.cells[c / 4]) >> (c % 4 * 2) & 3));
  return digits;
}

bool parseDigits(StringRef digits, ChipRow &row, const Program &program) {
  if (digits.size() != program.physicalColumns)
    return false;
  row.cells.assign(rowWords(program) * 4, char(0xff));
  for (auto [c, digit] : enumerate(digits)) {
    if (digit < '0' || digit > '3')
      return false;
    unsigned shift = c % 4 * 2;
    char &byte = row.cells[c / 4];
    byte =
        char((uint8_t(byte) & ~(3u << shift)) | unsigned(digit - '0') << shift);
  }
  return true;
}

template <size_t I = 0> bool construct(ChipStep &step, StringRef kind) {
  if constexpr (I < std::variant_size_v<ChipStep>) {
    if (kind == stepKinds[I]) {
      step.emplace<I>();
      return true;
    }
    return construct<I + 1>(step, kind);
  }
  return false;
}

/// Calls `read` with a Reader for each object of the list `name`.
template <class F>
void forEach(const json::Object &object, StringRef name, std::string &error,
             F read) {
  const json::Array *list = object.getArray(name);
  if (!list) {
    error = ("list '" + name + "' is missing").str();
    return;
  }
  for (auto [i, item] : enumerate(*list)) {
    std::string inner;
    if (const json::Object *fields = item.getAsObject()) {
      Reader reader(*fields, inner);
      read(reader);
    } else {
      inner = "is no object";
    }
    if (!inner.empty() && error.empty())
      error = (name + "[" + Twine(i) + "]: " + inner).str();
    if (!error.empty())
      return;
  }
}

std::string sumText(const Unsigned &words) {
  std::string text;
  for (size_t i = 4; i < 12; ++i)
    for (int shift = 0; shift < 32; shift += 8)
      text += fmt::format("{:02x}", words[i] >> shift & 255);
  return text;
}

} // namespace

std::string toJson(Program program, const Unsigned &words) {
  std::string text;
  raw_string_ostream os(text);
  json::OStream out(os, 1);
  Writer writer(out);
  out.object([&] {
    out.attribute("format", "bnn-chip-program");
    out.attribute("version", programVersion);
    out.attribute("crc32", fmt::format("{:08x}", words[3]));
    out.attribute("sha256", sumText(words));
    visit(writer, program);
    visitPhysical(writer, program);
    out.attributeArray("addresses", [&] {
      for (AddressTable &table : program.addresses)
        out.object([&] { visit(writer, table); });
    });
    out.attributeArray("values", [&] {
      for (ChipValue &value : program.values)
        out.object([&] { visit(writer, value); });
    });
    out.attributeArray("steps", [&] {
      for (ChipStep &step : program.steps)
        out.object([&] {
          out.attribute("kind", stepKinds[step.index()]);
          std::visit([&](auto &record) { visit(writer, record); }, step);
        });
    });
    out.attributeArray("cells", [&] {
      for (ChipRow &row : program.cells)
        out.object([&] {
          writer("subarray", row.subarray);
          writer("row", row.row);
          out.attribute("codes", cellDigits(row, program.physicalColumns));
        });
    });
    out.attribute("host", encodeBase64(program.host));
  });
  return text + "\n";
}

Expected<Program> fromJson(StringRef text) {
  Expected<json::Value> parsed = json::parse(text);
  if (!parsed)
    return makeError("no well-formed JSON: " + toString(parsed.takeError()));
  const json::Object *object = parsed->getAsObject();
  if (!object || object->getString("format") != StringRef("bnn-chip-program"))
    return makeError("not an exported program: 'format' is not "
                     "bnn-chip-program");
  if (object->getInteger("version") != int64_t(programVersion))
    return makeError("'version' is not " + Twine(programVersion) +
                     ", the one that this release reads");
  Program program;
  std::string error, crc, sha, host;
  Reader top(*object, error);
  visit(top, program);
  visitPhysical(top, program);
  top("crc32", crc);
  top("sha256", sha);
  top("host", host);
  forEach(*object, "addresses", error,
          [&](Reader &r) { visit(r, program.addresses.emplace_back()); });
  forEach(*object, "values", error,
          [&](Reader &r) { visit(r, program.values.emplace_back()); });
  forEach(*object, "steps", error, [&](Reader &r) {
    std::string kind;
    r("kind", kind);
    ChipStep step;
    if (!construct(step, kind))
      return r.fail("'" + kind + "' is no kind of step");
    std::visit([&](auto &record) { visit(r, record); }, step);
    program.steps.push_back(std::move(step));
  });
  forEach(*object, "cells", error, [&](Reader &r) {
    ChipRow &row = program.cells.emplace_back();
    std::string digits;
    r("subarray", row.subarray);
    r("row", row.row);
    r("codes", digits);
    if (!parseDigits(digits, row, program))
      r.fail("'codes' are not " + Twine(program.physicalColumns) +
             " digits 0 to 3");
  });
  if (!error.empty())
    return makeError(error);
  std::vector<char> bytes;
  if (Error failed = decodeBase64(host, bytes))
    return makeError("'host' is no Base64: " + toString(std::move(failed)));
  program.host.assign(bytes.begin(), bytes.end());
  Expected<Unsigned> words = toWords(program);
  if (!words)
    return words.takeError();
  if (crc != fmt::format("{:08x}", (*words)[3]) || sha != sumText(*words))
    return makeError("damaged: 'crc32' and 'sha256' are not those of the "
                     "fields; export the image again");
  return program;
}

} // namespace bnn::exporter
