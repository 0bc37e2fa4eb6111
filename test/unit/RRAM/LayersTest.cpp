//===- LayersTest.cpp - Layers on the arrays against plain integers -------===//
//
// Random layers go through the whole pipeline; the test then counts ones cell
// by cell, as a chip would, and compares with the definition of the operator.
//
//===----------------------------------------------------------------------===//

#include "RandomLayer.h"
#include "bnn/Dialect/BNN/IR/PackedWeights.h"
#include "bnn/Dialect/RRAM/Transforms/Passes.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace bnn;
using namespace bnn::rram;
using namespace bnn::test;

namespace {

MLIRContext &context() {
  static MLIRContext context;
  context.loadDialect<BNNDialect, RRAMDialect, func::FuncDialect,
                      affine::AffineDialect, arith::ArithDialect>();
  return context;
}

/// The bit that plane `plane` drives for `code`, from the definition of the
/// codings.
bool planeBit(PlaneCoding coding, int64_t code, size_t plane) {
  switch (coding) {
  case PlaneCoding::Bipolar:
    return code == 1;
  case PlaneCoding::Thermometer:
    return code >= int64_t(plane);
  case PlaneCoding::Positional:
    return (uint64_t(code) >> plane) & 1;
  case PlaneCoding::Unary:
    return int64_t(plane) < code;
  }
  return false;
}

/// What one chip makes of a layer.
struct Chip {
  const RandomLayer &spec;
  LayerOp layer;
  TilesOp tiles;
  PackedWeights cells;

  Chip(const RandomLayer &spec, LayerOp layer, TilesOp tiles)
      : spec(spec), layer(layer), tiles(tiles),
        cells(PackedWeights::get(
            tiles.getCells(), cast<RankedTensorType>(tiles.getCellsType()))) {}

  int64_t padCode() const {
    auto conv = dyn_cast<ConvAttr>(Attribute(layerGeometry()));
    return conv ? conv.getPadCode() : 0;
  }
  Attribute layerGeometry() const {
    return const_cast<LayerOp &>(layer).getGeometry();
  }

  /// Reads all tiles of a neuron's row for one plane: XNOR, count, add.
  int64_t readRow(const Ints &codes, int64_t n, int64_t p, size_t plane) {
    int64_t columns = tiles.getGrid()[1] * tiles.getTile()[1], sum = 0;
    for (int64_t lane = 0; lane < columns; ++lane) {
      int weight;
      bool bit;
      if (lane < cells.columns()) {
        weight = cells.at(n, lane);
        bit = planeBit(layer.getPlanes().getCoding(),
                       spec.lane(codes, n, p, lane % spec.fanIn(), padCode()),
                       plane);
      } else if (layer.getLanePadding() == LanePadding::Alternating) {
        weight = (lane - cells.columns()) % 2 ? -1 : 1;
        bit = true;
      } else {
        continue;
      }
      int answer = bit ? weight : -weight;
      sum += answer > 0 ? 1 : spec.ternarySense ? answer : 0;
    }
    return sum;
  }

  int64_t count(const Ints &codes, int64_t n, int64_t p) {
    int64_t count = 0;
    ArrayRef<int64_t> weights = layer.getPlanes().getWeights();
    for (size_t plane = 0; plane < weights.size(); ++plane)
      count += weights[plane] / int64_t(layer.getCountUnit()) *
               readRow(codes, n, p, plane);
    return count;
  }

  size_t function(int64_t n, int64_t p) {
    auto classes = layer.getPositionClass();
    int64_t borderClass = classes ? (*classes)[p] : 0;
    return size_t(borderClass * spec.neurons + n);
  }

