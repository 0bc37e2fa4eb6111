//===- BinarizeLayer.cpp - One real layer as a binary one -----------------===//

#include "BinarizeLayer.h"
#include "LayerData.h"
#include "LayerTail.h"
#include "Utils.h"
#include "bnn/Dialect/BNN/IR/PackedWeights.h"
#include "bnn/Host/Kernels.h"

using namespace mlir;
using namespace bnn;

namespace {

/// The input of a layer as two values per channel: x ~ middle + half * sign.
/// Both have the shape of the layer's input.
struct InputLevels {
  Tensor middle, half;
};

class LayerBinarizer {
public:
  LayerBinarizer(Operation *layer, const LayerChoice &choice,
                 CalibrationRun *run)
      : layer(layer), choice(choice), run(run), shape(layer), builder(layer) {}
  FailureOr<BinarizedLayer> apply();

private:
  std::vector<TwoLevels> splitChannels(Value input, int64_t axis);
  Value signedInput();
  FailureOr<InputLevels> insertSigns();
  FailureOr<Fit> fit(const InputLevels &levels, ArrayRef<Tensor> wanted);
  std::vector<float> bitsOf(const FitProblem &problem, int64_t group,
                            ArrayRef<Tensor> acted);
  Operation *replace(const Fit &fit);
  Value perNeuron(Value value, BinaryKind kind, ArrayRef<double> values);

  Operation *layer;
  const LayerChoice &choice;
  CalibrationRun *run;
  LayerShape shape;
  OpBuilder builder;
};

} // namespace

//===----------------------------------------------------------------------===//
// Signs of the input
//===----------------------------------------------------------------------===//

/// Whether the values are the results of neurons along the last axis.
static bool isLinearResult(Value value) {
  Operation *op = value.getDefiningOp();
  while (op && isElementwise(op))
    op = op->getOperand(0).getDefiningOp();
  return isa_and_nonnull<LinearOp, MatMulOp>(op);
}

static int64_t channelAxis(Value value) {
  int64_t rank = tensorType(value).getRank();
  return rank >= 3 && !isLinearResult(value) ? 1 : rank - 1;
}

/// Whether no value is below 0, by the operator that makes it.
static bool isNonNegative(Value value) {
  Operation *op = value.getDefiningOp();
  if (!op)
    return false;
  if (isMove(op) || isa<MaxPoolOp, AveragePoolOp>(op))
    return isNonNegative(op->getOperand(0));
  auto unary = dyn_cast<UnaryOp>(op);
  if (!unary)
    return false;
  return unary.getKind() == UnaryKind::Relu ||
         unary.getKind() == UnaryKind::Sigmoid ||
         unary.getKind() == UnaryKind::Softplus ||
         unary.getKind() == UnaryKind::HardSigmoid;
}

std::vector<TwoLevels> LayerBinarizer::splitChannels(Value input,
                                                     int64_t axis) {
  ArrayRef<int64_t> sizes = tensorType(input).getShape();
  int64_t channels = sizes[size_t(axis)];
  if (!run) {
    // Above 0 or not, with levels 0 and 1; or both sides of 0.
    TwoLevels levels;
    if (isNonNegative(input))
      levels = {double(std::numeric_limits<float>::min()), 0, 1};
    return std::vector<TwoLevels>(size_t(channels), levels);
  }
  constexpr int64_t mostValues = 1 << 16;
  int64_t inner = ShapedType::getNumElements(sizes.drop_front(axis + 1));
  int64_t outer = ShapedType::getNumElements(sizes.take_front(axis));
  int64_t perChannel = run->samples() * inner * outer;
  int64_t step = (perChannel + mostValues - 1) / mostValues;
  std::vector<TwoLevels> result;
  std::vector<float> values, targets;
  for (int64_t c = 0; c < channels; ++c) {
    values.clear();
    targets.clear();
    for (int64_t i = 0; i < perChannel; i += step) {
      int64_t sample = i / (inner * outer), rest = i % (inner * outer);
      int64_t at = (rest / inner * channels + c) * inner + rest % inner;
      values.push_back(float(run->get(sample, input).data[size_t(at)]));
      // The bit is to say what the network as read has there.
      const Tensor *original = run->originalInput(sample);
      targets.push_back(original ? float(original->data[size_t(at)])
                                 : values.back());
    }
    result.push_back(splitInTwo(values, targets));
  }
  return result;
}

/// Where signs are taken: before the moves in front of the layer.
Value LayerBinarizer::signedInput() {
  Value input = layer->getOperand(0);
  while (isa_and_nonnull<ReshapeOp, TransposeOp>(input.getDefiningOp()))
    input = input.getDefiningOp()->getOperand(0);
  return input;
}

