//===- bnn-image-samples.cpp - Writes the samples as files ----------------===//
//
// For tests of tools: `bnn-image-samples FOLDER` writes each sample of
// Samples.h to a file of its name, and a few that are wrong.
//
//===----------------------------------------------------------------------===//

#include "Samples.h"
#include "bnn/Image/Image.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace bnn::image;

namespace {

/// Writes bytes as they are: some samples do not pass the verifier.
Error writeBytes(const Twine &path, StringRef bytes) {
  std::error_code code;
  raw_fd_ostream stream(path.str(), code);
  if (code)
    return createFileError(path, code);
  stream << bytes;
  stream.close();
  code = stream.error();
  stream.clear_error();
  return code ? createFileError(path, code) : Error::success();
}

Error writeAll(StringRef folder) {
  if (std::error_code code = sys::fs::create_directories(folder))
    return createFileError(folder, code);
  const std::pair<const char *, Image> valid[] = {
      {"worked", samples::worked()},
      {"changed", samples::changed()},
      {"moved", samples::moved()},
      {"convolution", samples::convolution()},
      {"ternary", samples::ternary()}};
  for (const auto &[name, image] : valid)
    if (Error error = write(image, (folder + "/" + name + ".rimg").str()))
      return error;

  Image misplaced = samples::worked();
  misplaced.mutable_steps(1)
      ->mutable_array()
      ->mutable_placement(0)
      ->set_subarray(17);
  Expected<std::string> broken = serialize(misplaced);
  if (!broken)
    return broken.takeError();
  if (Error error = writeBytes(folder + "/misplaced.rimg", *broken))
    return error;

  Expected<std::string> file = serialize(samples::worked());
  if (!file)
    return file.takeError();
  if (Error error =
          writeBytes(folder + "/short.rimg", StringRef(*file).drop_back(10)))
    return error;
  std::string damaged = *file;
  damaged.back() = char(damaged.back() ^ 1);
  if (Error error = writeBytes(folder + "/damaged.rimg", damaged))
    return error;
  std::string newer = *file;
  newer[8] = char(formatVersion + 1);
  return writeBytes(folder + "/newer.rimg", newer);
}

} // namespace

int main(int argc, char **argv) {
  InitLLVM init(argc, argv);
  if (argc != 2) {
    errs() << "usage: bnn-image-samples FOLDER\n";
    return 1;
  }
  if (Error error = writeAll(argv[1])) {
    errs() << "bnn-image-samples: error: " << toString(std::move(error))
           << '\n';
    return 1;
  }
  return 0;
}
