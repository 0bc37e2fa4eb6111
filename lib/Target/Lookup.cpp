//===- Lookup.cpp - Finding target files by name --------------------------===//

#include "bnn/Target/Target.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

using namespace bnn;
namespace fs = llvm::sys::fs;
namespace path = llvm::sys::path;

/// Most bytes of a target file: a wrong file is refused before it is read.
static constexpr uint64_t maxFileBytes = 1 << 20;

std::vector<std::string> bnn::targetFolders() {
  static int anchor;
  llvm::SmallString<256> program(fs::getMainExecutable(nullptr, &anchor));
  path::remove_filename(program);
  std::vector<std::string> folders;
  // build/bin/<tool>, prefix/bin/<tool>; unit tests lie one or more folders
  // deeper in the build tree.
  for (llvm::StringRef relative :
       {"../share/bnn-compile/targets", "../../targets", "../../../targets",
        "../../../../targets"}) {
    llvm::SmallString<256> folder(program);
    path::append(folder, relative);
    path::remove_dots(folder, /*remove_dot_dot=*/true);
    if (fs::is_directory(folder))
      folders.push_back(std::string(folder));
  }
  return folders;
}

std::vector<std::string> bnn::shippedTargets() {
  std::vector<std::string> names;
  for (const std::string &folder : targetFolders()) {
    std::error_code error;
    for (fs::directory_iterator file(folder, error), end; !error && file != end;
         file.increment(error))
      if (path::extension(file->path()) == ".yaml")
        names.push_back(path::stem(file->path()).str());
  }
  llvm::sort(names);
  names.erase(llvm::unique(names), names.end());
  return names;
}

static llvm::Expected<Target> readTarget(llvm::StringRef file) {
  uint64_t bytes = 0;
  if (std::error_code error = fs::file_size(file, bytes))
    return llvm::createStringError(
        llvm::formatv("target file '{0}': {1}", file, error.message()));
  if (bytes > maxFileBytes)
    return llvm::createStringError(llvm::formatv(
        "target file '{0}' has {1} bytes, more than the {2} that one may have",
        file, bytes, maxFileBytes));
  auto buffer = llvm::MemoryBuffer::getFile(file, /*IsText=*/true);
  if (!buffer)
    return llvm::createStringError(llvm::formatv("target file '{0}': {1}", file,
                                                 buffer.getError().message()));
  return parseTarget((*buffer)->getBuffer(), file);
}

llvm::Expected<Target> bnn::findTarget(llvm::StringRef nameOrFile) {
  if (nameOrFile.ends_with(".yaml") || nameOrFile.ends_with(".yml") ||
      path::has_parent_path(nameOrFile))
    return readTarget(nameOrFile);
  for (const std::string &folder : targetFolders()) {
    llvm::SmallString<256> file(folder);
    path::append(file, nameOrFile + ".yaml");
    if (fs::exists(file))
      return readTarget(file);
  }
  if (targetFolders().empty())
    return llvm::createStringError(llvm::formatv(
        "no target '{0}': there is no folder of target files beside the "
        "program (../share/bnn-compile/targets); give a FILE.yaml",
        nameOrFile));
  return llvm::createStringError(llvm::formatv(
      "no target '{0}': known are {1}; a file is given as FILE.yaml",
      nameOrFile, llvm::join(shippedTargets(), ", ")));
}
