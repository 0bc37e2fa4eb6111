//===- LayerOp.cpp - rram.layer -------------------------------------------===//

#include "bnn/Dialect/RRAM/IR/RRAM.h"

#include "mlir/IR/Builders.h"
#include "mlir/Interfaces/FunctionImplementation.h"

using namespace mlir;
using namespace bnn;
using namespace bnn::rram;

ParseResult LayerOp::parse(OpAsmParser &parser, OperationState &result) {
  auto buildType = [](Builder &builder, ArrayRef<Type> arguments,
                      ArrayRef<Type> results,
                      function_interface_impl::VariadicFlag, std::string &) {
    return builder.getFunctionType(arguments, results);
  };
  return function_interface_impl::parseFunctionOp(
      parser, result, /*allowVariadic=*/false,
      getFunctionTypeAttrName(result.name), buildType,
      getArgAttrsAttrName(result.name), getResAttrsAttrName(result.name));
}

void LayerOp::print(OpAsmPrinter &printer) {
  function_interface_impl::printFunctionOp(
      printer, *this, /*isVariadic=*/false, getFunctionTypeAttrName(),
      getArgAttrsAttrName(), getResAttrsAttrName());
}

int64_t LayerOp::getPositions() {
  if (auto dense = dyn_cast<DenseAttr>(getGeometry()))
    return dense.getPositions();
  int64_t positions = 1;
  for (int64_t size : cast<ConvAttr>(getGeometry()).getOutput())
    positions *= size;
  return positions;
}

LogicalResult LayerOp::verifyType() {
  auto isTensor = [](ArrayRef<Type> types) {
    auto tensor = types.size() == 1 ? dyn_cast<RankedTensorType>(types[0])
                                    : RankedTensorType();
    return tensor && tensor.hasStaticShape();
  };
  if (!isTensor(getArgumentTypes()) || !isTensor(getResultTypes()))
    return emitOpError("takes one static tensor and returns one");
  return success();
}

/// What the positions of a layer ask of its types.
static LogicalResult verifyGeometry(LayerOp layer, RankedTensorType input,
                                    RankedTensorType output) {
  int64_t inputs = layer.getFanIn() * layer.getGroups();
  if (auto conv = dyn_cast<ConvAttr>(layer.getGeometry())) {
    inputs = conv.getChannels();
    int64_t taps = 1;
    for (int64_t size : conv.getInput())
      inputs *= size;
    for (int64_t size : conv.getKernel())
      taps *= size;
    if (conv.getChannels() % layer.getGroups() ||
        conv.getChannels() / layer.getGroups() * taps != layer.getFanIn())
      return layer.emitOpError()
             << "fan_in must be channels / groups * kernel taps, got "
             << layer.getFanIn();
  } else {
    inputs *= layer.getPositions();
  }
  if (input.getNumElements() != inputs)
    return layer.emitOpError()
           << "geometry asks for " << inputs << " input elements, the type has "
           << input.getNumElements();
  int64_t outputs = layer.getNeurons() * layer.getPositions();
  if (output.getNumElements() != outputs)
    return layer.emitOpError()
           << "geometry gives " << outputs << " output elements, the type has "
           << output.getNumElements();
  return success();
}

LogicalResult LayerOp::verify() {
  auto input = cast<RankedTensorType>(getArgumentTypes()[0]);
  auto output = cast<RankedTensorType>(getResultTypes()[0]);
  if (!isCode(input.getElementType()))
    return emitOpError() << "input must be a tensor of codes, got " << input;
  if (getSteps() ? !isCode(output.getElementType())
                 : !output.getElementType().isInteger(64))
    return emitOpError() << "output must be a tensor of "
                         << (getSteps() ? "codes" : "i64") << ", got "
                         << output;
  if (getNeurons() % getGroups())
    return emitOpError() << "groups = " << getGroups() << " must divide "
                         << getNeurons() << " neurons";
  if (failed(verifyGeometry(*this, input, output)))
    return failure();
  for (int64_t weight : getPlanes().getWeights())
    if (weight % int64_t(getCountUnit()))
      return emitOpError() << "count_unit = " << getCountUnit()
                           << " must divide all plane weights";
  int64_t functions = getBorderClasses() * getNeurons();
  if (int64_t(getBias().size()) != functions)
    return emitOpError() << "expected " << functions
                         << " biases (classes * neurons), got "
                         << getBias().size();
  if (getSteps()) {
    if (int64_t(getSteps()->getCounts().size()) != functions)
      return emitOpError() << "expected " << functions
                           << " step functions (classes * neurons), got "
                           << getSteps()->getCounts().size();
    CodeRange range = codeRange(output.getElementType());
    for (int64_t code : getSteps()->getCodes())
      if (code < range.min || code > range.max)
        return emitOpError()
               << "code " << code << " is none of " << output.getElementType();
  }
  ArrayRef<int32_t> classes = getPositionClass().value_or(ArrayRef<int32_t>());
  if (classes.empty() && getBorderClasses() > 1)
    return emitOpError("several border classes need position_class");
  if (!classes.empty() && int64_t(classes.size()) != getPositions())
    return emitOpError() << "position_class has " << classes.size()
                         << " entries for " << getPositions() << " positions";
  for (int32_t positionClass : classes)
    if (positionClass < 0 || positionClass >= int64_t(getBorderClasses()))
      return emitOpError() << "border class " << positionClass
                           << " is not below " << getBorderClasses();
  if (getAccumulatorBits() &&
      (*getAccumulatorBits() < 1 || *getAccumulatorBits() > 64))
    return emitOpError("accumulator_bits must lie between 1 and 64");
  return success();
}

LogicalResult LayerOp::verifySymbolUses(SymbolTableCollection &symbols) {
  Operation *weights = symbols.lookupNearestSymbolFrom(*this, getWeightsAttr());
  RankedTensorType type;
  if (auto op = dyn_cast_or_null<WeightsOp>(weights))
    type = cast<RankedTensorType>(op.getCellsType());
  else if (auto op = dyn_cast_or_null<TilesOp>(weights))
    type = cast<RankedTensorType>(op.getCellsType());
  else
    return emitOpError() << "'" << getWeights()
                         << "' is no rram.weights or rram.tiles";
  if (type.getDimSize(0) != int64_t(getNeurons()) ||
      type.getDimSize(1) != getLanes())
    return emitOpError() << "needs weights of " << getNeurons() << " neurons x "
                         << getLanes() << " lanes, '" << getWeights()
                         << "' has " << type.getDimSize(0) << " x "
                         << type.getDimSize(1);
  return success();
}
