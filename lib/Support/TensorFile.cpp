//===- TensorFile.cpp - Tensors from the command line ---------------------===//

#include "bnn/Support/TensorFile.h"
#include "bnn/Support/Error.h"
#include "bnn/Support/File.h"
#include "bnn/Support/Npy.h"
#include "bnn/Support/Npz.h"
#include "llvm/Support/FileSystem.h"
#include <new>

using namespace llvm;

namespace bnn {

namespace {

Expected<Tensor> parse(StringRef bytes, StringRef member) {
  bool isArchive = bytes.starts_with("PK");
  if (!isArchive && !member.empty())
    return makeError("is no npz archive, so it has no member '" + member + "'");
  if (!isArchive)
    return bytes.starts_with("\x93NUMPY") ? parseNpy(bytes)
                                          : parseTensorProto(bytes);
  Expected<NpzReader> reader = NpzReader::parse(bytes);
  if (!reader)
    return reader.takeError();
  if (!member.empty())
    return reader->read(member);
  std::vector<std::string> names = reader->names();
  if (names.size() == 1)
    return reader->read(names.front());
  if (names.empty())
    return makeError("npz archive is empty");
  std::string all;
  for (const std::string &name : names)
    all += (all.empty() ? "" : ", ") + name;
  return makeError("archive has " + Twine(names.size()) +
                   " members; say which as FILE:MEMBER (" + all + ")");
}

} // namespace

Expected<Tensor> readTensorFile(StringRef spec) {
  StringRef path = spec, member;
  // A colon may be part of a file's name, so the whole is tried first.
  if (!sys::fs::exists(path)) {
    auto [stem, rest] = spec.split(".npz:");
    if (!rest.empty()) {
      path = spec.take_front(stem.size() + 4);
      member = rest;
    }
  }
  Expected<std::unique_ptr<MemoryBuffer>> buffer = openFile(path);
  if (!buffer)
    return buffer.takeError();
  try {
    Expected<Tensor> tensor = parse((*buffer)->getBuffer(), member);
    if (!tensor)
      return makeError(path + ": " + toString(tensor.takeError()));
    return tensor;
  } catch (const std::bad_alloc &) {
    return makeError(path + ": not enough memory to read it");
  }
}

Error fitSamples(Tensor &tensor, ArrayRef<int64_t> declared,
                 const Twine &what) {
  ArrayRef<int64_t> sample = declared;
  if (!sample.empty() && sample.front() == 1)
    sample = sample.drop_front();
  int64_t size = 1;
  for (int64_t dimension : sample)
    size *= dimension;
  // Dimensions of 1 carry no order: without them the shapes must agree.
  auto squeeze = [](ArrayRef<int64_t> shape) {
    Shape out;
    for (int64_t dimension : shape)
      if (dimension != 1)
        out.push_back(dimension);
    return out;
  };
  // Equal up to ones, or one is the other's elements in a row. (Two different
  // shapes of equal size may be different layouts: never guessed.)
  auto fits = [&](ArrayRef<int64_t> other) {
    Shape a = squeeze(other), b = squeeze(sample);
    int64_t count = 1;
    for (int64_t dimension : a)
      count *= dimension;
    return a == b || (count == size && (a.size() <= 1 || b.size() <= 1));
  };
  ArrayRef<int64_t> shape = tensor.shape;
  int64_t samples;
  if (!shape.empty() && fits(shape.drop_front()))
    samples = shape.front();
  else if (fits(shape))
    samples = 1; // a single sample without an axis for samples
  else
    return makeError(what + ": has shape " + shapeString(shape) +
                     ", the network takes " + shapeString(declared) +
                     " for each sample");
  Shape fitted{samples};
  fitted.append(sample.begin(), sample.end());
  tensor.shape = fitted;
  return Error::success();
}

} // namespace bnn
