//===- tensor-fuzzer.cpp - npy, npz and TensorProto from any bytes --------===//
//
// Whatever the bytes are, reading ends in a tensor or in an error, and what was
// read can be written and read again.
//
//===----------------------------------------------------------------------===//

#include "bnn/Support/Npy.h"
#include "bnn/Support/Npz.h"
#include "bnn/Support/TensorFile.h"
#include <cmath>
#include <cstdlib>

using namespace bnn;

namespace {

void writeAgain(llvm::Expected<Tensor> tensor) {
  if (!tensor)
    return llvm::consumeError(tensor.takeError());
  llvm::Expected<std::string> text = formatNpy(*tensor);
  if (!text)
    return llvm::consumeError(text.takeError());
  llvm::Expected<Tensor> back = parseNpy(*text);
  if (!back)
    std::abort();
  bool same =
      back->shape == tensor->shape && back->data.size() == tensor->data.size();
  for (size_t i = 0; same && i < back->data.size(); ++i)
    same = back->data[i] == tensor->data[i] ||
           (std::isnan(back->data[i]) && std::isnan(tensor->data[i]));
  if (!same)
    std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  llvm::StringRef bytes(reinterpret_cast<const char *>(data), size);
  writeAgain(parseNpy(bytes));
  writeAgain(parseTensorProto(bytes));
  llvm::Expected<NpzReader> reader = NpzReader::parse(bytes);
  if (!reader) {
    llvm::consumeError(reader.takeError());
    return 0;
  }
  // The members may overlap, so that few bytes hold many: a few are enough.
  std::vector<std::string> names = reader->names();
  for (size_t i = 0; i < names.size() && i < 8; ++i)
    writeAgain(reader->read(names[i]));
  return 0;
}