/// Puts the signs before the reshapes and transposes in front of the layer,
/// where channels still have an axis, so that they join the tail before them.
FailureOr<InputLevels> LayerBinarizer::insertSigns() {
  SmallVector<Operation *> moves;
  Value input = layer->getOperand(0), source = signedInput();
  for (; input != source; input = moves.back()->getOperand(0))
    moves.push_back(input.getDefiningOp());
  int64_t axis = channelAxis(input);
  RankedTensorType type = tensorType(input);
  std::vector<TwoLevels> levels = splitChannels(input, axis);

  Location loc = layer->getLoc();
  SmallVector<int64_t> vector(size_t(type.getRank() - axis), 1);
  vector[0] = int64_t(levels.size());
  std::vector<double> thresholds;
  for (const TwoLevels &level : levels)
    thresholds.push_back(level.threshold);
  Value threshold = llvm::all_equal(thresholds)
                        ? makeScalar(builder, loc, thresholds[0])
                        : makeConstant(builder, loc, vector, thresholds);
  Value above =
      makeBinary(builder, loc, BinaryKind::GreaterEqual, input, threshold);
  Value plus = makeScalar(builder, loc, 1),
        minus = makeScalar(builder, loc, -1);
  Value signs = SelectOp::create(builder, loc, type, above, plus, minus);

  InputLevels result;
  int64_t inner =
      ShapedType::getNumElements(type.getShape().drop_front(axis + 1));
  for (Tensor *tensor : {&result.middle, &result.half}) {
    tensor->shape.assign(type.getShape().begin(), type.getShape().end());
    for (int64_t i = 0; i < type.getNumElements(); ++i) {
      const TwoLevels &level = levels[size_t(i / inner) % levels.size()];
      tensor->data.push_back(
          tensor == &result.half ? level.half() : (level.high + level.low) / 2);
    }
  }
  for (Operation *move : llvm::reverse(moves)) {
    IRMapping mapping;
    mapping.map(move->getOperand(0), signs);
    Operation *moved = builder.clone(*move, mapping);
    moved->removeAttr(tracesAttrName);
    signs = moved->getResult(0);
    FailureOr<image::Op> kernel = convertToImageOp(move);
    if (failed(kernel))
      return failure();
    for (Tensor *tensor : {&result.middle, &result.half}) {
      Tensor out;
      const Tensor *in = tensor;
      if (llvm::Error error = host::evaluate(*kernel, in, out))
        return move->emitError() << llvm::toString(std::move(error));
      *tensor = std::move(out);
    }
  }
  layer->setOperand(0, signs);
  return result;
}

//===----------------------------------------------------------------------===//
// Weights
//===----------------------------------------------------------------------===//

/// For each neuron and row whether the network as read is above the threshold
/// that splits its values best.
std::vector<float> LayerBinarizer::bitsOf(const FitProblem &problem,
                                          int64_t group,
                                          ArrayRef<Tensor> acted) {
  std::vector<float> values = shape.gatherResults(
      run->samples(), group,
      [&](int64_t sample) -> const Tensor & { return acted[size_t(sample)]; });
  auto rows = size_t(problem.rows);
  for (size_t first = 0; first < values.size(); first += rows) {
    MutableArrayRef<float> own(values.data() + first, rows);
    double threshold = splitInTwo(own, own).threshold;
    for (float &value : own)
      value = double(value) >= threshold ? 1 : 0;
  }
  return values;
}

FailureOr<Fit> LayerBinarizer::fit(const InputLevels &levels,
                                   ArrayRef<Tensor> wanted) {
  FailureOr<std::vector<float>> weights = shape.weights();
  if (failed(weights))
    return failure();
  auto tail = findScoreTail(layer, choice.outputsAreScores);
  if (failed(tail))
    return failure();
  std::optional<LayerTail> bitTail;
  if (run && !*tail && !choice.keepWeights)
    bitTail = findBitTail(layer, choice.takesSigns);
  std::vector<Tensor> acted; // what the next layer takes signs of
  if (bitTail)
    for (const Tensor &sums : wanted) {
      FailureOr<Tensor> made = applyTail(*bitTail, sums);
      if (failed(made))
        return failure();
      acted.push_back(std::move(*made));
    }
  Fit all;
  int64_t fanIn = shape.fanIn(), neurons = shape.groupNeurons();
  for (int64_t group = 0; group < shape.groups(); ++group) {
    FitProblem problem;
    problem.ternary = choice.ternary;
    problem.keepCodes = choice.keepWeights;
    std::vector<float> half(size_t(fanIn), 1), middle(size_t(fanIn), 0);
    if (choice.signInput) {
      half = shape.atLanes(levels.half, group);
      middle = shape.atLanes(levels.middle, group);
    }
    const float *own = weights->data() + group * neurons * fanIn;
    for (int64_t i = 0; i < neurons * fanIn; ++i)
      problem.prior.push_back(
          choice.keepWeights ? own[i] : own[i] * half[size_t(i % fanIn)]);
    Fit part;
    if (run) {
      shape.gather(
          run->samples(), group,
          [&](int64_t sample) -> const Tensor & {
            return run->get(sample, layer->getOperand(0));
          },
          [&](int64_t sample) -> const Tensor & {
            return wanted[size_t(sample)];
          },
          problem);
      part = fitLayer(problem);
      if (*tail)
        fitScores(problem, **tail, part);
      else if (bitTail)
        fitBits(problem, bitsOf(problem, group, acted), part);
    } else {
      part = fitWeights(neurons, fanIn, problem.prior, choice.ternary);
      for (int64_t i = 0; i < neurons * fanIn; ++i)
        part.offsets[size_t(i / fanIn)] +=
            double(own[i]) * double(middle[size_t(i % fanIn)]);
    }
    llvm::append_range(all.codes, part.codes);
    llvm::append_range(all.scales, part.scales);
    llvm::append_range(all.offsets, part.offsets);
    all.error += part.error / double(shape.groups());
  }
  return all;
}

