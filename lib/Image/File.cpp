//===- File.cpp - The file around an image --------------------------------===//
//
// Header, checksum and the atomic write. Nothing here knows what the message
// means; Verifier.cpp does.
//
//===----------------------------------------------------------------------===//

#include "bnn/Image/Image.h"
#include "bnn/Image/Verifier.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/Errc.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/SHA256.h"
#include "llvm/Support/raw_ostream.h"
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/stubs/logging.h>
#include <limits>
#include <new>

using namespace llvm;

namespace bnn::image {

uint32_t versionOf(const Image &image) {
  const Target &target = image.target();
  bool moves = target.row_tables() || target.partial_complement() ||
               target.spare_rows() || target.spare_columns() ||
               image.addresses_size();
  for (const Step &step : image.steps())
    moves |= step.array().row_slots_size() > 0;
  bool random = image.presentation().generator() == Presentation::STOCHASTIC;
  return random || moves ? 3 : 2;
}

uint64_t repetitionsOf(const Image &image) {
  return std::max(image.presentation().repetitions(), 1u);
}

namespace {

/// The first byte is no ASCII, and a line end in both styles follows: a file
/// that went through a text conversion is recognised as damaged.
constexpr uint8_t magic[8] = {0x89, 'R', 'I', 'M', 'G', '\r', '\n', 0x1a};

constexpr size_t versionAt = 8, lengthAt = 12, shaAt = 20, tailAt = 52;

Error failure(const Twine &message) {
  return createStringError(errc::invalid_argument, message);
}

ArrayRef<uint8_t> bytesOf(StringRef text) {
  return ArrayRef<uint8_t>(reinterpret_cast<const uint8_t *>(text.data()),
                           text.size());
}

} // namespace

Expected<Header> parseHeader(StringRef file) {
  if (file.empty())
    return failure("the file is empty, not a programming image");
  ArrayRef<uint8_t> bytes = bytesOf(file);
  size_t known = std::min<size_t>(bytes.size(), sizeof(magic));
  if (!std::equal(magic, magic + known, bytes.begin()))
    return failure("not a programming image: the first bytes are not those "
                   "that bnn-compile writes");
  if (bytes.size() < headerBytes)
    return failure("truncated: " + Twine(bytes.size()) +
                   " bytes are less than the header's 64; copy or compile the "
                   "image again");

  Header header;
  header.version = support::endian::read32le(bytes.data() + versionAt);
  header.payloadBytes = support::endian::read64le(bytes.data() + lengthAt);
  std::copy_n(bytes.begin() + shaAt, header.sha256.size(),
              header.sha256.begin());
  if (header.version > formatVersion)
    return failure("the image has format version " + Twine(header.version) +
                   ", newer than version " + Twine(formatVersion) +
                   " of this program; update it, or compile the network with "
                   "this release");
  if (header.version == 0)
    return failure("the header is damaged: format version 0 does not exist");
  auto isZero = [](uint8_t byte) { return byte == 0; };
  if (!all_of(bytes.slice(tailAt, headerBytes - tailAt), isZero))
    return failure("the header is damaged: reserved bytes are not zero");
  uint64_t found = bytes.size() - headerBytes;
  if (found < header.payloadBytes)
    return failure("truncated: the header announces " +
                   Twine(header.payloadBytes) + " bytes of payload, " +
                   Twine(found) + " are there; copy or compile it again");
  if (found > header.payloadBytes)
    return failure(
        Twine(found - header.payloadBytes) + " bytes follow the payload of " +
        Twine(header.payloadBytes) + " bytes that the header announces");
  return header;
}

Expected<Image> decode(StringRef file) {
  Expected<Header> header = parseHeader(file);
  if (!header)
    return header.takeError();
  StringRef payload = file.drop_front(headerBytes);
  std::array<uint8_t, 32> sha256 = SHA256::hash(bytesOf(payload));
  if (sha256 != header->sha256)
    return failure("corrupted: the payload's SHA-256 is " +
                   toHex(sha256, true) + ", the header says " +
                   toHex(header->sha256, true));
  if (payload.size() > size_t(std::numeric_limits<int>::max()))
    return failure("the payload of " + Twine(payload.size()) +
                   " bytes is beyond the limit of 2 GiB; split the network");
  // protobuf writes its own remarks to stderr; ours says enough.
  google::protobuf::LogSilencer silence;
  try {
    Image image;
    google::protobuf::io::ArrayInputStream stream(payload.data(),
                                                  int(payload.size()));
    google::protobuf::io::CodedInputStream coded(&stream);
    coded.SetTotalBytesLimit(std::numeric_limits<int>::max());
    if (!image.ParseFromCodedStream(&coded) || !coded.ConsumedEntireMessage())
      return failure("the payload is not a well-formed `Image` message though "
                     "its checksum is right: its writer is at fault");
    // The version stands outside of the checksum.
    uint32_t needed = versionOf(image);
    if (header->version > 2 ? header->version != needed : needed > 2)
      return failure("the header is damaged: it says format version " +
                     Twine(header->version) + ", the payload is of version " +
                     Twine(needed));
    return image;
  } catch (const std::bad_alloc &) {
    return createStringError(errc::not_enough_memory,
                             "not enough memory to decode a payload of " +
                                 Twine(payload.size()) + " bytes");
  }
}

Expected<Image> parse(StringRef file) {
  Expected<Image> image = decode(file);
  if (!image)
    return image.takeError();
  if (Error error = verify(*image))
    return error;
  return image;
}

Expected<Image> read(StringRef path) {
  ErrorOr<std::unique_ptr<MemoryBuffer>> buffer = MemoryBuffer::getFileOrSTDIN(
      path, /*IsText=*/false, /*RequiresNullTerminator=*/false);
  if (!buffer)
    return createFileError(path, buffer.getError());
  Expected<Image> image = parse((*buffer)->getBuffer());
  if (!image)
    return createFileError(path, image.takeError());
  return image;
}

Expected<std::string> serialize(const Image &image) {
  size_t size = image.ByteSizeLong();
  if (size > size_t(std::numeric_limits<int>::max()))
    return failure("image: " + Twine(size) +
                   " bytes are beyond protobuf's limit of 2 GiB; split the "
                   "network into several images");
  google::protobuf::LogSilencer silence;
  try {
    std::string file(headerBytes, '\0');
    file.reserve(headerBytes + size);
    {
      google::protobuf::io::StringOutputStream stream(&file);
      google::protobuf::io::CodedOutputStream coded(&stream);
      coded.SetSerializationDeterministic(true);
      if (!image.SerializeToCodedStream(&coded))
        return failure("image: the message cannot be serialized");
    }
    StringRef payload = StringRef(file).drop_front(headerBytes);
    std::array<uint8_t, 32> sha256 = SHA256::hash(bytesOf(payload));
    std::copy(std::begin(magic), std::end(magic), file.begin());
    support::endian::write32le(file.data() + versionAt, versionOf(image));
    support::endian::write64le(file.data() + lengthAt, payload.size());
    std::copy(sha256.begin(), sha256.end(), file.begin() + shaAt);
    return file;
  } catch (const std::bad_alloc &) {
    return createStringError(errc::not_enough_memory,
                             "not enough memory to write an image of " +
                                 Twine(size) + " bytes");
  }
}

Error write(const Image &image, StringRef path) {
  if (Error error = verify(image))
    return error;
  Expected<std::string> file = serialize(image);
  if (!file)
    return file.takeError();
  if (path == "-") {
    outs() << *file;
    outs().flush();
    return Error::success();
  }
  // A device or a pipe cannot be replaced by renaming a file onto it.
  sys::fs::file_status status;
  bool special = !sys::fs::status(path, status) && sys::fs::exists(status) &&
                 !sys::fs::is_regular_file(status);
  if (special) {
    std::error_code code;
    raw_fd_ostream stream(path, code);
    if (code)
      return createFileError(path, code);
    stream << *file;
    stream.close();
    code = stream.error();
    stream.clear_error();
    return code ? createFileError(path, code) : Error::success();
  }
  Expected<sys::fs::TempFile> temporary =
      sys::fs::TempFile::create(path + ".tmp-%%%%%%");
  if (!temporary)
    return createFileError(path, temporary.takeError());
  std::error_code code;
  {
    raw_fd_ostream stream(temporary->FD, /*shouldClose=*/false);
    stream << *file;
    stream.flush();
    code = stream.error();
    stream.clear_error(); // else the destructor ends the program
  }
  if (code) {
    consumeError(temporary->discard());
    return createFileError(path, code);
  }
  if (Error error = temporary->keep(path)) {
    consumeError(temporary->discard());
    return createFileError(path, std::move(error));
  }
  return Error::success();
}

} // namespace bnn::image
