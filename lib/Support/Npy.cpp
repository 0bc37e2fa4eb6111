//===- Npy.cpp - NumPy's array file ---------------------------------------===//

#include "bnn/Support/Npy.h"
#include "bnn/Support/Error.h"
#include "bnn/Support/File.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Endian.h"

using namespace llvm;

namespace bnn {

namespace {

constexpr StringLiteral magic("\x93NUMPY");

/// The literal dictionary of a header: quoted strings, True/False, and a
/// tuple of non-negative integers; nothing else of Python is understood.
class HeaderParser {
public:
  explicit HeaderParser(StringRef text) : rest(text) {}

  Error parse() {
    if (!eat('{'))
      return malformed("a dictionary");
    while (!eat('}')) {
      StringRef key;
      if (!string(key) || !eat(':'))
        return malformed("a quoted key and ':'");
      if (Error error = value(key))
        return error;
      if (!eat(',') && !peek('}'))
        return malformed("',' or '}'");
    }
    if (!rest.trim(" \n\t\0").empty())
      return malformed("its end");
    if (!haveDescr || !haveOrder || !haveShape)
      return makeError("npy header lacks 'descr', 'fortran_order' or 'shape'");
    return Error::success();
  }

  StringRef descr;
  bool fortran = false;
  Shape shape;

private:
  Error malformed(const Twine &wanted) {
    return makeError("npy header: expected " + wanted + " at '" +
                     toPrintable(rest.take_front(16)) + "'");
  }
  static std::string toPrintable(StringRef text) {
    std::string out;
    for (char c : text)
      out += isPrint(c) ? c : '?';
    return out;
  }
  void skip() { rest = rest.ltrim(" \n\t"); }
  bool peek(char c) {
    skip();
    return rest.starts_with(StringRef(&c, 1));
  }
  bool eat(char c) {
    if (!peek(c))
      return false;
    rest = rest.drop_front();
    return true;
  }
  bool string(StringRef &out) {
    skip();
    if (rest.empty() || (rest[0] != '\'' && rest[0] != '"'))
      return false;
    size_t end = rest.find(rest[0], 1);
    if (end == StringRef::npos)
      return false;
    out = rest.slice(1, end);
    rest = rest.drop_front(end + 1);
    return true;
  }
  Error value(StringRef key) {
    skip();
    if (key == "descr") {
      if (peek('['))
        return makeError("npy file holds records (structured type); convert "
                         "it to a plain array");
      haveDescr = string(descr);
      return haveDescr ? Error::success() : malformed("a type string");
    }
    if (key == "fortran_order") {
      fortran = rest.consume_front("True");
      haveOrder = fortran || rest.consume_front("False");
      return haveOrder ? Error::success() : malformed("True or False");
    }
    if (key == "shape") {
      if (!eat('('))
        return malformed("'('");
      while (!eat(')')) {
        skip();
        uint64_t size;
        if (rest.consumeInteger(10, size) || size > uint64_t(INT64_MAX))
          return malformed("a size");
        rest.consume_front("L"); // written by Python 2
        shape.push_back(int64_t(size));
        if (shape.size() > 64)
          return makeError("npy file has more than 64 dimensions");
        if (!eat(',') && !peek(')'))
          return malformed("',' or ')'");
      }
      haveShape = true;
      return Error::success();
    }
    return makeError("npy header has the unknown key '" + toPrintable(key) +
                     "'");
  }

