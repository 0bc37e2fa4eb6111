//===- image-fuzzer.cpp - No input can crash a reader of images -----------===//
//
// Each input is read twice: as a whole file, and as the payload of a file
// whose header and checksum are right, or nothing would get past the checksum.
// What the verifier accepts must then be safe to use everywhere.
//
// Half of the mutations change one field of the decoded message, since bytes
// changed at random seldom leave a message that is worth verifying. The seeds
// are the samples of the unit tests; they need no corpus folder.
//
//===----------------------------------------------------------------------===//

#include "Samples.h"
#include "bnn/Image/CellArray.h"
#include "bnn/Image/Image.h"
#include "bnn/Image/Text.h"
#include "llvm/Support/raw_ostream.h"
#include <algorithm>
#include <google/protobuf/message.h>
#include <google/protobuf/stubs/logging.h>
#include <random>

using namespace llvm;
using namespace bnn::image;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

extern "C" size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t maxSize);

namespace {

const std::vector<Image> &seeds() {
  static const std::vector<Image> images = {
      samples::worked(), samples::changed(), samples::convolution(),
      samples::ternary(), samples::moved()};
  return images;
}

/// Everything that reads a verified image.
void use(const Image &image) {
  std::string text;
  raw_string_ostream os(text);
  printInfo(image, {true, true, true, true, true}, os);
  printFields(image, os);
  for (uint64_t i = 0; i < std::min<uint64_t>(image.num_subarrays(), 4); ++i)
    printCells(image, i, os);
  for (const Step &step : image.steps())
    if (step.has_array())
      recoverWeights(image, step.array());
  for (const Image &seed : seeds()) {
    printDiff(seed, image, true, os);
    printDiff(image, seed, false, os);
  }
}

void readFile(StringRef file) {
  Expected<Image> image = parse(file);
  if (image)
    use(*image);
  else
    consumeError(image.takeError());
}

class Mutator {
public:
  explicit Mutator(unsigned seed) : random(seed) {}

  void mutate(Message &message) {
    const Reflection &access = *message.GetReflection();
    const google::protobuf::Descriptor &type = *message.GetDescriptor();
    std::vector<const FieldDescriptor *> set;
    access.ListFields(message, &set);
    // Mostly what is there; sometimes a field that is not.
    if (type.field_count() == 0)
      return;
    const FieldDescriptor *field =
        set.empty() || pick(8) == 0
            ? type.field(int(pick(unsigned(type.field_count()))))
            : set[pick(unsigned(set.size()))];
    if (field->is_repeated())
      mutateRepeated(message, access, field);
    else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE &&
             pick(8) != 0)
      mutate(*access.MutableMessage(&message, field));
    else if (pick(8) == 0)
      access.ClearField(&message, field);
    else
      setScalar(message, access, field);
  }

private:
  unsigned pick(unsigned count) { return unsigned(random() % count); }

  int64_t number(int64_t old) {
    static const int64_t interesting[] = {
        0,         1,         -1,        2,         3,
        4,         8,         31,        32,        64,
        255,       65535,     1 << 20,   INT32_MAX, INT32_MIN,
        INT64_MAX, INT64_MIN, 1ll << 31, 1ll << 32, 1ll << 53};
    switch (pick(4)) {
    case 0:
      return interesting[pick(std::size(interesting))];
    case 1:
      return int64_t(uint64_t(old) ^ uint64_t(1) << pick(63));
    default:
      return int64_t(uint64_t(old) + uint64_t(pick(2) ? 1 : -1));
    }
  }

  std::string bytes(std::string old) {
    if (!old.empty() && pick(2))
      old[pick(unsigned(old.size()))] ^= char(1 << pick(8));
    else if (!old.empty() && pick(2))
      old.pop_back();
    else
      old.push_back(char(pick(256)));
    return old;
  }

