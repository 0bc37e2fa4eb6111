//===- Order.cpp - Write the loop nest of each layer ----------------------===//
//
// A row is a neuron:
//   for each position, tile row, row of the tile:
//     count = 0
//     for each input plane, tile column:
//       count += plane weight / count unit * read
//     output[neuron, position] = compare(count)
//
// A row is an input:
//   for each position, tile column:
//     counters = 0
//     for each tile row, row of the tile, input plane:
//       counters += plane weight / count unit * answers of the columns
//     output[neurons of the tile column, position] = compare(counters)
//
//===----------------------------------------------------------------------===//

#include "bnn/Dialect/RRAM/Transforms/Passes.h"

#include "bnn/Dialect/RRAM/Utils/Counting.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

namespace bnn::rram {
#define GEN_PASS_DEF_RRAMORDER
#include "bnn/Dialect/RRAM/Transforms/Passes.h.inc"
} // namespace bnn::rram

using namespace mlir;
using namespace bnn;
using namespace bnn::rram;

namespace {

/// Builds the body of one layer.
class NestBuilder {
public:
  NestBuilder(LayerOp layer, TilesOp tiles, const CountRule &rule, bool tree)
      : builder(layer.getContext()), loc(layer.getLoc()), layer(layer),
        tiles(tiles), rule(rule), tree(tree) {}

  void build();

private:
  using Body = llvm::function_ref<Value(Value index, Value carried)>;

  /// A loop from 0 to `count` that carries one value; returns its result.
  Value loop(int64_t count, Value carried, Body body);
  /// Rows of tile row `tileRow`: the last one may hold fewer neurons.
  Value rowLoop(Value tileRow, Value carried, Body body);
  /// Tile columns with tiles of `columns` neurons each, from `first` on.
  Value bandLoop(int64_t first, int64_t count, Value carried, Body body);
  Value fill(affine::AffineForOp loop, Body body);
  Value countRow(Value position, Value tileRow, Value row);
  Value thresholds(Value band, Value row, Value position, int64_t columns);
  Value neuronNest(Value output);
  Value inputNest(Value output);
  Value countColumns(Value position, Value tileColumn, int64_t columns);
  Value read(Value tileRow, Value tileColumn, Value row, Value position,
             Value plane);

  OpBuilder builder;
  Location loc;
  LayerOp layer;
  TilesOp tiles;
  const CountRule &rule;
  bool tree;
  Value input;
  SmallVector<int64_t> planeWeights;
};

} // namespace

Value NestBuilder::fill(affine::AffineForOp loop, Body body) {
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(loop.getBody());
  Value result = body(loop.getInductionVar(), loop.getRegionIterArgs()[0]);
  affine::AffineYieldOp::create(builder, loc, result);
  return loop.getResult(0);
}

Value NestBuilder::loop(int64_t count, Value carried, Body body) {
  return fill(affine::AffineForOp::create(builder, loc, 0, count, 1, carried),
              body);
}

Value NestBuilder::rowLoop(Value tileRow, Value carried, Body body) {
  int64_t rows = tiles.getTile()[0];
  int64_t all = tiles.rowIsNeuron() ? tiles.getNeurons() : tiles.getLanes();
  if (all % rows == 0)
    return loop(rows, carried, body);
  if (tiles.getGrid()[0] == 1)
    return loop(all, carried, body);
  AffineExpr left =
      builder.getAffineConstantExpr(all) - builder.getAffineDimExpr(0) * rows;
  AffineMap upper = AffineMap::get(
      1, 0, {builder.getAffineConstantExpr(rows), left}, builder.getContext());
  return fill(affine::AffineForOp::create(
                  builder, loc, ValueRange(), builder.getConstantAffineMap(0),
                  ValueRange(tileRow), upper, 1, ValueRange(carried)),
              body);
}

