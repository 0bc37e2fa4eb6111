//===- Export.h - Images for readers without protobuf -----------*- C++ -*-===//
//
// The same chip program in five forms, for simulators of hardware, firmware,
// programmers and people. docs/export-formats.md describes them to the bit.
//
//===----------------------------------------------------------------------===//

#ifndef BNN_EXPORT_EXPORT_H
#define BNN_EXPORT_EXPORT_H

#include "bnn/Image/image.pb.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <string>

namespace bnn::exporter {

enum class Format { Memh, C, Bin, IntelHex, Json };

/// The version of the words that all forms carry.
inline constexpr uint32_t programVersion = 3;

/// `image`, which must be verified, as the contents of a file. The same image
/// gives the same bytes. Fails, saying why, on an image without a layer on the
/// arrays and on what the program has no record for.
llvm::Expected<std::string> exportImage(const image::Image &image,
                                        Format format);

/// The image that an exported file was made of; its form is recognised. Fails
/// on damage (checksums), on words that no export writes, and on the C form,
/// which is without the host's part.
llvm::Expected<image::Image> importImage(llvm::StringRef file);

} // namespace bnn::exporter

#endif // BNN_EXPORT_EXPORT_H
