//===- Importer.h - The walk over a graph -----------------------*- C++ -*-===//

#ifndef BNN_LIB_FRONTEND_ONNX_IMPORTER_H
#define BNN_LIB_FRONTEND_ONNX_IMPORTER_H

#include "Graph.h"
#include "ModelLoader.h"
#include "Node.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/StringSet.h"

namespace bnn::onnx_import {

/// Fills a module with the function of one graph. Every member that fails has
/// emitted an error.
class Importer {
public:
  Importer(const Model &model, mlir::ModuleOp module, mlir::Location file,
           const ImportOptions &options);

  mlir::LogicalResult run();

private:
  /// Ports.cpp: arguments of @main, results and their attributes.
  mlir::LogicalResult importInputs();
  mlir::LogicalResult checkShapeOptions();
  mlir::FailureOr<mlir::RankedTensorType>
  inputType(const onnx::ValueInfoProto &input);
  mlir::LogicalResult importOutputs();
  mlir::LogicalResult checkOutput(const onnx::ValueInfoProto &output,
                                  mlir::RankedTensorType type);

  mlir::LogicalResult importNode(const onnx::NodeProto &proto);
  mlir::FailureOr<const Operator *> lookUp(const onnx::NodeProto &proto,
                                           int64_t &opset);
  mlir::LogicalResult checkNode(Node &node, const onnx::NodeProto &proto,
                                bool alreadyReported);
  /// The tensor's value; an initializer is decoded when first read, and
  /// forgotten after its last use.
  Val read(const std::string &name);
  void release(const std::string &name);
  void trace(const Val &value, llvm::StringRef tensor);
  void eraseDeadOps();

  const Model &model;
  const onnx::GraphProto &graph;
  mlir::ModuleOp module;
  mlir::Location file;
  const ImportOptions &options;
  DecoderContext decoder;
  Emitter emitter;
  mlir::func::FuncOp function;
  llvm::StringMap<Val> values;
  llvm::StringMap<unsigned> uses;
  llvm::StringMap<const onnx::TensorProto *> initializers;
  llvm::StringMap<const onnx::SparseTensorProto *> sparseInitializers;
  llvm::StringSet<> warnedDomains;
};

} // namespace bnn::onnx_import

#endif // BNN_LIB_FRONTEND_ONNX_IMPORTER_H
