//===- Importer.cpp - The walk over a graph -------------------------------===//

#include "Importer.h"

using namespace mlir;

namespace bnn::onnx_import {

Importer::Importer(const Model &model, ModuleOp module, Location file,
                   const ImportOptions &options)
    : model(model), graph(model.proto->graph()), module(module), file(file),
      options(options), decoder{module.getContext(), model.proto,
                                options.folder, options.maxElements},
      emitter(OpBuilder(module.getContext()), options) {
  emitter.setLocation(file);
}

LogicalResult Importer::run() {
  FailureOr<GraphOrder> order = orderGraph(graph, file);
  if (failed(order))
    return failure();
  uses = std::move(order->uses);
  for (const onnx::TensorProto &tensor : graph.initializer())
    initializers[tensor.name()] = &tensor;
  for (const onnx::SparseTensorProto &tensor : graph.sparse_initializer())
    sparseInitializers[tensor.values().name()] = &tensor;
  for (const onnx::TrainingInfoProto &info : model.proto->training_info()) {
    (void)info;
    emitWarning(file) << "the model's training information is not used";
    break;
  }
  if (failed(importInputs()))
    return failure();
  for (int index : order->nodes)
    if (failed(importNode(graph.node(index))))
      return failure();
  if (failed(importOutputs()))
    return failure();
  eraseDeadOps();
  return success();
}

Val Importer::read(const std::string &name) {
  if (auto it = values.find(name); it != values.end())
    return it->second;
  llvm::Expected<std::shared_ptr<Constant>> data = nullptr;
  int32_t type = 0;
  if (const onnx::TensorProto *tensor = initializers.lookup(name)) {
    data = decodeTensor(*tensor, decoder);
    type = tensor->data_type();
  } else if (const onnx::SparseTensorProto *sparse =
                 sparseInitializers.lookup(name)) {
    data = decodeSparseTensor(*sparse, decoder);
    type = sparse->values().data_type();
  }
  if (!data)
    return emitter.fail(llvm::toString(data.takeError()));
  if (!*data)
    return emitter.fail("tensor '" + llvm::Twine(name) + "' has no value");
  Val value = emitter.constant(*data, name);
  value->dataType = type;
  values[name] = value;
  return value;
}

void Importer::release(const std::string &name) {
  auto it = uses.find(name);
  if (it != uses.end() && --it->second == 0)
    values.erase(name);
}

/// Notes on the operation that computes `value` that it is this tensor.
void Importer::trace(const Val &value, StringRef tensor) {
  if (value->constant || !value->value)
    return;
  auto result = dyn_cast<OpResult>(value->value);
  if (!result || result.getResultNumber() != 0)
    return;
  Operation *op = result.getOwner();
  SmallVector<Attribute> traces;
  if (auto present = op->getAttrOfType<ArrayAttr>(tracesAttrName))
    llvm::append_range(traces, present);
  MLIRContext *context = op->getContext();
  traces.push_back(
      TraceAttr::get(context, StringAttr::get(context, tensor), 1.0, 0.0));
  op->setAttr(tracesAttrName, ArrayAttr::get(context, traces));
}

FailureOr<const Operator *> Importer::lookUp(const onnx::NodeProto &proto,
                                             int64_t &opset) {
  StringRef domain = proto.domain(), type = proto.op_type();
  bool warnDomain = false;
  const Operator *op = findOperator(domain, type, warnDomain);
  bool onnxDomain = domain.empty() || domain == "ai.onnx";
  opset = model.opset;
  if (!op) {
    InFlightDiagnostic error = emitter.error();
    error << "unsupported operator '" << type << "'";
    if (!onnxDomain)
      error << " of domain '" << domain << "'";
    StringRef reason = refusalReason(type);
    for (const onnx::FunctionProto &function : model.proto->functions())
      if (function.name() == type && function.domain() == domain)
        reason = "it is a function of the model; inline the functions "
                 "(onnx.inliner)";
    if (reason.empty())
      reason = "replace it by supported operators, or cut it off the model";
    error << ": " << reason;
    return failure();
  }
  if (warnDomain && warnedDomains.insert(type).second)
    emitWarning(emitter.location())
        << "operator '" << type
        << "' names no domain; taken as QONNX's or FINN's";
  if (!onnxDomain && !model.domains.count(domain) &&
      warnedDomains.insert(domain).second)
    emitWarning(emitter.location())
        << "domain '" << domain << "' is not declared in opset_import";
  return op;
}

/// What all handlers have in common after they ran: an attribute that nobody
/// looked at, an output that nobody set.
LogicalResult Importer::checkNode(Node &node, const onnx::NodeProto &proto,
                                  bool alreadyReported) {
  if (node.failed() || alreadyReported)
    return failure();
  if (const onnx::AttributeProto *attribute = node.unreadAttribute())
    return emitter.error() << "attribute '" << attribute->name() << "' of "
                           << proto.op_type() << " in opset " << node.opset
                           << " is not supported";
  for (int i = 0; i < proto.output_size(); ++i)
    if (!proto.output(i).empty() && !node.outs()[i])
      return emitter.error()
             << "output " << i << " ('" << proto.output(i) << "') of "
             << proto.op_type() << " is not supported";
  return success();
}

LogicalResult Importer::importNode(const onnx::NodeProto &proto) {
  emitter.setLocation(nodeLocation(proto, file));
  bool reported = false;
  // One error is enough: what follows from it is not the user's concern.
  ScopedDiagnosticHandler watch(module.getContext(), [&](Diagnostic &d) {
    if (d.getSeverity() != DiagnosticSeverity::Error)
      return failure();
    bool again = reported;
    reported = true;
    return success(again);
  });
  int64_t opset = 0;
  FailureOr<const Operator *> op = lookUp(proto, opset);
  if (failed(op))
    return failure();
  SmallVector<Val> inputs;
  for (const std::string &name : proto.input()) {
    inputs.push_back(name.empty() ? nullptr : read(name));
    if (!name.empty() && !inputs.back())
      return failure();
  }
  while (!inputs.empty() && !inputs.back())
    inputs.pop_back();
  unsigned least = (*op)->minInputs, most = (*op)->maxInputs;
  if (inputs.size() < least || inputs.size() > most ||
      llvm::is_contained(ArrayRef(inputs).take_front(least), nullptr))
    return emitter.error() << proto.op_type() << " needs "
                           << (least == most || most == variadic ? ""
                                                                 : "at least ")
                           << least << (most == variadic ? " or more" : "")
                           << " inputs, got " << inputs.size();
  if (proto.output_size() == 0)
    return emitter.error() << proto.op_type() << " has no outputs";
  if (proto.output_size() > 4096)
    return emitter.error() << proto.op_type() << " has too many outputs";
  Node node(proto, emitter, opset, decoder, std::move(inputs));
  (*op)->handler(node);
  if (failed(checkNode(node, proto, reported)))
    return failure();
  for (int i = 0; i < proto.output_size(); ++i) {
    const std::string &name = proto.output(i);
    if (name.empty())
      continue;
    Val value = node.outs()[i];
    if (value->name.empty())
      value->name = name;
    trace(value, name);
    if (uses.lookup(name))
      values[name] = std::move(value);
  }
  for (const std::string &name : proto.input())
    if (!name.empty())
      release(name);
  return success();
}

/// Operations whose results nobody reads: simplified away, outputs that no
/// other node uses.
void Importer::eraseDeadOps() {
  Block &block = function.getBody().front();
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(block)))
    if (op.use_empty() && !op.hasTrait<OpTrait::IsTerminator>())
      op.erase();
}

} // namespace bnn::onnx_import
