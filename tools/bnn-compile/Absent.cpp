//===- Absent.cpp - Tensors that the image no longer holds ------*- C++ -*-===//

#include "Absent.h"
#include "bnn/Dialect/BNN/IR/BNN.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace bnn {

/// Where the result of `op` goes when no value holds it. The passes know only
/// their own step; this says what all of them together do to such a tensor.
static llvm::StringRef reasonFor(Operation *op) {
  if (op->use_empty())
    return "nothing uses it";
  return llvm::TypeSwitch<Operation *, llvm::StringRef>(op)
      .Case<ConvOp, LinearOp, MatMulOp>(
          [](auto) { return "its sums stay inside a layer on the arrays"; })
      .Case<ReshapeOp, TransposeOp, ConcatOp, SliceOp, PadOp, GatherOp,
            BroadcastOp>(
          [](auto) { return "only moves values, merged with its neighbours"; })
      .Case<MaxPoolOp, AveragePoolOp, SumPoolOp>([](auto) {
        return "changed places with the threshold that follows it";
      })
      .Default([](Operation *) {
        return "folded into integer thresholds or merged with its neighbours";
      });
}

std::vector<ImportedTensor> listTensors(ModuleOp module) {
  std::vector<ImportedTensor> tensors;
  module.walk([&](Operation *op) {
    auto traces = op->getAttrOfType<ArrayAttr>("bnn.traces");
    if (!traces || isa<ConstantOp>(op))
      return;
    for (auto trace : traces.getAsRange<TraceAttr>())
      tensors.push_back({trace.getTensor().str(), reasonFor(op).str()});
  });
  return tensors;
}

void addAbsent(image::Image &image,
               const std::vector<ImportedTensor> &tensors) {
  llvm::StringSet<> known;
  for (const image::Value &value : image.values())
    for (const image::Trace &trace : value.traces())
      known.insert(trace.tensor());
  for (const image::Absent &absent : image.absent())
    known.insert(absent.tensor());
  for (const ImportedTensor &tensor : tensors) {
    if (!known.insert(tensor.name).second)
      continue;
    image::Absent *absent = image.add_absent();
    absent->set_tensor(tensor.name);
    absent->set_reason(tensor.reason);
  }
}

} // namespace bnn