Value NestBuilder::read(Value tileRow, Value tileColumn, Value row,
                        Value position, Value plane) {
  auto type =
      popcountType(builder.getContext(), tiles.getTile()[1], rule.ternarySense);
  return ReadOp::create(builder, loc, type, layer.getWeightsAttr(), tileRow,
                        tileColumn, row, input, position, plane);
}

Value NestBuilder::countRow(Value position, Value tileRow, Value row) {
  auto type = builder.getIntegerType(*layer.getAccumulatorBits());
  Value zero =
      arith::ConstantOp::create(builder, loc, builder.getIntegerAttr(type, 0));
  int64_t tileColumns = tiles.getGrid()[1];
  return loop(planeWeights.size(), zero, [&](Value plane, Value planeSum) {
    auto add = [&](Value sum, ValueRange counts) -> Value {
      return AccumulateOp::create(builder, loc, type, sum, counts, plane,
                                  planeWeights);
    };
    if (!tree)
      return loop(tileColumns, planeSum, [&](Value column, Value sum) {
        return add(sum, read(tileRow, column, row, position, plane));
      });
    SmallVector<Value> counts;
    for (int64_t column = 0; column < tileColumns; ++column) {
      Value index = arith::ConstantIndexOp::create(builder, loc, column);
      counts.push_back(read(tileRow, index, row, position, plane));
    }
    return add(planeSum, counts);
  });
}

/// Null where thresholds are in registers.
Value NestBuilder::thresholds(Value band, Value row, Value position,
                              int64_t columns) {
  std::optional<ThresholdRowsAttr> rows = layer.getThresholdRows();
  if (!rows)
    return {};
  SmallVector<int64_t> shape;
  if (!row)
    shape.push_back(columns);
  shape.push_back(rows->getSlots());
  auto type =
      VectorType::get(shape, builder.getIntegerType(unsigned(rows->getBits())));
  return ThresholdsOp::create(builder, loc, type, layer.getWeightsAttr(), band,
                              row, position);
}

Value NestBuilder::neuronNest(Value output) {
  return loop(
      layer.getPositions(), output, [&](Value position, Value positionOut) {
        return loop(
            tiles.getGrid()[0], positionOut, [&](Value tileRow, Value tileOut) {
              return rowLoop(tileRow, tileOut, [&](Value row, Value rowOut) {
                Value count = countRow(position, tileRow, row);
                Value stored = thresholds(tileRow, row, position, 1);
                return CompareOp::create(builder, loc, count, stored, tileRow,
                                         row, position, rowOut)
                    .getResult();
              });
            });
      });
}

Value NestBuilder::countColumns(Value position, Value tileColumn,
                                int64_t columns) {
  auto type = VectorType::get(
      {columns}, builder.getIntegerType(unsigned(*layer.getAccumulatorBits())));
  Value zero =
      arith::ConstantOp::create(builder, loc, builder.getZeroAttr(type));
  auto answers =
      AnswersType::get(builder.getContext(), columns, rule.ternarySense);
  return loop(tiles.getGrid()[0], zero, [&](Value tileRow, Value tileSum) {
    return rowLoop(tileRow, tileSum, [&](Value row, Value rowSum) {
      return loop(planeWeights.size(), rowSum, [&](Value plane, Value sum) {
        Value bits =
            SenseOp::create(builder, loc, answers, layer.getWeightsAttr(),
                            tileRow, tileColumn, row, input, position, plane);
        return CountOp::create(builder, loc, type, sum, bits, plane,
                               planeWeights)
            .getResult();
      });
    });
  });
}

/// Tile columns `first`, `first` + step, .. as `body` sees them; none for a
/// count of 0.
Value NestBuilder::bandLoop(int64_t first, int64_t count, Value carried,
                            Body body) {
  if (count <= 0)
    return carried;
  return fill(affine::AffineForOp::create(builder, loc, first, first + count, 1,
                                          carried),
              body);
}