  int64_t decide(int64_t n, int64_t p, int64_t count) {
    StepsAttr steps = *layer.getSteps();
    size_t f = function(n, p), first = 0;
    for (size_t i = 0; i < f; ++i)
      first += steps.getCounts()[i];
    int64_t passed = 0;
    while (passed < steps.getCounts()[f] &&
           count >= steps.getThresholds()[first + passed])
      ++passed;
    return steps.getCodes()[first + f + passed];
  }
};

OwningOpRef<ModuleOp> lower(const RandomLayer &spec) {
  OwningOpRef<ModuleOp> module =
      parseSourceString<ModuleOp>(spec.text(), &context());
  if (!module)
    return {};
  PassManager manager(&context());
  RRAMPipelineOptions options;
  if (spec.tree)
    options.accumulation = Accumulation::Tree;
  buildRRAMPipeline(manager, options);
  if (failed(manager.run(*module)))
    return {};
  return module;
}

/// Weights and decisions after the inverse pass are those of the network.
void checkRecovered(const RandomLayer &spec, ModuleOp module,
                    std::mt19937 &random) {
  PassManager manager(&context());
  manager.addPass(createRRAMRecoverWeights());
  ASSERT_TRUE(succeeded(manager.run(module)));
  ThresholdOp threshold;
  ConstantOp constant;
  module.walk([&](ThresholdOp op) { threshold = op; });
  module.walk([&](ConstantOp op) { constant = op; });
  ASSERT_TRUE(threshold && constant);
  PackedWeights weights = PackedWeights::get(
      constant.getValue(), cast<RankedTensorType>(constant.getType()));
  for (int64_t n = 0; n < spec.neurons; ++n)
    for (int64_t j = 0; j < spec.fanIn(); ++j)
      ASSERT_EQ(weights.at(n, j), spec.weights[n][j]);
  RandomLayer recovered = spec;
  StepsAttr steps = threshold.getSteps();
  size_t first = 0;
  for (int64_t n = 0; n < spec.neurons; ++n) {
    size_t count = steps.getCounts()[n];
    ArrayRef<int64_t> thresholds = steps.getThresholds().slice(first, count);
    ArrayRef<int64_t> levels = steps.getCodes().slice(first + n, count + 1);
    recovered.thresholds[n].assign(thresholds.begin(), thresholds.end());
    recovered.levels[n].assign(levels.begin(), levels.end());
    first += count;
  }
  for (int sample = 0; sample < 3; ++sample) {
    Ints codes(spec.inputElements());
    for (int64_t &code : codes)
      code = spec.code(random);
    for (int64_t n = 0; n < spec.neurons; ++n)
      for (int64_t p = 0; p < spec.outputPositions(); ++p) {
        int64_t accumulator = spec.accumulate(codes, n, p);
        ASSERT_EQ(recovered.decide(n, accumulator),
                  spec.decide(n, accumulator));
      }
  }
}

class Layers : public testing::TestWithParam<int> {};

TEST_P(Layers, CountOnesLikeTheDefinition) {
  std::mt19937 random(GetParam());
  for (int round = 0; round < 40; ++round) {
    RandomLayer spec = makeLayer(random);
    SCOPED_TRACE(spec.text());
    OwningOpRef<ModuleOp> module = lower(spec);
    ASSERT_TRUE(module);
    auto layers = module->getOps<LayerOp>();
    auto tiles = module->getOps<TilesOp>();
    ASSERT_EQ(std::distance(layers.begin(), layers.end()), 1);
    Chip chip(spec, *layers.begin(), *tiles.begin());
    ArrayRef<int64_t> bias = chip.layer.getBias();
    int64_t bits = *chip.layer.getAccumulatorBits();
    for (int sample = 0; sample < 4; ++sample) {
      Ints codes(spec.inputElements());
      for (int64_t &code : codes)
        code = spec.code(random);
      for (int64_t n = 0; n < spec.neurons; ++n)
        for (int64_t p = 0; p < spec.outputPositions(); ++p) {
          int64_t count = chip.count(codes, n, p);
          int64_t accumulator = spec.accumulate(codes, n, p);
          ASSERT_EQ(count * int64_t(chip.layer.getCountUnit()) +
                        bias[chip.function(n, p)],
                    accumulator * int64_t(chip.layer.getDivisor()));
          ASSERT_EQ(chip.decide(n, p, count), spec.decide(n, accumulator));
          ASSERT_LT(count, int64_t(1) << bits);
          ASSERT_GE(count, -(int64_t(1) << (bits - 1)));
        }
    }
    checkRecovered(spec, *module, random);
  }
}

INSTANTIATE_TEST_SUITE_P(Random, Layers, testing::Range(0, 25));

} // namespace