  void setScalar(Message &message, const Reflection &access,
                 const FieldDescriptor *field) {
    switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return access.SetInt32(&message, field,
                             int32_t(number(access.GetInt32(message, field))));
    case FieldDescriptor::CPPTYPE_INT64:
      return access.SetInt64(&message, field,
                             number(access.GetInt64(message, field)));
    case FieldDescriptor::CPPTYPE_UINT32:
      return access.SetUInt32(
          &message, field, uint32_t(number(access.GetUInt32(message, field))));
    case FieldDescriptor::CPPTYPE_UINT64:
      return access.SetUInt64(
          &message, field,
          uint64_t(number(int64_t(access.GetUInt64(message, field)))));
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return access.SetDouble(&message, field,
                              pick(4) ? access.GetDouble(message, field) * 2 - 1
                                      : 0.0);
    case FieldDescriptor::CPPTYPE_BOOL:
      return access.SetBool(&message, field, pick(2));
    case FieldDescriptor::CPPTYPE_ENUM:
      return access.SetEnumValue(
          &message, field,
          pick(16) ? field->enum_type()
                         ->value(int(
                             pick(unsigned(field->enum_type()->value_count()))))
                         ->number()
                   : int(pick(200)));
    case FieldDescriptor::CPPTYPE_STRING:
      return access.SetString(&message, field,
                              bytes(access.GetString(message, field)));
    case FieldDescriptor::CPPTYPE_MESSAGE:
      access.MutableMessage(&message, field);
      return;
    default:
      return;
    }
  }

  void mutateRepeated(Message &message, const Reflection &access,
                      const FieldDescriptor *field) {
    int size = access.FieldSize(message, field);
    if (size > 1 && pick(8) == 0)
      return access.SwapElements(&message, field, int(pick(unsigned(size))),
                                 int(pick(unsigned(size))));
    if (size > 0 && pick(8) == 0)
      return access.RemoveLast(&message, field);
    int at = size ? int(pick(unsigned(size))) : 0;
    bool add = size == 0 || pick(8) == 0;
    switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_MESSAGE: {
      if (!add)
        return mutate(*access.MutableRepeatedMessage(&message, field, at));
      Message *added = access.AddMessage(&message, field);
      if (size)
        added->CopyFrom(access.GetRepeatedMessage(message, field, at));
      return;
    }
    case FieldDescriptor::CPPTYPE_INT32:
      if (add)
        return access.AddInt32(&message, field, int32_t(number(0)));
      return access.SetRepeatedInt32(
          &message, field, at,
          int32_t(number(access.GetRepeatedInt32(message, field, at))));
    case FieldDescriptor::CPPTYPE_INT64:
      if (add)
        return access.AddInt64(&message, field, number(0));
      return access.SetRepeatedInt64(
          &message, field, at,
          number(access.GetRepeatedInt64(message, field, at)));
    case FieldDescriptor::CPPTYPE_UINT32:
      if (add)
        return access.AddUInt32(&message, field, uint32_t(number(0)));
      return access.SetRepeatedUInt32(
          &message, field, at,
          uint32_t(number(access.GetRepeatedUInt32(message, field, at))));
    case FieldDescriptor::CPPTYPE_BOOL:
      return access.AddBool(&message, field, pick(2));
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return access.AddDouble(&message, field, double(pick(9)));
    case FieldDescriptor::CPPTYPE_STRING:
      if (add)
        return access.AddString(&message, field, bytes("x"));
      return access.SetRepeatedString(
          &message, field, at,
          bytes(access.GetRepeatedString(message, field, at)));
    default:
      return;
    }
  }

  std::mt19937 random;
};

} // namespace

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size,
                                          size_t maxSize, unsigned seed) {
  if (seed % 4 == 0)
    return LLVMFuzzerMutate(data, size, maxSize);
  google::protobuf::LogSilencer silence;
  Image image;
  if (size < 2 || !image.ParseFromArray(data, int(size)))
    image = seeds()[seed / 4 % seeds().size()];
  Mutator mutator(seed);
  for (unsigned i = 0; i < 1 + seed / 4 % 3; ++i)
    mutator.mutate(image);
  std::string payload = image.SerializeAsString();
  if (payload.size() > maxSize)
    return LLVMFuzzerMutate(data, size, maxSize);
  std::copy(payload.begin(), payload.end(), data);
  return payload.size();
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  StringRef bytes(reinterpret_cast<const char *>(data), size);
  readFile(bytes);
  // A payload that protobuf itself refuses is covered by the first reading.
  Image image;
  google::protobuf::LogSilencer silence;
  if (!image.ParseFromArray(data, int(size)))
    return 0;
  if (Expected<std::string> file = serialize(image))
    readFile(*file);
  else
    consumeError(file.takeError());
  return 0;
}
