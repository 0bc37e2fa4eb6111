//===- Ports.cpp - Inputs and outputs of the graph ------------------------===//

#include "Importer.h"

#include "llvm/ADT/StringExtras.h"

using namespace mlir;

namespace bnn::onnx_import {

static std::string listNames(const onnx::GraphProto &graph,
                             llvm::function_ref<bool(StringRef)> isInput) {
  std::vector<std::string> names;
  for (const onnx::ValueInfoProto &input : graph.input())
    if (isInput(input.name()))
      names.push_back("'" + input.name() + "'");
  return names.empty() ? "none" : llvm::join(names, ", ");
}

LogicalResult Importer::checkShapeOptions() {
  auto isInput = [&](StringRef name) {
    return !initializers.count(name) && !sparseInitializers.count(name);
  };
  for (const auto &[name, shape] : options.shapes) {
    bool found = false;
    for (const onnx::ValueInfoProto &input : graph.input())
      found |= input.name() == name && isInput(name);
    if (!found)
      return emitError(file) << "a shape is given for '" << name
                             << "', which is no input of the graph; inputs "
                                "are: "
                             << listNames(graph, isInput);
  }
  return success();
}

FailureOr<RankedTensorType>
Importer::inputType(const onnx::ValueInfoProto &input) {
  const std::string &name = input.name();
  if (!input.type().has_tensor_type())
    return emitError(file) << "graph input '" << name
                           << "' is no tensor; sequences, maps and optional "
                              "values are not supported";
  const onnx::TypeProto::Tensor &tensor = input.type().tensor_type();
  Type element = importedElementType(tensor.elem_type(), module.getContext());
  if (!element)
    return emitError(file) << "graph input '" << name << "' has element type "
                           << tensor.elem_type() << ", which is not supported";
  auto given = options.shapes.find(name);
  bool hasGiven = given != options.shapes.end();
  auto advice = [&] {
    return "; give its shape with --shape " + name + "=1x...";
  };
  if (!tensor.has_shape() && !hasGiven)
    return emitError(file) << "graph input '" << name << "' has no shape"
                           << advice();
  SmallVector<int64_t> shape;
  if (hasGiven)
    shape = given->second;
  int rank = tensor.has_shape() ? tensor.shape().dim_size() : shape.size();
  if (hasGiven && int(shape.size()) != rank)
    return emitError(file) << "graph input '" << name << "' has " << rank
                           << " dimensions, the shape given for it has "
                           << shape.size();
  for (int d = 0; d < rank && tensor.has_shape(); ++d) {
    const onnx::TensorShapeProto::Dimension &dim = tensor.shape().dim(d);
    bool open = !dim.has_dim_value() || dim.dim_value() <= 0;
    if (hasGiven) {
      // A batch that the file fixes may be taken out.
      bool batch = d == 0 && shape[d] == 1;
      if (!open && !batch && dim.dim_value() != shape[d])
        return emitError(file) << "dimension " << d << " of graph input '"
                               << name << "' is " << dim.dim_value()
                               << ", the shape given for it has " << shape[d];
      continue;
    }
    if (open && d > 0) {
      InFlightDiagnostic error = emitError(file);
      error << "dimension " << d;
      if (!dim.dim_param().empty())
        error << " ('" << dim.dim_param() << "')";
      return error << " of graph input '" << name << "' is not fixed"
                   << advice();
    }
    shape.push_back(open ? 1 : dim.dim_value());
  }
  StringRef typeName = dataTypeName(tensor.elem_type());
  if (typeName == "float16" || typeName == "bfloat16")
    emitWarning(file) << "graph input '" << name << "' is " << typeName
                      << "; the network is computed in float32";
  llvm::Expected<int64_t> count = elementCount(shape, options.maxElements);
  if (!count)
    return emitError(file) << "graph input '" << name
                           << "': " << llvm::toString(count.takeError());
  return RankedTensorType::get(shape, element);
}

static NamedAttrList portAttributes(OpBuilder &builder, StringRef name,
                                    StringRef elementType) {
  NamedAttrList attributes;
  attributes.append("bnn.name", builder.getStringAttr(name));
  attributes.append("bnn.element_type", builder.getStringAttr(elementType));
  return attributes;
}

LogicalResult Importer::importInputs() {
  OpBuilder &builder = emitter.opBuilder();
  if (failed(checkShapeOptions()))
    return failure();
  SmallVector<Type> types;
  SmallVector<Attribute> attributes;
  SmallVector<std::string> names;
  unsigned defaults = 0;
  for (const onnx::ValueInfoProto &input : graph.input()) {
    if (initializers.count(input.name()) ||
        sparseInitializers.count(input.name())) {
      ++defaults;
      continue;
    }
    FailureOr<RankedTensorType> type = inputType(input);
    if (failed(type))
      return failure();
    types.push_back(*type);
    names.push_back(input.name());
    attributes.push_back(
        portAttributes(builder, input.name(),
                       dataTypeName(input.type().tensor_type().elem_type()))
            .getDictionary(module.getContext()));
  }
  // Up to IR version 3 every initializer had to be listed as an input.
  if (defaults && model.proto->ir_version() >= 4)
    emitWarning(file) << defaults
                      << " graph inputs have initializers and are taken as "
                         "constants";
  builder.setInsertionPointToEnd(module.getBody());
  function = func::FuncOp::create(builder, file, "main",
                                  builder.getFunctionType(types, {}));
  function.setAllArgAttrs(attributes);
  Block *block = function.addEntryBlock();
  builder.setInsertionPointToEnd(block);
  for (auto [name, argument] : llvm::zip(names, block->getArguments())) {
    auto value = std::make_shared<ValueInfo>();
    value->type = cast<RankedTensorType>(argument.getType());
    value->value = argument;
    values[name] = value;
  }
  return success();
}

/// The name of an element type that the file does not say.
static StringRef defaultElementType(const Val &value) {
  if (StringRef name = dataTypeName(value->dataType); !name.empty())
    return name;
  Type element = value->type.getElementType();
  return element.isF32()        ? "float32"
         : element.isF64()      ? "float64"
         : element.isInteger(1) ? "bool"
                                : "int64";
}

/// What the file says of an output's type against what it turned out to be. A
/// wrong shape is a warning only, as in other runtimes: exporters leave stale
/// ones behind.
LogicalResult Importer::checkOutput(const onnx::ValueInfoProto &output,
                                    RankedTensorType type) {
  const onnx::TypeProto::Tensor &tensor = output.type().tensor_type();
  if (tensor.elem_type() != 0) {
    Type declared =
        importedElementType(tensor.elem_type(), module.getContext());
    if (!declared ||
        isa<FloatType>(declared) != isa<FloatType>(type.getElementType()))
      return emitError(file)
             << "graph output '" << output.name() << "' is declared as "
             << (declared ? dataTypeName(tensor.elem_type())
                          : StringRef("an unsupported type"))
             << ", but the node gives " << type.getElementType();
  }
  if (!tensor.has_shape())
    return success();
  bool same = tensor.shape().dim_size() == type.getRank();
  // The leading dimension may be the batch that was set to 1.
  for (int d = 1; same && d < type.getRank(); ++d)
    same = tensor.shape().dim(d).dim_value() <= 0 ||
           tensor.shape().dim(d).dim_value() == type.getDimSize(d);
  if (!same)
    emitWarning(file) << "graph output '" << output.name()
                      << "' is declared with another shape than "
                      << shapeString(type.getShape());
  return success();
}

LogicalResult Importer::importOutputs() {
  OpBuilder &builder = emitter.opBuilder();
  emitter.setLocation(file);
  SmallVector<Value> results;
  SmallVector<Type> types;
  SmallVector<Attribute> attributes;
  for (const onnx::ValueInfoProto &output : graph.output()) {
    Val value = read(output.name());
    if (!value)
      return failure();
    if (failed(checkOutput(output, value->type)))
      return failure();
    StringRef element = dataTypeName(output.type().tensor_type().elem_type());
    if (element.empty())
      element = defaultElementType(value);
    results.push_back(emitter.materialize(value));
    types.push_back(value->type);
    attributes.push_back(portAttributes(builder, output.name(), element)
                             .getDictionary(module.getContext()));
  }
  func::ReturnOp::create(builder, file, results);
  function.setFunctionType(
      builder.getFunctionType(function.getArgumentTypes(), types));
  function.setAllResultAttrs(attributes);
  return success();
}

} // namespace bnn::onnx_import