  StringRef rest;
  bool haveDescr = false, haveOrder = false, haveShape = false;
};

struct Descr {
  StringLiteral code;
  ElementType type;
};
constexpr Descr descrs[] = {
    {"b1", ElementType::Bool},    {"i1", ElementType::Int8},
    {"i2", ElementType::Int16},   {"i4", ElementType::Int32},
    {"i8", ElementType::Int64},   {"u1", ElementType::UInt8},
    {"u2", ElementType::UInt16},  {"u4", ElementType::UInt32},
    {"u8", ElementType::UInt64},  {"f2", ElementType::Float16},
    {"f4", ElementType::Float32}, {"f8", ElementType::Float64},
};

/// Reorders Fortran-order elements to row major.
void toRowMajor(Tensor &tensor) {
  int64_t rank = tensor.rank();
  std::vector<double> out(tensor.data.size());
  Shape strides(rank), index(rank, 0);
  for (int64_t i = 0, stride = 1; i < rank; stride *= tensor.shape[i++])
    strides[i] = stride;
  int64_t from = 0;
  for (double &element : out) {
    element = tensor.data[from];
    for (int64_t axis = rank - 1; axis >= 0; --axis) {
      from += strides[axis];
      if (++index[axis] < tensor.shape[axis])
        break;
      from -= strides[axis] * tensor.shape[axis];
      index[axis] = 0;
    }
  }
  tensor.data = std::move(out);
}

} // namespace

Expected<Tensor> parseNpy(StringRef bytes) {
  if (!bytes.starts_with(magic))
    return makeError("not a npy file: its magic number is missing");
  if (bytes.size() < 10)
    return makeError("npy file is truncated in its header");
  uint8_t version = uint8_t(bytes[6]);
  if (version < 1 || version > 3)
    return makeError("npy file has the unknown version " +
                     Twine(unsigned(version)));
  size_t lengthBytes = version == 1 ? 2 : 4;
  if (bytes.size() < 8 + lengthBytes)
    return makeError("npy file is truncated in its header");
  size_t length = version == 1 ? support::endian::read16le(bytes.data() + 8)
                               : support::endian::read32le(bytes.data() + 8);
  StringRef rest = bytes.drop_front(8 + lengthBytes);
  if (length > rest.size())
    return makeError("npy file is truncated in its header");

  HeaderParser header(rest.take_front(length));
  if (Error error = header.parse())
    return std::move(error);
  rest = rest.drop_front(length);

  StringRef code = header.descr;
  bool bigEndian = code.consume_front(">");
  if (!bigEndian && !code.consume_front("<") && !code.consume_front("|"))
    code.consume_front("=");
  const Descr *descr =
      find_if(descrs, [&](const Descr &d) { return d.code == code; });
  if (descr == std::end(descrs))
    return makeError("npy element type '" + Twine(header.descr) +
                     "' is not supported; use a bool, integer or "
                     "16, 32 or 64 bit float array");

  Expected<int64_t> count = elementCount(header.shape);
  if (!count)
    return count.takeError();
  if (uint64_t(*count) > rest.size() / elementSize(descr->type))
    return makeError("npy file is truncated: shape " +
                     shapeString(header.shape) + " of " +
                     elementTypeName(descr->type) + " needs " + Twine(*count) +
                     " elements, the file holds " +
                     Twine(rest.size() / elementSize(descr->type)));
  Tensor tensor(header.shape, {}, descr->type);
  if (Error error = decodeElements(descr->type, rest.data(), *count, bigEndian,
                                   tensor.data))
    return std::move(error);
  if (header.fortran && tensor.rank() > 1)
    toRowMajor(tensor);
  return tensor;
}

std::string npyHeader(ElementType type, ArrayRef<int64_t> shape) {
  if (type == ElementType::BFloat16)
    type = ElementType::Float32;
  const Descr *descr =
      find_if(descrs, [&](const Descr &d) { return d.type == type; });
  std::string text = "{'descr': '";
  text += elementSize(type) == 1 ? '|' : '<';
  text += descr->code.str() + "', 'fortran_order': False, 'shape': (";
  for (int64_t size : shape)
    text += std::to_string(size) + ", ";
  if (shape.size() > 1)
    text.resize(text.size() - 2);
  else if (shape.size() == 1)
    text.pop_back();
  text += "), }";
  // The elements start at a multiple of 64 bytes.
  text.append(63 - (10 + text.size()) % 64, ' ');
  text += '\n';

  std::string out = magic.str();
  out += '\1';
  out += '\0';
  out += char(text.size() & 0xff);
  out += char(text.size() >> 8);
  return out + text;
}

Expected<std::string> formatNpy(const Tensor &tensor) {
  ElementType type =
      tensor.type == ElementType::BFloat16 ? ElementType::Float32 : tensor.type;
  std::string out = npyHeader(type, tensor.shape);
  if (Error error = encodeElements(type, tensor.data, out))
    return std::move(error);
  return out;
}

Error writeNpy(StringRef path, const Tensor &tensor) {
  Expected<std::string> bytes = formatNpy(tensor);
  if (!bytes)
    return makeError(path + ": " + toString(bytes.takeError()));
  return writeFile(path, *bytes);
}

Error writeNpy(StringRef path, ArrayRef<int64_t> shape, ArrayRef<int8_t> data) {
  std::string out = npyHeader(ElementType::Int8, shape);
  out.append(reinterpret_cast<const char *>(data.data()), data.size());
  return writeFile(path, out);
}

} // namespace bnn
