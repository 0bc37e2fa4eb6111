//===- Image.h - Reading and writing programming images ---------*- C++ -*-===//
//
// The file around the protobuf message `Image` of lib/Image/image.proto:
// a header of 64 bytes with a checksum, then the message. docs/image-format.md
// describes both to the bit.
//
//===----------------------------------------------------------------------===//

#ifndef BNN_IMAGE_IMAGE_H
#define BNN_IMAGE_IMAGE_H

#include "bnn/Image/image.pb.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace bnn::image {

/// The newest version that this code reads. An image is written as the oldest
/// one that can say it (`versionOf`).
inline constexpr uint32_t formatVersion = 3;

/// 3 where inputs are presented at random, else 2.
uint32_t versionOf(const Image &image);

/// How often all steps run for a sample.
uint64_t repetitionsOf(const Image &image);

/// Bytes before the payload.
inline constexpr size_t headerBytes = 64;

/// What the first 64 bytes of a file say.
struct Header {
  uint32_t version = formatVersion;
  uint64_t payloadBytes = 0;
  std::array<uint8_t, 32> sha256{}; // of the payload
};

/// The header of `file`, the bytes of a whole image file. Fails on a wrong
/// magic, a version newer than `formatVersion`, reserved bytes that are not
/// zero, and a payload that is not exactly as long as the header says. The
/// checksum is not computed.
llvm::Expected<Header> parseHeader(llvm::StringRef file);

/// Decodes the bytes of a whole file: header, checksum, message. The message
/// is not verified: fit for tools that look at broken images.
llvm::Expected<Image> decode(llvm::StringRef file);

/// `decode`, then `verify` (Verifier.h).
llvm::Expected<Image> parse(llvm::StringRef file);

/// Reads the file at `path` and `parse`s it. Messages begin with the path.
llvm::Expected<Image> read(llvm::StringRef path);

/// The bytes of a whole file, the same for equal messages. Fails where the
/// message is beyond protobuf's limit of 2 GiB or holds text that is not UTF-8.
/// Does not verify.
llvm::Expected<std::string> serialize(const Image &image);

/// Verifies `image` and writes it to `path`: to a temporary file beside it
/// first, so that no part of an image is ever found under that name.
llvm::Error write(const Image &image, llvm::StringRef path);

} // namespace bnn::image

#endif // BNN_IMAGE_IMAGE_H
