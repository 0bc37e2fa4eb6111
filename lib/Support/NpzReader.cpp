//===- NpzReader.cpp - Archives of NumPy arrays ---------------------------===//

#include "bnn/Support/Error.h"
#include "bnn/Support/Npy.h"
#include "bnn/Support/Npz.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/Endian.h"
#include <zlib.h>

using namespace llvm;
using support::endian::read16le;
using support::endian::read32le;
using support::endian::read64le;

namespace bnn {

namespace {

constexpr uint32_t endSignature = 0x06054b50, end64Signature = 0x06064b50,
                   locator64Signature = 0x07064b50,
                   centralSignature = 0x02014b50, localSignature = 0x04034b50;

Error truncated(const Twine &what) {
  return makeError("npz archive is truncated or damaged in its " + what);
}

struct Directory {
  uint64_t offset = 0, size = 0, entries = 0;
};

Expected<Directory> findDirectory(StringRef bytes) {
  constexpr size_t endSize = 22;
  if (bytes.size() < endSize)
    return makeError("not a npz archive: too short");
  // The end record is followed by a comment of at most 65535 bytes.
  size_t lowest =
      bytes.size() > endSize + 65535 ? bytes.size() - endSize - 65535 : 0;
  size_t end = StringRef::npos;
  for (size_t at = bytes.size() - endSize + 1; at-- > lowest;)
    if (read32le(bytes.data() + at) == endSignature &&
        at + endSize + read16le(bytes.data() + at + 20) == bytes.size()) {
      end = at;
      break;
    }
  if (end == StringRef::npos)
    return makeError("not a npz archive: it has no zip directory");
  const char *record = bytes.data() + end;
  Directory directory{read32le(record + 16), read32le(record + 12),
                      read16le(record + 10)};
  bool large = directory.offset == UINT32_MAX || directory.size == UINT32_MAX ||
               directory.entries == UINT16_MAX;
  if (large && end >= 20 &&
      read32le(bytes.data() + end - 20) == locator64Signature) {
    uint64_t at = read64le(bytes.data() + end - 12);
    if (at > bytes.size() || bytes.size() - at < 56 ||
        read32le(bytes.data() + at) != end64Signature)
      return truncated("zip64 end record");
    const char *record64 = bytes.data() + at;
    directory = {read64le(record64 + 48), read64le(record64 + 40),
                 read64le(record64 + 32)};
  }
  if (directory.offset > bytes.size() ||
      directory.size > bytes.size() - directory.offset)
    return truncated("directory");
  return directory;
}

/// Replaces the sizes that are all ones by those of the zip64 extra field.
bool readZip64(StringRef extra, uint64_t &uncompressed, uint64_t &compressed,
               uint64_t &offset) {
  while (extra.size() >= 4) {
    uint16_t id = read16le(extra.data()), size = read16le(extra.data() + 2);
    extra = extra.drop_front(4);
    if (size > extra.size())
      return false;
    if (id == 1) {
      StringRef field = extra.take_front(size);
      for (uint64_t *value : {&uncompressed, &compressed, &offset}) {
        if (*value != UINT32_MAX)
          continue;
        if (field.size() < 8)
          return false;
        *value = read64le(field.data());
        field = field.drop_front(8);
      }
    }
    extra = extra.drop_front(size);
  }
  return true;
}

/// zlib's state, ended on every way out.
struct Inflater {
  z_stream stream{};
  bool ready = inflateInit2(&stream, -15) == Z_OK;
  ~Inflater() {
    if (ready)
      inflateEnd(&stream);
  }
};

} // namespace

Expected<NpzReader> NpzReader::parse(StringRef bytes) {
  Expected<Directory> directory = findDirectory(bytes);
  if (!directory)
    return directory.takeError();
  StringRef rest = bytes.substr(directory->offset, directory->size);
  if (directory->entries > rest.size() / 46)
    return truncated("directory");

  NpzReader reader;
  reader.bytes = bytes;
  for (uint64_t i = 0; i < directory->entries; ++i) {
    if (rest.size() < 46 || read32le(rest.data()) != centralSignature)
      return truncated("directory");
    const char *entry = rest.data();
    size_t nameSize = read16le(entry + 28), extraSize = read16le(entry + 30),
           commentSize = read16le(entry + 32);
    if (nameSize + extraSize + commentSize > rest.size() - 46)
      return truncated("directory");
    Member member;
    member.name = rest.substr(46, nameSize).str();
    member.method = read16le(entry + 10);
    member.crc = read32le(entry + 16);
    member.compressed = read32le(entry + 20);
    member.uncompressed = read32le(entry + 24);
    member.offset = read32le(entry + 42);
    if (!readZip64(rest.substr(46 + nameSize, extraSize), member.uncompressed,
                   member.compressed, member.offset))
      return truncated("zip64 field of '" + member.name + "'");
    if (read16le(entry + 8) & 1)
      return makeError("npz member '" + member.name + "' is encrypted");
    rest = rest.drop_front(46 + nameSize + extraSize + commentSize);
    reader.members.push_back(std::move(member));
  }
  return reader;
}

std::vector<std::string> NpzReader::names() const {
  std::vector<std::string> names;
  for (const Member &member : members) {
    StringRef name = member.name;
    name.consume_back(".npy");
    names.push_back(name.str());
  }
  return names;
}

Expected<std::string> NpzReader::extract(const Member &member) const {
  constexpr size_t headerSize = 30;
  if (member.offset > bytes.size() ||
      bytes.size() - member.offset < headerSize ||
      read32le(bytes.data() + member.offset) != localSignature)
    return truncated("member '" + member.name + "'");
  const char *local = bytes.data() + member.offset;
  uint64_t start =
      member.offset + headerSize + read16le(local + 26) + read16le(local + 28);
  if (start > bytes.size() || member.compressed > bytes.size() - start)
    return truncated("member '" + member.name + "'");
  StringRef data = bytes.substr(start, member.compressed);

  std::string out;
  if (member.method == 0) {
    if (member.compressed != member.uncompressed)
      return truncated("member '" + member.name + "'");
    out = data.str();
  } else if (member.method == 8) {
    // Deflate cannot expand by more than 1032, so a larger claim is a lie that
    // must not make us take memory.
    if (member.uncompressed / 1032 > member.compressed)
      return truncated("member '" + member.name + "'");
    out.resize(member.uncompressed);
    Inflater inflater;
    if (!inflater.ready)
      return makeError("zlib cannot start");
    z_stream &stream = inflater.stream;
    // zlib counts in 32 bits: go in steps.
    constexpr uint64_t step = 1u << 30;
    uint64_t in = 0, done = 0;
    int status = Z_OK;
    while (status == Z_OK) {
      uint64_t inSize = std::min<uint64_t>(step, data.size() - in),
               outSize = std::min<uint64_t>(step, out.size() - done);
      stream.next_in =
          reinterpret_cast<Bytef *>(const_cast<char *>(data.data() + in));
      stream.avail_in = uInt(inSize);
      // An empty member still needs a place to point to.
      char nothing;
      stream.next_out =
          reinterpret_cast<Bytef *>(outSize ? out.data() + done : &nothing);
      stream.avail_out = uInt(outSize);
      status = inflate(&stream, Z_NO_FLUSH);
      in += inSize - stream.avail_in;
      done += outSize - stream.avail_out;
      if (status == Z_OK && inSize == stream.avail_in &&
          outSize == stream.avail_out)
        break;
    }
    if (status != Z_STREAM_END || done != out.size())
      return truncated("member '" + member.name + "'");
  } else {
    return makeError("npz member '" + member.name +
                     "' is compressed by method " + Twine(member.method) +
                     "; only stored and deflated members are read");
  }
  uLong crc =
      crc32_z(0, reinterpret_cast<const Bytef *>(out.data()), out.size());
  if (uint32_t(crc) != member.crc)
    return makeError("npz member '" + member.name +
                     "' does not match its checksum");
  return out;
}

Expected<Tensor> NpzReader::read(StringRef name) const {
  // numpy.load finds a member with and without the suffix as well.
  for (const Member &member : members) {
    StringRef stem = member.name;
    if (stem != name && !(stem.consume_back(".npy") && stem == name))
      continue;
    Expected<std::string> file = extract(member);
    if (!file)
      return file.takeError();
    Expected<Tensor> tensor = parseNpy(*file);
    if (!tensor)
      return makeError("npz member '" + member.name +
                       "': " + toString(tensor.takeError()));
    return tensor;
  }
  std::string all;
  for (const std::string &other : names())
    all += (all.empty() ? "" : ", ") + other;
  return makeError("npz archive has no member '" + name + "'; it has " +
                   (all.empty() ? "none" : all));
}

} // namespace bnn
