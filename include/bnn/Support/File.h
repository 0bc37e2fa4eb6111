//===- File.h - Whole files, read and written -------------------*- C++ -*-===//

#ifndef BNN_SUPPORT_FILE_H
#define BNN_SUPPORT_FILE_H

#include "llvm/ADT/StringRef.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBuffer.h"
#include <memory>
#include <string>
#include <vector>

namespace bnn {

/// The file's bytes; the error names the path.
llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>>
openFile(llvm::StringRef path);

/// Files that appear together or not at all: contents are staged in temporary
/// files beside their destinations and renamed by `commit`. What was not
/// committed is removed, also when a signal ends the process.
class OutputFiles {
public:
  OutputFiles();
  OutputFiles(OutputFiles &&);
  ~OutputFiles();
  /// "-" is the standard output. An existing destination that is no regular
  /// file (a pipe, /dev/null), or an open file of this process (/dev/stdout),
  /// is written directly by `commit`. A link stays one: the file that it leads
  /// to is replaced.
  llvm::Error stage(llvm::StringRef path, llvm::StringRef bytes);
  llvm::Error commit();

private:
  struct Entry;
  std::vector<Entry> entries;
};

/// The files that a command writes, as they are named: none of them may be one
/// that it reads, or be named for two results.
class ResultFiles {
public:
  /// Names of inputs may be empty, or no files.
  explicit ResultFiles(std::vector<llvm::StringRef> read)
      : read(std::move(read)) {}
  /// An empty name is none.
  llvm::Error add(llvm::StringRef file);
  /// The same of a file that the command reads itself before it writes it.
  llvm::Error addOwn(llvm::StringRef file);

private:
  std::vector<llvm::StringRef> read;
  llvm::StringSet<> seen;
};

/// Flushes what was printed. To be called before a tool says that all went
/// well: a full disk behind the standard output is an error too.
llvm::Error finishOutput();

/// One file, complete or not at all.
llvm::Error writeFile(llvm::StringRef path, llvm::StringRef bytes);

} // namespace bnn

#endif // BNN_SUPPORT_FILE_H
