//===- Graph.h - Order and names of a graph ---------------------*- C++ -*-===//

#ifndef BNN_LIB_FRONTEND_ONNX_GRAPH_H
#define BNN_LIB_FRONTEND_ONNX_GRAPH_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Location.h"
#include "onnx/onnx_pb.h"
#include "llvm/ADT/StringMap.h"
#include <vector>

namespace bnn::onnx_import {

/// Name of a node for people: its own, or "op_type:first output".
std::string nodeName(const onnx::NodeProto &node);
/// NameLoc of the node around the file's location.
mlir::Location nodeLocation(const onnx::NodeProto &node, mlir::Location file);

struct GraphOrder {
  /// Nodes that outputs depend on, each after the nodes it reads.
  std::vector<int> nodes;
  /// How often those nodes and the graph's outputs read a tensor.
  llvm::StringMap<unsigned> uses;
};

/// Checks names and sorts: two producers of one tensor, inputs that nothing
/// produces, graph outputs that nothing produces, no outputs, cycles. Emits one
/// error where that fails.
mlir::FailureOr<GraphOrder> orderGraph(const onnx::GraphProto &graph,
                                       mlir::Location file);

} // namespace bnn::onnx_import

#endif // BNN_LIB_FRONTEND_ONNX_GRAPH_H