Value NestBuilder::inputNest(Value output) {
  int64_t columns = tiles.getTile()[1];
  int64_t groups = tiles.getGroups();
  int64_t inGroup = tiles.getNeurons() / groups, full = inGroup / columns;
  int64_t rest = inGroup % columns, perGroup = full + (rest > 0);
  return loop(layer.getPositions(), output, [&](Value position, Value out) {
    auto decide = [&](int64_t width) {
      return [=, this](Value tileColumn, Value carried) {
        Value counters = countColumns(position, tileColumn, width);
        Value stored = thresholds(tileColumn, {}, position, width);
        return CompareColumnsOp::create(builder, loc, carried.getType(),
                                        counters, stored, tileColumn, position,
                                        carried)
            .getResult();
      };
    };
    // The last tile of a group may be narrower than the others.
    if (rest == 0 || full == 0)
      return bandLoop(0, groups * perGroup, out,
                      decide(rest == 0 ? columns : rest));
    for (int64_t group = 0; group < groups; ++group) {
      out = bandLoop(group * perGroup, full, out, decide(columns));
      out = bandLoop(group * perGroup + full, 1, out, decide(rest));
    }
    return out;
  });
}

void NestBuilder::build() {
  for (int64_t weight : rule.planes.getWeights())
    planeWeights.push_back(weight / rule.unit);
  Block *block = builder.createBlock(&layer.getBody(), {},
                                     layer.getArgumentTypes(), {loc});
  input = block->getArgument(0);
  Value output = OutputOp::create(builder, loc, layer.getResultTypes()[0]);
  ReturnOp::create(builder, loc,
                   tiles.rowIsNeuron() ? neuronNest(output)
                                       : inputNest(output));
}

/// An image holds counts and accumulators in 32 bits.
static LogicalResult checkWidth(LayerOp layer, const CountRule &rule) {
  CountRule::Range range = rule.countRange();
  int64_t low = range.min, high = range.max;
  for (int64_t bias : layer.getBias()) {
    low = std::min(low, range.min * rule.unit + bias);
    high = std::max(high, range.max * rule.unit + bias);
  }
  if (low >= -INT32_MAX && high <= INT32_MAX)
    return success();
  return layer.emitError()
         << "layer '" << layer.getSymName()
         << "': accumulation.bits: its accumulators lie between " << low
         << " and " << high
         << ", beyond the 32 bits of an image; fewer bits per input or a "
            "smaller fan-in would fit";
}

namespace {
struct RRAMOrderPass : bnn::rram::impl::RRAMOrderBase<RRAMOrderPass> {
  using RRAMOrderBase::RRAMOrderBase;

  void runOnOperation() override {
    FailureOr<TargetAttr> target = moduleTarget(getOperation());
    if (failed(target))
      return signalPassFailure();
    SymbolTableCollection symbols;
    for (LayerOp layer : getOperation().getOps<LayerOp>())
      if (layer.isExternal() && failed(order(layer, *target, symbols)))
        return signalPassFailure();
  }

private:
  LogicalResult order(LayerOp layer, TargetAttr target,
                      SymbolTableCollection &symbols) {
    auto tiles =
        symbols.lookupNearestSymbolFrom<TilesOp>(layer, layer.getWeightsAttr());
    if (!tiles)
      return layer.emitError() << "layer '" << layer.getSymName()
                               << "' is not tiled; run rram-tile first";
    CountRule rule = countRuleOf(layer, target);
    if (failed(checkWidth(layer, rule)))
      return failure();
    int64_t bits = accumulatorBits(rule.countRange());
    if (target.getAccumulatorBits() && bits > target.getAccumulatorBits())
      return layer.emitError()
             << "layer '" << layer.getSymName() << "': its counts need " << bits
             << " bits, the accumulators of target '"
             << target.getName().getValue() << "' have "
             << target.getAccumulatorBits()
             << "; fewer bits per input or a smaller fan-in would fit";
    layer.setAccumulatorBits(bits);
    layer.setAccumulation(accumulation);
    NestBuilder(layer, tiles, rule, accumulation == Accumulation::Tree).build();
    return success();
  }
};
} // namespace
