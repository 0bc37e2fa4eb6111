//===- onnx-import-fuzzer.cpp - Any bytes as an ONNX model ----------------===//
//
// Whatever the bytes are, the importer gives a module that verifies, or one
// error. Limits keep a single input from taking all memory: they are the same
// code paths as the default ones.
//
// Half of the mutations change a field of a model that can be parsed, because
// few changes of bytes leave one behind.
//
//===----------------------------------------------------------------------===//

#include "bnn/Frontend/ONNX/Import.h"
#include "mlir/IR/Diagnostics.h"
#include "onnx/onnx_pb.h"
#include "llvm/Support/ErrorHandling.h"
#include <google/protobuf/stubs/logging.h>
#include <limits>
#include <random>

namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

/// One value of a message: `index` is -1 where the field is not repeated.
struct Leaf {
  Message *message;
  const FieldDescriptor *field;
  int index;
};

/// All values below `message`, up to a number that keeps a mutation quick.
void collect(Message &message, std::vector<Leaf> &leaves) {
  std::vector<const FieldDescriptor *> fields;
  message.GetReflection()->ListFields(message, &fields);
  for (const FieldDescriptor *field : fields) {
    const auto *reflection = message.GetReflection();
    int count =
        field->is_repeated() ? reflection->FieldSize(message, field) : 1;
    for (int i = 0; i < count && leaves.size() < 4000; ++i) {
      leaves.push_back({&message, field, field->is_repeated() ? i : -1});
      if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE)
        collect(field->is_repeated()
                    ? *reflection->MutableRepeatedMessage(&message, field, i)
                    : *reflection->MutableMessage(&message, field),
                leaves);
    }
  }
}

std::string getString(const Leaf &leaf) {
  const auto *reflection = leaf.message->GetReflection();
  return leaf.index < 0 ? reflection->GetString(*leaf.message, leaf.field)
                        : reflection->GetRepeatedString(*leaf.message,
                                                        leaf.field, leaf.index);
}

#define SET(KIND, VALUE)                                                       \
  (leaf.index < 0 ? reflection->Set##KIND(leaf.message, leaf.field, VALUE)     \
                  : reflection->SetRepeated##KIND(leaf.message, leaf.field,    \
                                                  leaf.index, VALUE))

void mutate(const Leaf &leaf, const std::vector<Leaf> &leaves,
            std::mt19937 &random) {
  static const int64_t integers[] = {
      0,  1,  -1, 2,  -2, 3,       4,         7,         9,         10,
      11, 13, 16, 22, 64, 1 << 16, 1ll << 31, 1ll << 40, INT64_MAX, INT64_MIN};
  static const float reals[] = {0,
                                1,
                                -1,
                                0.5f,
                                1e-45f,
                                1e38f,
                                std::numeric_limits<float>::infinity(),
                                std::numeric_limits<float>::quiet_NaN()};
  const auto *reflection = leaf.message->GetReflection();
  if (leaf.field->is_repeated() && random() % 4 == 0) {
    if (random() % 2)
      reflection->RemoveLast(leaf.message, leaf.field);
    else
      reflection->SwapElements(
          leaf.message, leaf.field, leaf.index,
          random() % reflection->FieldSize(*leaf.message, leaf.field));
    return;
  }
  if (!leaf.field->is_repeated() && random() % 8 == 0)
    return reflection->ClearField(leaf.message, leaf.field);
  int64_t integer = integers[random() % std::size(integers)];
  float real = reals[random() % std::size(reals)];
  switch (leaf.field->cpp_type()) {
  case FieldDescriptor::CPPTYPE_INT64:
    return SET(Int64, integer);
  case FieldDescriptor::CPPTYPE_INT32:
    return SET(Int32, int32_t(random() % 2 ? integer : random() % 30));
  case FieldDescriptor::CPPTYPE_UINT64:
    return SET(UInt64, uint64_t(integer));
  case FieldDescriptor::CPPTYPE_FLOAT:
    return SET(Float, real);
  case FieldDescriptor::CPPTYPE_DOUBLE:
    return SET(Double, double(real));
  case FieldDescriptor::CPPTYPE_ENUM:
    return SET(EnumValue, int(random() % 16));
  case FieldDescriptor::CPPTYPE_STRING: {
    // Names of tensors and operators move to other places.
    std::string text;
    const Leaf &other = leaves[random() % leaves.size()];
    if (other.field->cpp_type() == FieldDescriptor::CPPTYPE_STRING)
      text = getString(other);
    return SET(String, text);
  }
  default:
    return;
  }
}

} // namespace

extern "C" size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t maxSize);

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size,
                                          size_t maxSize, unsigned seed) {
  std::mt19937 random(seed);
  onnx::ModelProto model;
  google::protobuf::LogSilencer silence;
  if (random() % 2 || !model.ParseFromArray(data, int(size)))
    return LLVMFuzzerMutate(data, size, maxSize);
  for (unsigned i = random() % 3 + 1; i > 0; --i) {
    std::vector<Leaf> leaves;
    collect(model, leaves);
    if (leaves.empty())
      break;
    mutate(leaves[random() % leaves.size()], leaves, random);
  }
  std::string bytes = model.SerializeAsString();
  if (bytes.empty() || bytes.size() > maxSize)
    return LLVMFuzzerMutate(data, size, maxSize);
  std::copy(bytes.begin(), bytes.end(), data);
  return bytes.size();
}

/// MLIR's allocators poison memory in headers and clear it in the library,
/// which is not instrumented: that would be reported as an error of ours.
extern "C" const char *__asan_default_options() {
  return "allow_user_poisoning=0:detect_container_overflow=0";
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  // A context of its own: attributes stay in memory for the context's life.
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  unsigned errors = 0;
  mlir::ScopedDiagnosticHandler handler(&context, [&](mlir::Diagnostic &d) {
    errors += d.getSeverity() == mlir::DiagnosticSeverity::Error;
    return mlir::success();
  });
  bnn::ImportOptions options;
  options.maxElements = 1 << 16;
  options.maxFoldedElements = 1 << 12;
  auto module = bnn::importONNXBuffer(
      llvm::StringRef(reinterpret_cast<const char *>(data), size), "fuzz.onnx",
      context, options);
  if (module ? errors != 0 : errors != 1)
    llvm::report_fatal_error("a module without errors, or one error");
  return 0;
}