Value LayerBinarizer::perNeuron(Value value, BinaryKind kind,
                                ArrayRef<double> values) {
  int64_t rank = tensorType(value).getRank();
  SmallVector<int64_t> vector(size_t(isa<ConvOp>(layer) ? rank - 1 : 1), 1);
  vector[0] = shape.neurons();
  std::vector<double> rounded;
  for (double number : values)
    rounded.push_back(double(float(number)));
  return makeBinary(builder, layer->getLoc(), kind, value,
                    makeConstant(builder, layer->getLoc(), vector, rounded));
}

Operation *LayerBinarizer::replace(const Fit &fit) {
  Operation *linear = nullptr;
  Value weights = layer->getOperand(1);
  if (!choice.keepWeights) {
    PackedWeights packed(shape.neurons(), shape.fanIn(), choice.ternary);
    for (int64_t n = 0; n < shape.neurons(); ++n)
      for (int64_t k = 0; k < shape.fanIn(); ++k)
        packed.set(n, k, fit.codes[size_t(n * shape.fanIn() + k)]);
    SmallVector<int64_t> sizes = {shape.neurons(), shape.fanIn()};
    if (isa<ConvOp>(layer))
      sizes = llvm::to_vector(tensorType(weights).getShape());
    Type element = choice.ternary ? Type(TernaryType::get(builder.getContext()))
                                  : BinaryType::get(builder.getContext());
    auto type = RankedTensorType::get(sizes, element);
    Attribute value = std::move(packed).toAttribute(nameOf(weights), type);
    weights = ConstantOp::create(builder, weights.getLoc(), type, value);
  }
  if (isa<ConvOp>(layer)) {
    IRMapping mapping;
    mapping.map(layer->getOperand(1), weights);
    linear = builder.clone(*layer, mapping);
  } else {
    linear = LinearOp::create(builder, layer->getLoc(),
                              layer->getResult(0).getType(),
                              layer->getOperand(0), weights);
  }
  linear->removeAttr(tracesAttrName);
  linear->removeAttr(reasonAttrName);
  linear->removeAttr(roundedSumsAttrName);
  Value scaled = perNeuron(linear->getResult(0), BinaryKind::Mul, fit.scales);
  Value result = perNeuron(scaled, BinaryKind::Add, fit.offsets);
  moveTraces(layer, result.getDefiningOp());
  if (run)
    run->replaced(layer->getResult(0), result);
  layer->getResult(0).replaceAllUsesWith(result);
  layer->erase();
  return linear;
}

FailureOr<BinarizedLayer> LayerBinarizer::apply() {
  FailureOr<std::vector<Tensor>> wanted = std::vector<Tensor>();
  if (run) {
    if (failed(run->advance(layer)))
      return failure();
    wanted = run->original(layer, signedInput());
    if (failed(wanted))
      return failure();
  }
  FailureOr<InputLevels> levels = InputLevels();
  if (choice.signInput) {
    levels = insertSigns();
    if (failed(levels) || (run && failed(run->advance(layer))))
      return failure();
  }
  FailureOr<Fit> fitted = fit(*levels, *wanted);
  if (failed(fitted))
    return failure();
  return BinarizedLayer{replace(*fitted), fitted->error};
}

FailureOr<BinarizedLayer> bnn::binarizeLayer(Operation *layer,
                                             const LayerChoice &choice,
                                             CalibrationRun *run) {
  return LayerBinarizer(layer, choice, run).apply();
}
