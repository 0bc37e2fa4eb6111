//===- CalibrationRun.cpp - A network on data, while it changes -----------===//

#include "CalibrationRun.h"
#include "Utils.h"
#include "bnn/Host/Kernels.h"
#include "bnn/Host/LoadSample.h"
#include "bnn/Reference/Interpreter.h"
#include "bnn/Support/TensorFile.h"

#include <tbb/parallel_for.h>

using namespace mlir;
using namespace bnn;

FailureOr<CalibrationRun> CalibrationRun::create(func::FuncOp function,
                                                 const std::string &spec,
                                                 int64_t samples) {
  if (function.getNumArguments() != 1)
    return function.emitError()
           << "has " << function.getNumArguments()
           << " inputs; calibration serves networks with one";
  llvm::Expected<Tensor> tensor = readTensorFile(spec);
  if (!tensor)
    return function.emitError()
           << "calibration: " << llvm::toString(tensor.takeError());
  BlockArgument input = function.getArgument(0);
  ArrayRef<int64_t> shape = tensorType(input).getShape();
  if (llvm::Error error = fitSamples(*tensor, shape,
                                     "calibration: " + spec + " for input '" +
                                         nameOf(input) + "'"))
    return function.emitError() << llvm::toString(std::move(error));
  int64_t available = tensor->shape[0];
  if (available < 2)
    return function.emitError()
           << "calibration: " << spec << " holds " << available
           << " samples; statistics need two at least, and some hundreds to be "
              "of use";

  CalibrationRun run;
  run.block = &function.front();
  run.copy.reset(function->clone(run.mapping));
  int64_t count = std::min(samples, available);
  run.changed.resize(size_t(count));
  image::Port port;
  port.set_name(nameOf(input));
  describeDeclaration(input, port);
  image::Value value;
  describeValue(input, value);
  for (int64_t i = 0; i < count; ++i) {
    llvm::Expected<Tensor> sample =
        host::loadSample(port, value, *tensor, i * available / count);
    if (!sample)
      return function.emitError() << "calibration: " << spec << ": "
                                  << llvm::toString(sample.takeError());
    run.changed[size_t(i)][input] = std::move(*sample);
  }
  return run;
}

LogicalResult CalibrationRun::prepare(Operation *op, std::vector<Step> &steps) {
  if (auto constant = dyn_cast<ConstantOp>(op)) {
    if (constants.count(constant.getResult()))
      return success();
    FailureOr<Tensor> tensor = expandConstant(constant);
    if (failed(tensor))
      return failure();
    constants[constant.getResult()] =
        std::make_shared<const Tensor>(std::move(*tensor));
    return success();
  }
  FailureOr<image::Op> kernel = convertToImageOp(op);
  if (failed(kernel))
    return failure();
  steps.push_back({op, std::move(*kernel)});
  return success();
}

/// Whether `op` or something after it reads `value`, also through moves.
static bool isLive(Value value, Operation *op) {
  return llvm::any_of(value.getUsers(), [&](Operation *user) {
    return !user->isBeforeInBlock(op) ||
           (isMove(user) && isLive(user->getResult(0), op));
  });
}

/// Keeps of each sample what `next` and those after it read, and `kept`.
LogicalResult CalibrationRun::evaluate(ArrayRef<Step> steps, Operation *next,
                                       ArrayRef<Value> kept,
                                       std::vector<Values> &values) {
  DenseSet<Value> live;
  auto addLive = [&](Value value) {
    if (llvm::is_contained(kept, value) || isLive(value, next))
      live.insert(value);
  };
  if (!values.empty())
    for (auto &entry : values.front())
      addLive(entry.first);
  for (const Step &step : steps)
    llvm::for_each(step.op->getResults(), addLive);
  std::vector<std::pair<Operation *, std::string>> errors(values.size());
  tbb::parallel_for(size_t(0), values.size(), [&](size_t sample) {
    Values &known = values[sample];
    for (const Step &step : steps) {
      SmallVector<const Tensor *> operands;
      for (Value operand : step.op->getOperands()) {
        auto constant = constants.find(operand);
        operands.push_back(constant != constants.end()
                               ? constant->second.get()
                               : &known.find(operand)->second);
      }
      std::vector<Tensor> results(step.op->getNumResults());
      if (llvm::Error error = host::evaluate(step.kernel, operands, results)) {
        errors[sample] = {step.op, llvm::toString(std::move(error))};
        return;
      }
      for (auto [value, tensor] :
           llvm::zip_equal(step.op->getResults(), results))
        known[value] = std::move(tensor);
    }
    for (auto entry = known.begin(); entry != known.end(); ++entry)
      if (!live.contains(entry->first))
        known.erase(entry);
  });
  for (auto &[op, message] : errors)
    if (op)
      return op->emitError() << "calibration: " << message;
  return success();
}

LogicalResult CalibrationRun::advance(Operation *stop) {
  std::vector<Step> steps;
  for (Operation *op = last ? last->getNextNode() : &block->front(); op != stop;
       op = op->getNextNode()) {
    if (failed(prepare(op, steps)))
      return failure();
    last = op;
  }
  // The weights of a layer may stand right before it and change with it.
  return evaluate(steps, stop, {}, changed);
}

const Tensor &CalibrationRun::get(int64_t sample, Value value) const {
  return changed[size_t(sample)].find(value)->second;
}

FailureOr<std::vector<Tensor>> CalibrationRun::original(Operation *layer,
                                                        Value input) {
  Operation *stop = mapping.lookup(layer);
  if (!diverged) {
    // Up to the first layer that changes, both networks are one.
    diverged = true;
    unchanged.resize(changed.size());
    for (auto [from, to] : llvm::zip_equal(changed, unchanged))
      for (auto &[value, tensor] : from)
        to[mapping.lookup(value)] = tensor;
    lastOfCopy = stop->getPrevNode();
    // All constants: those of the changed network may be gone by then.
    std::vector<Step> none;
    WalkResult result = copy->walk([&](ConstantOp constant) {
      return failed(prepare(constant, none)) ? WalkResult::interrupt()
                                             : WalkResult::advance();
    });
    if (result.wasInterrupted())
      return failure();
  }
  std::vector<Step> steps;
  while (lastOfCopy != stop) {
    lastOfCopy = lastOfCopy ? lastOfCopy->getNextNode()
                            : &cast<func::FuncOp>(*copy).front().front();
    if (failed(prepare(lastOfCopy, steps)))
      return failure();
  }
  Value result = stop->getResult(0), before = mapping.lookupOrNull(input);
  if (failed(evaluate(steps, stop->getNextNode(), {result, before}, unchanged)))
    return failure();
  std::vector<Tensor> results;
  inputs.clear();
  for (Values &values : unchanged) {
    results.push_back(values[result]);
    if (auto found = values.find(before); found != values.end())
      inputs.push_back(found->second);
    for (Value kept : {result, before})
      if (kept && !isLive(kept, stop->getNextNode()))
        values.erase(kept);
  }
  if (inputs.size() != results.size())
    inputs.clear();
  return results;
}
