//===- Parameters.cpp - Parameters of a network as read ---------*- C++ -*-===//

#include "Parameters.h"
#include "bnn/Conversion/BNNToImage.h"
#include "bnn/Dialect/BNN/IR/BNN.h"
#include "bnn/InitAll.h"
#include "bnn/Support/Error.h"
#include "llvm/ADT/DenseSet.h"

using namespace mlir;

namespace bnn {

static RankedTensorType typeOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

/// Operators whose constants compute; those of the others index or pad.
static bool computes(Operation *op) {
  return isa<ConvOp, LinearOp, MatMulOp, UnaryOp, BinaryOp, SelectOp,
             BatchNormOp, MultiThresholdOp>(op);
}

std::map<std::string, report::Parameters> countParameters(ModuleOp module) {
  std::map<std::string, report::Parameters> byNode;
  llvm::DenseSet<Value> seen;
  module.walk([&](Operation *op) {
    if (!computes(op))
      return;
    report::Parameters found;
    for (OpOperand &operand : op->getOpOperands()) {
      Value value = operand.get();
      uint64_t count = uint64_t(typeOf(value).getNumElements());
      if (!value.getDefiningOp<ConstantOp>() || count <= 1)
        continue;
      // Mean and variance of a batch norm fold into its factor and its offset.
      if (isa<BatchNormOp>(op) && operand.getOperandNumber() > 2)
        continue;
      if (!seen.insert(value).second)
        continue;
      (isa<ConvOp, LinearOp, MatMulOp>(op) ? found.weights : found.others) +=
          count;
    }
    if (found.total())
      byNode[locationName(op->getLoc()).str()] += found;
  });
  return byNode;
}

std::set<std::string> ternaryNodes(ModuleOp module) {
  std::set<std::string> nodes;
  module.walk([&](Operation *op) {
    if (isa<ConvOp, LinearOp>(op) &&
        isa<TernaryType>(typeOf(op->getOperand(1)).getElementType()))
      nodes.insert(locationName(op->getLoc()).str());
  });
  return nodes;
}

llvm::Expected<report::Parameters> parametersOfModel(const std::string &path,
                                                     const Options &options) {
  MLIRContext context;
  std::string message;
  ScopedDiagnosticHandler handler(&context, [&](Diagnostic &diagnostic) {
    if (diagnostic.getSeverity() == DiagnosticSeverity::Error &&
        message.empty())
      message = diagnostic.str();
    return success();
  });
  DialectRegistry registry;
  registerAllDialects(registry);
  context.appendDialectRegistry(registry);
  OwningOpRef<ModuleOp> module = importONNX(path, context, options.import);
  if (!module)
    return makeError("--baseline " + path + ": " + message);
  report::Parameters all;
  for (const auto &[node, parameters] : countParameters(*module))
    all += parameters;
  return all;
}

} // namespace bnn
