//===- GraphWriter.cpp - One ONNX graph, node by node ---------------------===//

#include "GraphWriter.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/Endian.h"

using namespace llvm;

namespace bnn::host_model {

GraphWriter::GraphWriter(const image::Image &image, ArrayRef<std::string> names,
                         onnx::GraphProto &graph)
    : image(image), valueNames(names), graph(graph) {
  for (const image::Constant &constant : image.constants())
    constants[constant.value()] = &constant;
  for (const std::string &name : names)
    this->names.insert(name);
}

Type boundaryType(const image::Value &value) {
  using Proto = onnx::TensorProto;
  if (value.encoding() == image::Value::REAL)
    return Proto::FLOAT;
  if (value.encoding() == image::Value::INTEGER)
    return Proto::INT32;
  int64_t low = value.code_min(), high = value.code_max();
  if (low >= INT8_MIN && high <= INT8_MAX)
    return Proto::INT8;
  if (low >= 0 && high <= UINT8_MAX)
    return Proto::UINT8;
  return low >= INT16_MIN && high <= INT16_MAX ? Proto::INT16 : Proto::INT32;
}

//===----------------------------------------------------------------------===//
// Names
//===----------------------------------------------------------------------===//

std::string GraphWriter::unique(StringRef stem) {
  std::string name = stem.str();
  for (int i = 2; !names.insert(name).second; ++i)
    name = stem.str() + "." + std::to_string(i);
  return name;
}

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

/// The numbers of a constant of the image.
static std::vector<double> numbersOf(const image::Constant &constant,
                                     ArrayRef<int64_t> shape) {
  std::vector<double> numbers;
  auto each = [&](const std::string &bytes, size_t size, auto read) {
    for (size_t at = 0; at + size <= bytes.size(); at += size)
      numbers.push_back(double(read(bytes.data() + at)));
  };
  if (constant.has_f32()) {
    each(constant.f32(), 4, [](const char *from) {
      return support::endian::read<float>(from, endianness::little);
    });
  } else if (constant.has_f64()) {
    each(constant.f64(), 8, [](const char *from) {
      return support::endian::read<double>(from, endianness::little);
    });
  } else if (constant.has_i64()) {
    each(constant.i64(), 8, [](const char *from) {
      return support::endian::read<int64_t>(from, endianness::little);
    });
  } else {
    // Rows of bits in whole words; ternary ones have a second plane of them.
    bool ternary = constant.has_ternary();
    const std::string &bytes = ternary ? constant.ternary() : constant.binary();
    size_t rows = shape.empty() ? 1 : size_t(shape.front()), columns = 1;
    for (int64_t size : shape.drop_front(shape.empty() ? 0 : 1))
      columns *= size_t(size);
    size_t rowBytes = (columns + 63) / 64 * 8;
    auto bit = [&](size_t row, size_t column) {
      return uint8_t(bytes[row * rowBytes + column / 8]) >> column % 8 & 1;
    };
    for (size_t row = 0; row < rows; ++row)
      for (size_t column = 0; column < columns; ++column)
        numbers.push_back(ternary ? bit(row, column) - bit(rows + row, column)
                                  : 2 * bit(row, column) - 1);
  }
  return numbers;
}

onnx::TensorProto &GraphWriter::addTensor(const std::string &name,
                                          ArrayRef<int64_t> shape, Type type) {
  onnx::TensorProto &tensor = *graph.add_initializer();
  tensor.set_name(name);
  tensor.set_data_type(type);
  for (int64_t size : shape)
    tensor.add_dims(size);
  return tensor;
}

static void fill(onnx::TensorProto &tensor, ArrayRef<double> numbers) {
  std::string &raw = *tensor.mutable_raw_data();
  auto append = [&](auto number) {
    char bytes[sizeof number];
    support::endian::write(bytes, number, endianness::little);
    raw.append(bytes, sizeof number);
  };
  for (double number : numbers) {
    if (tensor.data_type() == onnx::TensorProto::FLOAT)
      append(float(number));
    else if (tensor.data_type() == onnx::TensorProto::INT64)
      append(int64_t(number));
    else
      append(uint8_t(number != 0)); // booleans
  }
}

std::string GraphWriter::floats(ArrayRef<int64_t> shape,
                                ArrayRef<double> values, StringRef stem) {
  std::string name = unique(stem);
  fill(addTensor(name, shape, onnx::TensorProto::FLOAT), values);
  return name;
}

std::string GraphWriter::integers(ArrayRef<int64_t> values, StringRef stem) {
  std::string name = unique(stem);
  onnx::TensorProto &tensor =
      addTensor(name, {int64_t(values.size())}, onnx::TensorProto::INT64);
  for (int64_t value : values)
    tensor.add_int64_data(value);
  return name;
}

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

void GraphWriter::addPort(bool isInput, const std::string &name, Type type,
                          ArrayRef<int64_t> shape) {
  onnx::ValueInfoProto &port =
      isInput ? *graph.add_input() : *graph.add_output();
  port.set_name(name);
  onnx::TypeProto::Tensor &tensor = *port.mutable_type()->mutable_tensor_type();
  tensor.set_elem_type(type);
  tensor.mutable_shape();
  for (int64_t size : shape)
    tensor.mutable_shape()->add_dim()->set_dim_value(size);
}

std::string GraphWriter::define(uint32_t id, Type type) {
  // The name itself belongs to the type that other graphs and the chip see.
  std::string name = type == boundaryType(value(id))
                         ? nameOf(id)
                         : unique(nameOf(id) + "/computed");
  alias(id, name, type);
  return name;
}

void GraphWriter::alias(uint32_t id, const std::string &name, Type type) {
  known[id] = {name, type};
  computed.insert(id);
}

Type GraphWriter::typeOf(uint32_t id) const {
  auto found = known.find(id);
  return found == known.end() ? boundaryType(value(id)) : found->second.type;
}

std::string GraphWriter::read(uint32_t id, Type type) {
  auto [entry, inserted] = casts.try_emplace({id, int(type)});
  if (!inserted)
    return entry->second;
  if (const image::Constant *constant = constantOf(id)) {
    // A constant may be read as numbers here and as indices there.
    std::string name = type == onnx::TensorProto::FLOAT
                           ? nameOf(id)
                           : unique(nameOf(id) + "/constant");
    fill(addTensor(name, shapeOf(id), type), numbersOf(*constant, shapeOf(id)));
    return entry->second = name;
  }
  if (!known.count(id)) {
    Type own = boundaryType(value(id));
    addPort(true, nameOf(id), own, shapeOf(id));
    known[id] = {nameOf(id), own};
  }
  const Tensor &tensor = known[id];
  if (tensor.type == type)
    return entry->second = tensor.name;
  if (type == boundaryType(value(id))) {
    setInteger(add("Cast", {tensor.name}, {nameOf(id)}), "to", type);
    return entry->second = nameOf(id);
  }
  return entry->second = cast(tensor.name, type, nameOf(id) + "/cast");
}

void GraphWriter::addOutput(uint32_t id, const std::string &name, Type type) {
  std::string from = read(id, type);
  if (from != name)
    add("Identity", {from}, {name});
  addPort(false, name, type, shapeOf(id));
}

//===----------------------------------------------------------------------===//
// Nodes
//===----------------------------------------------------------------------===//

onnx::NodeProto &GraphWriter::add(StringRef operation, const Names &inputs,
                                  const Names &outputs) {
  onnx::NodeProto &result = *graph.add_node();
  result.set_op_type(operation.str());
  std::string stem = node.empty() ? operation.str() : node, name = stem;
  for (int i = 2; !nodeNames.insert(name).second; ++i)
    name = stem + "." + std::to_string(i);
  result.set_name(name);
  for (const std::string &input : inputs)
    result.add_input(input);
  for (const std::string &output : outputs)
    result.add_output(output);
  return result;
}

std::string GraphWriter::compute(StringRef operation, const Names &inputs,
                                 StringRef stem) {
  std::string name = unique(stem);
  add(operation, inputs, {name});
  return name;
}

std::string GraphWriter::cast(const std::string &name, Type type,
                              StringRef stem) {
  std::string result = unique(stem);
  setInteger(add("Cast", {name}, {result}), "to", type);
  return result;
}

} // namespace bnn::host_model
