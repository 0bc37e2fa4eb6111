//===- Graph.cpp - Order and names of a graph -----------------------------===//

#include "Graph.h"

#include "mlir/IR/Diagnostics.h"
#include <queue>

using namespace mlir;

namespace bnn::onnx_import {

std::string nodeName(const onnx::NodeProto &node) {
  if (!node.name().empty())
    return node.name();
  for (const std::string &output : node.output())
    if (!output.empty())
      return node.op_type() + ":" + output;
  return node.op_type();
}

Location nodeLocation(const onnx::NodeProto &node, Location file) {
  return NameLoc::get(StringAttr::get(file.getContext(), nodeName(node)), file);
}

namespace {
/// Who makes each tensor: a node's index, or `given` for inputs and
/// initializers.
constexpr int given = -1;

class Sorter {
public:
  Sorter(const onnx::GraphProto &graph, Location file)
      : graph(graph), file(file) {}

  LogicalResult collectProducers();
  LogicalResult checkInputs();
  LogicalResult sort(GraphOrder &order);

private:
  LogicalResult produce(StringRef name, int producer, Location loc);
  std::vector<bool> reachable();

  const onnx::GraphProto &graph;
  Location file;
  llvm::StringMap<int> producers;
};
} // namespace

LogicalResult Sorter::produce(StringRef name, int producer, Location loc) {
  if (producers.try_emplace(name, producer).second)
    return success();
  return emitError(loc) << "tensor '" << name << "' is produced twice";
}

LogicalResult Sorter::collectProducers() {
  for (const onnx::TensorProto &tensor : graph.initializer())
    if (failed(produce(tensor.name(), given, file)))
      return failure();
  for (const onnx::SparseTensorProto &tensor : graph.sparse_initializer())
    if (failed(produce(tensor.values().name(), given, file)))
      return failure();
  llvm::StringMap<bool> inputs;
  for (const onnx::ValueInfoProto &input : graph.input()) {
    if (!inputs.try_emplace(input.name()).second)
      return emitError(file)
             << "two graph inputs are called '" << input.name() << "'";
    producers.try_emplace(input.name(), given);
  }
  for (int i = 0; i < graph.node_size(); ++i)
    for (const std::string &output : graph.node(i).output())
      if (!output.empty() &&
          failed(produce(output, i, nodeLocation(graph.node(i), file))))
        return failure();
  return success();
}

LogicalResult Sorter::checkInputs() {
  for (const onnx::NodeProto &node : graph.node())
    for (const std::string &input : node.input())
      if (!input.empty() && !producers.count(input))
        return emitError(nodeLocation(node, file))
               << "input '" << input
               << "' is neither an initializer, nor a graph input, nor the "
                  "output of a node";
  if (graph.output_size() == 0)
    return emitError(file) << "the graph has no outputs";
  for (const onnx::ValueInfoProto &output : graph.output())
    if (!producers.count(output.name()))
      return emitError(file)
             << "graph output '" << output.name() << "' is produced by no node";
  return success();
}

/// Nodes that an output depends on. Others compute nothing that leaves the
/// graph.
std::vector<bool> Sorter::reachable() {
  std::vector<bool> needed(graph.node_size(), false);
  std::vector<int> work;
  auto visit = [&](StringRef name) {
    if (name.empty())
      return;
    int producer = producers.lookup(name);
    if (producer != given && !needed[producer]) {
      needed[producer] = true;
      work.push_back(producer);
    }
  };
  for (const onnx::ValueInfoProto &output : graph.output())
    visit(output.name());
  while (!work.empty()) {
    int node = work.back();
    work.pop_back();
    for (const std::string &input : graph.node(node).input())
      visit(input);
  }
  return needed;
}

LogicalResult Sorter::sort(GraphOrder &order) {
  std::vector<bool> needed = reachable();
  std::vector<int> waiting(graph.node_size(), 0);
  std::vector<std::vector<int>> readers(graph.node_size());
  // The file's own order wherever it is possible.
  std::priority_queue<int, std::vector<int>, std::greater<int>> ready;
  size_t count = 0;
  for (int i = 0; i < graph.node_size(); ++i) {
    if (!needed[i])
      continue;
    ++count;
    for (const std::string &input : graph.node(i).input()) {
      if (input.empty())
        continue;
      ++order.uses[input];
      int producer = producers.lookup(input);
      if (producer == given)
        continue;
      ++waiting[i];
      readers[producer].push_back(i);
    }
    if (waiting[i] == 0)
      ready.push(i);
  }
  for (const onnx::ValueInfoProto &output : graph.output())
    ++order.uses[output.name()];
  while (!ready.empty()) {
    int node = ready.top();
    ready.pop();
    order.nodes.push_back(node);
    for (int reader : readers[node])
      if (--waiting[reader] == 0)
        ready.push(reader);
  }
  if (order.nodes.size() == count)
    return success();
  // Walk back through waiting nodes: the first one seen twice is on a cycle.
  int node = 0;
  while (!needed[node] || waiting[node] == 0)
    ++node;
  std::vector<bool> seen(graph.node_size(), false);
  while (!seen[node]) {
    seen[node] = true;
    for (const std::string &input : graph.node(node).input()) {
      int producer = input.empty() ? given : producers.lookup(input);
      if (producer != given && waiting[producer] > 0) {
        node = producer;
        break;
      }
    }
  }
  return emitError(nodeLocation(graph.node(node), file))
         << "the node depends on its own output: the graph has a cycle";
}

FailureOr<GraphOrder> orderGraph(const onnx::GraphProto &graph, Location file) {
  Sorter sorter(graph, file);
  GraphOrder order;
  if (failed(sorter.collectProducers()) || failed(sorter.checkInputs()) ||
      failed(sorter.sort(order)))
    return failure();
  return order;
}

} // namespace bnn::onnx_import
