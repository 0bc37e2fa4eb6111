//===- RRAMToImage.cpp - From layers on the arrays to an image ------------===//

#include "bnn/Conversion/RRAMToImage.h"

#include "Emission.h"
#include "bnn/Conversion/BNNToImage.h"
#include "bnn/Dialect/BNN/IR/BNN.h"
#include "bnn/Image/Verifier.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace bnn;
using namespace bnn::rram;
using namespace bnn::emission;

namespace {

/// Walks @main and fills the image.
class Emitter {
public:
  explicit Emitter(ModuleOp module) : module(module), values(image) {}

  FailureOr<image::Image> emit();

private:
  LogicalResult emitMain(func::FuncOp main);
  LogicalResult emitOperation(Operation *op);
  LogicalResult emitConstant(ConstantOp op);
  LogicalResult emitExecute(ExecuteOp op);
  LogicalResult emitCells();
  void emitProvenance();
  void emitAbsent();

  ModuleOp module;
  image::Image image;
  Values values;
  SymbolTableCollection symbols;
  SmallVector<std::pair<LayerOp, TilesOp>> layers;
  llvm::DenseSet<Operation *> executed;
};

} // namespace

void Emitter::emitProvenance() {
  image::Provenance &out = *image.mutable_provenance();
  auto text = [&](StringRef key) {
    auto attribute = module->getAttrOfType<StringAttr>(key);
    return attribute ? attribute.str() : std::string();
  };
  out.set_compiler("bnn-compile " BNN_VERSION);
  out.set_model(text("bnn.model"));
  std::string digest;
  if (llvm::tryGetFromHex(text("bnn.model_sha256"), digest))
    out.set_model_sha256(digest);
  out.set_network(text("bnn.network"));
  if (auto options = module->getAttrOfType<ArrayAttr>("bnn.options"))
    for (auto option : options.getAsRange<StringAttr>())
      out.add_options(option.str());
}

void Emitter::emitAbsent() {
  auto absent = module->getAttrOfType<ArrayAttr>("bnn.absent");
  if (!absent)
    return;
  for (Attribute entry : absent) {
    auto pair = dyn_cast<ArrayAttr>(entry);
    if (!pair || pair.size() != 2)
      continue;
    auto tensor = dyn_cast<StringAttr>(pair[0]);
    auto reason = dyn_cast<StringAttr>(pair[1]);
    if (!tensor || !reason)
      continue;
    image::Absent &out = *image.add_absent();
    out.set_tensor(tensor.str());
    out.set_reason(reason.str());
  }
}

LogicalResult Emitter::emitConstant(ConstantOp op) {
  if (op->use_empty())
    return success();
  FailureOr<image::Constant> constant = convertToImageConstant(op);
  if (failed(constant))
    return failure();
  values.addResults(op);
  constant->set_value(values.idOf(op.getResult()));
  *image.add_constants() = std::move(*constant);
  return success();
}

LogicalResult Emitter::emitExecute(ExecuteOp op) {
  auto layer = symbols.lookupNearestSymbolFrom<LayerOp>(op, op.getLayerAttr());
  if (!layer)
    return op.emitError() << "'" << op.getLayer() << "' is no rram.layer";
  if (!executed.insert(layer).second)
    return op.emitError() << "layer '" << op.getLayer()
                          << "' is executed twice; an image reads it once";
  auto tiles =
      symbols.lookupNearestSymbolFrom<TilesOp>(layer, layer.getWeightsAttr());
  image::ArrayLayer &out = *image.add_steps()->mutable_array();
  if (failed(emitLayer(layer, tiles, out)))
    return failure();
  layers.push_back({layer, tiles});
  out.set_input(values.idOf(op.getInput()));
  values.addResults(op);
  out.set_output(values.idOf(op.getResult()));
  return success();
}

LogicalResult Emitter::emitOperation(Operation *op) {
  if (auto constant = dyn_cast<ConstantOp>(op))
    return emitConstant(constant);
  if (auto execute = dyn_cast<ExecuteOp>(op))
    return emitExecute(execute);
  FailureOr<image::Op> converted = convertToImageOp(op);
  if (failed(converted))
    return failure();
  image::Op &out = *image.add_steps()->mutable_op();
  out = std::move(*converted);
  for (Value operand : op->getOperands())
    out.add_inputs(values.idOf(operand));
  values.addResults(op);
  for (Value result : op->getResults())
    out.add_outputs(values.idOf(result));
  return success();
}

LogicalResult Emitter::emitMain(func::FuncOp main) {
  if (main.isExternal() || !main.getBody().hasOneBlock())
    return main.emitError() << "@main must have one block";
  for (BlockArgument argument : main.getArguments()) {
    unsigned number = argument.getArgNumber();
    image::Port &port = *image.add_inputs();
    std::string name = ("input" + Twine(number)).str();
    fillPort(port, image.values_size(), main.getArgAttrDict(number), name);
    values.add(argument, port.name());
    describeDeclaration(argument, port);
  }
  for (Operation &op : main.getBody().front().without_terminator())
    if (failed(emitOperation(&op)))
      return failure();
  Operation *terminator = main.getBody().front().getTerminator();
  for (auto [number, operand] : llvm::enumerate(terminator->getOperands()))
    fillPort(*image.add_outputs(), values.idOf(operand),
             main.getResultAttrDict(number), ("output" + Twine(number)).str());
  return success();
}

LogicalResult Emitter::emitCells() {
  uint64_t subarrays = 0;
  auto include = [&](ArrayAttr runs) {
    for (auto run : runs.getAsRange<RunAttr>()) {
      image::Placement last;
      last.set_chip(run.getChip());
      last.set_subarray(run.getSubarray() + run.getTiles() - 1);
      subarrays =
          std::max(subarrays, image::subarrayIndex(image.target(), last) + 1);
    }
  };
  for (auto [layer, tiles] : layers) {
    include(*tiles.getPlacement());
    if (tiles.getThresholdPlacement())
      include(*tiles.getThresholdPlacement());
  }
  llvm::Expected<image::CellArrayBuilder> cells =
      image::CellArrayBuilder::create(image.target(), subarrays);
  if (!cells)
    return mlir::emitError(module.getLoc())
           << llvm::toString(cells.takeError());
  for (auto [layer, tiles] : layers)
    programCells(layer, tiles, image.target(), *cells);
  std::move(*cells).finish(image);
  return success();
}

FailureOr<image::Image> Emitter::emit() {
  auto target = module->getAttrOfType<TargetAttr>(targetAttrName);
  if (!target)
    return mlir::emitError(module.getLoc())
           << "the module has no '" << targetAttrName
           << "'; run rram-attach-target first";
  auto main = module.lookupSymbol<func::FuncOp>("main");
  if (!main)
    return mlir::emitError(module.getLoc())
           << "the module has no function @main";
  emitProvenance();
  *image.mutable_target() = emitTarget(target);
  image::Presentation &presentation = *image.mutable_presentation();
  presentation.set_repetitions(1);
  if (auto times = main->getAttrOfType<IntegerAttr>(presentationsAttrName))
    presentation.set_repetitions(uint32_t(times.getInt()));
  if (!main.getOps<PresentOp>().empty())
    presentation.set_generator(image::Presentation::STOCHASTIC);
  if (failed(emitMain(main)) || failed(emitCells()))
    return failure();
  emitAbsent();
  if (llvm::Error error = image::verify(image))
    return mlir::emitError(module.getLoc()) << llvm::toString(std::move(error));
  return std::move(image);
}

FailureOr<image::Image> bnn::convertToImage(ModuleOp module) {
  return Emitter(module).emit();
}
