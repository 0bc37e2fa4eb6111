//===- File.cpp - Whole files, read and written ---------------------------===//

#include "bnn/Support/File.h"
#include "bnn/Support/Error.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/raw_ostream.h"
#include <optional>

using namespace llvm;

namespace bnn {

Expected<std::unique_ptr<MemoryBuffer>> openFile(StringRef path) {
  ErrorOr<std::unique_ptr<MemoryBuffer>> buffer = MemoryBuffer::getFile(
      path, /*IsText=*/false, /*RequiresNullTerminator=*/false);
  if (!buffer)
    return makeError(path + ": " + buffer.getError().message());
  return std::move(*buffer);
}

struct OutputFiles::Entry {
  std::string path;
  // Empty where the destination is written directly.
  std::optional<sys::fs::TempFile> file;
  std::string bytes;
};

OutputFiles::OutputFiles() = default;
OutputFiles::OutputFiles(OutputFiles &&) = default;

OutputFiles::~OutputFiles() {
  for (Entry &entry : entries)
    if (entry.file)
      consumeError(entry.file->discard());
}

Error OutputFiles::stage(StringRef path, StringRef bytes) {
  sys::fs::file_status status;
  if (!sys::fs::status(path, status) && sys::fs::exists(status) &&
      !sys::fs::is_regular_file(status)) {
    if (sys::fs::is_directory(status))
      return makeError(path + ": is a directory");
    entries.push_back({path.str(), std::nullopt, bytes.str()});
    return Error::success();
  }
  Expected<sys::fs::TempFile> file =
      sys::fs::TempFile::create(path + ".%%%%%%%%.tmp", 0666);
  if (!file)
    return makeError(path + ": " + toString(file.takeError()));
  entries.push_back({path.str(), std::move(*file), {}});
  raw_fd_ostream stream(entries.back().file->FD, /*shouldClose=*/false);
  stream << bytes;
  stream.flush();
  if (stream.has_error()) {
    std::error_code code = stream.error();
    stream.clear_error();
    return makeError(path + ": " + code.message());
  }
  return Error::success();
}

Error OutputFiles::commit() {
  for (Entry &entry : entries) {
    if (entry.file) {
      Error error = entry.file->keep(entry.path);
      entry.file.reset();
      if (error)
        return makeError(entry.path + ": " + toString(std::move(error)));
      continue;
    }
    std::error_code code;
    raw_fd_ostream stream(entry.path, code);
    if (!code) {
      stream << entry.bytes;
      stream.close();
      code = stream.error();
      stream.clear_error();
    }
    if (code)
      return makeError(entry.path + ": " + code.message());
  }
  entries.clear();
  return Error::success();
}

Error writeFile(StringRef path, StringRef bytes) {
  OutputFiles files;
  if (Error error = files.stage(path, bytes))
    return error;
  return files.commit();
}

} // namespace bnn
