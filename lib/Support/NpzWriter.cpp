//===- NpzWriter.cpp - Archives of NumPy arrays ---------------------------===//

#include "bnn/Support/Error.h"
#include "bnn/Support/Npy.h"
#include "bnn/Support/Npz.h"
#include "llvm/Support/Endian.h"
#include <zlib.h>

using namespace llvm;

namespace bnn {

namespace {

constexpr uint64_t largest = UINT32_MAX - 1; // above, zip needs 64-bit fields

void put16(std::string &out, uint16_t value) {
  char bytes[2];
  support::endian::write16le(bytes, value);
  out.append(bytes, 2);
}
void put32(std::string &out, uint32_t value) {
  char bytes[4];
  support::endian::write32le(bytes, value);
  out.append(bytes, 4);
}

Expected<std::string> deflateBytes(StringRef bytes) {
  z_stream stream{};
  if (deflateInit2(&stream, 6, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    return makeError("zlib cannot start");
  std::string out(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef *>(const_cast<char *>(bytes.data()));
  stream.avail_in = uInt(bytes.size());
  stream.next_out = reinterpret_cast<Bytef *>(out.data());
  stream.avail_out = uInt(std::min<uint64_t>(out.size(), UINT32_MAX));
  int status = deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  if (status != Z_STREAM_END)
    return makeError("zlib cannot compress the member");
  return out;
}

/// What the local header and the directory have in common, from "version
/// needed" to the length of the extra field.
void putCommon(std::string &out, StringRef name, uint32_t crc,
               uint32_t compressed, uint32_t uncompressed) {
  put16(out, 20);     // version needed
  put16(out, 0x0800); // names are UTF-8
  put16(out, 8);      // deflated
  put16(out, 0);      // 00:00:00
  put16(out, 0x0021); // 1980-01-01
  put32(out, crc);
  put32(out, compressed);
  put32(out, uncompressed);
  put16(out, uint16_t(name.size()));
  put16(out, 0);
}

} // namespace

Error NpzWriter::add(StringRef name, StringRef npy) {
  std::string file = name.str() + ".npy";
  if (file.size() > UINT16_MAX || count == UINT16_MAX - 1)
    return makeError("npz archive has too long a name or too many members");
  if (npy.size() > largest)
    return makeError("npz member '" + name +
                     "' would be larger than 4 GB; write fewer samples");
  Expected<std::string> compressed = deflateBytes(npy);
  if (!compressed)
    return compressed.takeError();
  if (body.size() + compressed->size() + file.size() + 30 > largest)
    return makeError(
        "npz archive would be larger than 4 GB; write fewer samples");
  uint32_t crc = uint32_t(
      crc32_z(0, reinterpret_cast<const Bytef *>(npy.data()), npy.size()));
  uint32_t offset = uint32_t(body.size());

  put32(body, 0x04034b50);
  putCommon(body, file, crc, uint32_t(compressed->size()),
            uint32_t(npy.size()));
  body += file;
  body += *compressed;

  put32(directory, 0x02014b50);
  put16(directory, 20); // made by
  putCommon(directory, file, crc, uint32_t(compressed->size()),
            uint32_t(npy.size()));
  put16(directory, 0); // comment
  put16(directory, 0); // disk
  put16(directory, 0); // internal attributes
  put32(directory, 0); // external attributes
  put32(directory, offset);
  directory += file;
  ++count;
  return Error::success();
}

Error NpzWriter::add(StringRef name, const Tensor &tensor) {
  Expected<std::string> npy = formatNpy(tensor);
  if (!npy)
    return makeError("'" + name + "': " + toString(npy.takeError()));
  return add(name, *npy);
}

std::string NpzWriter::finish() {
  std::string out = std::move(body);
  uint32_t offset = uint32_t(out.size());
  out += directory;
  put32(out, 0x06054b50);
  put16(out, 0); // disk
  put16(out, 0); // disk of the directory
  put16(out, count);
  put16(out, count);
  put32(out, uint32_t(directory.size()));
  put32(out, offset);
  put16(out, 0); // comment
  return out;
}

} // namespace bnn
