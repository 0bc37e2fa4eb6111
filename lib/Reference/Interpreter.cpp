//===- Interpreter.cpp - What a bnn module computes -------------*- C++ -*-===//

#include "bnn/Reference/Interpreter.h"
#include "bnn/Conversion/BNNToImage.h"
#include "bnn/Dialect/BNN/IR/BNN.h"
#include "bnn/Dialect/BNN/IR/PackedWeights.h"
#include "bnn/Host/Kernels.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/DialectResourceBlobManager.h"

using namespace mlir;

namespace bnn {

static RankedTensorType tensorType(Value value) {
  return cast<RankedTensorType>(value.getType());
}

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

static LogicalResult expandPacked(ConstantOp op, RankedTensorType type,
                                  std::vector<double> &data) {
  FailureOr<PackedWeights> weights =
      PackedWeights::get(op.getValue(), type, [&] { return op.emitError(); });
  if (failed(weights))
    return failure();
  for (int64_t row = 0; row < weights->rows(); ++row)
    for (int64_t column = 0; column < weights->columns(); ++column)
      data.push_back(weights->at(row, column));
  return success();
}

FailureOr<Tensor> expandConstant(ConstantOp op) {
  RankedTensorType type = tensorType(op.getResult());
  Tensor tensor;
  tensor.shape.assign(type.getShape().begin(), type.getShape().end());
  tensor.data.reserve(type.getNumElements());
  Type element = type.getElementType();
  if (isa<BinaryType, TernaryType>(element)) {
    if (failed(expandPacked(op, type, tensor.data)))
      return failure();
    return tensor;
  }
  FailureOr<image::Constant> constant = convertToImageConstant(op);
  if (failed(constant))
    return failure();
  const std::string *bytes = &constant->f32();
  ElementType stored = ElementType::Float32;
  if (element.isF64()) {
    bytes = &constant->f64();
    stored = tensor.type = ElementType::Float64;
  } else if (element.isInteger(64)) {
    bytes = &constant->i64();
    stored = tensor.type = ElementType::Int64;
  } else if (element.isInteger(1)) {
    tensor.type = ElementType::Bool;
  }
  if (llvm::Error error =
          decodeElements(stored, bytes->data(), type.getNumElements(),
                         /*bigEndian=*/false, tensor.data))
    return op.emitError(llvm::toString(std::move(error)));
  return tensor;
}

//===----------------------------------------------------------------------===//
// Preparation
//===----------------------------------------------------------------------===//

static Interpreter::Port makePort(DictionaryAttr attrs, Type type,
                                  std::string defaultName) {
  Interpreter::Port port;
  port.name = std::move(defaultName);
  if (auto ranked = dyn_cast<RankedTensorType>(type)) {
    port.shape.assign(ranked.getShape().begin(), ranked.getShape().end());
    if (ranked.getElementType().isF64())
      port.type = ElementType::Float64;
    else if (ranked.getElementType().isInteger(64))
      port.type = ElementType::Int64;
  }
  if (!attrs)
    return port;
  if (auto name = attrs.getAs<StringAttr>("bnn.name"))
    port.name = name.str();
  if (auto element = attrs.getAs<StringAttr>("bnn.element_type"))
    if (std::optional<ElementType> parsed = parseElementType(element))
      port.type = *parsed;
  return port;
}

/// The explicit padding of a convolution that pads with another value than 0;
/// `kernel` pads no more after it.
static image::Op splitPadding(ConvOp op, image::Op &kernel) {
  image::Op pad;
  pad.set_kind(image::Op::PAD);
  for (int i = 0; i < 2; ++i) { // batch and channels
    pad.add_pads_begin(0);
    pad.add_pads_end(0);
  }
  for (int64_t &begin : *kernel.mutable_pads_begin())
    pad.add_pads_begin(std::exchange(begin, 0));
  for (int64_t &end : *kernel.mutable_pads_end())
    pad.add_pads_end(std::exchange(end, 0));
  pad.set_alpha(static_cast<int64_t>(op.getPadValue()));
  return pad;
}

LogicalResult Interpreter::prepare(Operation *op) {
  if (auto constant = dyn_cast<ConstantOp>(op)) {
    FailureOr<Tensor> tensor = expandConstant(constant);
    if (failed(tensor))
      return failure();
    constants[constant.getResult()] = std::move(*tensor);
    return success();
  }
  auto conv = dyn_cast<ConvOp>(op);
  if (!conv || conv.getPadValue() == 0) {
    FailureOr<image::Op> kernel = convertToImageOp(op);
    if (failed(kernel))
      return failure();
    steps.push_back({op, std::move(*kernel), std::nullopt});
    return success();
  }
  OwningOpRef<ConvOp> zeroPadded(conv.clone());
  zeroPadded->setPadValue(0);
  FailureOr<image::Op> kernel = convertToImageOp(*zeroPadded);
  if (failed(kernel))
    return failure();
  image::Op pad = splitPadding(conv, *kernel);
  steps.push_back({op, std::move(*kernel), std::move(pad)});
  return success();
}

FailureOr<Interpreter> Interpreter::create(ModuleOp module) {
  Interpreter interpreter;
  auto main = module.lookupSymbol<func::FuncOp>("main");
  if (!main || !main.getBody().hasOneBlock())
    return module.emitError("has no function @main with one block");
  interpreter.main = main;
  for (auto [i, type] : llvm::enumerate(main.getArgumentTypes()))
    interpreter.inputPorts.push_back(
        makePort(main.getArgAttrDict(i), type, "arg" + std::to_string(i)));
  for (auto [i, type] : llvm::enumerate(main.getResultTypes()))
    interpreter.outputPorts.push_back(makePort(main.getResultAttrDict(i), type,
                                               "result" + std::to_string(i)));
  for (Operation &op : main.getBody().front().without_terminator())
    if (failed(interpreter.prepare(&op)))
      return failure();
  return interpreter;
}

//===----------------------------------------------------------------------===//
// Evaluation
//===----------------------------------------------------------------------===//

const Tensor &Interpreter::lookup(Value value,
                                  llvm::DenseMap<Value, Tensor> &values) const {
  auto constant = constants.find(value);
  return constant != constants.end() ? constant->second : values[value];
}

static void observeTraces(Operation *op, const Tensor &value,
                          Interpreter::Observer observe) {
  auto traces = op->getAttrOfType<ArrayAttr>(tracesAttrName);
  if (!traces)
    return;
  for (auto trace : traces.getAsRange<TraceAttr>()) {
    double scale = trace.getScale().getValueAsDouble();
    double offset = trace.getOffset().getValueAsDouble();
    if (scale == 1 && offset == 0) {
      observe(trace.getTensor(), value);
      continue;
    }
    Tensor scaled = value;
    for (double &element : scaled.data)
      element = scale * element + offset;
    observe(trace.getTensor(), scaled);
  }
}

LogicalResult Interpreter::evaluate(const Step &step,
                                    llvm::DenseMap<Value, Tensor> &values,
                                    Observer observe) const {
  // Grow the map first: references into it must stay valid.
  for (Value result : step.op->getResults())
    values.try_emplace(result);
  SmallVector<const Tensor *> operands;
  for (Value operand : step.op->getOperands())
    operands.push_back(&lookup(operand, values));
  Tensor padded;
  if (step.pad) {
    if (llvm::Error error = host::evaluate(*step.pad, operands.front(), padded))
      return step.op->emitError(llvm::toString(std::move(error)));
    operands.front() = &padded;
  }
  std::vector<Tensor> results(step.op->getNumResults());
  auto evaluateKernel = float32 ? host::evaluateFloat32 : host::evaluate;
  if (llvm::Error error = evaluateKernel(step.kernel, operands, results))
    return step.op->emitError(llvm::toString(std::move(error)));
  for (auto [value, tensor] : llvm::zip_equal(step.op->getResults(), results)) {
    if (ArrayRef<int64_t>(tensor.shape) != tensorType(value).getShape())
      return step.op->emitError("evaluates to shape ")
             << shapeString(tensor.shape) << " instead of that of "
             << value.getType();
    values[value] = std::move(tensor);
  }
  observeTraces(step.op, values[step.op->getResult(0)], observe);
  return success();
}

LogicalResult Interpreter::run(ArrayRef<Tensor> inputs,
                               std::vector<Tensor> &outputs,
                               Observer observe) const {
  llvm::DenseMap<Value, Tensor> values;
  func::FuncOp function = main;
  if (inputs.size() != inputPorts.size())
    return function.emitError("takes ")
           << inputPorts.size() << " inputs, not " << inputs.size();
  for (auto [port, argument, input] :
       llvm::zip_equal(inputPorts, function.getArguments(), inputs)) {
    if (input.shape != port.shape)
      return function.emitError("input '")
             << port.name << "' has shape " << shapeString(input.shape)
             << " instead of " << shapeString(port.shape);
    values[argument] = input;
  }
  for (const Step &step : steps)
    if (failed(evaluate(step, values, observe)))
      return failure();
  outputs.clear();
  Operation *terminator = function.getBody().front().getTerminator();
  for (auto [port, operand] :
       llvm::zip_equal(outputPorts, terminator->getOperands())) {
    outputs.push_back(lookup(operand, values));
    outputs.back().type = port.type;
  }
  return success();
}

} // namespace bnn
