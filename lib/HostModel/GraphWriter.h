//===- GraphWriter.h - One ONNX graph, node by node -------------*- C++ -*-===//

#ifndef BNN_LIB_HOSTMODEL_GRAPHWRITER_H
#define BNN_LIB_HOSTMODEL_GRAPHWRITER_H

#include "bnn/Image/image.pb.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/Error.h"
#include <map>
#include <onnx/onnx_pb.h>
#include <set>

namespace bnn::host_model {

using Type = onnx::TensorProto::DataType;
using Names = std::vector<std::string>;

/// A graph over values of an image. Every value has a name that is the same in
/// all graphs, and a type; who reads it in another type gets a Cast.
class GraphWriter {
public:
  /// `names` of all values, none of which is that of another tensor.
  GraphWriter(const image::Image &image, llvm::ArrayRef<std::string> names,
              onnx::GraphProto &graph);

  // Values of the image.

  /// The name of `value` as a tensor of `type`. What is neither a constant nor
  /// computed before becomes an input of the graph.
  std::string read(uint32_t value, Type type);
  /// The name under which `value` is to be computed with elements of `type`.
  std::string define(uint32_t value, Type type);
  /// Says that the tensor `name` of `type` holds `value`.
  void alias(uint32_t value, const std::string &name, Type type);
  /// The type in which `value` is computed or read from elsewhere.
  Type typeOf(uint32_t value) const;
  bool isComputed(uint32_t value) const { return computed.count(value); }
  void addInput(const std::string &name, Type type,
                llvm::ArrayRef<int64_t> shape) {
    addPort(true, name, type, shape);
  }
  /// Makes `value` an output of the graph, called `name`.
  void addOutput(uint32_t value, const std::string &name, Type type);
  const std::string &nameOf(uint32_t value) const { return valueNames[value]; }

  // Nodes.

  /// A name that no tensor has: `stem`, or the stem and a number.
  std::string unique(llvm::StringRef stem);

  /// Adds a node and returns it; its outputs are given.
  onnx::NodeProto &add(llvm::StringRef operation, const Names &inputs,
                       const Names &outputs);
  /// The same with one output whose name is made up from `stem`.
  std::string compute(llvm::StringRef operation, const Names &inputs,
                      llvm::StringRef stem);
  std::string cast(const std::string &name, Type type, llvm::StringRef stem);
  std::string floats(llvm::ArrayRef<int64_t> shape,
                     llvm::ArrayRef<double> values, llvm::StringRef stem);
  std::string scalar(double value, llvm::StringRef stem) {
    return floats({}, {value}, stem);
  }
  std::string integers(llvm::ArrayRef<int64_t> values, llvm::StringRef stem);

  const image::Value &value(uint32_t id) const { return image.values(int(id)); }
  llvm::ArrayRef<int64_t> shapeOf(uint32_t id) const {
    return {value(id).shape().data(), size_t(value(id).shape_size())};
  }
  const image::Constant *constantOf(uint32_t id) const {
    auto found = constants.find(id);
    return found == constants.end() ? nullptr : found->second;
  }
  /// The ONNX node that new nodes are named after.
  std::string node;

private:
  struct Tensor {
    std::string name;
    Type type;
  };
  onnx::TensorProto &addTensor(const std::string &name,
                               llvm::ArrayRef<int64_t> shape, Type type);
  void addPort(bool isInput, const std::string &name, Type type,
               llvm::ArrayRef<int64_t> shape);

  const image::Image &image;
  llvm::ArrayRef<std::string> valueNames;
  onnx::GraphProto &graph;
  std::map<uint32_t, const image::Constant *> constants;
  std::map<uint32_t, Tensor> known; // computed, or read as inputs
  std::set<uint32_t> computed;
  std::map<std::pair<uint32_t, int>, std::string> casts;
  llvm::StringSet<> names, nodeNames;
};

/// The type of a value where graphs hand it to the chip or to each other.
Type boundaryType(const image::Value &value);

inline void setInteger(onnx::NodeProto &node, const char *name, int64_t value) {
  onnx::AttributeProto &attribute = *node.add_attribute();
  attribute.set_name(name);
  attribute.set_type(onnx::AttributeProto::INT);
  attribute.set_i(value);
}
inline void setFloat(onnx::NodeProto &node, const char *name, double value) {
  onnx::AttributeProto &attribute = *node.add_attribute();
  attribute.set_name(name);
  attribute.set_type(onnx::AttributeProto::FLOAT);
  attribute.set_f(float(value));
}
template <typename Range>
void setIntegers(onnx::NodeProto &node, const char *name, const Range &values) {
  onnx::AttributeProto &attribute = *node.add_attribute();
  attribute.set_name(name);
  attribute.set_type(onnx::AttributeProto::INTS);
  for (int64_t value : values)
    attribute.add_ints(value);
}

/// Adds q = round(x / scale - offset) of the float tensor `real` as `value`.
void writeEncode(const std::string &real, double scale, double offset,
                 uint32_t value, GraphWriter &graph);

/// Adds what `op` (on the host, or between encodings) computes to the graph.
/// Fails where ONNX has no such operator.
llvm::Error writeOperator(const image::Op &op, GraphWriter &graph);

} // namespace bnn::host_model

#endif // BNN_LIB_HOSTMODEL_GRAPHWRITER_H
