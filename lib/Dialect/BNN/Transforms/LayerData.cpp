//===- LayerData.cpp - What one layer is fitted to ------------------------===//

#include "LayerData.h"
#include "Utils.h"
#include "bnn/Reference/Interpreter.h"

#include <algorithm>
#include <cmath>

using namespace mlir;
using namespace bnn;

static int64_t elements(ArrayRef<int64_t> shape) {
  return ShapedType::getNumElements(shape);
}

LayerShape::LayerShape(Operation *layer) : layer(layer) {
  ArrayRef<int64_t> weights = tensorType(layer->getOperand(1)).getShape();
  if (auto conv = dyn_cast<ConvOp>(layer)) {
    numGroups = conv.getGroups();
    numNeurons = weights[0];
    lanes = elements(weights) / numNeurons;
  } else {
    auto product = dyn_cast<MatMulOp>(layer);
    bool rowsAreNeurons = !product || product.getTransposeRhs();
    numNeurons = weights[rowsAreNeurons ? 0 : 1];
    lanes = weights[rowsAreNeurons ? 1 : 0];
  }
  numPositions = tensorType(layer->getResult(0)).getNumElements() / numNeurons;
}

FailureOr<std::vector<float>> LayerShape::weights() const {
  FailureOr<Tensor> tensor =
      expandConstant(layer->getOperand(1).getDefiningOp<ConstantOp>());
  if (failed(tensor))
    return failure();
  std::vector<float> result(tensor->data.size());
  auto product = dyn_cast<MatMulOp>(layer);
  bool transposed = product && !product.getTransposeRhs();
  for (int64_t n = 0; n < numNeurons; ++n)
    for (int64_t k = 0; k < lanes; ++k) {
      double weight =
          tensor->data[size_t(transposed ? k * numNeurons + n : n * lanes + k)];
      if (!std::isfinite(weight))
        return layer->emitError()
               << "weight " << k << " of neuron " << n
               << " is not a finite number; export the model again";
      result[size_t(n * lanes + k)] = float(weight);
    }
  return result;
}

std::vector<float> LayerShape::atLanes(const Tensor &perInput,
                                       int64_t group) const {
  std::vector<float> result(size_t(lanes), 0);
  if (!isa<ConvOp>(layer)) {
    std::copy_n(perInput.data.begin(), lanes, result.begin());
    return result;
  }
  int64_t channels = perInput.shape[1] / numGroups;
  int64_t inputs = perInput.size() / perInput.shape[1];
  int64_t taps = lanes / channels;
  for (int64_t k = 0; k < lanes; ++k)
    result[size_t(k)] =
        float(perInput.data[size_t((group * channels + k / taps) * inputs)]);
  return result;
}

/// Where each tap at `position` reads within a channel; -1 in the padding.
void LayerShape::findTaps(int64_t position,
                          MutableArrayRef<int64_t> taps) const {
  auto conv = cast<ConvOp>(layer);
  auto spatial = [](Value value) {
    return tensorType(value).getShape().drop_front(2);
  };
  ArrayRef<int64_t> in = spatial(conv.getInput());
  ArrayRef<int64_t> out = spatial(conv.getResult());
  ArrayRef<int64_t> kernel = spatial(conv.getWeights());
  for (auto [tap, index] : llvm::enumerate(taps)) {
    index = 0;
    int64_t restOfTap = int64_t(tap), restOfPosition = position, stride = 1;
    for (size_t d = in.size(); d-- > 0;) {
      int64_t at = restOfPosition % out[d] * conv.getStrides()[d] -
                   conv.getPadsBegin()[d] +
                   restOfTap % kernel[d] * conv.getDilations()[d];
      restOfPosition /= out[d];
      restOfTap /= kernel[d];
      if (at < 0 || at >= in[d]) {
        index = -1;
        break;
      }
      index += at * stride;
      stride *= in[d];
    }
  }
}

/// As many rows as make the second moments of the inputs in seconds.
static int64_t affordableRows(int64_t fanIn) {
  double rows = 2e10 / (double(fanIn) * double(fanIn));
  return int64_t(std::clamp(rows, 1024.0, 32768.0));
}

int64_t LayerShape::rowsOf(int64_t samples) const {
  return std::min(samples * numPositions, affordableRows(lanes));
}

std::pair<int64_t, int64_t> LayerShape::pairOf(int64_t row,
                                               int64_t samples) const {
  int64_t total = samples * numPositions, index = row;
  // Steps of the golden ratio share no period with rows of an image.
  if (rowsOf(samples) < total)
    index = int64_t(double(total) *
                    std::fmod(double(row) * 0.6180339887498949, 1.0));
  return {index / numPositions, index % numPositions};
}

std::vector<float> LayerShape::gatherResults(
    int64_t samples, int64_t group,
    llvm::function_ref<const Tensor &(int64_t)> results) const {
  int64_t rows = rowsOf(samples);
  std::vector<float> gathered(size_t(groupNeurons() * rows), 0);
  bool channelsFirst = isa<ConvOp>(layer);
  for (int64_t row = 0; row < rows; ++row) {
    auto [sample, position] = pairOf(row, samples);
    const double *z = results(sample).data.data();
    for (int64_t n = 0; n < groupNeurons(); ++n) {
      int64_t neuron = group * groupNeurons() + n;
      gathered[size_t(n * rows + row)] =
          float(z[channelsFirst ? neuron * numPositions + position
                                : position * numNeurons + neuron]);
    }
  }
  return gathered;
}

void LayerShape::gather(int64_t samples, int64_t group,
                        llvm::function_ref<const Tensor &(int64_t)> input,
                        llvm::function_ref<const Tensor &(int64_t)> wanted,
                        FitProblem &problem) const {
  int64_t rows = rowsOf(samples);
  problem.rows = rows;
  problem.fanIn = lanes;
  problem.neurons = groupNeurons();
  problem.inputs.resize(size_t(lanes * rows));
  problem.wanted = gatherResults(samples, group, wanted);
  bool isConv = isa<ConvOp>(layer);
  int64_t channels = 1, taps = 1, inputs = 1;
  if (isConv) {
    ArrayRef<int64_t> shape = tensorType(layer->getOperand(0)).getShape();
    channels = shape[1] / numGroups;
    inputs = elements(shape.drop_front(2));
    taps = lanes / channels;
  }
  std::vector<int64_t> source(size_t(taps), 0);
  for (int64_t row = 0; row < rows; ++row) {
    auto [sample, position] = pairOf(row, samples);
    const double *x = input(sample).data.data();
    if (!isConv) {
      for (int64_t k = 0; k < lanes; ++k)
        problem.inputs[size_t(k * rows + row)] = float(x[position * lanes + k]);
      continue;
    }
    findTaps(position, source);
    x += group * channels * inputs;
    for (int64_t k = 0; k < lanes; ++k) {
      int64_t from = source[size_t(k % taps)];
      problem.inputs[size_t(k * rows + row)] =
          from < 0 ? 0.0F : float(x[k / taps * inputs + from]);
    }
  }
}
