//===- VerifyFields.cpp - Checks that hold for every field ----------------===//
//
// proto3 keeps unknown fields and unknown enum values without a word. Here they
// are refused: they mean something that this release would leave out.
//
//===----------------------------------------------------------------------===//

#include "VerifierImpl.h"
#include "llvm/Support/JSON.h"
#include <cmath>
#include <google/protobuf/message.h>
#include <google/protobuf/unknown_field_set.h>

using namespace llvm;

namespace bnn::image::verifier {

namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

Error checkText(const std::string &value, const std::string &place) {
  if (!json::isUTF8(value))
    return fail(place, "the text is not UTF-8");
  return Error::success();
}

Error checkNumber(double value, const FieldDescriptor &field,
                  const std::string &place) {
  if (std::isnan(value))
    return fail(place, "it is not a number");
  // Clips and pads of real tensors may be infinite.
  bool free = field.name() == "alpha" || field.name() == "beta";
  if (std::isinf(value) && !free)
    return fail(place, "it is infinite");
  return Error::success();
}

Error checkEnum(int value, const FieldDescriptor &field,
                const std::string &place) {
  if (!field.enum_type()->FindValueByNumber(value))
    return fail(place, Twine(value) + " is no " + field.enum_type()->name() +
                           " of version 2; update this program");
  return Error::success();
}

Error checkMessage(const Message &message, const std::string &place) {
  const Reflection &access = *message.GetReflection();
  if (!access.GetUnknownFields(message).empty())
    return fail(place.empty() ? "top level" : place,
                "field " +
                    Twine(access.GetUnknownFields(message).field(0).number()) +
                    " is unknown to this release; update this program, or "
                    "compile the network with this release");
  std::vector<const FieldDescriptor *> fields;
  access.ListFields(message, &fields);
  for (const FieldDescriptor *field : fields) {
    std::string inner =
        place.empty() ? field->name() : place + "." + field->name();
    switch (field->type()) {
    case FieldDescriptor::TYPE_MESSAGE:
      if (!field->is_repeated()) {
        if (Error error =
                checkMessage(access.GetMessage(message, field), inner))
          return error;
        break;
      }
      for (int i = 0, e = access.FieldSize(message, field); i < e; ++i)
        if (Error error =
                checkMessage(access.GetRepeatedMessage(message, field, i),
                             inner + "[" + std::to_string(i) + "]"))
          return error;
      break;
    case FieldDescriptor::TYPE_STRING:
      if (!field->is_repeated()) {
        if (Error error = checkText(access.GetString(message, field), inner))
          return error;
        break;
      }
      for (int i = 0, e = access.FieldSize(message, field); i < e; ++i)
        if (Error error = checkText(access.GetRepeatedString(message, field, i),
                                    inner + "[" + std::to_string(i) + "]"))
          return error;
      break;
    case FieldDescriptor::TYPE_DOUBLE:
      if (!field->is_repeated()) {
        if (Error error =
                checkNumber(access.GetDouble(message, field), *field, inner))
          return error;
        break;
      }
      for (int i = 0, e = access.FieldSize(message, field); i < e; ++i)
        if (Error error =
                checkNumber(access.GetRepeatedDouble(message, field, i), *field,
                            inner + "[" + std::to_string(i) + "]"))
          return error;
      break;
    case FieldDescriptor::TYPE_ENUM:
      if (Error error =
              checkEnum(access.GetEnumValue(message, field), *field, inner))
        return error;
      break;
    default: // integers, flags and bytes: any value is well formed
      break;
    }
  }
  return Error::success();
}

} // namespace

Error checkFields(const Image &image) { return checkMessage(image, ""); }

} // namespace bnn::image::verifier
