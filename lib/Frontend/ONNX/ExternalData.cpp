//===- ExternalData.cpp - Initializers in files of their own --------------===//

#include "TensorDecoder.h"

#include "bnn/Support/Error.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

namespace bnn::onnx_import {

static llvm::Error tensorError(const onnx::TensorProto &tensor,
                               const llvm::Twine &message) {
  return makeError("external data of tensor '" + llvm::Twine(tensor.name()) +
                   "': " + message);
}

/// The path of the file, which must lie in `folder` also after symbolic links
/// were followed: a model from elsewhere must not read what it is not given.
static llvm::Expected<std::string> resolve(const onnx::TensorProto &tensor,
                                           llvm::StringRef folder,
                                           llvm::StringRef location) {
  if (location.empty())
    return tensorError(tensor, "no 'location' is given");
  if (location.contains('\0'))
    return tensorError(tensor, "'location' holds a zero byte");
  if (llvm::sys::path::is_absolute(location))
    return tensorError(tensor, "'" + location +
                                   "' is an absolute path; the file must lie "
                                   "in the model's folder");
  for (llvm::StringRef part : llvm::make_range(llvm::sys::path::begin(location),
                                               llvm::sys::path::end(location)))
    if (part == "..")
      return tensorError(tensor,
                         "'" + location + "' leaves the model's folder");
  llvm::SmallString<256> path(folder), real, realFolder;
  llvm::sys::path::append(path, location);
  if (std::error_code ec = llvm::sys::fs::real_path(path, real))
    return tensorError(tensor,
                       "cannot open '" + location + "': " + ec.message());
  if (std::error_code ec = llvm::sys::fs::real_path(folder, realFolder))
    return tensorError(tensor, "cannot open the model's folder: " +
                                   llvm::Twine(ec.message()));
  if (!realFolder.ends_with("/"))
    realFolder += '/';
  if (!real.starts_with(realFolder))
    return tensorError(tensor, "'" + location +
                                   "' is a link out of the model's folder");
  if (!llvm::sys::fs::is_regular_file(real))
    return tensorError(tensor, "'" + location + "' is not a regular file");
  return real.str().str();
}

llvm::Expected<ExternalBytes> readExternalBytes(const onnx::TensorProto &tensor,
                                                llvm::StringRef folder,
                                                uint64_t bytes) {
  std::string location;
  uint64_t offset = 0, length = bytes;
  for (const onnx::StringStringEntryProto &entry : tensor.external_data()) {
    llvm::StringRef key = entry.key(), value = entry.value();
    if (key == "location")
      location = entry.value();
    else if (key == "offset" || key == "length") {
      uint64_t &number = key == "offset" ? offset : length;
      if (value.getAsInteger(10, number))
        return tensorError(tensor,
                           "'" + key + "' is not a number: '" + value + "'");
    }
  }
  if (folder.empty())
    return tensorError(tensor, "the model's folder is not known");
  if (length != bytes)
    return tensorError(tensor, "'length' is " + llvm::Twine(length) +
                                   ", the shape asks for " +
                                   llvm::Twine(bytes) + " bytes");
  llvm::Expected<std::string> path = resolve(tensor, folder, location);
  if (!path)
    return path.takeError();
  uint64_t size = 0;
  if (std::error_code ec = llvm::sys::fs::file_size(*path, size))
    return tensorError(tensor,
                       "cannot open '" + location + "': " + ec.message());
  if (offset > size || bytes > size - offset)
    return tensorError(tensor, "'" + llvm::Twine(location) + "' has " +
                                   llvm::Twine(size) + " bytes, offset " +
                                   llvm::Twine(offset) + " and length " +
                                   llvm::Twine(bytes) + " go beyond its end");
  if (bytes == 0)
    return ExternalBytes{};
  auto buffer = llvm::MemoryBuffer::getFileSlice(*path, bytes, offset);
  if (!buffer)
    return tensorError(tensor, "cannot read '" + llvm::Twine(location) +
                                   "': " + buffer.getError().message());
  std::shared_ptr<llvm::MemoryBuffer> owner = std::move(*buffer);
  return ExternalBytes{owner->getBuffer(), owner};
}

} // namespace bnn::onnx_import
