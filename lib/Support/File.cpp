//===- File.cpp - Whole files, read and written ---------------------------===//

#include "bnn/Support/File.h"
#include "bnn/Support/Error.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/raw_ostream.h"
#include <filesystem>
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
  int descriptor = -1; ///< of this process, where the name is one of it
};

OutputFiles::OutputFiles() = default;
OutputFiles::OutputFiles(OutputFiles &&) = default;

OutputFiles::~OutputFiles() {
  for (Entry &entry : entries)
    if (entry.file)
      consumeError(entry.file->discard());
}

/// Follows links, since what takes a file's place must not take the link's:
/// `path` becomes the file that it leads to. Returns the number of an open file
/// of this process where it is one (/dev/stdout), else -1.
static int followLinks(std::string &path) {
  std::error_code code;
  for (int links = 0; links < 40 && sys::fs::is_symlink_file(path); ++links) {
    std::filesystem::path next = std::filesystem::read_symlink(path, code);
    if (code)
      break;
    StringRef name = next.native();
    int descriptor = -1;
    if ((name.consume_front("/proc/self/fd/") ||
         name.consume_front("/dev/fd/")) &&
        !name.getAsInteger(10, descriptor))
      return descriptor;
    path = (std::filesystem::path(path).parent_path() / next).native();
  }
  return -1;
}

Error OutputFiles::stage(StringRef name, StringRef bytes) {
  if (name == "-") {
    entries.push_back({"standard output", std::nullopt, bytes.str(), 1});
    return Error::success();
  }
  std::string path = name.str();
  if (int descriptor = followLinks(path); descriptor >= 0) {
    entries.push_back({path, std::nullopt, bytes.str(), descriptor});
    return Error::success();
  }
  sys::fs::file_status status;
  if (!sys::fs::status(path, status) && sys::fs::exists(status) &&
      !sys::fs::is_regular_file(status)) {
    if (sys::fs::is_directory(status))
      return makeError(path + ": is a directory");
    entries.push_back({path, std::nullopt, bytes.str()});
    return Error::success();
  }
  Expected<sys::fs::TempFile> file =
      sys::fs::TempFile::create(path + ".%%%%%%%%.tmp", 0666);
  if (!file)
    return makeError(path + ": " + toString(file.takeError()));
  entries.push_back({path, std::move(*file), {}});
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
    auto write = [&](raw_fd_ostream &stream) {
      stream << entry.bytes;
      stream.flush();
      code = stream.error();
      stream.clear_error();
    };
    if (entry.descriptor >= 0) {
      outs().flush(); // which may be the same
      raw_fd_ostream stream(entry.descriptor, /*shouldClose=*/false);
      write(stream);
    } else if (raw_fd_ostream stream(entry.path, code); !code) {
      write(stream);
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

llvm::Error ResultFiles::add(llvm::StringRef file) {
  for (llvm::StringRef input : read)
    if (!input.empty() && llvm::sys::fs::is_regular_file(input) &&
        llvm::sys::fs::equivalent(input, file))
      return makeError("'" + file +
                       "' is read, and a result would overwrite it; name "
                       "another file");
  return addOwn(file);
}

llvm::Error ResultFiles::addOwn(llvm::StringRef file) {
  if (file.empty() || file == "/dev/null" || seen.insert(file).second)
    return llvm::Error::success();
  return makeError("'" + file + "' is named for two results");
}

Error finishOutput() {
  outs().flush();
  std::error_code code = outs().error();
  // LLVM would end the program otherwise.
  outs().clear_error();
  return code ? makeError("standard output: " + code.message())
              : Error::success();
}

} // namespace bnn
